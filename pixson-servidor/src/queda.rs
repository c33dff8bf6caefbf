//! Why the server ended by itself.

use std::io;

use pixson_core::banco::Presa;

/// Why the server stopped without being asked to.
#[derive(Debug)]
pub(crate) enum Queda {
    /// The run could not be begun.
    Inicio(io::Error),
    Armazenamento(io::Error),
    /// All records are durable, but the account files could not be brought up to them.
    ArquivosAtrasados(io::Error),
    /// The server ended in order, except that the files of these accounts cannot be replaced.
    ArquivosPresos(Vec<Presa>),
    RelogioEsgotado,
    /// The system gives no thread for a task beside serving.
    SemThread(io::Error),
}

impl From<io::Error> for Queda {
    /// The only error that `pixson_rede::Servidor::servir` adds: the system gives no thread.
    fn from(erro: io::Error) -> Self {
        Self::SemThread(erro)
    }
}
