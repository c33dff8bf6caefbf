//! The processors of this machine, lent to the bank for work on many segments or files.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pixson_core::banco::Mutirao;

/// All processors that this process may use, a thread for each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Processadores;

impl Mutirao for Processadores {
    fn bracos(&self) -> usize {
        thread::available_parallelism().map_or(1, NonZero::get)
    }

    fn fazer(&self, quantas: usize, tarefa: &(dyn Fn(usize) + Sync)) {
        let proxima = AtomicUsize::new(0);
        let trabalhar = || {
            loop {
                let qual = proxima.fetch_add(1, Ordering::Relaxed);
                if qual >= quantas {
                    break;
                }
                tarefa(qual);
            }
        };
        thread::scope(|escopo| {
            for _ in 1..self.bracos().min(quantas) {
                // If the system gives no thread, there are fewer.
                if thread::Builder::new().spawn_scoped(escopo, trabalhar).is_err() {
                    break;
                }
            }
            trabalhar();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_done_once_however_many_there_are() {
        for quantas in [0, 1, 2, 1000] {
            let feitas: Vec<AtomicUsize> = (0..quantas).map(|_| AtomicUsize::new(0)).collect();
            Processadores.fazer(quantas, &|qual| {
                feitas[qual].fetch_add(1, Ordering::Relaxed);
            });
            assert!(feitas.iter().all(|vezes| vezes.load(Ordering::Relaxed) == 1), "{quantas}");
        }
    }
}
