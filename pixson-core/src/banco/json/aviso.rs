use std::fmt;

use crate::tipos::Rg;

/// Something that whoever runs the bank should know. `Display` is a sentence for a person.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Aviso {
    /// Somebody changed the file of an account under the bank, which has written its own balance
    /// again. What was found is kept.
    ArquivoEditado {
        /// The account.
        rg: Rg,
        /// The name of the copy, in the same directory.
        copia: String,
    },
    /// The file of an account was gone, and has been written again from the journal. If its
    /// holder's name was not in memory, it is empty now.
    ArquivoRefeito {
        /// The account.
        rg: Rg,
    },
    /// The last run was killed while it wrote: these bytes, which nobody was told of, are gone.
    CaudaCortada {
        /// The segment, relative to the bank's directory.
        arquivo: String,
        /// How many bytes.
        bytes: usize,
    },
}

impl fmt::Display for Aviso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArquivoEditado { rg, copia } => write!(
                f,
                "O arquivo da conta {rg} foi alterado por fora e regravado; o que havia está em {copia}."
            ),
            Self::ArquivoRefeito { rg } => {
                write!(f, "O arquivo da conta {rg} não existia mais e foi refeito do diário.")
            }
            Self::CaudaCortada { arquivo, bytes } => {
                write!(f, "{bytes} bytes incompletos foram cortados do fim de {arquivo}.")
            }
        }
    }
}
