//! Pipes that nobody reads.

use std::io::{PipeWriter, pipe};

use rustix::event::{PollFd, PollFlags, poll};

/// A pipe whose end for reading is closed.
pub(crate) fn sem_leitor() -> PipeWriter {
    let escritor = pipe().expect("a pipe").1;
    esperar_sem_leitor(&escritor);
    escritor
}

/// Waits until the end for reading is closed. A process that another test starts has it, too, from its
/// birth until it becomes its program.
pub(crate) fn esperar_sem_leitor(escritor: &PipeWriter) {
    let mut vigiado = [PollFd::new(escritor, PollFlags::empty())];
    while !vigiado[0].revents().contains(PollFlags::ERR) {
        // A signal may end it before.
        let _ = poll(&mut vigiado, None);
    }
}
