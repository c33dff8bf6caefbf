//! The bookkeeping of an audit: what each record does to its accounts, and the accounts in slices that
//! are folded side by side.
//!
//! A segment is digested by itself ([`Digerido`]); each slice then takes the steps of its accounts
//! ([`Fatia`]), in the order of the ledger. What an audit says is the same with any number of slices.

use std::collections::HashSet;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher;
use std::io;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::balanco::{Balanco, em_centavos};
use super::divergencia::Divergencia;
use super::lido::{Lido, PorLer, TrechoLido, ler};
use crate::banco::Feito;
use crate::banco::diario::Registro;
use crate::banco::disco::Disco;
use crate::banco::regras::decidir;
use crate::tipos::{Rg, Saldo};

/// What one record does to one account.
#[derive(Clone, Copy, Debug)]
struct Lance {
    rg: Rg,
    seq: u64,
    /// Which of the record's accounts it is, from 1.
    qual: usize,
    /// `None` if the account was opened.
    antes: Option<Saldo>,
    depois: Saldo,
}

/// A divergence, and where in the ledger it was found: record and account.
pub(super) type Achada = ((u64, usize), Divergencia);

/// What the records of a segment do.
#[derive(Debug, Default)]
pub(super) struct Digerido {
    /// The numbers of the first record and of the last.
    pub(super) primeiro: Option<u64>,
    pub(super) ultimo: Option<u64>,
    pub(super) lancamentos: u64,
    pub(super) balanco: Balanco,
    pub(super) achadas: Vec<Achada>,
    pub(super) trechos: Vec<TrechoLido>,
    pub(super) indice_errado: bool,
    /// For each slice, its steps.
    lances: Vec<Vec<Lance>>,
}

impl Digerido {
    /// Reads a segment, and digests each of its records from number `desde` on. `None` if it is not there.
    ///
    /// # Errors
    ///
    /// As for [`ler`].
    pub(super) fn ler(
        disco: &impl Disco,
        por_ler: PorLer,
        fatias: usize,
        desde: u64,
    ) -> io::Result<Option<Self>> {
        let mut digerido = Self::default();
        digerido.lances.resize_with(fatias, Vec::new);
        // A record is of no further use, and to keep those of a segment takes more memory than its steps.
        let digerir = |registro: &Registro| {
            if registro.seq >= desde {
                digerido.escriturar(registro);
            }
            false
        };
        let lido = ler(disco, por_ler, None, digerir)?;
        Ok(lido.map(|Lido { trechos, indice_errado, .. }| {
            // Of a segment that the disk could not read to its end, no record counts.
            let conta = trechos.iter().any(|trecho| matches!(trecho, TrechoLido::Corrida(..)));
            let digerido = if conta { digerido } else { Self::default() };
            Self { trechos, indice_errado, ..digerido }
        }))
    }

    fn escriturar(&mut self, registro: &Registro) {
        let Registro { seq, ref feito, .. } = *registro;
        self.primeiro.get_or_insert(seq);
        self.ultimo = Some(seq);
        self.lancamentos += 1;
        if !confere(feito) {
            self.achadas.push(((seq, 0), Divergencia::ContaErrada { seq }));
        }
        self.balanco.lancar(feito);
        for (qual, efeito) in (1..).zip(feito.efeitos()) {
            let (rg, antes, depois) = (efeito.rg(), efeito.antes(), efeito.depois());
            let fatia = fatia_de(rg, self.lances.len());
            self.lances[fatia].push(Lance { rg, seq, qual, antes, depois });
        }
    }
}

/// Whether the bank's rules lead from the balances before to those after. An act of the
/// administration may set any balance.
fn confere(feito: &Feito) -> bool {
    let Some(operacao) = feito.operacao() else { return true };
    let efeitos = || feito.efeitos();
    let antes = |rg| Ok(efeitos().find(|efeito| efeito.rg() == rg).and_then(|e| e.antes()));
    decidir(operacao, antes).is_ok_and(|decisao| {
        let depois = decisao.movimentos().map(|movimento| (movimento.rg, movimento.depois));
        depois.eq(efeitos().map(|efeito| (efeito.rg(), efeito.depois())))
    })
}

/// Which of so many slices an account is in.
pub(super) fn fatia_de(rg: Rg, fatias: usize) -> usize {
    // Bits that the hash maps do not look at: they take the low ones for the place, and the seven highest.
    let meio = FxBuildHasher.hash_one(rg) >> 32 & 0xffff;
    usize::try_from((meio * fatias as u64) >> 16).unwrap_or(0)
}

/// What the audit knows of an account from the ledger.
#[derive(Clone, Copy, Debug)]
pub(super) struct Escriturada {
    pub(super) saldo: Saldo,
    /// It may have no file yet, since recovery has not run yet.
    pub(super) sem_arquivo: bool,
    /// Its last record.
    pub(super) seq: u64,
}

/// Some of the accounts of the ledger.
#[derive(Debug, Default)]
pub(super) struct Fatia {
    pub(super) contas: FxHashMap<Rg, Escriturada>,
    /// Balances that files may still hold, since recovery has not run yet.
    pub(super) pendentes: FxHashMap<Rg, HashSet<Saldo>>,
    /// What these accounts held before their first record.
    pub(super) inicial: u128,
    pub(super) achadas: Vec<Achada>,
    /// How many gaps of the ledger lie before the last step.
    passadas: usize,
}

impl Fatia {
    /// Takes the steps of slice number `qual` in a segment. The files need not hold records behind
    /// `publicado` yet; `lacunas` has the first record behind each gap.
    pub(super) fn lancar(
        &mut self,
        qual: usize,
        digerido: &Digerido,
        publicado: u64,
        lacunas: &[u64],
    ) {
        for lance in digerido.lances.get(qual).into_iter().flatten() {
            while lacunas.get(self.passadas).is_some_and(|&lacuna| lacuna <= lance.seq) {
                self.passadas += 1;
            }
            let lacuna = self.passadas.checked_sub(1).map_or(0, |ultima| lacunas[ultima]);
            self.dar(*lance, lance.seq > publicado, lacuna);
        }
    }

    /// What happened to an account before the record `lacuna` may be unknown.
    fn dar(&mut self, lance: Lance, pendente: bool, lacuna: u64) {
        let Lance { rg, seq, qual, antes, depois } = lance;
        match self.contas.entry(rg) {
            Entry::Vacant(nova) => {
                self.inicial += antes.map_or(0, em_centavos);
                let sem_arquivo = antes.is_none() && pendente;
                nova.insert(Escriturada { saldo: depois, sem_arquivo, seq });
            }
            Entry::Occupied(conhecida) => {
                let conta = conhecida.into_mut();
                let livro = conta.saldo;
                let divergencia = match antes {
                    // What happened to the account in the gap is unknown.
                    _ if conta.seq < lacuna => None,
                    None => {
                        conta.sem_arquivo = pendente;
                        Some(Divergencia::Reaberta { rg, seq, livro })
                    }
                    Some(encontrado) if encontrado != livro => {
                        Some(Divergencia::Ajuste { rg, seq, livro, encontrado })
                    }
                    Some(_) => None,
                };
                self.achadas.extend(divergencia.map(|achada| ((seq, qual), achada)));
                conta.saldo = depois;
                conta.seq = seq;
            }
        }
        if pendente {
            self.pendentes.entry(rg).or_default().extend(antes.into_iter().chain([depois]));
        }
    }
}
