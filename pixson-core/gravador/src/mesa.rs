//! The desk between those who record and the thread that writes.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::Instant;

use pixson_core::rastro::EventoDoRelogio;

/// What the thread that writes is given.
#[derive(Debug)]
pub(crate) enum Recado {
    Eventos(Vec<EventoDoRelogio>),
    /// Nothing comes after it.
    Fim,
}

/// What everybody who records shares with that thread.
#[derive(Debug)]
pub(crate) struct Mesa {
    recados: Sender<Recado>,
    /// How many events may wait before further ones are lost.
    max: usize,
    /// How many events wait to be written.
    esperam: AtomicUsize,
    /// How many were lost since this was last written.
    perdidas: AtomicU64,
    inicio: Instant,
}

impl Mesa {
    pub(crate) fn nova(recados: Sender<Recado>, max: usize) -> Self {
        let (esperam, perdidas) = (AtomicUsize::new(0), AtomicU64::new(0));
        Self { recados, max, esperam, perdidas, inicio: Instant::now() }
    }

    /// Microseconds since the trace began.
    pub(crate) fn us(&self) -> u64 {
        u64::try_from(self.inicio.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Leaves events to be written, or counts them as lost if too many wait. It never waits itself.
    pub(crate) fn deixar(&self, eventos: Vec<EventoDoRelogio>) {
        let quantos = eventos.len();
        if quantos == 0 {
            return;
        }
        let antes = self.esperam.fetch_add(quantos, Ordering::Relaxed);
        let cabem = antes.saturating_add(quantos) <= self.max;
        if !cabem || self.recados.send(Recado::Eventos(eventos)).is_err() {
            self.retirar(quantos);
            self.perder(quantos);
        }
    }

    /// Whether so many events beside those that wait would be lost.
    pub(crate) fn cheia(&self, quantos: usize) -> bool {
        self.esperam.load(Ordering::Relaxed).saturating_add(quantos) > self.max
    }

    /// Counts so many events as lost.
    pub(crate) fn perder(&self, quantos: usize) {
        if quantos > 0 {
            self.perdidas.fetch_add(quantos as u64, Ordering::Relaxed);
        }
    }

    /// So many events no longer wait.
    pub(crate) fn retirar(&self, quantos: usize) {
        self.esperam.fetch_sub(quantos, Ordering::Relaxed);
    }

    /// How many were lost since the last call.
    pub(crate) fn tirar_perdidas(&self) -> u64 {
        self.perdidas.swap(0, Ordering::Relaxed)
    }

    pub(crate) fn acabar(&self) {
        // Without the thread there is nothing to end.
        let _ = self.recados.send(Recado::Fim);
    }
}
