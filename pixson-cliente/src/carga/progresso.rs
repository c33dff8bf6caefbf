use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use pixson_linha::fala::dizer;

use super::medida::Andamento;

/// How often the progress is shown.
const INTERVALO: Duration = Duration::from_secs(1);

/// Waits until nobody holds the other end of `fim`, and shows each second how far all have come.
pub(super) fn acompanhar(
    fim: &Receiver<()>,
    inicio: Instant,
    andamento: &Andamento,
    mostrar: bool,
) {
    let mut vistas = 0;
    for segundo in 1_u32.. {
        let falta = (inicio + INTERVALO * segundo).duration_since(Instant::now());
        if fim.recv_timeout(falta) != Err(RecvTimeoutError::Timeout) {
            return;
        }
        let [feitas, recusadas, perdidas] = andamento.agora();
        if mostrar {
            // It is talk: the report says what was done.
            let _ = dizer([format!(
                "{segundo} s: {} op/s, recusas: {recusadas}, conexões perdidas: {perdidas}",
                feitas - vistas
            )]);
        }
        vistas = feitas;
    }
}
