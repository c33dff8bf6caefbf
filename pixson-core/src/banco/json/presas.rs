//! The accounts whose file cannot be replaced, and when each is tried again.

use std::collections::BTreeMap;

use super::aviso::Aviso;
use super::contas::Vaga;
use super::presa::Presa;
use crate::sincronia::Arc;
use crate::tipos::Rg;

/// The longest back-off of a file that cannot be replaced, in checkpoints: with two in a second, a
/// minute.
const PAUSA_MAX: u32 = 120;

/// One of these accounts, and its back-off.
#[derive(Debug)]
struct Tentada {
    presa: Presa,
    vaga: Arc<Vaga>,
    /// How many times its file was tried, and in how many checkpoints it is tried again.
    vezes: u32,
    faltam: u32,
}

/// The accounts whose file cannot be replaced, in RG order.
#[derive(Debug, Default)]
pub(super) struct Presas(BTreeMap<Rg, Tentada>);

impl Presas {
    /// Adds an account whose file could not be written. Gives a warning, unless the same one was
    /// given before.
    pub(super) fn prender(&mut self, presa: Presa, vaga: Arc<Vaga>) -> Option<Aviso> {
        let antes = self.0.remove(&presa.rg);
        let vezes = antes.as_ref().map_or(0, |antes| antes.vezes) + 1;
        let faltam = 2_u32.saturating_pow(vezes).min(PAUSA_MAX);
        let nova = antes.as_ref().is_none_or(|antes| antes.presa != presa);
        let aviso = nova.then(|| Aviso::ArquivoPreso(presa.clone()));
        self.0.insert(presa.rg, Tentada { presa, vaga, vezes, faltam });
        aviso
    }

    /// Removes an account whose file has been written.
    pub(super) fn soltar(&mut self, rg: Rg) -> Option<Aviso> {
        self.0.remove(&rg).map(|_| Aviso::ArquivoSolto { rg })
    }

    /// Whether this checkpoint is to leave the file of this account alone.
    pub(super) fn descansa(&self, rg: Rg) -> bool {
        self.0.get(&rg).is_some_and(|tentada| tentada.faltam > 0)
    }

    /// Counts a checkpoint, and gives the accounts whose files it is to try: `todas`, or those
    /// whose back-off is over.
    pub(super) fn chamar(&mut self, todas: bool) -> Vec<Arc<Vaga>> {
        let mut chamadas = Vec::new();
        for tentada in self.0.values_mut() {
            tentada.faltam = if todas { 0 } else { tentada.faltam.saturating_sub(1) };
            if tentada.faltam == 0 {
                chamadas.push(Arc::clone(&tentada.vaga));
            }
        }
        chamadas
    }

    /// All these accounts, in RG order.
    pub(super) fn todas(&self) -> Vec<Presa> {
        self.0.values().map(|tentada| tentada.presa.clone()).collect()
    }

    pub(super) fn vazias(&self) -> bool {
        self.0.is_empty()
    }
}
