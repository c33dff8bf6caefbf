//! What the administration reads on PostgreSQL: accounts and statements, each as of one moment, also while
//! servers stand on the bank.

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, IsolationLevel, Row, Transaction};

use super::ato::Ligada;
use super::comandos_de_gestao::{CONTA, CONTAS, EXTRATO, PREPARAR_LEITURA};
use super::escritura::{LancamentoPostgres, LinhaDoLivro};
use super::falha::FalhaDoBanco;
use super::gestao::AdministracaoPostgres;
use super::valores::saldo_de;
use super::{ConfiguracaoPostgres, ErroPostgres};
use crate::banco::abertura::Conta;
use crate::tipos::Rg;

/// How many rows come at a time: so much is in memory.
const LINHAS_POR_VEZ: i32 = 4096;

/// A reading as of one moment.
pub(super) struct LeituraPostgres<'l> {
    pub(super) transacao: Transaction<'l>,
    configuracao: &'l ConfiguracaoPostgres,
}

/// Reads as of one moment, and ends the reading whatever comes of it.
pub(super) async fn ler<T, E: From<ErroPostgres>>(
    ligada: &mut Ligada,
    configuracao: &ConfiguracaoPostgres,
    oque: impl AsyncFnOnce(&LeituraPostgres<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let lido = match LeituraPostgres::abrir(&mut ligada.cliente, configuracao).await {
        Ok(leitura) => oque(&leitura).await,
        Err(erro) => Err(erro.into()),
    };
    ligada.assentar(configuracao).await;
    lido
}

impl<'l> LeituraPostgres<'l> {
    async fn abrir(
        cliente: &'l mut Client,
        configuracao: &'l ConfiguracaoPostgres,
    ) -> Result<Self, ErroPostgres> {
        let aberta = async {
            let transacao = cliente.build_transaction().read_only(true);
            let transacao =
                transacao.isolation_level(IsolationLevel::RepeatableRead).start().await?;
            transacao.batch_execute(PREPARAR_LEITURA).await?;
            Ok(transacao)
        };
        let recusar = |erro: tokio_postgres::Error| recusado(configuracao, erro);
        Ok(Self { transacao: aberta.await.map_err(recusar)?, configuracao })
    }

    pub(super) fn recusado(&self, falha: impl Into<FalhaDoBanco>) -> ErroPostgres {
        recusado(self.configuracao, falha)
    }

    /// Visits the rows of a query, with a bounded number of them in memory.
    pub(super) async fn percorrer<E: From<ErroPostgres>>(
        &self,
        consulta: &str,
        parametros: &[&(dyn ToSql + Sync)],
        mut visitar: impl FnMut(&Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let recusar = |erro: tokio_postgres::Error| E::from(self.recusado(erro));
        let portal = self.transacao.bind(consulta, parametros).await.map_err(recusar)?;
        loop {
            let linhas = self.transacao.query_portal(&portal, LINHAS_POR_VEZ).await;
            let linhas = linhas.map_err(recusar)?;
            if linhas.is_empty() {
                return Ok(());
            }
            linhas.iter().try_for_each(&mut visitar)?;
        }
    }
}

fn recusado(configuracao: &ConfiguracaoPostgres, falha: impl Into<FalhaDoBanco>) -> ErroPostgres {
    ErroPostgres::recusado(configuracao, &falha.into())
}

impl AdministracaoPostgres {
    /// One account, `None` if there is none.
    ///
    /// # Errors
    ///
    /// The database does not answer or refuses.
    pub fn conta(&mut self, rg: Rg) -> Result<Option<Conta<String>>, ErroPostgres> {
        let Self { configuracao, runtime, ligada } = self;
        let linha = runtime.block_on(ligada.cliente.query_opt(CONTA, &[&rg.as_str()]));
        let linha = linha.map_err(|erro| recusado(configuracao, erro))?;
        let conta = linha.as_ref().map(conta_de).transpose();
        conta.map_err(|falha| recusado(configuracao, falha))
    }

    /// Visits all accounts in RG order, as they are at one moment.
    ///
    /// # Errors
    ///
    /// The database does not answer or refuses, or what `visitar` says.
    pub fn contas<E: From<ErroPostgres>>(
        &mut self,
        mut visitar: impl FnMut(&Conta<String>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { configuracao, runtime, ligada } = self;
        runtime.block_on(ler(ligada, configuracao, async |leitura: &LeituraPostgres<'_>| {
            let visita =
                |linha: &Row| visitar(&conta_de(linha).map_err(|falha| leitura.recusado(falha))?);
            leitura.percorrer(CONTAS, &[], visita).await
        }))
    }

    /// Visits what was done to an account, in order, as far as its rows can be understood.
    ///
    /// # Errors
    ///
    /// The database does not answer or refuses, or what `visitar` says.
    pub fn extrato<E: From<ErroPostgres>>(
        &mut self,
        rg: Rg,
        mut visitar: impl FnMut(LancamentoPostgres) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { configuracao, runtime, ligada } = self;
        runtime.block_on(ler(ligada, configuracao, async |leitura: &LeituraPostgres<'_>| {
            let visita = |linha: &Row| {
                let linha = LinhaDoLivro::de(linha).map_err(|erro| leitura.recusado(erro))?;
                visitar(linha.lancamento())
            };
            leitura.percorrer(EXTRATO, &[&rg.as_str()], visita).await
        }))
    }
}

fn conta_de(linha: &Row) -> Result<Conta<String>, FalhaDoBanco> {
    let (rg, nome, saldo): (&str, String, i64) =
        (linha.try_get(0)?, linha.try_get(1)?, linha.try_get(2)?);
    match (rg.parse(), saldo_de(saldo)) {
        (Ok(rg), Some(saldo)) => Ok(Conta { rg, nome, saldo }),
        _ => Err(FalhaDoBanco::linha_ilegal()),
    }
}
