//! The session of a lane: a connection that is ready for batches, and what is said on it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

use super::comandos::{
    CONTAS_TRANCAR, DESLIGADAS, GRAVAR, GRAVAR_DE_MEMORIA, PREPARAR_VIA, VIA_LER, VIA_NOVA,
    VIA_TOMAR, VIA_TRANCAR,
};
use super::conexao::{ate, entrar, limite_de_tranca};
use super::configuracao::ConfiguracaoPostgres;
use super::decididas::{Decididas, LinhaDaConta};
use super::falha::{FalhaDoBanco, REPETICOES_MAX, Remedio};
use super::lancamentos::{Colunas, ColunasLidas};
use super::valores::{carimbo_de, saldo_de};
use crate::tipos::Rg;

/// The longest that a lane waits for one lock: an hour.
const TRANCA_MAX: Duration = Duration::from_hours(1);

/// A lane: its epoch, and the name of the process.
#[derive(Clone, Debug)]
pub(super) struct Dono {
    pub(super) epoca: i64,
    pub(super) instancia: String,
}

/// A name for this process that no other one has.
pub(super) fn nome_sorteado() -> String {
    format!("{:032x}", fastrand::u128(..))
}

/// A connection that is ready for batches.
#[derive(Debug)]
pub(super) struct SessaoPostgres {
    cliente: Client,
    via_trancar: Statement,
    contas_trancar: Statement,
    gravar: Statement,
    gravar_de_memoria: Statement,
    /// The database has warned of something since this was last looked at.
    avisou: Arc<AtomicBool>,
}

/// How a batch that was sent for good has ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Gravacao {
    Feita,
    /// It is there, but perhaps on one machine only.
    SemReplica,
}

impl SessaoPostgres {
    /// Connects. The session waits for a row that somebody else holds for a part of the time that a batch has,
    /// and the batch is then done again: if the wait took all of that time, nobody would know what becomes of a
    /// batch that was sent for good.
    pub(super) async fn abrir(
        configuracao: &ConfiguracaoPostgres,
        prazo: Instant,
    ) -> Result<Self, FalhaDoBanco> {
        let (cliente, avisou) = entrar(configuracao, prazo).await?;
        let limite = limite_de_tranca(TRANCA_MAX.min(configuracao.espera / REPETICOES_MAX));
        ate(prazo, cliente.batch_execute(&format!("{PREPARAR_VIA}; SET {limite}"))).await?;
        let via_trancar = ate(prazo, cliente.prepare(VIA_TRANCAR)).await?;
        let contas_trancar = ate(prazo, cliente.prepare(CONTAS_TRANCAR)).await?;
        let gravar = ate(prazo, cliente.prepare(GRAVAR)).await?;
        let gravar_de_memoria = ate(prazo, cliente.prepare(GRAVAR_DE_MEMORIA)).await?;
        Ok(Self { cliente, via_trancar, contas_trancar, gravar, gravar_de_memoria, avisou })
    }

    /// Whether the connection is known to have ended.
    pub(super) fn acabou(&self) -> bool {
        self.cliente.is_closed()
    }

    /// The settings of the database under which a power cut loses what was acknowledged.
    pub(super) async fn desligadas(&self, prazo: Instant) -> Result<Option<String>, FalhaDoBanco> {
        Ok(ate(prazo, self.cliente.query_one(DESLIGADAS, &[])).await?.try_get(0)?)
    }

    /// Asks for nothing.
    pub(super) async fn perguntar(&self, prazo: Instant) -> Result<(), FalhaDoBanco> {
        ate(prazo, self.cliente.batch_execute("")).await
    }

    /// Draws an epoch for a process.
    pub(super) async fn nova_via(
        &self,
        instancia: &str,
        prazo: Instant,
    ) -> Result<i64, FalhaDoBanco> {
        Ok(ate(prazo, self.cliente.query_one(VIA_NOVA, &[&instancia])).await?.try_get(0)?)
    }

    /// The number of the lane's last batch. `None` if this database does not know the lane.
    pub(super) async fn ler_via(
        &self,
        dono: &Dono,
        prazo: Instant,
    ) -> Result<Option<i64>, FalhaDoBanco> {
        let parametros: [&(dyn ToSql + Sync); 2] = [&dono.epoca, &dono.instancia];
        let linha = ate(prazo, self.cliente.query_opt(VIA_LER, &parametros)).await?;
        Ok(linha.map(|linha| linha.try_get(0)).transpose()?)
    }

    /// Takes a number, so that no batch can have it any more, unless one has it: then it was made. `None` if
    /// the lane is at neither this number nor the one before it.
    pub(super) async fn tomar(
        &self,
        dono: &Dono,
        numero: i64,
        prazo: Instant,
    ) -> Result<Option<bool>, FalhaDoBanco> {
        let parametros: [&(dyn ToSql + Sync); 3] = [&dono.epoca, &dono.instancia, &numero];
        self.avisou.store(false, Ordering::Relaxed);
        let linha = match ate(prazo, self.cliente.query_opt(VIA_TOMAR, &parametros)).await {
            // The batch in question holds the row: it is still under way.
            Err(falha) if falha.codigo == Some(SqlState::LOCK_NOT_AVAILABLE) => {
                return Err(FalhaDoBanco::sem_resposta());
            }
            lida => lida?,
        };
        // The answer is on one machine only, and perhaps the batch is, too.
        if self.avisou.load(Ordering::Relaxed) {
            return Err(FalhaDoBanco::sem_resposta());
        }
        Ok(linha.map(|linha| linha.try_get(0)).transpose()?)
    }

    /// Begins a batch: locks the lane's row and the accounts, and reads them. One message and its answer.
    pub(super) async fn trancar(
        &self,
        dono: &Dono,
        numero: i64,
        rgs: &[Rg],
        prazo: Instant,
    ) -> Result<BTreeMap<Rg, LinhaDaConta>, FalhaDoBanco> {
        let rgs: Vec<&str> = rgs.iter().map(Rg::as_str).collect();
        let da_via: [&(dyn ToSql + Sync); 3] = [&dono.epoca, &dono.instancia, &numero];
        let das_contas: [&(dyn ToSql + Sync); 1] = [&rgs];
        let (via, contas) = ate(prazo, async {
            let (comecou, via, contas) = tokio::join!(
                self.cliente.batch_execute("BEGIN"),
                self.cliente.query_opt(&self.via_trancar, &da_via),
                self.cliente.query(&self.contas_trancar, &das_contas),
            );
            // In this order: what fails first says why, and those after it that it has failed.
            comecou?;
            Ok((via?, contas?))
        })
        .await?;
        if via.is_none() {
            return Err(FalhaDoBanco::via_perdida());
        }
        contas
            .iter()
            .map(|linha| {
                let (rg, saldo, carimbo): (&str, i64, i64) =
                    (linha.try_get(0)?, linha.try_get(1)?, linha.try_get(2)?);
                match (rg.parse(), saldo_de(saldo), carimbo_de(carimbo)) {
                    (Ok(rg), Some(saldo), Some(carimbo)) => {
                        Ok((rg, LinhaDaConta { saldo, carimbo }))
                    }
                    _ => Err(FalhaDoBanco::linha_ilegal()),
                }
            })
            .collect()
    }

    /// Writes a batch and commits it. One message and its answer. Unless its failure says
    /// `nao_feita`, the batch may be there.
    pub(super) async fn gravar(
        &self,
        dono: &Dono,
        numero: i64,
        decididas: &Decididas,
        prazo: Instant,
    ) -> Result<Gravacao, FalhaDoBanco> {
        let colunas = Colunas::de(decididas);
        let da_via: [&(dyn ToSql + Sync); 4] =
            [&dono.epoca, &dono.instancia, &numero, &colunas.ultimo];
        let parametros = [&da_via[..], &colunas.linhas()].concat();
        self.avisou.store(false, Ordering::Relaxed);
        ate(prazo, async {
            let (gravou, confirmou) = tokio::join!(
                self.cliente.execute(&self.gravar, &parametros),
                self.cliente.batch_execute("COMMIT"),
            );
            // What the first one has refused, the second one has rolled back.
            gravou?;
            confirmou
        })
        .await?;
        Ok(self.gravacao())
    }

    /// Writes a batch that was decided on rows as they are remembered, and commits it. One message and its
    /// answer; the failure is as that of [`SessaoPostgres::gravar`].
    pub(super) async fn gravar_de_memoria(
        &self,
        dono: &Dono,
        numero: i64,
        lidas: &ColunasLidas,
        decididas: &Decididas,
        prazo: Instant,
    ) -> Result<Gravacao, FalhaDoBanco> {
        let colunas = Colunas::de(decididas);
        let da_via: [&(dyn ToSql + Sync); 4] =
            [&dono.epoca, &dono.instancia, &numero, &colunas.ultimo];
        let parametros = [&da_via[..], &colunas.linhas(), &lidas.linhas()].concat();
        self.avisou.store(false, Ordering::Relaxed);
        let gravado = ate(prazo, self.cliente.execute(&self.gravar_de_memoria, &parametros)).await;
        match gravado {
            Ok(_) => Ok(self.gravacao()),
            Err(falha) if falha.codigo == Some(SqlState::INVALID_TEXT_REPRESENTATION) => {
                Err(FalhaDoBanco { remedio: Remedio::Reler, ..falha })
            }
            Err(falha) => Err(falha),
        }
    }

    /// How a commit has ended that was answered just now: a warning arrives before that answer.
    fn gravacao(&self) -> Gravacao {
        let avisou = self.avisou.load(Ordering::Relaxed);
        if avisou { Gravacao::SemReplica } else { Gravacao::Feita }
    }

    /// Gives up a batch.
    pub(super) async fn desfazer(&self, prazo: Instant) -> Result<(), FalhaDoBanco> {
        ate(prazo, self.cliente.batch_execute("ROLLBACK")).await
    }
}
