//! A request, as a value.

use thiserror::Error;

use crate::relogio::Carimbo;
use crate::tipos::{Culpa, Operacao, Recusa, Rg};

/// A request: an operation and the stamp of its sending.
///
/// ```
/// use pixson_core::{Carimbo, Operacao, Pedido};
///
/// let bytes = b"t:10|op:4|rg_origem:1111111111|rg_destino:987654321|valor:10.5";
/// let pedido = Pedido::decodificar(bytes)?;
/// assert_eq!(
///     pedido.operacao,
///     Operacao::Transferencia {
///         rg_origem: "1111111111".parse()?,
///         rg_destino: "987654321".parse()?,
///         valor: "10.5".parse()?,
///     }
/// );
///
/// let mut saida = Vec::new();
/// pedido.codificar(&mut saida);
/// assert_eq!(saida, bytes);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Pedido {
    /// The stamp.
    pub carimbo: Carimbo,
    /// What is asked for.
    pub operacao: Operacao,
}

/// Why bytes are not a [`Pedido`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ErroPedido {
    /// The message does not begin with a well-formed stamp.
    #[error("mensagem sem carimbo válido (posição {posicao})")]
    SemCarimbo {
        /// Index, from 0, of the byte where the part that does not fit begins.
        posicao: usize,
    },
    /// A well-formed stamp beyond [`Carimbo::MAX`].
    #[error("carimbo acima de {}", Carimbo::MAX)]
    CarimboForaDoLimite,
    /// A well-formed stamp, but an unknown operation, or fields that are missing, misspelt,
    /// out of order or malformed.
    #[error("operação ou campos desconhecidos (posição {posicao})")]
    OperacaoInvalida {
        /// The stamp.
        carimbo: Carimbo,
        /// Index, from 0, of the byte where the part that does not fit begins.
        posicao: usize,
    },
    /// Everything is well formed but the amount.
    #[error("valor inválido (posição {posicao})")]
    ValorInvalido {
        /// The stamp.
        carimbo: Carimbo,
        /// The account on whose behalf the request was made.
        titular: Rg,
        /// Index, from 0, of the byte where the part that does not fit begins.
        posicao: usize,
    },
}

impl ErroPedido {
    /// The stamp, if one could be read.
    pub fn carimbo(&self) -> Option<Carimbo> {
        match *self {
            Self::SemCarimbo { .. } | Self::CarimboForaDoLimite => None,
            Self::OperacaoInvalida { carimbo, .. } | Self::ValorInvalido { carimbo, .. } => {
                Some(carimbo)
            }
        }
    }

    /// The refusal that answers such a message once the session's own checks have passed.
    pub fn recusa(&self) -> Recusa {
        match self {
            Self::SemCarimbo { .. } => Recusa::MensagemInvalida,
            Self::CarimboForaDoLimite => Recusa::CarimboInvalido,
            Self::OperacaoInvalida { .. } => Recusa::OperacaoInvalida,
            Self::ValorInvalido { .. } => Recusa::ValorInvalido,
        }
    }

    /// Whose fault it is: the peer's, or, for an amount, that of the person who typed it.
    pub fn culpa(&self) -> Culpa {
        self.recusa().culpa()
    }
}
