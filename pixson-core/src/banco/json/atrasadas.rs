//! The accounts whose files may be behind the journal, as a start finds them: the snapshot, with the records
//! after it folded into it. An account leaves when its file has been looked at.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::banco::Efeito;
use crate::banco::diario::{Momento, Registro, Retratada};
use crate::tipos::{Rg, Saldo};

/// These accounts, in RG order. A million of them take about 80 MB.
#[derive(Debug, Default)]
pub(super) struct Atrasadas {
    contas: BTreeMap<Rg, Dobra>,
    /// The holders' names that files may not have.
    nomes: BTreeMap<Rg, String>,
    /// The balances of all chains.
    saldos: Vec<(Saldo, Cadeia)>,
}

/// A chain of balances: the place in `saldos` of its last one, from 1, or [`VAZIA`].
type Cadeia = u32;

const VAZIA: Cadeia = 0;

/// The records of one account, folded.
#[derive(Clone, Copy, Debug)]
struct Dobra {
    saldo: Saldo,
    seq: u64,
    visto: Option<u32>,
    conhecidos: Cadeia,
    antigos: Cadeia,
}

/// One of these accounts.
#[derive(Clone, Debug)]
pub(super) struct Atrasada {
    pub(super) saldo: Saldo,
    /// Its last record.
    pub(super) seq: u64,
    /// The checksum of a content that its file may rightly have.
    pub(super) visto: Option<u32>,
    /// The holder's name, if the file may not have it.
    pub(super) nome: Option<String>,
    /// Other balances that its file may rightly hold: those since the checkpoint.
    pub(super) conhecidos: Vec<Saldo>,
    /// The balances that it had before the checkpoint, which only the examination of a copy reads.
    pub(super) antigos: Vec<Saldo>,
}

impl Atrasadas {
    /// Adds an account of a snapshot. Of two with one RG the later one counts.
    pub(super) fn retratar(&mut self, momento: Momento, conta: Retratada<'_>) {
        let Retratada { rg, saldo, visto, nome, conhecidos } = conta;
        let mut dobra = Dobra { saldo, seq: momento.seq, visto, conhecidos: VAZIA, antigos: VAZIA };
        for conhecido in conhecidos {
            dobra.conhecidos = self.encadear(conhecido, dobra.conhecidos);
        }
        self.contas.insert(rg, dobra);
        match nome {
            Some(nome) => drop(self.nomes.insert(rg, nome.into_owned())),
            None => drop(self.nomes.remove(&rg)),
        }
    }

    /// Folds a record. `publicado` is the last one that account files, or these accounts, hold already: a
    /// record up to it only tells which balances an account once had.
    pub(super) fn dobrar(&mut self, registro: &Registro, publicado: u64) {
        for efeito in registro.feito.efeitos() {
            let (rg, saldo, seq) = (efeito.rg(), efeito.depois(), registro.seq);
            if let Efeito::Abriu(conta) = efeito {
                self.nomes.insert(rg, conta.nome.to_string());
            }
            let antes = efeito.antes();
            let dobra = match self.contas.get(&rg).copied() {
                None => {
                    let mut nova =
                        Dobra { saldo, seq, visto: None, conhecidos: VAZIA, antigos: VAZIA };
                    self.superar(&mut nova, antes, seq > publicado);
                    nova
                }
                Some(mut dobra) => {
                    // Both are the same balance, unless somebody edited the file between two runs.
                    let (anterior, recente) = (dobra.saldo, dobra.seq >= publicado);
                    self.superar(&mut dobra, Some(anterior), recente);
                    self.superar(&mut dobra, antes, seq > publicado);
                    Dobra { saldo, seq, ..dobra }
                }
            };
            self.contas.insert(rg, dobra);
        }
    }

    /// Notes a balance that an account had before its present one. A file may rightly hold it if it is
    /// `recente`.
    fn superar(&mut self, dobra: &mut Dobra, saldo: Option<Saldo>, recente: bool) {
        let Some(saldo) = saldo else { return };
        let cadeia = if recente { &mut dobra.conhecidos } else { &mut dobra.antigos };
        *cadeia = self.encadear(saldo, *cadeia);
    }

    /// Takes the content that was found in a file for one that it may rightly have.
    pub(super) fn reconhecer(&mut self, rg: Rg, visto: u32) {
        if let Some(dobra) = self.contas.get_mut(&rg) {
            dobra.visto = Some(visto);
        }
    }

    pub(super) fn uma(&self, rg: Rg) -> Option<Atrasada> {
        let &Dobra { saldo, seq, visto, conhecidos, antigos } = self.contas.get(&rg)?;
        Some(Atrasada {
            saldo,
            seq,
            visto,
            nome: self.nomes.get(&rg).cloned(),
            conhecidos: self.saldos_de(conhecidos).collect(),
            antigos: self.saldos_de(antigos).collect(),
        })
    }

    /// One of these accounts, for a snapshot.
    pub(super) fn retratada(&self, rg: Rg) -> Option<Retratada<'static>> {
        let dobra = self.contas.get(&rg)?;
        let mut conhecidos: Vec<Saldo> = self.saldos_de(dobra.conhecidos).collect();
        conhecidos.sort_unstable();
        conhecidos.dedup();
        let nome = self.nomes.get(&rg).cloned().map(Cow::Owned);
        Some(Retratada { rg, saldo: dobra.saldo, visto: dobra.visto, nome, conhecidos })
    }

    pub(super) fn remover(&mut self, rg: Rg) {
        self.contas.remove(&rg);
        self.nomes.remove(&rg);
        if self.contas.is_empty() {
            *self = Self::default();
        }
    }

    /// The first of these accounts, up to so many.
    pub(super) fn primeiras(&self, quantas: usize) -> Vec<Rg> {
        self.contas.keys().take(quantas).copied().collect()
    }

    pub(super) fn rgs(&self) -> impl Iterator<Item = Rg> {
        self.contas.keys().copied()
    }

    pub(super) fn contem(&self, rg: Rg) -> bool {
        self.contas.contains_key(&rg)
    }

    pub(super) fn quantas(&self) -> usize {
        self.contas.len()
    }

    /// Puts a balance at the end of a chain. Should there be four billion of them, it is left out: a file that
    /// holds it is then kept as a copy before it is replaced, as one that was edited.
    fn encadear(&mut self, saldo: Saldo, cadeia: Cadeia) -> Cadeia {
        let ultimo = cadeia.checked_sub(1).and_then(|indice| self.saldos.get(indice as usize));
        if ultimo.is_some_and(|&(ultimo, _)| ultimo == saldo) {
            return cadeia;
        }
        let Ok(nova) = Cadeia::try_from(self.saldos.len() + 1) else { return cadeia };
        self.saldos.push((saldo, cadeia));
        nova
    }

    fn saldos_de(&self, cadeia: Cadeia) -> impl Iterator<Item = Saldo> {
        let item = |cadeia: Cadeia| self.saldos.get(cadeia.checked_sub(1)? as usize);
        std::iter::successors(item(cadeia), move |&&(_, anterior)| item(anterior))
            .map(|&(saldo, _)| saldo)
    }
}
