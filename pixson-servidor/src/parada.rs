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
    /// No further connection is taken.
    NaoAceita,
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

    pub(crate) fn dizer_que_nao_aceita(&self) {
        self.avancar(Fase::NaoAceita);
    }

    /// Waits until the stop is asked for, at most so long. Returns whether it is.
    pub(crate) fn esperar(&self, no_maximo: Duration) -> bool {
        self.esperar_fase(Fase::Pedida, no_maximo)
    }

    /// Waits until no connection is taken any more, at most so long. Returns whether it is so.
    pub(crate) fn esperar_que_nao_aceite(&self, no_maximo: Duration) -> bool {
        self.esperar_fase(Fase::NaoAceita, no_maximo)
    }

    fn esperar_fase(&self, fase: Fase, no_maximo: Duration) -> bool {
        let espera =
            self.mudou.wait_timeout_while(self.trancar(), no_maximo, |agora| *agora < fase);
        *espera.unwrap_or_else(PoisonError::into_inner).0 >= fase
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
