//! The server that the pages show.

use std::collections::{BTreeMap, BTreeSet};

use pixson_core::{Rg, Saldo};

use super::{AoVivo, Instantaneo, Metricas};

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
    /// The live page, if it offers one.
    fn ao_vivo(&self) -> Option<&AoVivo> {
        None
    }
    /// What these accounts have, for the live page, as far as it is known without waiting.
    fn saldos(&self, _: &BTreeSet<Rg>) -> BTreeMap<Rg, Saldo> {
        BTreeMap::new()
    }
}
