//! What becomes of those who wait for a leader that panics.

use std::io;

use super::{Diario, EstadoDoEscritor};
use crate::banco::disco::Disco;

/// Is there while a thread leads. If that thread panics, which only a [`Disco`] of somebody else should do, what
/// it has written is not known: the journal has failed, and nobody waits for the leader any more.
pub(super) struct Lideranca<'d, D: Disco>(&'d Diario<D>);

impl<'d, D: Disco> Lideranca<'d, D> {
    /// Has this thread lead until it says in `estado` that it does no more.
    pub(super) fn assumir(
        diario: &'d Diario<D>,
        estado: &mut EstadoDoEscritor<D::Arquivo>,
    ) -> Self {
        estado.lider = true;
        Self(diario)
    }
}

impl<D: Disco> Drop for Lideranca<'_, D> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut estado = self.0.estado.trancar();
            estado.lider = false;
            self.0.falhar(&mut estado, &io::Error::other("a gravação do diário foi interrompida"));
        }
    }
}
