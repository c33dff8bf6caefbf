//! The administration: the commands for a bank in files that no server has open, and for one on
//! PostgreSQL, which servers may have open.

mod alteracao;
mod comandos;
mod consulta;
mod extrato;
pub mod frases;
mod importacao;
mod linhas;
mod livro;
mod nao_feito;
#[cfg(feature = "postgres")]
mod postgres;
mod processadores;
mod progresso;
mod saida;

use std::path::Path;
use std::process::ExitCode;

use pixson_linha::fala::dizer;

pub use self::comandos::{AcaoSobreContas, ComandoDaAdministracao};
pub use self::nao_feito::ILEGIVEL_CODIGO;
use self::nao_feito::NaoFeito;

/// Does what the command line asks for, writes what it shows or why it failed, and returns the exit
/// code.
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
        ComandoDaAdministracao::Extrato { rg, json } => extrato::extrato(contas, *rg, *json),
        ComandoDaAdministracao::Auditar { json } => livro::auditoria(contas, *json),
        #[cfg(feature = "postgres")]
        ComandoDaAdministracao::Banco { .. } => {
            Err(NaoFeito::recusada("Indique o banco com --banco postgres://USUÁRIO@HOST/BANCO."))
        }
    };
    concluir(feito, contas)
}

/// As [`executar`], for a bank on PostgreSQL, which servers may have open.
#[cfg(feature = "postgres")]
pub fn executar_no_postgres(
    comando: &ComandoDaAdministracao,
    configuracao: &pixson_core::banco::ConfiguracaoPostgres,
) -> ExitCode {
    concluir(postgres::executar(comando, configuracao), Path::new(""))
}

fn concluir(feito: Result<(), NaoFeito>, contas: &Path) -> ExitCode {
    let (frases, codigo) = match feito {
        Ok(()) => return ExitCode::SUCCESS,
        Err(falha) => falha.dizer(contas),
    };
    // If even these sentences cannot be written, the exit code still reports the failure.
    let _ = dizer(frases);
    ExitCode::from(codigo)
}
