//! What is counted of a bank on PostgreSQL, and how it is at present.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::falha::{FalhaDoBanco, Remedio};
use crate::sincronia::Mutex;

/// What has happened since the bank was opened.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MedidasDoPostgres {
    /// Transactions that were committed.
    pub lotes: u64,
    /// The operations in them.
    pub operacoes: u64,
    /// Of these transactions, those whose accounts did not have to be read first.
    pub de_memoria: u64,
    /// Batches whose accounts were not as they were remembered, and that were done again with locks.
    pub enganos: u64,
    /// How long these transactions took, from the first message to the last answer.
    pub tempo: Duration,
    /// Transactions that lost against another one and were done again.
    pub repeticoes: u64,
    /// Connections that were made, the first one included.
    pub ligacoes: u64,
    /// Connections that were lost, or could not be made.
    pub quedas: u64,
    /// Transactions of which it was not known at first whether they were committed.
    pub duvidas: u64,
    /// Transactions without room for what they would have written.
    pub sem_espaco: u64,
    /// Other failures, which doing it again does not help.
    pub erros: u64,
}

/// How the database is, as far as is known.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum EstadoDoPostgres {
    /// It answers.
    #[default]
    Ligado,
    /// It does not answer, or refuses; its words, or those of the network.
    Fora(String),
}

#[derive(Debug, Default)]
pub(super) struct Medidas {
    lotes: AtomicU64,
    operacoes: AtomicU64,
    de_memoria: AtomicU64,
    enganos: AtomicU64,
    micros: AtomicU64,
    repeticoes: AtomicU64,
    ligacoes: AtomicU64,
    quedas: AtomicU64,
    duvidas: AtomicU64,
    sem_espaco: AtomicU64,
    erros: AtomicU64,
    epoca: AtomicU64,
    estado: Mutex<EstadoDoPostgres>,
    /// The last failure that `estado` does not tell of, until somebody takes it.
    queixa: Mutex<Option<String>>,
    /// Settings of the database that are off and should not be.
    desligadas: Mutex<Option<String>>,
}

fn somar(contador: &AtomicU64, quanto: u64) {
    contador.fetch_add(quanto, Ordering::Relaxed);
}

impl Medidas {
    pub(super) fn lote(&self, operacoes: usize, tempo: Duration, de_memoria: bool) {
        somar(&self.lotes, 1);
        somar(&self.de_memoria, u64::from(de_memoria));
        somar(&self.operacoes, operacoes as u64);
        somar(&self.micros, u64::try_from(tempo.as_micros()).unwrap_or(u64::MAX));
    }

    pub(super) fn epoca(&self) -> u64 {
        self.epoca.load(Ordering::Relaxed)
    }

    pub(super) fn ligada(&self, epoca: i64) {
        self.epoca.store(epoca.cast_unsigned(), Ordering::Relaxed);
        somar(&self.ligacoes, 1);
        self.mudar(EstadoDoPostgres::Ligado);
    }

    pub(super) fn duvida(&self, falha: &FalhaDoBanco) {
        somar(&self.duvidas, 1);
        somar(&self.quedas, 1);
        self.mudar(EstadoDoPostgres::Fora(falha.frase()));
    }

    pub(super) fn falha(&self, falha: &FalhaDoBanco) {
        match falha.remedio {
            Remedio::Repetir => somar(&self.repeticoes, 1),
            Remedio::Reler => somar(&self.enganos, 1),
            Remedio::Reconectar => somar(&self.quedas, 1),
            Remedio::SemEspaco => somar(&self.sem_espaco, 1),
            Remedio::Nenhum => somar(&self.erros, 1),
        }
        match falha.remedio {
            Remedio::Reconectar => self.mudar(EstadoDoPostgres::Fora(falha.frase())),
            Remedio::SemEspaco | Remedio::Nenhum => *self.queixa.trancar() = Some(falha.frase()),
            Remedio::Repetir | Remedio::Reler => {}
        }
    }

    pub(super) fn tirar_queixa(&self) -> Option<String> {
        self.queixa.trancar().take()
    }

    pub(super) fn anotar_desligadas(&self, desligadas: Option<String>) {
        *self.desligadas.trancar() = desligadas;
    }

    pub(super) fn desligadas(&self) -> Option<String> {
        self.desligadas.trancar().clone()
    }

    /// No connection could be made, for whatever reason.
    pub(super) fn sem_ligacao(&self, falha: &FalhaDoBanco) {
        self.falha(falha);
        self.mudar(EstadoDoPostgres::Fora(falha.frase()));
    }

    fn mudar(&self, estado: EstadoDoPostgres) {
        *self.estado.trancar() = estado;
    }

    pub(super) fn estado(&self) -> EstadoDoPostgres {
        self.estado.trancar().clone()
    }

    pub(super) fn ler(&self) -> MedidasDoPostgres {
        let ler = |contador: &AtomicU64| contador.load(Ordering::Relaxed);
        MedidasDoPostgres {
            lotes: ler(&self.lotes),
            operacoes: ler(&self.operacoes),
            de_memoria: ler(&self.de_memoria),
            enganos: ler(&self.enganos),
            tempo: Duration::from_micros(ler(&self.micros)),
            repeticoes: ler(&self.repeticoes),
            ligacoes: ler(&self.ligacoes),
            quedas: ler(&self.quedas),
            duvidas: ler(&self.duvidas),
            sem_espaco: ler(&self.sem_espaco),
            erros: ler(&self.erros),
        }
    }
}
