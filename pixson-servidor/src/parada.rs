use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Whether the server is stopping, for those who ask and for those who wait.
#[derive(Debug, Default)]
pub(crate) struct Parada {
    pedida: Mutex<bool>,
    mudou: Condvar,
}

impl Parada {
    /// Asks for the stop. Returns whether it is the first to ask.
    pub(crate) fn pedir(&self) -> bool {
        let primeira = !std::mem::replace(&mut *self.trancar(), true);
        self.mudou.notify_all();
        primeira
    }

    pub(crate) fn pedida(&self) -> bool {
        *self.trancar()
    }

    /// Waits until the stop is asked for, at most so long. Returns whether it is.
    pub(crate) fn esperar(&self, no_maximo: Duration) -> bool {
        let espera = self.mudou.wait_timeout_while(self.trancar(), no_maximo, |pedida| !*pedida);
        *espera.unwrap_or_else(PoisonError::into_inner).0
    }

    /// A flag is whole whatever panics.
    fn trancar(&self) -> MutexGuard<'_, bool> {
        self.pedida.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
