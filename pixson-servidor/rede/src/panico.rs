//! A panic of the bank or of an observer, which is a bug: it ends the connection that was served, and
//! nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::parada::Parada;

/// Does something for one connection. `None` if it panicked: the connection must then be ended, and
/// nothing else be done with it.
///
/// That is sound. What the connection owns is dropped, and what it shares with the others stays
/// consistent, as when the thread of a connection panics: the core ignores poisoned locks for the
/// same reason, and a [`Banco`](pixson_core::Banco) or an observer is shared by threads anyway.
pub(crate) fn isolar<R>(fazer: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(fazer)).ok()
}

/// Asks for the stop when it is dropped, be it by a panic.
#[derive(Debug)]
pub(crate) struct ParadaAoFim<'p>(pub(crate) &'p Parada);

impl Drop for ParadaAoFim<'_> {
    fn drop(&mut self) {
        self.0.pedir();
    }
}
