//! The requests of a connection on their way to a bank that is far away, and back.

use crate::banco::{Banco, Execucao, Recibo};
use crate::relogio::Relogio;
use crate::tipos::Operacao;

/// Requests of one connection that wait for the bank: [`Servico::reunir`](super::Servico::reunir) gives
/// them, [`Servico::executar`](super::Servico::executar) has them done, in any thread.
#[derive(Debug, Default)]
#[must_use = "requests that are dropped are never answered, and their connection stalls"]
pub struct Lote {
    pub(super) operacoes: Vec<Operacao>,
}

/// What became of a [`Lote`]: [`Servico::responder`](super::Servico::responder) answers with it.
#[derive(Debug)]
#[must_use = "requests that are not answered stall their connection"]
pub struct LoteFeito {
    pub(super) operacoes: Vec<Operacao>,
    /// Of each operation in order; of fewer if the clock has come to its end.
    pub(super) feitas: Vec<Execucao>,
}

impl Lote {
    /// How many requests these are; at least one.
    pub fn quantas(&self) -> usize {
        self.operacoes.len()
    }
}

/// Has the requests of several connections done by one call, and waits until what they show is durable.
pub(super) fn executar<B: Banco>(banco: &B, relogio: &Relogio, lotes: Vec<Lote>) -> Vec<LoteFeito> {
    let todas: Vec<_> = lotes.iter().flat_map(|lote| &lote.operacoes).copied().collect();
    let mut feitas = Vec::with_capacity(todas.len());
    // The result is dropped: operations without an execution say the same.
    let _ = banco.executar_lote(&todas, relogio, &mut feitas);
    let ultimo = feitas.iter().map(|feita| feita.recibo).max();
    if ultimo > Some(Recibo::IMEDIATO) {
        // The result is dropped: `Servico::confirmar` of each connection asks again, and learns of its
        // own receipt.
        let _ = banco.confirmar(ultimo.unwrap_or_default());
    }
    let mut feitas = feitas.into_iter();
    let devolver = |Lote { operacoes }| {
        let feitas = feitas.by_ref().take(operacoes.len()).collect();
        LoteFeito { operacoes, feitas }
    };
    lotes.into_iter().map(devolver).collect()
}
