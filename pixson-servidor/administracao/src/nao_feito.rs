//! Why a command was not done: its sentences and its exit code.

use std::io;
use std::path::{Path, PathBuf};

use pixson_core::banco::ErroAbrir;
#[cfg(feature = "postgres")]
use pixson_core::banco::ErroPostgres;
use pixson_linha::fala::sem_saida;
use pixson_linha::portugues::causa;

use super::frases;

/// Something was refused, or does not add up.
const RECUSADO_CODIGO: u8 = 1;

/// The bank or a file cannot be read or written, or is in use.
pub const ILEGIVEL_CODIGO: u8 = 3;

/// Whether the command was done is unknown.
const DESCONHECIDO_CODIGO: u8 = 5;

/// Why a command was not done.
#[derive(Debug)]
pub(super) enum NaoFeito {
    /// The bank cannot be used.
    Banco(ErroAbrir),
    /// The bank on PostgreSQL cannot be used.
    #[cfg(feature = "postgres")]
    Postgres(ErroPostgres),
    /// The command is refused, with these sentences.
    Recusada(Vec<String>),
    /// Standard output cannot be written.
    SaidaPadrao(io::Error),
    /// The same, after the command has changed the bank.
    FeitoSemSaida(io::Error),
    /// A file that the command line names cannot be read or written.
    Arquivo(PathBuf, io::Error),
    /// The disk failed during the command, whose outcome is unknown.
    Desconhecida,
    /// The same for a database that did not answer.
    #[cfg(feature = "postgres")]
    SemRespostaDoPostgres,
}

impl From<ErroAbrir> for NaoFeito {
    fn from(erro: ErroAbrir) -> Self {
        Self::Banco(erro)
    }
}

#[cfg(feature = "postgres")]
impl From<ErroPostgres> for NaoFeito {
    fn from(erro: ErroPostgres) -> Self {
        Self::Postgres(erro)
    }
}

impl NaoFeito {
    pub(super) fn recusada(frase: impl Into<String>) -> Self {
        Self::Recusada(vec![frase.into()])
    }

    /// The sentences for the person who asked, and the exit code.
    pub(super) fn dizer(self, contas: &Path) -> (Vec<String>, u8) {
        match self {
            Self::Banco(erro) => (vec![frases::de_abertura(contas, &erro)], ILEGIVEL_CODIGO),
            #[cfg(feature = "postgres")]
            Self::Postgres(erro) => {
                (vec![format!("O banco não pôde ser usado em {erro}.")], ILEGIVEL_CODIGO)
            }
            Self::Recusada(frases) => (frases, RECUSADO_CODIGO),
            // A reader that has gone away is no failure of a command that only shows something.
            Self::SaidaPadrao(erro) if erro.kind() == io::ErrorKind::BrokenPipe => (vec![], 0),
            Self::SaidaPadrao(erro) => (vec![sem_saida(&erro)], ILEGIVEL_CODIGO),
            Self::FeitoSemSaida(erro) => {
                let causa = causa(&erro);
                let frase = format!(
                    "A operação foi feita, mas não foi possível escrever a saída ({causa})."
                );
                (vec![frase], ILEGIVEL_CODIGO)
            }
            Self::Arquivo(arquivo, erro) => {
                (vec![format!("{}: {}.", arquivo.display(), causa(&erro))], ILEGIVEL_CODIGO)
            }
            Self::Desconhecida => {
                let frase = "O armazenamento falhou: não se sabe se a operação foi feita. O próximo \
                             comando, ou o servidor ao iniciar, recupera o banco; consulte então as \
                             contas.";
                (vec![frase.into()], DESCONHECIDO_CODIGO)
            }
            #[cfg(feature = "postgres")]
            Self::SemRespostaDoPostgres => {
                let frase = "O PostgreSQL não respondeu: não se sabe se a operação foi feita. \
                             Consulte as contas quando ele voltar.";
                (vec![frase.into()], DESCONHECIDO_CODIGO)
            }
        }
    }
}
