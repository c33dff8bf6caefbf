//! The journal read as a ledger: each account's statement, and the audit of the whole bank.

mod auditoria;

use std::io;

pub use self::auditoria::{Auditoria, Balanco, Divergencia, auditar};
use super::Feito;
use super::diario::{Cauda, Registro, TRAVA, ler_segmento, segmentos};
use super::disco::Disco;
use super::json::ErroAbrir;
use super::regras::decidir;
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

    /// Whether the balances after are what the bank's rules make of those before. Of what the
    /// administration did, anything is.
    fn confere(&self) -> bool {
        let Some(operacao) = self.feito.operacao() else { return true };
        let efeitos = || self.feito.efeitos();
        let antes = |rg| Ok(efeitos().find(|efeito| efeito.rg() == rg).and_then(|e| e.antes()));
        decidir(operacao, antes).is_ok_and(|decisao| {
            let depois = decisao.mudancas.into_iter().flatten();
            depois.eq(efeitos().map(|efeito| (efeito.rg(), efeito.depois())))
        })
    }
}

/// Reads the ledger of a bank that nobody has open, from its first operation to its last.
///
/// # Errors
///
/// [`ErroAbrir`], also if a segment is damaged.
pub fn ler_livro<D: Disco>(
    disco: &D,
    mut visitar: impl FnMut(Lancamento),
) -> Result<(), ErroAbrir> {
    let _trava = trancar(disco)?;
    percorrer(disco, &mut visitar)
}

/// Keeps everybody else out of the bank. One that was never opened has nothing to lock.
pub(super) fn trancar<D: Disco>(disco: &D) -> Result<Option<D::Arquivo>, ErroAbrir> {
    match disco.travar(TRAVA) {
        Ok(trava) => Ok(Some(trava)),
        Err(erro) if erro.kind() == io::ErrorKind::NotFound => {
            // Without even the directory there is no bank.
            disco.listar("")?;
            Ok(None)
        }
        Err(erro) => Err(erro.into()),
    }
}

fn percorrer<D: Disco>(disco: &D, visitar: &mut impl FnMut(Lancamento)) -> Result<(), ErroAbrir> {
    let mut numeros = segmentos(disco)?;
    if let Some(&ultimo) = numeros.last() {
        let segmento = ler_segmento(disco, ultimo)?;
        // It was just being begun when the bank was killed.
        if segmento.cabecalho.is_none() && !matches!(segmento.cauda, Cauda::Ruim { sinc: Some(_) })
        {
            numeros.pop();
        }
    }
    let mut esperado = None;
    for (indice, &numero) in numeros.iter().enumerate() {
        let ultimo = indice + 1 == numeros.len();
        let segmento = ler_segmento(disco, numero)?;
        let corrompido =
            |posicao| ErroAbrir::Corrompido { arquivo: segmento.nome.clone(), posicao };
        let Some(cabecalho) = segmento.cabecalho else { return Err(corrompido(0)) };
        if esperado.is_some_and(|seq| seq != cabecalho.seq) {
            return Err(corrompido(0));
        }
        let proximo = cabecalho.seq + segmento.registros.len() as u64;
        // A torn tail is for recovery to cut; damage is not.
        let falta = match segmento.cauda {
            Cauda::Ruim { sinc } if !ultimo || sinc.is_some_and(|sinc| sinc >= proximo) => {
                Some(corrompido(segmento.validos))
            }
            _ => None,
        };
        for registro in segmento.registros {
            visitar(Lancamento::de_registro(registro));
        }
        if let Some(erro) = falta {
            return Err(erro);
        }
        esperado = Some(proximo);
    }
    Ok(())
}
