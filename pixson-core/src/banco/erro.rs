//! Why a bank cannot be opened.

use std::io;

use thiserror::Error;

use crate::banco::disco::ErroDeArquivo;
use crate::tipos::{Culpa, Rg};

/// Why a bank's directory could not be opened. Nothing is served.
#[derive(Debug, Error)]
pub enum ErroAbrir {
    /// There is no such directory.
    #[error("o diretório não existe")]
    NaoExiste,
    /// The directory cannot be read.
    #[error("o diretório não pode ser lido ou escrito")]
    Ilegivel(#[source] io::Error),
    /// A file cannot be read or written. Its content may be sound.
    #[error("{arquivo} não pode ser usado")]
    Arquivo {
        /// The file, relative to the bank's directory.
        arquivo: String,
        /// The error that the disk gave.
        #[source]
        erro: io::Error,
    },
    /// The disk is full: recovery writes the last segment of the journal and the accounts that it
    /// names anew.
    #[error("não há espaço para recuperar o banco")]
    SemEspaco(#[source] io::Error),
    /// Another process has the bank open.
    #[error("outro processo já usa este banco")]
    EmUso,
    /// The journal is damaged in a part that had been synced. Nothing was changed.
    #[error("o diário está corrompido: {arquivo}, byte {posicao}")]
    Corrompido {
        /// The damaged file, relative to the bank's directory.
        arquivo: String,
        /// Where the damage begins, in bytes.
        posicao: usize,
    },
    /// A segment of the journal that recovery needs is not there. Nothing was changed.
    #[error("falta {arquivo}, de que o banco precisa")]
    Falta {
        /// The segment, relative to the bank's directory.
        arquivo: String,
    },
    /// The account files are ahead of the journal: the directory was copied while a bank ran, its
    /// journal first. Nothing was changed.
    #[error("os arquivos das contas e o diário não são do mesmo momento")]
    NaoPertencem {
        /// Accounts whose file holds a balance that the journal does not know, in RG order. There
        /// may be more, of which the journal has no record.
        contas: Vec<Rg>,
        /// A file of the journal that is not of the same moment as the others, relative to the bank's
        /// directory.
        arquivo: Option<String>,
    },
}

impl ErroAbrir {
    /// Whose fault it is: the caller's, who named the directory, or the storage's.
    pub fn culpa(&self) -> Culpa {
        match self {
            Self::NaoExiste | Self::EmUso | Self::NaoPertencem { .. } => Culpa::Chamador,
            Self::Ilegivel(_)
            | Self::Arquivo { .. }
            | Self::SemEspaco(_)
            | Self::Corrompido { .. }
            | Self::Falta { .. } => Culpa::Armazenamento,
        }
    }
}

impl From<io::Error> for ErroAbrir {
    fn from(erro: io::Error) -> Self {
        let arquivo = ErroDeArquivo::em(&erro).map(|nomeado| nomeado.arquivo.clone());
        match (erro.kind(), arquivo) {
            (io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded, _) => Self::SemEspaco(erro),
            (_, Some(arquivo)) => Self::Arquivo { arquivo, erro },
            (io::ErrorKind::NotFound, None) => Self::NaoExiste,
            (io::ErrorKind::WouldBlock, None) => Self::EmUso,
            (_, None) => Self::Ilegivel(erro),
        }
    }
}
