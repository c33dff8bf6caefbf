use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How far the server has come with stopping, for those who ask and for those who wait.
#[derive(Debug, Default)]
pub(crate) struct Parada {
    fase: Mutex<Fase>,
    mudou: Condvar,
}

#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
enum Fase {
    #[default]
    Servindo,
    Pedida,
    /// Every account file is current.
    Concluida,
}

impl Parada {
    /// Asks for the stop. Returns whether it is the first to ask.
    pub(crate) fn pedir(&self) -> bool {
        let primeira = self.fase() == Fase::Servindo;
        self.avancar(Fase::Pedida);
        primeira
    }

    pub(crate) fn pedida(&self) -> bool {
        self.fase() >= Fase::Pedida
    }

    pub(crate) fn concluir(&self) {
        self.avancar(Fase::Concluida);
    }

    pub(crate) fn concluida(&self) -> bool {
        self.fase() >= Fase::Concluida
    }

    /// Waits until the stop is asked for, at most so long. Returns whether it is.
    pub(crate) fn esperar(&self, no_maximo: Duration) -> bool {
        let serve = |agora: &mut Fase| *agora < Fase::Pedida;
        let espera = self.mudou.wait_timeout_while(self.trancar(), no_maximo, serve);
        *espera.unwrap_or_else(PoisonError::into_inner).0 >= Fase::Pedida
    }

    fn avancar(&self, fase: Fase) {
        let mut agora = self.trancar();
        *agora = fase.max(*agora);
        self.mudou.notify_all();
    }

    fn fase(&self) -> Fase {
        *self.trancar()
    }

    /// A phase is whole whatever panics.
    fn trancar(&self) -> MutexGuard<'_, Fase> {
        self.fase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
