//! The records of many accounts, folded: of each account its balance, and those that its file may rightly
//! hold. Records come in any order of accounts, and tables of a million accounts are much larger than a
//! processor's caches, so that they are not looked up one by one: some hundred thousand are gathered, put in
//! RG order, and folded into the table in one walk.

use crate::tipos::{Rg, Saldo};

/// So many effects are gathered before they are folded: 12 MB of them.
const PENDENTES_MAX: usize = 256 * 1024;

/// A chain of balances: the place in [`Superados`] of its last one, from 1, or [`VAZIA`].
pub(super) type Cadeia = u32;

pub(super) const VAZIA: Cadeia = 0;

/// The records of one account, folded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dobra {
    pub(super) rg: Rg,
    /// It has left the table, where its place remains.
    pub(super) saiu: bool,
    pub(super) saldo: Saldo,
    pub(super) seq: u64,
    pub(super) visto: Option<u32>,
    pub(super) conhecidos: Cadeia,
    pub(super) antigos: Cadeia,
    /// The holder's name, if the file may not have it: a number of the caller's, or 0.
    pub(super) nome: u32,
}

/// What one record did to one account.
#[derive(Clone, Copy, Debug)]
pub(super) struct PorDobrar {
    pub(super) rg: Rg,
    pub(super) seq: u64,
    /// `None` if it was opened.
    pub(super) antes: Option<Saldo>,
    pub(super) depois: Saldo,
    /// As in [`Dobra`].
    pub(super) nome: u32,
}

/// The table.
#[derive(Debug, Default)]
pub(super) struct Dobras {
    /// In RG order, each account once.
    contas: Vec<Dobra>,
    pendentes: Vec<PorDobrar>,
    superados: Superados,
    /// How many have not left.
    restam: usize,
    /// All before this place have left.
    primeira: usize,
}

impl Dobras {
    /// Adds an account behind all others.
    pub(super) fn acrescentar(&mut self, conta: Dobra) {
        debug_assert!(self.contas.last().is_none_or(|ultima| ultima.rg < conta.rg), "no RG order");
        self.contas.push(conta);
        self.restam += 1;
    }

    /// Folds this in, now or with what follows it: it counts after [`Dobras::assentar`].
    pub(super) fn dobrar(&mut self, pendente: PorDobrar, publicado: u64) {
        self.pendentes.push(pendente);
        if self.pendentes.len() >= PENDENTES_MAX {
            self.assentar(publicado);
        }
    }

    /// Folds in what has been gathered. `publicado` is the last record that account files, or this table,
    /// held before.
    pub(super) fn assentar(&mut self, publicado: u64) {
        let mut pendentes = std::mem::take(&mut self.pendentes);
        // An account has one effect of a record at most.
        pendentes.sort_unstable_by_key(|pendente| (pendente.rg, pendente.seq));
        let mut novas: Vec<Dobra> = Vec::new();
        let mut lugar = 0;
        for pendente in pendentes {
            let rg = pendente.rg;
            lugar = adiante(&self.contas, lugar, rg);
            let conta = self.contas.get_mut(lugar).filter(|conta| conta.rg == rg);
            match conta.or_else(|| novas.last_mut().filter(|nova| nova.rg == rg)) {
                Some(conta) => conta.dobrar(pendente, &mut self.superados, publicado),
                None => novas.push(Dobra::nova(pendente, &mut self.superados, publicado)),
            }
        }
        if !novas.is_empty() {
            self.restam += novas.len();
            self.primeira = 0;
            self.contas.append(&mut novas);
            // Of two parts that are in order, this makes one in a single walk.
            self.contas.sort_by_key(|conta| conta.rg);
        }
    }

    fn lugar(&self, rg: Rg) -> Option<usize> {
        let achada = self.contas.binary_search_by_key(&rg, |conta| conta.rg);
        achada.ok().filter(|&lugar| !self.contas[lugar].saiu)
    }

    pub(super) fn uma(&self, rg: Rg) -> Option<&Dobra> {
        Some(&self.contas[self.lugar(rg)?])
    }

    pub(super) fn uma_mut(&mut self, rg: Rg) -> Option<&mut Dobra> {
        let lugar = self.lugar(rg)?;
        Some(&mut self.contas[lugar])
    }

    pub(super) fn remover(&mut self, rg: Rg) {
        if let Some(conta) = self.uma_mut(rg) {
            conta.saiu = true;
            self.restam -= 1;
        }
    }

    /// The first ones that have not left, up to so many.
    pub(super) fn primeiras(&mut self, quantas: usize) -> Vec<Rg> {
        let restam = &self.contas[self.primeira..];
        self.primeira += restam.iter().take_while(|conta| conta.saiu).count();
        self.rgs().take(quantas).collect()
    }

    pub(super) fn rgs(&self) -> impl Iterator<Item = Rg> {
        let restam = self.contas[self.primeira..].iter();
        restam.filter(|conta| !conta.saiu).map(|conta| conta.rg)
    }

    pub(super) fn quantas(&self) -> usize {
        self.restam
    }

    /// Puts a balance at the end of a chain.
    pub(super) fn encadear(&mut self, saldo: Saldo, cadeia: Cadeia) -> Cadeia {
        self.superados.encadear(saldo, cadeia)
    }

    /// The balances of a chain, from its last one on.
    pub(super) fn de(&self, cadeia: Cadeia) -> impl Iterator<Item = Saldo> {
        self.superados.de(cadeia)
    }
}

/// The first place from `desde` on whose account is not before this one. The steps double, since it is
/// mostly near.
fn adiante(contas: &[Dobra], desde: usize, rg: Rg) -> usize {
    let resto = &contas[desde..];
    let mut passo = 1;
    while resto.get(passo - 1).is_some_and(|conta| conta.rg < rg) {
        passo *= 2;
    }
    let (inicio, fim) = (passo / 2, passo.min(resto.len()));
    desde + inicio + resto[inicio..fim].partition_point(|conta| conta.rg < rg)
}

impl Dobra {
    /// That of an account with this one record.
    fn nova(pendente: PorDobrar, saldos: &mut Superados, publicado: u64) -> Self {
        let PorDobrar { rg, seq, antes, depois: saldo, nome } = pendente;
        let (conhecidos, antigos) = (VAZIA, VAZIA);
        let mut nova = Self { rg, saiu: false, saldo, seq, visto: None, conhecidos, antigos, nome };
        nova.superar(saldos, antes, seq > publicado);
        nova
    }

    /// Adds a record. One up to `publicado` only tells which balances the account once had.
    fn dobrar(&mut self, pendente: PorDobrar, saldos: &mut Superados, publicado: u64) {
        let PorDobrar { seq, antes, depois, nome, .. } = pendente;
        // Both are the same balance, unless somebody edited the file between two runs.
        self.superar(saldos, Some(self.saldo), self.seq >= publicado);
        self.superar(saldos, antes, seq > publicado);
        (self.saldo, self.seq) = (depois, seq);
        if nome != 0 {
            self.nome = nome;
        }
    }

    /// Notes a balance that an account had before its present one. A file may rightly hold it if it is
    /// `recente`.
    fn superar(&mut self, saldos: &mut Superados, saldo: Option<Saldo>, recente: bool) {
        let Some(saldo) = saldo else { return };
        let cadeia = if recente { &mut self.conhecidos } else { &mut self.antigos };
        *cadeia = saldos.encadear(saldo, *cadeia);
    }
}

/// The earlier balances of many accounts, in chains: each with the place of the one before it.
#[derive(Debug, Default)]
struct Superados(Vec<(Saldo, Cadeia)>);

impl Superados {
    /// Puts a balance at the end of a chain. Should there be four billion of them, it is left out: a file
    /// that holds it is then kept as a copy before it is replaced, as one that was edited.
    fn encadear(&mut self, saldo: Saldo, cadeia: Cadeia) -> Cadeia {
        if self.item(cadeia).is_some_and(|&(ultimo, _)| ultimo == saldo) {
            return cadeia;
        }
        let Ok(nova) = Cadeia::try_from(self.0.len() + 1) else { return cadeia };
        self.0.push((saldo, cadeia));
        nova
    }

    fn item(&self, cadeia: Cadeia) -> Option<&(Saldo, Cadeia)> {
        self.0.get(usize::try_from(cadeia.checked_sub(1)?).ok()?)
    }

    fn de(&self, cadeia: Cadeia) -> impl Iterator<Item = Saldo> {
        let itens = std::iter::successors(self.item(cadeia), |&&(_, anterior)| self.item(anterior));
        itens.map(|&(saldo, _)| saldo)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn rg(numero: u64) -> Rg {
        numero.to_string().parse().expect("legal RG")
    }

    fn saldo(centavos: u64) -> Saldo {
        Saldo::de_centavos(centavos).expect("in range")
    }

    fn de_retrato(numero: u64, seq: u64) -> Dobra {
        let (saldo, conhecidos, antigos) = (saldo(numero), VAZIA, VAZIA);
        Dobra { rg: rg(numero), saiu: false, saldo, seq, visto: None, conhecidos, antigos, nome: 0 }
    }

    fn mudanca(numero: u64, seq: u64) -> PorDobrar {
        let (antes, depois) = (Some(saldo(seq - 1)), saldo(seq));
        PorDobrar { rg: rg(numero), seq, antes, depois, nome: 0 }
    }

    /// Balances and known balances of each account, however many records are folded at once.
    #[test]
    fn records_of_accounts_in_any_order_are_folded_as_they_came() {
        const CONTAS: u64 = 60;
        let publicado = 5;
        for de_cada_vez in [1, 2, 7, 100, 1000] {
            let mut dobras = Dobras::default();
            let mut esperadas: BTreeMap<Rg, (Saldo, Vec<Saldo>)> = BTreeMap::new();
            let mut do_retrato: Vec<u64> = (0..CONTAS).step_by(3).collect();
            do_retrato.sort_by_key(|&numero| rg(numero));
            for numero in do_retrato {
                dobras.acrescentar(de_retrato(numero, publicado));
                esperadas.insert(rg(numero), (saldo(numero), Vec::new()));
            }
            for seq in publicado + 1..500 {
                let mudanca = mudanca(seq * seq * 7 % CONTAS, seq);
                dobras.dobrar(mudanca, publicado);
                if seq % de_cada_vez == 0 {
                    dobras.assentar(publicado);
                }
                let esperada = esperadas.remove(&mudanca.rg);
                let (anterior, mut conhecidos) =
                    esperada.map(|(s, c)| (Some(s), c)).unwrap_or_default();
                conhecidos.extend(anterior.into_iter().chain(mudanca.antes));
                esperadas.insert(mudanca.rg, (mudanca.depois, conhecidos));
            }
            dobras.assentar(publicado);
            assert_eq!(dobras.quantas(), esperadas.len());
            assert!(dobras.rgs().eq(esperadas.keys().copied()), "{de_cada_vez}");
            for (rg, (saldo, mut conhecidos)) in esperadas {
                let dobra = dobras.uma(rg).expect("it is there");
                let mut achados: Vec<Saldo> = dobras.de(dobra.conhecidos).collect();
                for saldos in [&mut achados, &mut conhecidos] {
                    saldos.sort_unstable();
                    saldos.dedup();
                }
                assert_eq!((dobra.saldo, achados), (saldo, conhecidos), "{rg}, {de_cada_vez}");
            }
        }
    }

    #[test]
    fn accounts_that_have_left_are_not_found_again() {
        let mut dobras = Dobras::default();
        (1..=9).for_each(|numero| dobras.acrescentar(de_retrato(numero, 1)));
        [1, 2, 5].map(rg).into_iter().for_each(|rg| dobras.remover(rg));
        assert_eq!(dobras.primeiras(3), [3, 4, 6].map(rg));
        assert_eq!(dobras.primeiras(3), [3, 4, 6].map(rg), "those that stay come again");
        dobras.remover(rg(5));
        assert_eq!((dobras.quantas(), dobras.uma(rg(5)).is_some()), (6, false));
        assert_eq!(dobras.rgs().collect::<Vec<_>>(), [3, 4, 6, 7, 8, 9].map(rg));
    }
}
