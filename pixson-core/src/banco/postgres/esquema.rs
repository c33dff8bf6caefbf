//! The tables of a bank: how they come to be.

use std::time::Instant;

use tokio::runtime::Builder;

use super::ErroPostgres;
use super::comandos::ESQUEMA;
use super::conexao::{ate, conectar, conferir_versao};
use super::configuracao::ConfiguracaoPostgres;
use super::falha::FalhaDoBanco;

/// What [`preparar`] found to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Preparo {
    /// The tables were made.
    Criado,
    /// They were there.
    JaEstava,
}

/// Makes the tables of a bank in the schema `pixson`, if there are none. Tables that are there are left as
/// they are, and any number of calls may be made at a time.
///
/// # Errors
///
/// The database does not answer or refuses, or has tables of another version.
pub fn preparar(configuracao: &ConfiguracaoPostgres) -> Result<Preparo, ErroPostgres> {
    let prazo = Instant::now() + configuracao.espera;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let preparo = runtime.block_on(criar(configuracao, prazo));
    preparo.map_err(|falha| ErroPostgres::recusado(configuracao, &falha))
}

async fn criar(
    configuracao: &ConfiguracaoPostgres,
    prazo: Instant,
) -> Result<Preparo, FalhaDoBanco> {
    let (mut cliente, _) = conectar(configuracao, prazo).await?;
    let transacao = ate(prazo, cliente.transaction()).await?;
    // One at a time: the number is that of this program, and nobody else's.
    ate(prazo, transacao.batch_execute("SELECT pg_advisory_xact_lock(7049746)")).await?;
    let existe = "SELECT to_regclass('pixson.esquema') IS NOT NULL";
    if ate(prazo, transacao.query_one(existe, &[])).await?.try_get(0)? {
        conferir_versao(&transacao, prazo).await?;
        return Ok(Preparo::JaEstava);
    }
    ate(prazo, transacao.batch_execute(ESQUEMA)).await?;
    ate(prazo, transacao.commit()).await?;
    Ok(Preparo::Criado)
}
