//! The commands for a bank on PostgreSQL.

use pixson_core::banco::{ConfiguracaoPostgres, Preparo, preparar};

use super::alteracao::dizer;
use super::comandos::{AcaoSobreBanco, ComandoDaAdministracao};
use super::nao_feito::NaoFeito;

/// Does what the command line asks for.
pub(super) fn executar(
    comando: &ComandoDaAdministracao,
    configuracao: &ConfiguracaoPostgres,
) -> Result<(), NaoFeito> {
    match comando {
        ComandoDaAdministracao::Banco { acao: AcaoSobreBanco::Preparar } => {
            let frase = match preparar(configuracao)? {
                Preparo::Criado => format!("Tabelas criadas em {configuracao}."),
                Preparo::JaEstava => format!("As tabelas já estavam em {configuracao}."),
            };
            dizer(|saida| saida.linha(&frase))
        }
        _ => Err(NaoFeito::recusada("Este comando ainda é só para um banco em arquivos.")),
    }
}
