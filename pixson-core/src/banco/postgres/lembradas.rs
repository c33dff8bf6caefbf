//! The rows of accounts as the last batches have left them, so that the next batch need not read them first
//! (docs/distribuido.md, section 4).

use std::collections::{BTreeMap, HashMap};

use super::decididas::LinhaDaConta;
use crate::tipos::{Rg, Saldo};

/// How many rows are remembered for sure, and half of those that are at most: 64 Ki, which take 3 MB.
const LEMBRADAS_MIN: usize = 64 * 1024;

/// How many batches are done with locks after a memory was wrong, at most. Each time it is twice as many: where
/// servers share their accounts nearly every memory is wrong.
const CAUTELA_MAX: u32 = 1024;

/// What a lane remembers.
#[derive(Debug, Default)]
pub(super) struct Lembradas {
    novas: HashMap<Rg, LinhaDaConta>,
    /// Those that were new before there were too many of them.
    velhas: HashMap<Rg, LinhaDaConta>,
    /// How many batches are still done with locks.
    cautela: u32,
    /// How many that will be after the next memory that is wrong.
    seguinte: u32,
}

impl Lembradas {
    /// The rows of these accounts, if all are remembered, and the last memory was right or is long ago.
    pub(super) fn de(&mut self, rgs: &[Rg]) -> Option<BTreeMap<Rg, LinhaDaConta>> {
        if self.cautela > 0 {
            self.cautela -= 1;
            return None;
        }
        rgs.iter().map(|rg| self.linha(rg).map(|&linha| (*rg, linha))).collect()
    }

    /// What an account had, if it is remembered.
    pub(super) fn saldo(&self, rg: Rg) -> Option<Saldo> {
        self.linha(&rg).map(|linha| linha.saldo)
    }

    fn linha(&self, rg: &Rg) -> Option<&LinhaDaConta> {
        self.novas.get(rg).or_else(|| self.velhas.get(rg))
    }

    /// Remembers the rows that a batch has left, now that they are committed.
    pub(super) fn lembrar(&mut self, contas: BTreeMap<Rg, LinhaDaConta>) {
        if self.novas.len() + contas.len() > LEMBRADAS_MIN {
            self.velhas = std::mem::take(&mut self.novas);
        }
        self.novas.extend(contas);
    }

    /// Forgets everything.
    pub(super) fn esquecer(&mut self) {
        self.novas.clear();
        self.velhas.clear();
    }

    /// Takes note that what was remembered was right.
    pub(super) fn acertou(&mut self) {
        self.seguinte /= 2;
    }

    /// Takes note that it was not, and forgets everything.
    pub(super) fn errou(&mut self) {
        self.esquecer();
        self.cautela = self.seguinte;
        self.seguinte = CAUTELA_MAX.min(1 + self.seguinte * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relogio::Carimbo;

    fn rg(numero: usize) -> Rg {
        numero.to_string().parse().expect("an RG")
    }

    fn linhas(numeros: impl IntoIterator<Item = usize>) -> BTreeMap<Rg, LinhaDaConta> {
        let linha = LinhaDaConta { saldo: Saldo::ZERO, carimbo: Carimbo::ZERO };
        numeros.into_iter().map(|numero| (rg(numero), linha)).collect()
    }

    #[test]
    fn all_rows_of_a_batch_are_remembered_or_none() {
        let mut lembradas = Lembradas::default();
        lembradas.lembrar(linhas([1, 2]));
        assert_eq!(lembradas.de(&[rg(1), rg(2)]), Some(linhas([1, 2])));
        assert_eq!(lembradas.de(&[rg(1), rg(3)]), None);
        lembradas.esquecer();
        assert_eq!(lembradas.de(&[rg(1)]), None);
    }

    #[test]
    fn as_many_as_were_promised_are_remembered_and_no_more_than_twice_as_many() {
        let mut lembradas = Lembradas::default();
        for primeira in (0..4 * LEMBRADAS_MIN).step_by(64) {
            lembradas.lembrar(linhas(primeira..primeira + 64));
            assert!(lembradas.novas.len() + lembradas.velhas.len() <= 2 * LEMBRADAS_MIN);
        }
        let ultimas: Vec<Rg> = (3 * LEMBRADAS_MIN..4 * LEMBRADAS_MIN).map(rg).collect();
        assert!(lembradas.de(&ultimas).is_some());
    }

    #[test]
    fn after_wrong_memories_more_and_more_batches_are_done_without() {
        let mut lembradas = Lembradas::default();
        let mut pausas = Vec::new();
        for _ in 0..12 {
            lembradas.errou();
            lembradas.lembrar(linhas([1]));
            pausas.push((0..5000).take_while(|_| lembradas.de(&[rg(1)]).is_none()).count());
        }
        assert_eq!(pausas[..4], [0, 1, 3, 7]);
        assert_eq!(pausas[11], 1024);
        for _ in 0..11 {
            lembradas.acertou();
        }
        lembradas.errou();
        lembradas.lembrar(linhas([1]));
        assert!(lembradas.de(&[rg(1)]).is_some(), "one error after many that were right");
    }
}
