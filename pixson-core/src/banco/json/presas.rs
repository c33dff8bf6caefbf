//! The accounts whose file cannot be replaced, and when each is tried again.

use std::collections::BTreeMap;

use super::aviso::Aviso;
use super::contas::Vaga;
use super::presa::Presa;
use crate::sincronia::Arc;
use crate::tipos::Rg;

/// How many checkpoints a file that cannot be replaced is left alone, at most: with two in a second,
/// a minute.
const PAUSA_MAX: u32 = 120;

/// What is known of one of them.
#[derive(Debug)]
struct Tentada {
    presa: Presa,
    vaga: Arc<Vaga>,
    /// How many times it was tried, and how many checkpoints pass before the next time.
    vezes: u32,
    faltam: u32,
    /// Its file could not even be read when the bank was opened.
    por_reler: bool,
}

/// The accounts whose file cannot be replaced, in RG order.
#[derive(Debug, Default)]
pub(super) struct Presas(BTreeMap<Rg, Tentada>);

impl Presas {
    /// Notes one that could not be written. Says so, unless it was said before.
    pub(super) fn prender(&mut self, presa: Presa, vaga: Arc<Vaga>) -> Option<Aviso> {
        let antes = self.0.remove(&presa.rg);
        let vezes = antes.as_ref().map_or(0, |antes| antes.vezes) + 1;
        let faltam = 2_u32.saturating_pow(vezes).min(PAUSA_MAX);
        let nova = antes.as_ref().is_none_or(|antes| antes.presa != presa);
        let por_reler = antes.is_some_and(|antes| antes.por_reler);
        let aviso = nova.then(|| Aviso::ArquivoPreso(presa.clone()));
        self.0.insert(presa.rg, Tentada { presa, vaga, vezes, faltam, por_reler });
        aviso
    }

    /// The file of one of them could not even be read.
    pub(super) fn nao_lida(&mut self, rg: Rg) {
        if let Some(tentada) = self.0.get_mut(&rg) {
            tentada.por_reler = true;
        }
    }

    pub(super) fn por_reler(&self, rg: Rg) -> bool {
        self.0.get(&rg).is_some_and(|tentada| tentada.por_reler)
    }

    /// It has been read.
    pub(super) fn relida(&mut self, rg: Rg) {
        if let Some(tentada) = self.0.get_mut(&rg) {
            tentada.por_reler = false;
        }
    }

    /// Forgets one whose file has been written.
    pub(super) fn soltar(&mut self, rg: Rg) -> Option<Aviso> {
        self.0.remove(&rg).map(|_| Aviso::ArquivoSolto { rg })
    }

    /// Whether this one is to be left alone by this checkpoint.
    pub(super) fn descansa(&self, rg: Rg) -> bool {
        self.0.get(&rg).is_some_and(|tentada| tentada.faltam > 0)
    }

    /// Counts a checkpoint, and gives those that are to be tried by it: `todas`, or those whose
    /// pause is over.
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

    /// All of them.
    pub(super) fn todas(&self) -> Vec<Presa> {
        self.0.values().map(|tentada| tentada.presa.clone()).collect()
    }

    pub(super) fn vazias(&self) -> bool {
        self.0.is_empty()
    }
}
