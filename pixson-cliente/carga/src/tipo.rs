//! Which operations make a load.

use std::fmt;
use std::str::FromStr;

use pixson_core::tipos::TipoDeOperacao;
use thiserror::Error;

/// Which operations make the load.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Tipo {
    /// Balances.
    #[default]
    Saldo,
    /// Deposits of one centavo.
    Deposito,
    /// Transfers of one centavo.
    Transferencia,
    /// One half balances, a quarter deposits and a quarter transfers.
    Misto,
}

impl Tipo {
    /// All types.
    pub const TODOS: [Self; 4] = [Self::Saldo, Self::Deposito, Self::Transferencia, Self::Misto];

    /// The word that stands for it on a command line and in a report.
    pub fn palavra(self) -> &'static str {
        match self {
            Self::Saldo => TipoDeOperacao::Saldo.palavra(),
            Self::Deposito => TipoDeOperacao::Deposito.palavra(),
            Self::Transferencia => TipoDeOperacao::Transferencia.palavra(),
            Self::Misto => "misto",
        }
    }

    /// Whether the load has transfers.
    pub(crate) fn transfere(self) -> bool {
        matches!(self, Self::Transferencia | Self::Misto)
    }
}

/// A word that stands for no [`Tipo`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("não é um tipo de carga")]
pub struct PalavraDesconhecida;

impl FromStr for Tipo {
    type Err = PalavraDesconhecida;

    fn from_str(texto: &str) -> Result<Self, PalavraDesconhecida> {
        Self::TODOS.into_iter().find(|tipo| tipo.palavra() == texto).ok_or(PalavraDesconhecida)
    }
}

impl fmt::Display for Tipo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.palavra())
    }
}
