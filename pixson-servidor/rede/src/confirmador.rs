//! The thread that waits for the storage in the place of connections that go on meanwhile.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::Scope;

use pixson_core::banco::Recibo;
use pixson_core::{Banco, Servico};

use crate::panico::isolar;
use crate::tarefa::tarefa;

/// What the connections tell that thread. It ends when the last copy of this is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Confirmador(Sender<Recibo>);

impl Confirmador {
    /// # Errors
    ///
    /// The system gives no thread.
    pub(crate) fn iniciar<'s, B: Banco>(
        escopo: &'s Scope<'s, '_>,
        servico: &'s Servico<B>,
    ) -> io::Result<Self> {
        let (pedir, pedidos) = channel();
        tarefa(escopo, move || {
            while let Ok(primeiro) = pedidos.recv() {
                let recibo = pedidos.try_iter().fold(primeiro, Recibo::max);
                // The result is dropped: each connection asks again, and learns of its own replies.
                isolar(|| servico.banco().confirmar(recibo).is_ok());
            }
        })?;
        Ok(Self(pedir))
    }

    /// Has everything that the receipt covers made durable, and does not wait for it.
    pub(crate) fn pedir(&self, recibo: Recibo) {
        // Without the thread the connection waits by itself.
        let _ = self.0.send(recibo);
    }
}
