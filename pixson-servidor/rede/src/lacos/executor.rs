//! The thread that waits for a bank that is far away, so that its loop does not.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Scope;

use mio::Waker;
use pixson_core::servico::{Lote, LoteFeito};
use pixson_core::{Banco, Servico};

use crate::panico::isolar;
use crate::tarefa::tarefa;

/// A connection of the loop: its place, and the number that no later connection in that place has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Remetente {
    pub(super) qual: usize,
    pub(super) numero: u64,
}

/// What comes back: `None` if the bank has panicked.
pub(super) type Devolvido = (Remetente, Option<LoteFeito>);

/// What a loop gives to the thread beside it, and takes from it. While requests of one round are at the
/// bank, those of the next rounds gather, and go there together.
#[derive(Debug)]
pub(super) struct Executor {
    lotes: Sender<(Remetente, Lote)>,
    devolvidos: Receiver<Vec<Devolvido>>,
}

impl Executor {
    /// Starts the thread. It ends when this is dropped; `acordar` is called whenever something comes back.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub(super) fn iniciar<'s, B: Banco>(
        escopo: &'s Scope<'s, '_>,
        servico: &'s Servico<B>,
        acordar: Arc<Waker>,
    ) -> io::Result<Self> {
        let (lotes, chegam) = channel::<(Remetente, Lote)>();
        let (devolver, devolvidos) = channel();
        tarefa(escopo, move || {
            while let Ok(primeiro) = chegam.recv() {
                let (remetentes, lotes): (Vec<_>, Vec<_>) =
                    std::iter::once(primeiro).chain(chegam.try_iter()).unzip();
                let feitos = isolar(|| servico.executar(lotes));
                let mut feitos = feitos.into_iter().flatten();
                let devolvidos = remetentes.into_iter().map(|quem| (quem, feitos.next())).collect();
                // It fails when the loop has ended, which then needs nothing any more.
                let _ = devolver.send(devolvidos);
                let _ = acordar.wake();
            }
        })?;
        Ok(Self { lotes, devolvidos })
    }

    /// Gives requests to the thread. `false` if it is not there any more.
    pub(super) fn pedir(&self, quem: Remetente, lote: Lote) -> bool {
        self.lotes.send((quem, lote)).is_ok()
    }

    /// What has come back.
    pub(super) fn recolher(&self) -> impl Iterator<Item = Devolvido> {
        self.devolvidos.try_iter().flatten()
    }
}
