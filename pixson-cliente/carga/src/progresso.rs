//! How far a load has come, second by second.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::medida::Contadores;

/// How often the progress is reported.
const INTERVALO: Duration = Duration::from_secs(1);

/// How far all connections of a load have come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Andamento {
    /// How many seconds have passed.
    pub segundo: u32,
    /// How many operations were done since the last report.
    pub feitas: u64,
    /// How many were refused, since the start.
    pub recusadas: u64,
    /// How many connections were lost, since the start.
    pub perdidas: u64,
}

/// Reports each second how far all connections have come, until the senders of `fim` are dropped.
pub(crate) fn acompanhar(
    fim: &Receiver<()>,
    inicio: Instant,
    contadores: &Contadores,
    mut contar: impl FnMut(Andamento),
) {
    let mut vistas = 0;
    for segundo in 1_u32.. {
        let falta = (inicio + INTERVALO * segundo).duration_since(Instant::now());
        if fim.recv_timeout(falta) != Err(RecvTimeoutError::Timeout) {
            return;
        }
        let [feitas, recusadas, perdidas] = contadores.agora();
        contar(Andamento { segundo, feitas: feitas - vistas, recusadas, perdidas });
        vistas = feitas;
    }
}
