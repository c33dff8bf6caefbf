//! The acts of the administration on PostgreSQL: opening accounts, and setting a balance, also while
//! servers stand on the bank (docs/distribuido.md, section 3).

use std::pin::pin;

use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use super::ErroPostgres;
use super::ato::{AtoDeGestao, FalhaDoAto, Ligada};
use super::comandos_de_gestao::{
    AJUSTE_LANCAR, CONTA_AJUSTAR, CONTA_TRANCAR, NOVAS_ABRIR, NOVAS_ANALISAR, NOVAS_CARIMBAR,
    NOVAS_COPIAR, NOVAS_EXISTENTES, NOVAS_LANCAR, NOVAS_PREPARAR, VIAS_ULTIMO,
};
use super::configuracao::ConfiguracaoPostgres;
use super::falha::{FalhaDoBanco, REPETICOES_MAX};
use super::valores::{carimbo_de, do_carimbo, do_saldo, saldo_de};
use crate::banco::abertura::Abertura;
use crate::banco::regras::Movimento;
use crate::relogio::{Carimbo, Relogio, RelogioEsgotado};
use crate::tipos::{Culpa, Rg, Saldo};

/// From how many accounts on they are written before servers have to wait.
const ADIANTADAS_MIN: usize = 4096;

/// How far ahead of all lanes such an opening is stamped: 2^22. Servers do not come to it while it lasts,
/// and clients accept a thousand of such jumps at once.
const ADIANTE: i64 = 1 << 22;

/// The administration of a bank on PostgreSQL, over a connection of its own.
///
/// It asks for no lock of the bank: servers may stand on it all the while. An opening has them wait until
/// it is committed.
///
/// ```no_run
/// use pixson_core::Saldo;
/// use pixson_core::banco::{Abertura, AdministracaoPostgres, Conta};
///
/// let configuracao = "postgres://banco@localhost/pixson".parse()?;
/// let mut administracao = AdministracaoPostgres::abrir(configuracao)?;
/// let conta = Conta { rg: "3333333333".parse()?, nome: "Ana".parse()?, saldo: Saldo::ZERO };
/// administracao.abrir_contas(&Abertura::nova(vec![conta])?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct AdministracaoPostgres {
    pub(super) configuracao: ConfiguracaoPostgres,
    pub(super) runtime: Runtime,
    pub(super) ligada: Ligada,
}

/// Why an act of the administration was not done on PostgreSQL, or is not known to be.
#[derive(Debug, Error)]
pub enum ErroDeGestao {
    /// These accounts are there already: all that are, in RG order. Nothing was changed.
    #[error("contas que já existem")]
    Existentes(Vec<Rg>),
    /// There is no such account.
    #[error("a conta não existe")]
    NaoEncontrada,
    /// No stamp is left. Nothing was changed.
    #[error(transparent)]
    RelogioEsgotado(#[from] RelogioEsgotado),
    /// The database did not do it. Nothing was changed.
    #[error(transparent)]
    NadaFeito(#[from] ErroPostgres),
    /// The database did not answer at the end, and could not be asked afterwards: the act may be done.
    #[error("o PostgreSQL não respondeu: o resultado é desconhecido")]
    Desconhecido,
}

impl ErroDeGestao {
    /// Whose fault it is.
    pub fn culpa(&self) -> Culpa {
        match self {
            Self::Existentes(_) | Self::NaoEncontrada => Culpa::Solicitante,
            Self::RelogioEsgotado(erro) => erro.culpa(),
            Self::NadaFeito(erro) => erro.culpa(),
            Self::Desconhecido => Culpa::Armazenamento,
        }
    }

    fn de(configuracao: &ConfiguracaoPostgres, falha: FalhaDoAto) -> Self {
        match falha {
            FalhaDoAto::NadaFeito(falha) => {
                Self::NadaFeito(ErroPostgres::recusado(configuracao, &falha))
            }
            FalhaDoAto::Existentes(rgs) => Self::Existentes(rgs),
            FalhaDoAto::NaoEncontrada => Self::NaoEncontrada,
            FalhaDoAto::SemCarimbo => Self::RelogioEsgotado(RelogioEsgotado),
            FalhaDoAto::Desconhecido => Self::Desconhecido,
        }
    }
}

impl AdministracaoPostgres {
    /// Connects to a bank whose tables are there.
    ///
    /// # Errors
    ///
    /// No database answers within the time of the configuration, or it has no tables of this version.
    pub fn abrir(configuracao: ConfiguracaoPostgres) -> Result<Self, ErroPostgres> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let ligada = runtime.block_on(Ligada::abrir(&configuracao));
        let ligada = ligada.map_err(|falha| ErroPostgres::recusado(&configuracao, &falha))?;
        Ok(Self { configuracao, runtime, ligada })
    }

    /// Where the database is, and how long it is waited for.
    pub fn configuracao(&self) -> &ConfiguracaoPostgres {
        &self.configuracao
    }

    /// Opens these accounts: all of them, or none. They are there for every operation that follows, at
    /// any server.
    ///
    /// # Errors
    ///
    /// [`ErroDeGestao`].
    pub fn abrir_contas(&mut self, abertura: &Abertura) -> Result<(), ErroDeGestao> {
        let Self { configuracao, runtime, ligada } = self;
        let aberta = runtime.block_on(async {
            let aberta = abrir(ligada, configuracao, abertura).await;
            ligada.assentar(configuracao).await;
            aberta
        });
        aberta.map_err(|falha| ErroDeGestao::de(configuracao, falha))
    }

    /// Sets the balance of an account. If the account has this balance already, nothing is entered.
    ///
    /// # Errors
    ///
    /// [`ErroDeGestao`].
    pub fn ajustar(&mut self, rg: Rg, saldo: Saldo) -> Result<Movimento, ErroDeGestao> {
        let Self { configuracao, runtime, ligada } = self;
        let ajustada = runtime.block_on(async {
            let ajustada = repetir(
                ligada,
                configuracao,
                FalhaDoBanco::perdeu_a_corrida,
                async |ligada: &mut Ligada| ajustar(ligada, configuracao, rg, saldo).await,
            );
            let ajustada = ajustada.await;
            ligada.assentar(configuracao).await;
            ajustada
        });
        ajustada.map_err(|falha| ErroDeGestao::de(configuracao, falha))
    }
}

/// Brings accounts to the database, before anybody has to wait for them.
async fn copiar(cliente: &Client, abertura: &Abertura) -> Result<(), FalhaDoAto> {
    cliente.batch_execute(NOVAS_PREPARAR).await?;
    let destino = cliente.copy_in(NOVAS_COPIAR).await?;
    let mut linhas = pin!(BinaryCopyInWriter::new(destino, &[Type::TEXT, Type::TEXT, Type::INT8]));
    for conta in abertura.contas() {
        let (rg, nome, saldo) = (conta.rg.as_str(), conta.nome.as_str(), do_saldo(conta.saldo));
        linhas.as_mut().write(&[&rg, &nome, &saldo]).await?;
    }
    linhas.finish().await?;
    cliente.batch_execute(NOVAS_ANALISAR).await?;
    Ok(())
}

async fn abrir(
    ligada: &mut Ligada,
    configuracao: &ConfiguracaoPostgres,
    abertura: &Abertura,
) -> Result<(), FalhaDoAto> {
    copiar(&ligada.cliente, abertura).await?;
    if abertura.contas().len() > ADIANTADAS_MIN {
        let adiantado = AtoDeGestao::comecar(ligada, configuracao).await?;
        if abrir_adiantadas(adiantado).await? {
            return Ok(());
        }
    }
    repetir(ligada, configuracao, outra_abriu, async |ligada: &mut Ligada| {
        let ato = AtoDeGestao::comecar(ligada, configuracao).await?;
        conferir_novas(&ato).await?;
        // Whoever opens the same accounts is waited for here, where no server waits for us, and never under
        // the lock: accounts first, then the table, as in every opening.
        ato.transacao.execute(NOVAS_ABRIR, &[&do_carimbo(Carimbo::ZERO)]).await?;
        let carimbo = apos(ato.parar_as_vias().await?)?;
        ato.transacao.execute(NOVAS_CARIMBAR, &[&do_carimbo(carimbo)]).await?;
        ato.transacao.execute(NOVAS_LANCAR, &[&do_carimbo(carimbo), &ato.epoca()]).await?;
        ato.confirmar(carimbo).await
    })
    .await
}

/// Whether another transaction was in the way of an opening. Perhaps it has opened one of the accounts, which
/// is then found there.
fn outra_abriu(falha: &FalhaDoBanco) -> bool {
    falha.perdeu_a_corrida() || falha.codigo == Some(SqlState::UNIQUE_VIOLATION)
}

/// Does an act again that was certainly not done, since it lost against another transaction, as `vale` has
/// it; at most ten times.
async fn repetir<T>(
    ligada: &mut Ligada,
    configuracao: &ConfiguracaoPostgres,
    vale: impl Fn(&FalhaDoBanco) -> bool,
    ato: impl AsyncFn(&mut Ligada) -> Result<T, FalhaDoAto>,
) -> Result<T, FalhaDoAto> {
    let mut repeticoes = 0;
    loop {
        match ato(ligada).await {
            Err(FalhaDoAto::NadaFeito(falha)) if repeticoes < REPETICOES_MAX && vale(&falha) => {
                repeticoes += 1;
                ligada.assentar(configuracao).await;
            }
            fim => return fim,
        }
    }
}

/// Opens many accounts, which takes seconds, and has servers wait only for the end of it: the stamp is one
/// that they will not have come to by then, which is seen under the lock. Until the commit nobody sees
/// these accounts, so that nobody waits for their rows either.
///
/// If a server has come to that stamp, or somebody else opens the same accounts, nothing is done, and this
/// is `false`.
async fn abrir_adiantadas(ato: AtoDeGestao<'_>) -> Result<bool, FalhaDoAto> {
    let ultimo: i64 = ato.transacao.query_one(VIAS_ULTIMO, &[]).await?.try_get(0)?;
    let Ok(carimbo) = apos(ultimo.saturating_add(ADIANTE)) else { return Ok(false) };
    conferir_novas(&ato).await?;
    let gravadas = async {
        gravar_novas(&ato, carimbo).await?;
        ato.parar_as_vias().await
    };
    match gravadas.await {
        Ok(ultimo) if ultimo < do_carimbo(carimbo) => ato.confirmar(carimbo).await.map(|()| true),
        Err(FalhaDoAto::NadaFeito(falha)) if outra_abriu(&falha) => Ok(false),
        Ok(_) => Ok(false),
        Err(falha) => Err(falha),
    }
}

async fn conferir_novas(ato: &AtoDeGestao<'_>) -> Result<(), FalhaDoAto> {
    let existentes = ato.transacao.query(NOVAS_EXISTENTES, &[]).await?;
    if existentes.is_empty() {
        return Ok(());
    }
    // They came from accounts with legal RGs.
    let rg = |linha: &Row| {
        linha.try_get::<_, &str>(0)?.parse().map_err(|_| FalhaDoBanco::linha_ilegal())
    };
    let rgs: Result<_, FalhaDoBanco> = existentes.iter().map(rg).collect();
    Err(FalhaDoAto::Existentes(rgs?))
}

async fn gravar_novas(ato: &AtoDeGestao<'_>, carimbo: Carimbo) -> Result<(), FalhaDoAto> {
    let carimbo = do_carimbo(carimbo);
    ato.transacao.execute(NOVAS_ABRIR, &[&carimbo]).await?;
    ato.transacao.execute(NOVAS_LANCAR, &[&carimbo, &ato.epoca()]).await?;
    Ok(())
}

async fn ajustar(
    ligada: &mut Ligada,
    configuracao: &ConfiguracaoPostgres,
    rg: Rg,
    depois: Saldo,
) -> Result<Movimento, FalhaDoAto> {
    let ato = AtoDeGestao::comecar(ligada, configuracao).await?;
    ato.entrar().await?;
    let conta = ato.transacao.query_opt(CONTA_TRANCAR, &[&rg.as_str()]).await?;
    let conta = conta.ok_or(FalhaDoAto::NaoEncontrada)?;
    let antes = saldo_de(conta.try_get(0)?).ok_or_else(FalhaDoBanco::linha_ilegal)?;
    let movimento = Movimento { rg, antes, depois };
    if antes == depois {
        return Ok(movimento);
    }
    let carimbo = apos(conta.try_get(1)?)?;
    let (rg, valor) = (rg.as_str(), do_carimbo(carimbo));
    let (antes, depois) = (do_saldo(antes), do_saldo(depois));
    ato.transacao.execute(CONTA_AJUSTAR, &[&rg, &depois, &valor]).await?;
    ato.transacao.execute(AJUSTE_LANCAR, &[&valor, &ato.epoca(), &rg, &antes, &depois]).await?;
    ato.confirmar(carimbo).await?;
    Ok(movimento)
}

/// The stamp after one that stands in the tables.
fn apos(ultimo: i64) -> Result<Carimbo, FalhaDoAto> {
    let ultimo = carimbo_de(ultimo).ok_or_else(FalhaDoBanco::linha_ilegal)?;
    Ok(Relogio::desde(ultimo).tique()?)
}
