//! The accounts in memory: one lock each, as many as fit.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;

use crate::banco::arquivo::ContaArquivo;
use crate::sincronia::{Arc, Mutex};
use crate::tipos::Rg;

/// Into how many parts the table is divided, so that operations on different accounts seldom
/// meet at its lock.
const PARTES: usize = 16;

/// The place of an account: its lock, and the account once it has been read.
pub(super) type Vaga = Mutex<Option<ContaViva>>;

/// An account that has been read.
#[derive(Clone, Debug)]
pub(super) struct ContaViva {
    pub(super) conta: ContaArquivo,
    /// Its last record, or 0 if this run has written none.
    pub(super) seq: u64,
    /// Its file does not hold this balance yet.
    pub(super) suja: bool,
    /// Checksum of what the bank last saw in its file, or `None` if there was none.
    pub(super) visto: Option<u32>,
}

/// Hashed without a random key, so that a test's seed decides which accounts are dropped. Nobody
/// can fill it with names that collide: one without an account does not stay.
type Parte = HashMap<Rg, Arc<Vaga>, BuildHasherDefault<DefaultHasher>>;

/// A bounded table of places, made when somebody wants them.
#[derive(Debug)]
pub(super) struct Contas {
    partes: [Mutex<Parte>; PARTES],
    max_por_parte: usize,
}

impl Contas {
    /// A table that keeps about `max` accounts at rest.
    pub(super) fn novas(max: usize) -> Self {
        Self { partes: Default::default(), max_por_parte: max.div_ceil(PARTES) }
    }

    pub(super) fn pegar(&self, rg: Rg) -> Arc<Vaga> {
        let mut parte = self.parte(rg).trancar();
        if let Some(vaga) = parte.get(&rg) {
            return Arc::clone(vaga);
        }
        if parte.len() >= self.max_por_parte {
            aparar(&mut parte, self.max_por_parte / 8 + 1);
        }
        Arc::clone(parte.entry(rg).or_default())
    }

    /// The same without dropping others for it: for many accounts, which all stay until their files
    /// are written.
    pub(super) fn pegar_sem_aparar(&self, rg: Rg) -> Arc<Vaga> {
        Arc::clone(self.parte(rg).trancar().entry(rg).or_default())
    }

    /// Gives back the place of an account that is not there, so that names which only an
    /// attacker knows take no memory.
    pub(super) fn devolver_vazia(&self, rg: Rg, vaga: &Arc<Vaga>) {
        let mut parte = self.parte(rg).trancar();
        // One share is the table's and one is ours; new ones are only made under this lock.
        if Arc::strong_count(vaga) == 2 && vaga.trancar().is_none() {
            parte.remove(&rg);
        }
    }

    /// Every account in memory, in RG order.
    pub(super) fn todas(&self) -> BTreeMap<Rg, Arc<Vaga>> {
        let mut todas = BTreeMap::new();
        for parte in &self.partes {
            todas.extend(parte.trancar().iter().map(|(&rg, vaga)| (rg, Arc::clone(vaga))));
        }
        todas
    }

    fn parte(&self, rg: Rg) -> &Mutex<Parte> {
        // The last digit varies most between neighbours.
        let soma: usize = rg
            .as_bytes()
            .iter()
            .rev()
            .take(4)
            .fold(0, |soma, &digito| soma * 10 + usize::from(digito - b'0'));
        &self.partes[soma % PARTES]
    }
}

/// Drops up to `quantas` accounts that nobody uses and whose file is current.
fn aparar(parte: &mut Parte, quantas: usize) {
    let mut restam = quantas;
    parte.retain(|_, vaga| {
        let cai = restam > 0
            && Arc::strong_count(vaga) == 1
            && vaga
                .tentar_trancar()
                .is_some_and(|conta| !conta.as_ref().is_some_and(|conta| conta.suja));
        restam -= usize::from(cai);
        !cai
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tipos::Saldo;

    fn rg(numero: usize) -> Rg {
        numero.to_string().parse().expect("legal RG")
    }

    fn ler(contas: &Contas, numero: usize, suja: bool) {
        let conta = ContaArquivo { rg: rg(numero), nome: String::new(), saldo: Saldo::ZERO };
        *contas.pegar(rg(numero)).trancar() = Some(ContaViva { conta, seq: 0, suja, visto: None });
    }

    #[test]
    fn the_table_is_bounded_and_never_drops_what_is_not_in_its_file() {
        let contas = Contas::novas(160);
        (0..50).for_each(|numero| ler(&contas, numero, true));
        (50..5000).for_each(|numero| ler(&contas, numero, false));
        let todas = contas.todas();
        assert!(todas.len() <= 160, "{} accounts", todas.len());
        let sujas = |vaga: &&Arc<Vaga>| vaga.trancar().as_ref().is_some_and(|conta| conta.suja);
        assert_eq!(todas.values().filter(sujas).count(), 50);
    }

    #[test]
    fn a_name_without_an_account_takes_no_memory() {
        let contas = Contas::novas(160);
        let vaga = contas.pegar(rg(1));
        let outra = contas.pegar(rg(1));
        contas.devolver_vazia(rg(1), &vaga);
        drop(vaga);
        assert_eq!(contas.todas().len(), 1, "somebody else still wants it");
        contas.devolver_vazia(rg(1), &outra);
        assert!(contas.todas().is_empty());
    }
}
