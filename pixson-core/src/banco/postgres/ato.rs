//! An act of the administration: one transaction with a lane's row of its own, so that it can be asked
//! afterwards whether it was done (docs/distribuido.md, sections 3 and 5).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::time::sleep;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Transaction};

use super::comandos_de_gestao::{
    EPOCA_NOVA, VIA_CARIMBAR, VIA_DO_ATO, VIA_TOMAR_DO_ATO, VIAS_TRANCAR, VIAS_ULTIMO,
};
use super::conexao::{ate, entrar, limite_de_tranca};
use super::configuracao::ConfiguracaoPostgres;
use super::falha::{FalhaDoBanco, Remedio};
use super::sessao::{Dono, nome_sorteado};
use super::valores::do_carimbo;
use crate::relogio::{Carimbo, RelogioEsgotado};
use crate::tipos::Rg;

/// How long to wait before the database is asked again what became of an act: 50 ms.
const PAUSA: Duration = Duration::from_millis(50);

/// Why an act was not done, or is not known to be.
#[derive(Debug)]
pub(super) enum FalhaDoAto {
    /// Nothing of it was done, and never will be.
    NadaFeito(FalhaDoBanco),
    /// These accounts are there already.
    Existentes(Vec<Rg>),
    NaoEncontrada,
    SemCarimbo,
    /// Whether it was done could not be asked.
    Desconhecido,
}

impl From<FalhaDoBanco> for FalhaDoAto {
    fn from(falha: FalhaDoBanco) -> Self {
        Self::NadaFeito(falha)
    }
}

impl From<tokio_postgres::Error> for FalhaDoAto {
    fn from(erro: tokio_postgres::Error) -> Self {
        Self::NadaFeito(erro.into())
    }
}

impl From<RelogioEsgotado> for FalhaDoAto {
    fn from(_: RelogioEsgotado) -> Self {
        Self::SemCarimbo
    }
}

/// A connection of the administration.
#[derive(Debug)]
pub(super) struct Ligada {
    pub(super) cliente: Client,
    /// The database has warned of something since this was last looked at.
    avisou: Arc<AtomicBool>,
    instancia: String,
}

impl Ligada {
    pub(super) async fn abrir(configuracao: &ConfiguracaoPostgres) -> Result<Self, FalhaDoBanco> {
        let prazo = Instant::now() + configuracao.espera;
        let (cliente, avisou) = entrar(configuracao, prazo).await?;
        Ok(Self { cliente, avisou, instancia: nome_sorteado() })
    }

    /// Waits until what was given up is rolled back: dropping a transaction only puts that in line, and
    /// nothing is sent while nobody waits for this connection.
    pub(super) async fn assentar(&self, configuracao: &ConfiguracaoPostgres) {
        let prazo = Instant::now() + configuracao.espera;
        // If it fails, the connection has ended, and its transaction with it.
        let _ = ate(prazo, self.cliente.batch_execute("")).await;
    }
}

/// An act that is under way. What is not confirmed is not done.
pub(super) struct AtoDeGestao<'l> {
    pub(super) transacao: Transaction<'l>,
    configuracao: &'l ConfiguracaoPostgres,
    avisou: &'l AtomicBool,
    dono: Dono,
}

impl<'l> AtoDeGestao<'l> {
    /// Begins a transaction that waits for each lock no longer than an operation does.
    pub(super) async fn comecar(
        ligada: &'l mut Ligada,
        configuracao: &'l ConfiguracaoPostgres,
    ) -> Result<Self, FalhaDoAto> {
        let Ligada { cliente, avisou, instancia } = ligada;
        let epoca = cliente.query_one(EPOCA_NOVA, &[]).await?.try_get(0)?;
        let dono = Dono { epoca, instancia: instancia.clone() };
        let transacao = cliente.transaction().await?;
        let limite = limite_de_tranca(configuracao.espera);
        transacao.batch_execute(&format!("SET LOCAL {limite}")).await?;
        Ok(Self { transacao, configuracao, avisou, dono })
    }

    /// Waits until no batch of any server is under way, and lets none begin. Returns the highest stamp of
    /// all lanes.
    pub(super) async fn parar_as_vias(&self) -> Result<i64, FalhaDoAto> {
        self.transacao.batch_execute(VIAS_TRANCAR).await?;
        self.entrar().await?;
        Ok(self.transacao.query_one(VIAS_ULTIMO, &[]).await?.try_get(0)?)
    }

    /// Writes the lane's row. Servers lock theirs before any account, and so do acts that lock accounts.
    pub(super) async fn entrar(&self) -> Result<(), FalhaDoAto> {
        self.transacao.execute(VIA_DO_ATO, &[&self.dono.epoca, &self.dono.instancia]).await?;
        Ok(())
    }

    pub(super) fn epoca(&self) -> i64 {
        self.dono.epoca
    }

    /// Commits it with its stamp. If the answer is lost, the database is asked.
    pub(super) async fn confirmar(self, carimbo: Carimbo) -> Result<(), FalhaDoAto> {
        let Self { transacao, configuracao, avisou, dono } = self;
        transacao.execute(VIA_CARIMBAR, &[&dono.epoca, &do_carimbo(carimbo)]).await?;
        avisou.store(false, Ordering::Relaxed);
        let prazo = Instant::now() + configuracao.espera;
        match ate(prazo, transacao.commit()).await {
            // It is there, but perhaps on one machine only.
            Ok(()) if avisou.load(Ordering::Relaxed) => Err(FalhaDoAto::Desconhecido),
            Ok(()) => Ok(()),
            Err(falha) if falha.nao_feita => Err(falha.into()),
            Err(falha) => match foi_feito(configuracao, &dono).await {
                Some(true) => Ok(()),
                Some(false) => Err(falha.into()),
                None => Err(FalhaDoAto::Desconhecido),
            },
        }
    }
}

/// Whether an act was done whose commit was not answered, `None` if nobody can be asked in time.
async fn foi_feito(configuracao: &ConfiguracaoPostgres, dono: &Dono) -> Option<bool> {
    let prazo = Instant::now() + configuracao.espera;
    loop {
        match perguntar(configuracao, dono, prazo).await {
            Ok(feito) => return feito,
            Err(falha) if falha.remedio == Remedio::Nenhum => return None,
            Err(_) if Instant::now() >= prazo => return None,
            Err(_) => sleep(PAUSA).await,
        }
    }
}

async fn perguntar(
    configuracao: &ConfiguracaoPostgres,
    dono: &Dono,
    prazo: Instant,
) -> Result<Option<bool>, FalhaDoBanco> {
    let (cliente, avisou) = entrar(configuracao, prazo).await?;
    let parametros: [&(dyn ToSql + Sync); 2] = [&dono.epoca, &dono.instancia];
    let linha = ate(prazo, cliente.query_one(VIA_TOMAR_DO_ATO, &parametros)).await?;
    // The answer is on one machine only, and perhaps the act is, too.
    let feito = linha.try_get(0)?;
    Ok((!avisou.load(Ordering::Relaxed)).then_some(feito))
}
