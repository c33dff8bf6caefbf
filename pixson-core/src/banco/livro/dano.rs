//! Parts of the ledger that cannot be read.

use std::fmt;

use crate::banco::disco::Causa;

/// A part of the ledger that cannot be read. `Display` is a sentence for a person.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Dano {
    /// From this byte on, up to the next whole record, a segment is not what the bank wrote.
    Trecho {
        /// The segment, relative to the bank's directory.
        arquivo: String,
        /// Where it begins, in bytes.
        posicao: usize,
    },
    /// These records are missing.
    Falta {
        /// The first of them.
        de: u64,
        /// The last of them.
        ate: u64,
    },
    /// A segment that the checkpoint names, and that a start needs, is not there.
    Segmento {
        /// The segment, relative to the bank's directory.
        arquivo: String,
    },
    /// The disk cannot read a segment.
    Arquivo {
        /// The segment, relative to the bank's directory.
        arquivo: String,
        /// The error that the disk gives.
        causa: Causa,
    },
}

impl fmt::Display for Dano {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trecho { arquivo, posicao } => {
                write!(f, "O livro está danificado: {arquivo}, byte {posicao}.")
            }
            Self::Falta { de, ate } if de == ate => write!(f, "Falta no livro o lançamento {de}."),
            Self::Falta { de, ate } => write!(f, "Faltam no livro os lançamentos {de} a {ate}."),
            Self::Segmento { arquivo } => {
                write!(f, "Falta {arquivo}, de que o banco precisa para iniciar.")
            }
            Self::Arquivo { arquivo, causa } => {
                write!(f, "O livro não pode ser lido por inteiro: {arquivo}: {causa}.")
            }
        }
    }
}
