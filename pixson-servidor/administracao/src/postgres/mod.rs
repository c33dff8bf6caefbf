//! The commands for a bank on PostgreSQL. Servers may have it open: nothing here locks it for longer than
//! a transaction.

mod alteracao;
mod auditoria;
mod consulta;

use pixson_core::banco::{AdministracaoPostgres, ConfiguracaoPostgres, Preparo, preparar};

use super::alteracao::dizer;
use super::comandos::{AcaoSobreBanco, AcaoSobreContas, ComandoDaAdministracao};
use super::nao_feito::NaoFeito;

/// Does what the command line asks for.
pub(super) fn executar(
    comando: &ComandoDaAdministracao,
    configuracao: &ConfiguracaoPostgres,
) -> Result<(), NaoFeito> {
    let abrir = || AdministracaoPostgres::abrir(configuracao.clone());
    match comando {
        ComandoDaAdministracao::Banco { acao: AcaoSobreBanco::Preparar } => {
            let frase = match preparar(configuracao)? {
                Preparo::Criado => format!("Tabelas criadas em {configuracao}."),
                Preparo::JaEstava => format!("As tabelas já estavam em {configuracao}."),
            };
            dizer(|saida| saida.linha(&frase))
        }
        ComandoDaAdministracao::Conta {
            acao: AcaoSobreContas::Criar { rg, nome, saldo, json },
        } => alteracao::criar(&mut abrir()?, *rg, nome, *saldo, *json),
        ComandoDaAdministracao::Conta { acao: AcaoSobreContas::Ajustar { rg, saldo, json } } => {
            alteracao::ajustar(&mut abrir()?, *rg, *saldo, *json)
        }
        ComandoDaAdministracao::Conta { acao: AcaoSobreContas::Listar { json } } => {
            consulta::listar(&mut abrir()?, *json)
        }
        ComandoDaAdministracao::Conta { acao: AcaoSobreContas::Mostrar { rg, json } } => {
            consulta::mostrar(&mut abrir()?, *rg, *json)
        }
        ComandoDaAdministracao::Importar { arquivo, json } => {
            alteracao::importar(&mut abrir()?, arquivo, *json)
        }
        ComandoDaAdministracao::Exportar { arquivo } => consulta::exportar(&mut abrir()?, arquivo),
        ComandoDaAdministracao::Extrato { rg, json } => {
            consulta::extrato(&mut abrir()?, *rg, *json)
        }
        ComandoDaAdministracao::Auditar { json } => auditoria::auditoria(&mut abrir()?, *json),
    }
}
