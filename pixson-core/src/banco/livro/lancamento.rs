//! What a reading of the ledger brings: its entries, and how far it reaches.

use super::dano::Dano;
use crate::banco::Feito;
use crate::banco::diario::Registro;
use crate::relogio::Carimbo;

/// One thing that was done in the bank's life, as the journal kept it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lancamento {
    /// Its number, from 1 and without gaps.
    pub seq: u64,
    /// The run of the bank in which it was done, from 1.
    pub epoca: u64,
    /// The stamp of its reply; (`epoca`, `carimbo`) orders the bank's whole life.
    pub carimbo: Carimbo,
    /// What was done.
    pub feito: Feito,
}

impl Lancamento {
    pub(super) fn de_registro(registro: Registro) -> Self {
        let Registro { seq, epoca, carimbo, feito, .. } = registro;
        Self { seq, epoca, carimbo, feito }
    }
}

/// How much of the ledger could be read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Alcance {
    /// Where the ledger begins, or `None` if it has no readable record.
    pub desde: Option<Inicio>,
    /// The parts that cannot be read, in order.
    pub danos: Vec<Dano>,
}

/// Where a ledger begins. What was done before is in segments that were removed, unless `seq` is 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Inicio {
    /// The number of the first record.
    pub seq: u64,
    /// The run of the bank in which it was done.
    pub epoca: u64,
    /// The stamp of its reply.
    pub carimbo: Carimbo,
}
