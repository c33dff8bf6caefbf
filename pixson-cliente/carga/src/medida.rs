//! What was measured: latencies, refusals, operations with an unknown outcome.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use pixson_linha::visivel::visivel;

use crate::erro::ErroCarga;
use crate::sorteio::{Escolha, Especie};

/// The range in which latencies keep three digits: 100 ns to an hour. What is longer counts as
/// an hour.
const LATENCIA_MIN_NS: u64 = 100;
const LATENCIA_MAX_NS: u64 = 60 * 60 * 1_000_000_000;
const DIGITOS: u8 = 3;

/// How many different texts are counted singly: a server could send new ones without end.
const TEXTOS_MAX: usize = 64;

/// What was measured, on one connection or on all.
#[derive(Debug)]
pub(crate) struct Medida {
    /// The latencies of operations that were done, in nanoseconds, without refusals: one histogram
    /// for each kind of operation, at the kind's index, from its first value on.
    latencias: [Option<Histogram<u64>>; Especie::TODAS.len()],
    pub(crate) enviadas: u64,
    pub(crate) recusas: Textos,
    /// Operations that move money and have an unknown outcome.
    pub(crate) desconhecidas: Vec<Escolha>,
    ultima_resposta: Option<Instant>,
}

/// What was measured on all connections together.
#[derive(Debug)]
pub(crate) struct Colheita {
    pub(crate) medida: Medida,
    pub(crate) duracao: Duration,
    /// How long requests were sent, if the load was ended before its time.
    pub(crate) interrompida_em: Option<Duration>,
    /// One for each connection that was lost.
    pub(crate) perdas: Vec<ErroCarga>,
}

/// The latencies that a report gives, in nanoseconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
pub(crate) struct Latencia {
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    pub(crate) p999: u64,
    pub(crate) maxima: u64,
}

impl Medida {
    pub(crate) fn nova() -> Self {
        Self {
            latencias: [const { None }; _],
            enviadas: 0,
            recusas: Textos::default(),
            desconhecidas: Vec::new(),
            ultima_resposta: None,
        }
    }

    pub(crate) fn contar_feita(&mut self, especie: Especie, latencia: Duration) {
        let ns = u64::try_from(latencia.as_nanos()).unwrap_or(LATENCIA_MAX_NS);
        let latencias = self.latencias[especie as usize].get_or_insert_with(vazio);
        latencias.saturating_record(ns);
    }

    /// How many operations were done.
    pub(crate) fn feitas(&self) -> u64 {
        self.latencias.iter().flatten().map(Histogram::len).sum()
    }

    /// Takes note that replies have come.
    pub(crate) fn marcar(&mut self, agora: Instant) {
        self.ultima_resposta = Some(agora);
    }

    pub(crate) fn somar(&mut self, outra: Self) {
        for (minhas, outras) in self.latencias.iter_mut().zip(&outra.latencias) {
            if let Some(outras) = outras {
                minhas.get_or_insert_with(vazio).add(outras).expect("all have the same bounds");
            }
        }
        self.enviadas += outra.enviadas;
        self.recusas.somar(outra.recusas);
        self.desconhecidas.extend(outra.desconhecidas);
        self.ultima_resposta = self.ultima_resposta.max(outra.ultima_resposta);
    }

    /// From the start to the last reply, or `None` if there was none.
    pub(crate) fn duracao(&self, inicio: Instant) -> Option<Duration> {
        Some(self.ultima_resposta?.duration_since(inicio))
    }

    /// The latencies of all operations that were done.
    pub(crate) fn latencia(&self) -> Option<Latencia> {
        let mut todas = vazio();
        for latencias in self.latencias.iter().flatten() {
            todas.add(latencias).expect("all have the same bounds");
        }
        latencia(&todas)
    }

    /// How many of a kind were done, and how long they took.
    pub(crate) fn de(&self, especie: Especie) -> (u64, Option<Latencia>) {
        let latencias = self.latencias[especie as usize].as_ref();
        (latencias.map_or(0, Histogram::len), latencias.and_then(latencia))
    }
}

fn vazio() -> Histogram<u64> {
    let novo = Histogram::new_with_bounds(LATENCIA_MIN_NS, LATENCIA_MAX_NS, DIGITOS);
    novo.expect("the bounds are constants in order")
}

fn latencia(latencias: &Histogram<u64>) -> Option<Latencia> {
    let quantil = |parte| latencias.value_at_quantile(parte);
    (!latencias.is_empty()).then(|| Latencia {
        p50: quantil(0.5),
        p99: quantil(0.99),
        p999: quantil(0.999),
        maxima: latencias.max(),
    })
}

/// How often each text was met.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Textos(BTreeMap<String, u64>);

impl Textos {
    pub(crate) fn contar(&mut self, texto: &str) {
        self.contar_vezes(texto, 1);
    }

    pub(crate) fn em_mapa(self) -> BTreeMap<String, u64> {
        self.0
    }

    fn somar(&mut self, outros: Self) {
        for (texto, vezes) in outros.0 {
            self.contar_vezes(&texto, vezes);
        }
    }

    fn contar_vezes(&mut self, texto: &str, vezes: u64) {
        if let Some(contadas) = self.0.get_mut(texto) {
            *contadas += vezes;
            return;
        }
        let nome = if self.0.len() < TEXTOS_MAX { visivel(texto) } else { "outros textos".into() };
        let nome = nome.into_owned();
        *self.0.entry(nome).or_default() += vezes;
    }
}

/// How far all connections together have come, for the progress.
#[derive(Debug, Default)]
pub(crate) struct Contadores {
    feitas: AtomicU64,
    recusadas: AtomicU64,
    perdidas: AtomicU64,
}

impl Contadores {
    pub(crate) fn somar(&self, feitas: u64, recusadas: u64) {
        self.feitas.fetch_add(feitas, Ordering::Relaxed);
        if recusadas > 0 {
            self.recusadas.fetch_add(recusadas, Ordering::Relaxed);
        }
    }

    pub(crate) fn perder_conexao(&self) {
        self.perdidas.fetch_add(1, Ordering::Relaxed);
    }

    /// What was done, what was refused, and how many connections were lost, so far.
    pub(crate) fn agora(&self) -> [u64; 3] {
        [&self.feitas, &self.recusadas, &self.perdidas]
            .map(|contador| contador.load(Ordering::Relaxed))
    }
}
