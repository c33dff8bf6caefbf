//! The accounts whose files may be behind the journal, as a start finds them: the snapshot, with the records
//! after it folded into it. An account leaves when its file has been looked at.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::banco::Efeito;
use crate::banco::diario::{Momento, Registro, Retratada};
use crate::tipos::{Rg, Saldo};

/// These accounts, in RG order. A million of them take about 140 MB with their names.
#[derive(Debug, Default)]
pub(super) struct Atrasadas {
    /// Only this account is folded, if there is one here.
    so: Option<Rg>,
    contas: BTreeMap<Rg, Dobra>,
    nomes: Titulares,
    superados: Superados,
}

/// A chain of balances: the place in [`Superados`] of its last one, from 1, or [`VAZIA`].
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
    /// The holder's name, if the file may not have it: its place in [`Titulares`], from 1, or 0.
    nome: u32,
}

/// One of these accounts.
#[derive(Clone, Debug)]
pub(super) struct Atrasada {
    pub(super) saldo: Saldo,
    /// Its last record, or that of the snapshot.
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

/// The names of many holders, one behind the other.
#[derive(Debug, Default)]
struct Titulares {
    texto: String,
    /// Where each of them ends.
    fins: Vec<usize>,
}

impl Titulares {
    /// Keeps a name, and gives its place, from 1. There is memory for far fewer than four billion accounts.
    fn guardar(&mut self, nome: &str) -> u32 {
        self.texto.push_str(nome);
        self.fins.push(self.texto.len());
        u32::try_from(self.fins.len()).unwrap_or(0)
    }

    fn um(&self, lugar: u32) -> Option<&str> {
        let indice = usize::try_from(lugar.checked_sub(1)?).ok()?;
        let inicio =
            indice.checked_sub(1).map_or(Some(0), |anterior| self.fins.get(anterior).copied());
        self.texto.get(inicio?..*self.fins.get(indice)?)
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

    /// The balances of a chain, from its last one on.
    fn de(&self, cadeia: Cadeia) -> impl Iterator<Item = Saldo> {
        let itens = std::iter::successors(self.item(cadeia), |&&(_, anterior)| self.item(anterior));
        itens.map(|&(saldo, _)| saldo)
    }
}

impl Dobra {
    /// Notes a balance that an account had before its present one. A file may rightly hold it if it is
    /// `recente`.
    fn superar(&mut self, saldos: &mut Superados, saldo: Option<Saldo>, recente: bool) {
        let Some(saldo) = saldo else { return };
        let cadeia = if recente { &mut self.conhecidos } else { &mut self.antigos };
        *cadeia = saldos.encadear(saldo, *cadeia);
    }
}

impl Atrasadas {
    /// Of this account alone.
    pub(super) fn so_de(rg: Rg) -> Self {
        Self { so: Some(rg), ..Self::default() }
    }

    /// The account that all is about, if it is one alone.
    pub(super) fn so(&self) -> Option<Rg> {
        self.so
    }

    /// Adds an account of a snapshot. Of two with one RG the later one counts.
    pub(super) fn retratar(&mut self, momento: Momento, conta: Retratada<'_>) {
        let Retratada { rg, saldo, visto, nome, conhecidos } = conta;
        let nome = nome.map_or(0, |nome| self.nomes.guardar(&nome));
        let seq = momento.seq;
        let mut dobra = Dobra { saldo, seq, visto, conhecidos: VAZIA, antigos: VAZIA, nome };
        for conhecido in conhecidos {
            dobra.conhecidos = self.superados.encadear(conhecido, dobra.conhecidos);
        }
        self.contas.insert(rg, dobra);
    }

    /// Folds a record. `publicado` is the last one that account files, or these accounts, hold already: a
    /// record up to it only tells which balances an account once had.
    pub(super) fn dobrar(&mut self, registro: &Registro, publicado: u64) {
        let so = self.so;
        let conta = |rg: Rg| so.is_none_or(|so| so == rg);
        for efeito in registro.feito.efeitos().filter(|efeito| conta(efeito.rg())) {
            let (rg, saldo, seq) = (efeito.rg(), efeito.depois(), registro.seq);
            let nome = match efeito {
                Efeito::Abriu(conta) => self.nomes.guardar(conta.nome.as_str()),
                Efeito::Mudou(_) => 0,
            };
            let antes = efeito.antes();
            match self.contas.entry(rg) {
                Entry::Vacant(lugar) => {
                    let (conhecidos, antigos) = (VAZIA, VAZIA);
                    let nova = Dobra { saldo, seq, visto: None, conhecidos, antigos, nome };
                    let dobra = lugar.insert(nova);
                    dobra.superar(&mut self.superados, antes, seq > publicado);
                }
                Entry::Occupied(lugar) => {
                    let dobra = lugar.into_mut();
                    // Both are the same balance, unless somebody edited the file between two runs.
                    let (anterior, recente) = (dobra.saldo, dobra.seq >= publicado);
                    dobra.superar(&mut self.superados, Some(anterior), recente);
                    dobra.superar(&mut self.superados, antes, seq > publicado);
                    (dobra.saldo, dobra.seq) = (saldo, seq);
                    if nome != 0 {
                        dobra.nome = nome;
                    }
                }
            }
        }
    }

    /// Takes the content that was found in a file for one that it may rightly have.
    pub(super) fn reconhecer(&mut self, rg: Rg, visto: u32) {
        if let Some(dobra) = self.contas.get_mut(&rg) {
            dobra.visto = Some(visto);
        }
    }

    pub(super) fn uma(&self, rg: Rg) -> Option<Atrasada> {
        let &Dobra { saldo, seq, visto, conhecidos, antigos, nome } = self.contas.get(&rg)?;
        Some(Atrasada {
            saldo,
            seq,
            visto,
            nome: self.nomes.um(nome).map(str::to_owned),
            conhecidos: self.superados.de(conhecidos).collect(),
            antigos: self.superados.de(antigos).collect(),
        })
    }

    /// One of these accounts, for a snapshot.
    pub(super) fn retratada(&self, rg: Rg) -> Option<Retratada<'static>> {
        let dobra = self.contas.get(&rg)?;
        let mut conhecidos: Vec<Saldo> = self.superados.de(dobra.conhecidos).collect();
        conhecidos.sort_unstable();
        conhecidos.dedup();
        let nome = self.nomes.um(dobra.nome).map(|nome| Cow::Owned(nome.to_owned()));
        Some(Retratada { rg, saldo: dobra.saldo, visto: dobra.visto, nome, conhecidos })
    }

    pub(super) fn remover(&mut self, rg: Rg) {
        self.contas.remove(&rg);
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
}
