//! How a connection to the database is made, whoever uses it, and how long an answer is waited for.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_postgres::error::Severity;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, GenericClient, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::comandos::{PREPARAR_SESSAO, VERSAO, VERSAO_DO_ESQUEMA};
use super::configuracao::ConfiguracaoPostgres;
use super::falha::FalhaDoBanco;

/// How long the database has for an answer at least, however little time is left: 500 ms. Otherwise a
/// batch that was begun late could not end.
const RESPOSTA_MIN: Duration = Duration::from_millis(500);

/// A connection, and a flag that is set when the database warns of something.
pub(super) type Conectada = (Client, Arc<AtomicBool>);

/// Waits for an answer.
pub(super) async fn ate<T>(
    prazo: Instant,
    resposta: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, FalhaDoBanco> {
    let resta = prazo.saturating_duration_since(Instant::now()).max(RESPOSTA_MIN);
    match timeout(resta, resposta).await {
        Ok(resposta) => resposta.map_err(FalhaDoBanco::from),
        Err(_) => Err(FalhaDoBanco::sem_resposta()),
    }
}

/// Connects to the first server that takes us. Each has its share of the time, so that one that says
/// nothing does not keep us from those after it.
pub(super) async fn conectar(
    configuracao: &ConfiguracaoPostgres,
    prazo: Instant,
) -> Result<Conectada, FalhaDoBanco> {
    let mut falha = FalhaDoBanco::sem_resposta();
    for (host, faltam) in configuracao.hosts.iter().zip((1..=configuracao.hosts.len()).rev()) {
        let resta = prazo.saturating_duration_since(Instant::now());
        let parte = resta / u32::try_from(faltam).unwrap_or(u32::MAX);
        match conectar_a(host, configuracao.cifra.as_deref(), Instant::now() + parte).await {
            Ok(conectada) => return Ok(conectada),
            Err(dele) => falha = dele,
        }
    }
    Err(falha)
}

async fn conectar_a(
    host: &Config,
    cifra: Option<&ClientConfig>,
    prazo: Instant,
) -> Result<Conectada, FalhaDoBanco> {
    let avisou = Arc::new(AtomicBool::new(false));
    let dele = Arc::clone(&avisou);
    let cliente = if let Some(cifra) = cifra {
        let cifra = MakeRustlsConnect::new(cifra.clone());
        let (cliente, conexao) = ate(prazo, host.connect(cifra)).await?;
        tokio::spawn(dirigir(conexao, dele));
        cliente
    } else {
        let (cliente, conexao) = ate(prazo, host.connect(NoTls)).await?;
        tokio::spawn(dirigir(conexao, dele));
        cliente
    };
    Ok((cliente, avisou))
}

/// Connects to a bank whose tables are of this version, for whatever changes or reads it.
pub(super) async fn entrar(
    configuracao: &ConfiguracaoPostgres,
    prazo: Instant,
) -> Result<Conectada, FalhaDoBanco> {
    let (cliente, avisou) = conectar(configuracao, prazo).await?;
    ate(prazo, cliente.batch_execute(PREPARAR_SESSAO)).await?;
    conferir_versao(&cliente, prazo).await?;
    Ok((cliente, avisou))
}

/// The setting of the database by which a statement waits so long for a lock: 1 ms to a day.
pub(super) fn limite_de_tranca(espera: Duration) -> String {
    format!("lock_timeout = {}", espera.as_millis().clamp(1, 86_400_000))
}

/// Whether the tables are of this version.
pub(super) async fn conferir_versao(
    cliente: &impl GenericClient,
    prazo: Instant,
) -> Result<(), FalhaDoBanco> {
    let versao: i32 = ate(prazo, cliente.query_one(VERSAO, &[])).await?.try_get(0)?;
    if versao == VERSAO_DO_ESQUEMA { Ok(()) } else { Err(FalhaDoBanco::outra_versao(versao)) }
}

/// Carries bytes and notes warnings, until the connection ends.
async fn dirigir<F>(mut conexao: Connection<Socket, F>, avisou: Arc<AtomicBool>)
where
    F: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(mensagem)) = poll_fn(|contexto| conexao.poll_message(contexto)).await {
        if let AsyncMessage::Notice(aviso) = mensagem
            && aviso.parsed_severity() == Some(Severity::Warning)
        {
            avisou.store(true, Ordering::Relaxed);
        }
    }
}
