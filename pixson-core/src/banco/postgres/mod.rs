//! The bank on PostgreSQL (docs/distribuido.md).
//!
//! ```text
//! configuracao   where the database is             comandos       what is said in SQL
//! fila           who waits, who drives the lane    via            one transaction at a time, and doubts
//! decididas      a batch in memory                 lancamentos    a batch as columns
//! conexao        how one is made                   falha          what a failure means
//! sessao         that of a lane                    lembradas      rows that need not be read first
//! cifra          TLS                               senha          passwords in a file
//! valores        numbers as the tables have them   testemunha   who is told of stamps
//!
//! gestao         opens accounts, sets a balance    ato            its transaction, and doubts
//! consulta       accounts and statements           escritura      a row of the ledger as a value
//! auditoria      balances recomputed               somas, divergente   what it counts and finds
//! comandos_de_gestao   what these say in SQL
//! ```

// Time and sockets: a database is far away, and this feature is for programs that have both.
#![allow(clippy::disallowed_types, reason = "deadlines of a database are instants")]

mod ato;
mod auditoria;
mod cifra;
mod comandos;
mod comandos_de_gestao;
mod conexao;
mod configuracao;
mod consulta;
mod decididas;
mod divergente;
mod escritura;
mod esquema;
mod falha;
mod fila;
mod gestao;
mod lancamentos;
mod lembradas;
mod medidas;
mod senha;
mod sessao;
mod somas;
mod testemunha;
mod valores;
mod via;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use thiserror::Error;
use tokio::runtime::Builder;

pub use self::auditoria::AuditoriaPostgres;
pub use self::configuracao::{ConfiguracaoPostgres, ErroEnderecoPostgres};
pub use self::divergente::DivergenciaPostgres;
pub use self::escritura::{AtoNoLivro, LancamentoPostgres};
pub use self::esquema::{Preparo, preparar};
use self::fila::FilaDaVia;
pub use self::gestao::{AdministracaoPostgres, ErroDeGestao};
use self::medidas::Medidas;
pub use self::medidas::{EstadoDoPostgres, MedidasDoPostgres};
pub use self::testemunha::Testemunha;
use self::via::{DestinoDoLote, Via};
use super::{Banco, Execucao, Recibo, ResultadoDesconhecido};
use crate::relogio::{Relogio, RelogioEsgotado};
use crate::tipos::{Culpa, Operacao, Recusa, Rg, Saldo};

/// The receipt of what nobody knows whether it was done. Every other reply is durable when it comes out.
const DESCONHECIDO: Recibo = Recibo(u64::MAX);

/// A bank on PostgreSQL, which several servers may stand on.
///
/// Operations wait for each other: while one transaction is under way, those of all threads gather for the
/// next. So calls from many threads, or calls of [`Banco::executar_lote`], are fast, and one call after
/// the other takes a transaction each.
///
/// ```no_run
/// use pixson_core::banco::{BancoPostgres, ConfiguracaoPostgres};
/// use pixson_core::{Banco, Operacao, Relogio};
///
/// let configuracao: ConfiguracaoPostgres = "postgres://banco@localhost/pixson".parse()?;
/// let banco = BancoPostgres::abrir(configuracao)?;
/// let execucao = banco.executar(Operacao::Saldo { rg: "1".parse()? }, &Relogio::novo())?;
/// println!("{:?}", execucao.desfecho);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BancoPostgres {
    configuracao: Arc<ConfiguracaoPostgres>,
    fila: FilaDaVia,
    medidas: Arc<Medidas>,
}

/// A bank on PostgreSQL could not be opened or prepared.
#[derive(Debug, Error)]
pub enum ErroPostgres {
    /// The database does not answer, or refuses; its words and what to do.
    #[error("{configuracao}: {frase}")]
    Recusado {
        /// Where it is, without the password.
        configuracao: String,
        /// What happened, and what helps.
        frase: String,
    },
    /// The system gives what a connection needs not.
    #[error("não foi possível preparar a conexão com o PostgreSQL: {0}")]
    Sistema(#[from] io::Error),
}

impl ErroPostgres {
    /// Whose fault it is: the storage's.
    pub fn culpa(&self) -> Culpa {
        Culpa::Armazenamento
    }

    fn recusado(configuracao: &ConfiguracaoPostgres, falha: &falha::FalhaDoBanco) -> Self {
        Self::Recusado { configuracao: configuracao.to_string(), frase: falha.frase() }
    }
}

impl BancoPostgres {
    /// Opens a bank whose tables are there ([`preparar`]), and draws an epoch for it.
    ///
    /// # Errors
    ///
    /// No database answers within the time of the configuration, or it has no tables of this version.
    pub fn abrir(configuracao: ConfiguracaoPostgres) -> Result<Self, ErroPostgres> {
        let configuracao = Arc::new(configuracao);
        let medidas = Arc::new(Medidas::default());
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut via = Via::nova(Arc::clone(&configuracao), Arc::clone(&medidas), runtime);
        via.ligar(Instant::now() + configuracao.espera)
            .map_err(|falha| ErroPostgres::recusado(&configuracao, &falha))?;
        Ok(Self { fila: FilaDaVia::nova(via), configuracao, medidas })
    }

    /// The same, with a witness of the stamps that are drawn for it from here on.
    #[must_use]
    pub fn com_testemunha(self, testemunha: Arc<dyn Testemunha>) -> Self {
        // Nobody else has this bank yet, so that nobody drives its lane.
        let _ = self.fila.com_via(|via| via.testemunhar(testemunha));
        self
    }

    /// The number of this run, which no other one of any server has. It changes only if the database has
    /// lost it, as after the promotion of an asynchronous standby.
    pub fn epoca(&self) -> u64 {
        self.medidas.epoca()
    }

    /// What has happened since it was opened.
    pub fn medidas(&self) -> MedidasDoPostgres {
        self.medidas.ler()
    }

    /// How the database is, as far as is known.
    pub fn estado(&self) -> EstadoDoPostgres {
        self.medidas.estado()
    }

    /// What the database has refused last, in its words and with what helps, once: a full disk, or
    /// something unexpected. That it is gone is told by [`BancoPostgres::estado`].
    pub fn tirar_queixa(&self) -> Option<String> {
        self.medidas.tirar_queixa()
    }

    /// Settings of the database (`fsync`, `full_page_writes`) that are off, by their names, if any is: a power
    /// cut of its machine may lose then what was acknowledged, or all of it. As found when it was
    /// last connected to.
    pub fn desligadas(&self) -> Option<String> {
        self.medidas.desligadas()
    }

    /// What these accounts have, for a display: as this server has last read or written it, without asking the
    /// database. An account is left out if it is not remembered; all are while operations are being done.
    pub fn saldos_sem_esperar(&self, rgs: impl IntoIterator<Item = Rg>) -> BTreeMap<Rg, Saldo> {
        self.fila.com_via(|via| via.saldos_lembrados(rgs)).unwrap_or_default()
    }

    /// Where the database is, and how long it is waited for.
    pub fn configuracao(&self) -> &ConfiguracaoPostgres {
        &self.configuracao
    }

    /// Asks the database whether it is there, unless operations do so at this moment. A program calls this
    /// once or twice a second, so that a bank that nobody uses is connected again when its database is
    /// back.
    pub fn vigiar(&self) {
        self.fila.com_via(Via::vigiar);
    }
}

impl Banco for BancoPostgres {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let mut feitas = Vec::with_capacity(1);
        self.executar_lote(&[operacao], relogio, &mut feitas)?;
        feitas.pop().ok_or(RelogioEsgotado)
    }

    fn executar_lote(
        &self,
        operacoes: &[Operacao],
        relogio: &Relogio,
        feitas: &mut Vec<Execucao>,
    ) -> Result<(), RelogioEsgotado> {
        for parte in operacoes.chunks(FilaDaVia::MAX) {
            let prazo = Instant::now() + self.configuracao.espera;
            let (execucoes, recibo) = match self.fila.executar(parte, relogio, prazo) {
                DestinoDoLote::Feito(execucoes) => {
                    let todas = execucoes.len() == parte.len();
                    feitas.extend(execucoes);
                    if !todas {
                        return Err(RelogioEsgotado);
                    }
                    continue;
                }
                DestinoDoLote::NaoFeito => (Vec::new(), Recibo::IMEDIATO),
                DestinoDoLote::Desconhecido(execucoes) => (execucoes, DESCONHECIDO),
            };
            let faltam = parte.len() - execucoes.len();
            feitas.extend(execucoes.into_iter().map(|execucao| Execucao { recibo, ..execucao }));
            for _ in 0..faltam {
                let (carimbo, desfecho) = (relogio.tique()?, Err(Recusa::ServidorIndisponivel));
                feitas.push(Execucao { carimbo, desfecho, recibo });
            }
        }
        Ok(())
    }

    fn distante(&self) -> bool {
        true
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        if recibo < DESCONHECIDO { Ok(()) } else { Err(ResultadoDesconhecido) }
    }
}
