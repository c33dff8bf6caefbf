//! The accounts in memory: one lock each, as many as fit, and the one way to lock those of an
//! operation.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::atrasadas::Atrasada;
use super::lista::Lista;
use super::troca::LugarEsperado;
use crate::banco::arquivo::ContaArquivo;
use crate::sincronia::{Arc, Mutex, MutexGuard};
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
    /// What the bank last saw in its file.
    pub(super) visto: LugarEsperado,
    /// What a start knew of it, if its file could not be read when it was to be recovered: its holder's name
    /// may be unknown.
    pub(super) por_reler: Option<Box<Atrasada>>,
}

impl ContaViva {
    /// An account that is what its file, whose checksum this is, says.
    pub(super) fn do_arquivo(conta: ContaArquivo, visto: u32) -> Self {
        let visto = LugarEsperado::Este(visto);
        Self { conta, seq: 0, suja: false, visto, por_reler: None }
    }
}

/// An account that is locked.
pub(super) struct Trancada<'v> {
    pub(super) rg: Rg,
    pub(super) vaga: &'v Arc<Vaga>,
    /// `None` if it has not been read, or is not there.
    pub(super) conta: MutexGuard<'v, Option<ContaViva>>,
}

/// Hashed without a random key, so that a test's seed decides which accounts are dropped, and
/// in few instructions, since a transfer looks two accounts up. Clients
/// cannot flood it with RGs whose hashes collide, since an RG without an account does not stay in
/// it.
type Parte = FxHashMap<Rg, Arc<Vaga>>;

/// A bounded table of places, each made when it is first asked for.
#[derive(Debug)]
pub(super) struct Contas {
    partes: [Mutex<Parte>; PARTES],
    max_por_parte: usize,
}

impl Contas {
    /// A table that keeps about `max` accounts that no operation uses.
    pub(super) fn novas(max: usize) -> Self {
        Self { partes: Default::default(), max_por_parte: max.div_ceil(PARTES) }
    }

    /// Locks these accounts, which are given in RG order, and lets `agir` act upon them, in the
    /// same order. The caller must not hold the lock of another account, or two crossing calls
    /// could deadlock.
    ///
    /// Accounts that do not exist afterwards keep no place in memory.
    pub(super) fn com_trancadas<R>(
        &self,
        rgs: &Lista<Rg>,
        agir: impl FnOnce(&mut [Trancada<'_>]) -> R,
    ) -> R {
        debug_assert!(rgs.as_slice().is_sorted_by(|um, outro| um < outro), "not in RG order");
        let vagas = match rgs {
            // Many accounts, those of an opening, stay until their files are written; making room
            // for each of them would take long.
            Lista::Muitas(_) => rgs.cada(|&rg| (rg, self.pegar_sem_aparar(rg))),
            Lista::Uma(_) | Lista::Duas(_) => rgs.cada(|&rg| (rg, self.pegar(rg))),
        };
        let (feito, vazias) = {
            let mut trancadas =
                vagas.cada(|(rg, vaga)| Trancada { rg: *rg, vaga, conta: vaga.trancar() });
            let feito = agir(trancadas.as_mut_slice());
            (feito, trancadas.cada(|trancada| trancada.conta.is_none()))
        };
        for ((rg, vaga), vazia) in vagas.as_slice().iter().zip(vazias.as_slice()) {
            if *vazia {
                self.devolver_vazia(*rg, vaga);
            }
        }
        feito
    }

    /// The same for one account.
    pub(super) fn com_trancada<R>(&self, rg: Rg, agir: impl FnOnce(&mut Trancada<'_>) -> R) -> R {
        // The index is in range: one account was given, and one is locked.
        self.com_trancadas(&Lista::Uma([rg]), |trancadas| agir(&mut trancadas[0]))
    }

    fn pegar(&self, rg: Rg) -> Arc<Vaga> {
        let mut parte = self.parte(rg).trancar();
        if let Some(vaga) = parte.get(&rg) {
            return Arc::clone(vaga);
        }
        if parte.len() >= self.max_por_parte {
            aparar(&mut parte, self.max_por_parte / 8 + 1);
        }
        Arc::clone(parte.entry(rg).or_default())
    }

    /// The place of an account, if it is in memory.
    pub(super) fn procurar(&self, rg: Rg) -> Option<Arc<Vaga>> {
        self.parte(rg).trancar().get(&rg).map(Arc::clone)
    }

    /// Looks at an account that is in memory and that nobody uses.
    pub(super) fn espiar<R>(&self, rg: Rg, olhar: impl FnOnce(&ContaViva) -> R) -> Option<R> {
        // No reference of its own: whoever gives back an empty place counts them.
        let parte = self.parte(rg).trancar();
        let conta = parte.get(&rg)?.tentar_trancar()?;
        conta.as_ref().map(olhar)
    }

    /// The place of an account, without dropping others for it.
    pub(super) fn pegar_sem_aparar(&self, rg: Rg) -> Arc<Vaga> {
        Arc::clone(self.parte(rg).trancar().entry(rg).or_default())
    }

    /// Removes the place of an account that does not exist, so that RGs that an attacker makes up
    /// take no memory.
    fn devolver_vazia(&self, rg: Rg, vaga: &Arc<Vaga>) {
        let mut parte = self.parte(rg).trancar();
        // One reference is the table's and one the caller's; others are only made under this lock.
        if Arc::strong_count(vaga) == 2 && vaga.trancar().is_none() {
            parte.remove(&rg);
        }
    }

    /// The number of every account in memory, in no order.
    pub(super) fn rgs(&self) -> Vec<Rg> {
        let mut rgs = Vec::new();
        for parte in &self.partes {
            rgs.extend(parte.trancar().keys());
        }
        rgs
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
        // The last digits vary most between accounts.
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
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    use rustc_hash::FxBuildHasher;

    use super::*;
    use crate::tipos::Saldo;

    fn rg(numero: usize) -> Rg {
        numero.to_string().parse().expect("legal RG")
    }

    fn ler(contas: &Contas, numero: usize, suja: bool) {
        let conta = ContaArquivo { rg: rg(numero), nome: String::new(), saldo: Saldo::ZERO };
        let viva = ContaViva { suja, ..ContaViva::do_arquivo(conta, 0) };
        *contas.pegar(rg(numero)).trancar() = Some(viva);
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
    fn accounts_that_are_not_there_after_all_give_back_their_places() {
        let contas = Contas::novas(160);
        contas.com_trancadas(&Lista::Duas([1, 2].map(rg)), |trancadas| {
            let conta = ContaArquivo { rg: rg(2), nome: String::new(), saldo: Saldo::ZERO };
            *trancadas[1].conta = Some(ContaViva::do_arquivo(conta, 0));
            assert_eq!(contas.todas().len(), 2, "others wait at the same lock");
        });
        assert_eq!(contas.todas().into_keys().collect::<Vec<_>>(), [rg(2)]);
    }

    #[test]
    fn accounts_that_differ_in_few_digits_are_spread_over_a_table() {
        // Of 2^16 keys that are thrown at random into as many places, 63 % of the places get one.
        const CHAVES: u64 = 1 << 16;
        type Nome = fn(u64) -> String;

        let hash = |texto: String| {
            let rg: Rg = texto.parse().expect("legal RG");
            FxBuildHasher.hash_one(rg)
        };
        let nomes: [Nome; 4] = [
            |n| n.to_string(),
            |n| (1_000_000_000 + n).to_string(),
            |n| format!("{:010}", n * 100_000),
            |n| format!("{n:0>5}00000"),
        ];
        for nome in nomes {
            let hashes: Vec<u64> = (0..CHAVES).map(nome).map(hash).collect();
            for parte in [0, 48] {
                let lugares: HashSet<u64> =
                    hashes.iter().map(|hash| hash >> parte & 0xffff).collect();
                let cheios = lugares.len() as u64 * 100 / CHAVES;
                assert!(cheios >= 55, "{}, bit {parte}: {cheios} %", nome(1));
            }
        }
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
