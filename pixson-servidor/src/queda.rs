//! Why the server ended by itself.

use std::io;

use pixson_core::banco::Presa;

/// Why the server stopped without being asked to.
#[derive(Debug)]
pub(crate) enum Queda {
    /// The run could not be begun.
    Inicio(io::Error),
    Armazenamento(io::Error),
    /// Everything is durable, but the account files could not be brought up to it.
    ArquivosAtrasados(io::Error),
    /// It ended in order, but for files that cannot be replaced.
    ArquivosPresos(Vec<Presa>),
    RelogioEsgotado,
    /// The system gives no thread for what has to be done beside serving.
    SemThread(io::Error),
}

impl From<io::Error> for Queda {
    /// The only error of the network's server: the system gives no thread.
    fn from(erro: io::Error) -> Self {
        Self::SemThread(erro)
    }
}
