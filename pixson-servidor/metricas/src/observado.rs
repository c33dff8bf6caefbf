//! The server that the pages show.

use super::{Instantaneo, Metricas, Tempo};

/// What a server tells the pages about itself.
pub trait Observado {
    /// Its counters.
    fn metricas(&self) -> &Metricas;
    /// The values that are read only when a page is asked for.
    fn instantaneo(&self) -> Instantaneo;
    /// Whether it serves, and its disk has not failed.
    fn saudavel(&self) -> bool;
    /// A sentence for each account file that cannot be replaced. The server is healthy all the
    /// same.
    fn presas(&self) -> Vec<String>;
    /// Shows `mostrar` what the live page shows. A server that offers none shows `None`.
    fn com_tempo<R>(&self, mostrar: impl FnOnce(Option<&Tempo<'_>>) -> R) -> R {
        mostrar(None)
    }
}
