//! A reply, as a value.

use std::borrow::Cow;

use thiserror::Error;

use super::MENSAGEM_MAX_BYTES;
use crate::relogio::Carimbo;
use crate::tipos::{Culpa, Desfecho, Operacao, Recusa, Sucesso};

/// A reply: a stamp, whether the request was done, and a text for people.
///
/// The texts of protocolo.md, section 3, are recognised and typed ([`Resposta::desfecho`]); any
/// other text, such as another implementation may send, is kept as it is.
///
/// ```
/// use pixson_core::{Carimbo, Recusa, Resposta, Saldo, Sucesso};
///
/// let resposta = Resposta::decodificar(b"t:8|s:0|resposta:Saldo: 10.0")?;
/// assert_eq!(resposta.carimbo().valor(), 8);
/// assert_eq!(resposta.desfecho(), Some(Ok(Sucesso::Saldo(Saldo::de_centavos(1000)?))));
///
/// let recusa = Resposta::nova(Carimbo::ZERO, Err(Recusa::SaldoInsuficiente));
/// assert_eq!(recusa.to_string(), "t:0|s:1|resposta:Saldo insuficiente");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Resposta {
    carimbo: Carimbo,
    corpo: Corpo,
}

/// `Livre` never holds a text that `Conhecido` can represent, so that each reply has one value
/// only.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Corpo {
    Conhecido(Desfecho),
    Livre(Situacao, Box<str>),
}

/// Whether the request was done: the field `s` of a reply.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Situacao {
    /// `s:0`
    Sucesso,
    /// `s:1`
    Erro,
}

impl Resposta {
    /// A reply with a text of the protocol.
    pub const fn nova(carimbo: Carimbo, desfecho: Desfecho) -> Self {
        Self { carimbo, corpo: Corpo::Conhecido(desfecho) }
    }

    /// Whether this may be the answer to `operacao`. The success of another kind of operation
    /// cannot be: the server has then answered out of order, and later replies answer other
    /// requests, too. A refusal, or a text that the protocol does not know, may answer any
    /// operation.
    ///
    /// A session matches replies to requests by their order alone, so that a client calls this for
    /// each reply.
    ///
    /// ```
    /// use pixson_core::{Operacao, Resposta, Rg};
    ///
    /// let rg: Rg = "1111111111".parse()?;
    /// let resposta = Resposta::decodificar(b"t:8|s:0|resposta:Saldo: 10.0")?;
    /// assert!(resposta.responde(&Operacao::Saldo { rg }));
    /// assert!(!resposta.responde(&Operacao::Login { rg }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn responde(&self, operacao: &Operacao) -> bool {
        let Some(Ok(sucesso)) = self.desfecho() else { return true };
        sucesso.tipo() == operacao.tipo()
    }

    /// The one value of a reply with this text, typed if the protocol knows the text. The caller
    /// makes sure that the text holds no control character and is not too long.
    pub(super) fn reconhecer(carimbo: Carimbo, situacao: Situacao, texto: &str) -> Self {
        let conhecido = match situacao {
            Situacao::Sucesso => Sucesso::de_texto(texto).map(Ok),
            Situacao::Erro => Recusa::de_texto(texto).map(Err),
        };
        let corpo = match conhecido {
            Some(desfecho) => Corpo::Conhecido(desfecho),
            None => Corpo::Livre(situacao, texto.into()),
        };
        Self { carimbo, corpo }
    }

    /// The stamp.
    pub const fn carimbo(&self) -> Carimbo {
        self.carimbo
    }

    /// Whether the request was done.
    pub const fn situacao(&self) -> Situacao {
        match self.corpo {
            Corpo::Conhecido(Ok(_)) => Situacao::Sucesso,
            Corpo::Conhecido(Err(_)) => Situacao::Erro,
            Corpo::Livre(situacao, _) => situacao,
        }
    }

    /// What the reply says in terms of the protocol, or `None` for a text it does not know.
    pub const fn desfecho(&self) -> Option<Desfecho> {
        match self.corpo {
            Corpo::Conhecido(desfecho) => Some(desfecho),
            Corpo::Livre(..) => None,
        }
    }

    /// The text for people.
    pub fn texto(&self) -> Cow<'_, str> {
        match &self.corpo {
            Corpo::Conhecido(Ok(sucesso)) => sucesso.texto(),
            Corpo::Conhecido(Err(recusa)) => recusa.texto().into(),
            Corpo::Livre(_, texto) => (&**texto).into(),
        }
    }
}

impl Situacao {
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Sucesso => b'0',
            Self::Erro => b'1',
        }
    }
}

/// Why bytes are not a [`Resposta`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ErroResposta {
    /// The bytes do not follow the grammar.
    #[error("resposta malformada (posição {posicao})")]
    Forma {
        /// Index, from 0, of the byte where the part that does not fit begins.
        posicao: usize,
    },
    /// A well-formed stamp beyond [`Carimbo::MAX`].
    #[error("carimbo acima de {}", Carimbo::MAX)]
    CarimboForaDoLimite,
    /// More than [`MENSAGEM_MAX_BYTES`].
    #[error("resposta com mais de {MENSAGEM_MAX_BYTES} bytes")]
    Longa,
}

impl ErroResposta {
    /// Whose fault it is: the peer's.
    pub fn culpa(&self) -> Culpa {
        Culpa::Par
    }
}

/// Why a text cannot stand in a [`Resposta`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ErroTexto {
    /// Control characters, LF among them, would break the framing.
    #[error("caractere de controle na posição {}", posicao + 1)]
    Controle {
        /// Index of the character's first byte, from 0.
        posicao: usize,
    },
    /// With this stamp and text the message would pass [`MENSAGEM_MAX_BYTES`].
    #[error("mensagem de {bytes} bytes, mais que {MENSAGEM_MAX_BYTES}")]
    Longo {
        /// How long the message would be, in bytes.
        bytes: usize,
    },
}

impl ErroTexto {
    /// Whose fault it is: the caller's.
    pub fn culpa(&self) -> Culpa {
        Culpa::Chamador
    }
}
