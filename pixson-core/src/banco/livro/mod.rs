//! The journal read as a ledger: each account's statement, and the audit of the whole bank.

mod auditoria;
mod dano;
mod divergencia;

use std::io;

pub use self::auditoria::{Auditoria, Balanco, auditar};
pub use self::dano::Dano;
pub use self::divergencia::Divergencia;
use super::diario::{Ponto, Prova, Registro, Segmento, Veredito, ler_ponto, travar};
use super::diario::{ler_segmento, nome_de_segmento, registros_depois, segmentos};
use super::disco::{Causa, Disco, passageiro};
use super::regras::decidir;
use super::{ErroAbrir, Feito};
use crate::relogio::Carimbo;

/// One thing that was done in the bank's life, as the journal kept it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lancamento {
    /// Its number, from 1 and without gaps.
    pub seq: u64,
    /// The run of the bank in which it was done, from 1.
    pub epoca: u64,
    /// The stamp of its reply; (`epoca`, `carimbo`) orders the bank's whole life.
    pub carimbo: Carimbo,
    /// What was done.
    pub feito: Feito,
}

impl Lancamento {
    fn de_registro(registro: Registro) -> Self {
        let Registro { seq, epoca, carimbo, feito, .. } = registro;
        Self { seq, epoca, carimbo, feito }
    }

    /// Whether the bank's rules lead from the balances before to those after. An act of the
    /// administration may set any balance.
    fn confere(&self) -> bool {
        let Some(operacao) = self.feito.operacao() else { return true };
        let efeitos = || self.feito.efeitos();
        let antes = |rg| Ok(efeitos().find(|efeito| efeito.rg() == rg).and_then(|e| e.antes()));
        decidir(operacao, antes).is_ok_and(|decisao| {
            let depois = decisao.movimentos().map(|movimento| (movimento.rg, movimento.depois));
            depois.eq(efeitos().map(|efeito| (efeito.rg(), efeito.depois())))
        })
    }
}

/// How much of the ledger could be read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Alcance {
    /// Where the ledger begins, or `None` if it has no readable record.
    pub desde: Option<Inicio>,
    /// The parts that cannot be read, in order.
    pub danos: Vec<Dano>,
}

/// Where a ledger begins. What was done before is in segments that were removed, unless `seq` is 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Inicio {
    /// The number of the first record.
    pub seq: u64,
    /// The run of the bank in which it was done.
    pub epoca: u64,
    /// The stamp of its reply.
    pub carimbo: Carimbo,
}

/// Reads the ledger of a bank that no process has open, from its first record to its last. Damage
/// does not end the reading: what stands behind the damage is read, and the damage is named.
///
/// # Errors
///
/// [`ErroAbrir`]: a process has the bank open, or it cannot be read at all.
pub fn ler_livro<D: Disco>(
    disco: &D,
    mut visitar: impl FnMut(Lancamento),
) -> Result<Alcance, ErroAbrir> {
    let _trava = travar(disco)?;
    let ponto = ler_ponto(disco)?.ponto;
    Ok(percorrer(disco, ponto, &mut |lancamento, _| visitar(lancamento))?.alcance)
}

/// A reading of the ledger, to its end.
struct Percurso {
    alcance: Alcance,
    /// The ledger is damaged, and ends before the last record that the checkpoint covers.
    sem_fim: bool,
}

/// Reads the ledger. The visitor is told with each record whether others are missing just before
/// it.
fn percorrer<D: Disco>(
    disco: &D,
    ponto: Ponto,
    visitar: &mut impl FnMut(Lancamento, bool),
) -> io::Result<Percurso> {
    let mut leitura = Leitura { alcance: Alcance::default(), proximo: None, visitar };
    let numeros = segmentos(disco)?;
    for (indice, &numero) in numeros.iter().enumerate() {
        match ler_segmento(disco, numero) {
            Ok(Some(segmento)) => leitura.segmento(segmento, indice + 1 == numeros.len()),
            Ok(None) => {}
            Err(erro) if passageiro(&erro) => return Err(erro),
            Err(erro) => {
                let (arquivo, causa) = (nome_de_segmento(numero), Causa::de(&erro));
                leitura.alcance.danos.push(Dano::Arquivo { arquivo, causa });
            }
        }
    }
    // If the checkpoint covers records that were not found, the end of the ledger is missing.
    let ultimo = leitura.proximo.map_or(0, |proximo| proximo - 1);
    let mut alcance = leitura.alcance;
    let falta_segmento = ponto.segmento > 0 && !numeros.contains(&ponto.segmento);
    if falta_segmento {
        alcance.danos.push(Dano::Segmento { arquivo: nome_de_segmento(ponto.segmento) });
    }
    let le_algo = ponto.segmento > 0 && alcance.desde.is_some();
    let falta_o_fim = ultimo < ponto.seq;
    if falta_o_fim && (le_algo || falta_segmento) {
        alcance.danos.push(Dano::Falta { de: ultimo + 1, ate: ponto.seq });
    }
    let sem_fim = falta_o_fim && !alcance.danos.is_empty();
    Ok(Percurso { alcance, sem_fim })
}

/// The reading of a ledger, as far as it has come.
struct Leitura<'v, V> {
    alcance: Alcance,
    /// The number of the next record.
    proximo: Option<u64>,
    visitar: &'v mut V,
}

impl<V: FnMut(Lancamento, bool)> Leitura<'_, V> {
    fn segmento(&mut self, segmento: Segmento, ultimo: bool) {
        // A torn tail is left for recovery to cut, and a segment whose creation was cut short has
        // no record.
        let danificado = segmento.julgar(Prova::do_livro(ultimo)) == Veredito::Danificado;
        let Segmento { nome, bytes, registros, validos, .. } = segmento;
        for registro in registros {
            self.registro(registro);
        }
        if danificado {
            self.alcance.danos.push(Dano::Trecho { arquivo: nome, posicao: validos });
            for registro in registros_depois(&bytes, validos) {
                self.registro(registro);
            }
        }
    }

    fn registro(&mut self, registro: Registro) {
        let seq = registro.seq;
        let esperado = self.proximo.unwrap_or(seq);
        // A record whose number came before is part of the damage.
        if seq < esperado {
            return;
        }
        let falta = seq > esperado;
        if falta {
            self.alcance.danos.push(Dano::Falta { de: esperado, ate: seq - 1 });
        }
        self.proximo = Some(seq + 1);
        let Registro { epoca, carimbo, .. } = registro;
        self.alcance.desde.get_or_insert(Inicio { seq, epoca, carimbo });
        (self.visitar)(Lancamento::de_registro(registro), falta);
    }
}
