use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::tipos::{Operacao, Rg};

/// One lock per account, made when somebody wants it and dropped when nobody does: names that
/// only an attacker knows take no memory.
#[derive(Debug, Default)]
pub(super) struct Trancas {
    tabela: Mutex<HashMap<Rg, Arc<Mutex<()>>>>,
}

impl Trancas {
    /// Runs `passo` while every account of `operacao` is locked. Locks are taken in RG order, so
    /// two transfers that cross cannot wait for each other.
    pub(super) fn com<T>(&self, operacao: &Operacao, passo: impl FnOnce() -> T) -> T {
        let (primeira, segunda) = em_ordem(operacao);
        let primeira = self.pegar(primeira);
        let segunda = segunda.map(|rg| self.pegar(rg));
        let _primeira = trancar(&primeira.tranca);
        let _segunda = segunda.as_ref().map(|vaga| trancar(&vaga.tranca));
        passo()
    }

    fn pegar(&self, rg: Rg) -> Vaga<'_> {
        let tranca = Arc::clone(trancar(&self.tabela).entry(rg).or_default());
        Vaga { trancas: self, rg, tranca }
    }
}

/// The accounts of an operation in RG order, each once.
fn em_ordem(operacao: &Operacao) -> (Rg, Option<Rg>) {
    match *operacao {
        Operacao::Transferencia { rg_origem, rg_destino, .. } if rg_origem != rg_destino => {
            (rg_origem.min(rg_destino), Some(rg_origem.max(rg_destino)))
        }
        _ => (operacao.titular(), None),
    }
}

/// A share in the lock of one account. The last one to go takes the lock out of the table.
struct Vaga<'t> {
    trancas: &'t Trancas,
    rg: Rg,
    tranca: Arc<Mutex<()>>,
}

impl Drop for Vaga<'_> {
    fn drop(&mut self) {
        let mut tabela = trancar(&self.trancas.tabela);
        // One share is the table's and one is ours; new ones are only made under this lock.
        if Arc::strong_count(&self.tranca) == 2 {
            tabela.remove(&self.rg);
        }
    }
}

/// These locks guard files and a table, not values that a panic could leave half-made.
fn trancar<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transferencia(rg_origem: &str, rg_destino: &str) -> Operacao {
        Operacao::Transferencia {
            rg_origem: rg_origem.parse().expect("legal RG"),
            rg_destino: rg_destino.parse().expect("legal RG"),
            valor: "1".parse().expect("legal amount"),
        }
    }

    #[test]
    fn both_directions_of_a_transfer_lock_in_the_same_order() {
        assert_eq!(em_ordem(&transferencia("1", "2")), em_ordem(&transferencia("2", "1")));
        assert_eq!(em_ordem(&transferencia("1", "1")).1, None);
    }

    #[test]
    fn a_lock_that_nobody_holds_takes_no_memory() {
        let trancas = Trancas::default();
        let abertas = trancas.com(&transferencia("1", "2"), || trancar(&trancas.tabela).len());
        assert_eq!(abertas, 2);
        assert!(trancar(&trancas.tabela).is_empty());
    }
}
