//! The stop of a server, for those who ask for it and those who wait for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Whether a server is to stop. Clones share one state: each of them may be used to ask for the
/// stop.
///
/// ```
/// use std::time::Duration;
///
/// use pixson_rede::Parada;
///
/// let parada = Parada::default();
/// let outra = parada.clone();
/// assert!(!parada.pedida() && outra.pedir());
/// assert!(parada.esperar(Duration::MAX), "it was asked for");
/// assert!(!parada.pedir(), "another one asked first");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Parada(Arc<Interior>);

#[derive(Debug, Default)]
struct Interior {
    /// A copy of `estado` that is read without the lock: every connection does so at every read.
    pedida: AtomicBool,
    estado: Mutex<bool>,
    mudou: Condvar,
}

impl Parada {
    /// Asks for the stop. Returns whether it is the first to ask.
    pub fn pedir(&self) -> bool {
        let primeira = !std::mem::replace(&mut *self.trancar(), true);
        self.0.pedida.store(true, Ordering::Release);
        self.0.mudou.notify_all();
        primeira
    }

    /// Whether the stop was asked for.
    pub fn pedida(&self) -> bool {
        self.0.pedida.load(Ordering::Acquire)
    }

    /// Waits until the stop is asked for, at most for `no_maximo`. Returns whether it was.
    pub fn esperar(&self, no_maximo: Duration) -> bool {
        let serve = |pedida: &mut bool| !*pedida;
        let espera = self.0.mudou.wait_timeout_while(self.trancar(), no_maximo, serve);
        *espera.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Ignores a poisoned lock: a flag is consistent whatever panics.
    fn trancar(&self) -> MutexGuard<'_, bool> {
        self.0.estado.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
