//! Who is looked at when somebody asks for a page.

use super::{Instantaneo, Metricas};

/// What a server says of itself.
pub trait Observado {
    /// Its counters.
    fn metricas(&self) -> &Metricas;
    /// What is looked up only when somebody asks.
    fn instantaneo(&self) -> Instantaneo;
    /// Whether it serves, and its disk has not failed.
    fn saudavel(&self) -> bool;
    /// A sentence for each file of an account that cannot be replaced: it serves all the same.
    fn presas(&self) -> Vec<String>;
}
