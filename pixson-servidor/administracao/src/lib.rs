//! The administration: what can be asked of a bank that no server has open.

mod alteracao;
mod comandos;
mod consulta;
pub mod frases;
mod importacao;
mod linhas;
mod livro;
mod progresso;
mod saida;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pixson_core::banco::ErroAbrir;
use pixson_linha::fala::{dizer, sem_saida};
use pixson_linha::portugues::causa;

pub use self::comandos::{AcaoSobreContas, ComandoDaAdministracao};

/// Something was refused, or does not add up.
const RECUSADO_CODIGO: u8 = 1;

/// The bank or a file cannot be read or written, or is in use.
pub const ILEGIVEL_CODIGO: u8 = 3;

/// Whether it was done, nobody can say.
const DESCONHECIDO_CODIGO: u8 = 5;

/// Why a command was not done.
#[derive(Debug)]
enum NaoFeito {
    /// The bank cannot be used.
    Banco(ErroAbrir),
    /// What was asked for is refused, in so many sentences.
    Recusada(Vec<String>),
    /// Standard output does not take any more.
    SaidaPadrao(io::Error),
    /// The same, of what has changed the bank.
    FeitoSemSaida(io::Error),
    /// A file that the command line names.
    Arquivo(PathBuf, io::Error),
    /// The disk failed while it was done.
    Desconhecida,
}

impl From<ErroAbrir> for NaoFeito {
    fn from(erro: ErroAbrir) -> Self {
        Self::Banco(erro)
    }
}

impl NaoFeito {
    fn recusada(frase: impl Into<String>) -> Self {
        Self::Recusada(vec![frase.into()])
    }

    fn dizer(self, contas: &Path) -> (Vec<String>, u8) {
        match self {
            Self::Banco(erro) => (vec![frases::de_abertura(contas, &erro)], ILEGIVEL_CODIGO),
            Self::Recusada(frases) => (frases, RECUSADO_CODIGO),
            // A reader that has gone away wants no more of what is only shown.
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
        }
    }
}

/// Does what the command line asks for, and returns the exit code.
pub fn executar(comando: &ComandoDaAdministracao, contas: &Path) -> ExitCode {
    let feito = match comando {
        ComandoDaAdministracao::Conta {
            acao: AcaoSobreContas::Criar { rg, nome, saldo, json },
        } => alteracao::criar(contas, *rg, nome, *saldo, *json),
        ComandoDaAdministracao::Conta { acao: AcaoSobreContas::Ajustar { rg, saldo, json } } => {
            alteracao::ajustar(contas, *rg, *saldo, *json)
        }
        ComandoDaAdministracao::Conta { acao: AcaoSobreContas::Listar { json } } => {
            consulta::listar(contas, *json)
        }
        ComandoDaAdministracao::Conta { acao: AcaoSobreContas::Mostrar { rg, json } } => {
            consulta::mostrar(contas, *rg, *json)
        }
        ComandoDaAdministracao::Importar { arquivo, json } => {
            importacao::importar(contas, arquivo, *json)
        }
        ComandoDaAdministracao::Exportar { arquivo } => consulta::exportar(contas, arquivo),
        ComandoDaAdministracao::Extrato { rg, json } => livro::extrato(contas, *rg, *json),
        ComandoDaAdministracao::Auditar { json } => livro::auditoria(contas, *json),
    };
    let (frases, codigo) = match feito {
        Ok(()) => return ExitCode::SUCCESS,
        Err(falha) => falha.dizer(contas),
    };
    // If even this cannot be written, the exit code still tells.
    let _ = dizer(frases);
    ExitCode::from(codigo)
}
