//! Threads that run beside the connections.

use std::io;
use std::thread::{self, Scope};

/// The stack of such a thread: 512 KiB.
const PILHA_BYTES: usize = 512 * 1024;

/// Starts a thread that runs beside the connections, on a small stack, since address space may be
/// limited.
///
/// # Errors
///
/// The system gives no thread.
pub fn tarefa<'escopo>(
    escopo: &'escopo Scope<'escopo, '_>,
    fazer: impl FnOnce() + Send + 'escopo,
) -> io::Result<()> {
    let pilha = thread::Builder::new().stack_size(PILHA_BYTES);
    pilha.spawn_scoped(escopo, fazer).map(drop)
}
