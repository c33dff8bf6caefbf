//! The accounts whose files may be behind the journal, as a start finds them: the snapshot, with the records
//! after it folded into it. An account leaves when its file has been looked at.

use std::borrow::Cow;

use super::dobras::{Dobra, Dobras, PorDobrar, VAZIA};
use crate::banco::Efeito;
use crate::banco::diario::{Momento, Registro, Retratada};
use crate::tipos::{Rg, Saldo};

/// These accounts, in RG order. A million of them take about 75 MB with their names, until the last one leaves.
#[derive(Debug, Default)]
pub(super) struct Atrasadas {
    /// Only this account is folded, if there is one here.
    so: Option<Rg>,
    contas: Dobras,
    nomes: Titulares,
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

impl Atrasadas {
    /// Of this account alone.
    pub(super) fn so_de(rg: Rg) -> Self {
        Self { so: Some(rg), ..Self::default() }
    }

    /// The account that all is about, if it is one alone.
    pub(super) fn so(&self) -> Option<Rg> {
        self.so
    }

    /// Adds an account of a snapshot, which tells them in RG order.
    pub(super) fn retratar(&mut self, momento: Momento, conta: Retratada<'_>) {
        let Retratada { rg, saldo, visto, nome, conhecidos } = conta;
        let nome = nome.map_or(0, |nome| self.nomes.guardar(&nome));
        let (seq, saiu) = (momento.seq, false);
        let mut dobra =
            Dobra { rg, saiu, saldo, seq, visto, conhecidos: VAZIA, antigos: VAZIA, nome };
        for conhecido in conhecidos {
            dobra.conhecidos = self.contas.encadear(conhecido, dobra.conhecidos);
        }
        self.contas.acrescentar(dobra);
    }

    /// Folds a record, which counts after [`Atrasadas::assentar`]. `publicado` is the last one that account
    /// files, or these accounts, hold already: a record up to it only tells which balances an account once
    /// had.
    pub(super) fn dobrar(&mut self, registro: &Registro, publicado: u64) {
        let so = self.so;
        let conta = |rg: Rg| so.is_none_or(|so| so == rg);
        for efeito in registro.feito.efeitos().filter(|efeito| conta(efeito.rg())) {
            let nome = match efeito {
                Efeito::Abriu(conta) => self.nomes.guardar(conta.nome.as_str()),
                Efeito::Mudou(_) => 0,
            };
            let (rg, antes, depois) = (efeito.rg(), efeito.antes(), efeito.depois());
            let pendente = PorDobrar { rg, seq: registro.seq, antes, depois, nome };
            self.contas.dobrar(pendente, publicado);
        }
    }

    /// Finishes the folding of all records up to here.
    pub(super) fn assentar(&mut self, publicado: u64) {
        self.contas.assentar(publicado);
    }

    /// Takes the content that was found in a file for one that it may rightly have.
    pub(super) fn reconhecer(&mut self, rg: Rg, visto: u32) {
        if let Some(dobra) = self.contas.uma_mut(rg) {
            dobra.visto = Some(visto);
        }
    }

    pub(super) fn uma(&self, rg: Rg) -> Option<Atrasada> {
        let &Dobra { saldo, seq, visto, conhecidos, antigos, nome, .. } = self.contas.uma(rg)?;
        Some(Atrasada {
            saldo,
            seq,
            visto,
            nome: self.nomes.um(nome).map(str::to_owned),
            conhecidos: self.contas.de(conhecidos).collect(),
            antigos: self.contas.de(antigos).collect(),
        })
    }

    /// One of these accounts, for a snapshot.
    pub(super) fn retratada(&self, rg: Rg) -> Option<Retratada<'static>> {
        let dobra = self.contas.uma(rg)?;
        let mut conhecidos: Vec<Saldo> = self.contas.de(dobra.conhecidos).collect();
        conhecidos.sort_unstable();
        conhecidos.dedup();
        let nome = self.nomes.um(dobra.nome).map(|nome| Cow::Owned(nome.to_owned()));
        Some(Retratada { rg, saldo: dobra.saldo, visto: dobra.visto, nome, conhecidos })
    }

    pub(super) fn remover(&mut self, rg: Rg) {
        self.contas.remover(rg);
        if self.contas.quantas() == 0 {
            *self = Self::default();
        }
    }

    /// The first of these accounts, up to so many.
    pub(super) fn primeiras(&mut self, quantas: usize) -> Vec<Rg> {
        self.contas.primeiras(quantas)
    }

    pub(super) fn rgs(&self) -> impl Iterator<Item = Rg> {
        self.contas.rgs()
    }

    pub(super) fn contem(&self, rg: Rg) -> bool {
        self.contas.uma(rg).is_some()
    }

    pub(super) fn quantas(&self) -> usize {
        self.contas.quantas()
    }
}
