//! A batch in memory: what becomes of its operations, given the rows of their accounts.

use std::collections::BTreeMap;

use crate::banco::regras::{Decisao, Movimentacao, decidir, em_ordem};
use crate::banco::{Execucao, Recibo};
use crate::relogio::{Avanco, Carimbo, Relogio};
use crate::tipos::{Operacao, Recusa, Rg, Saldo};

/// The row of an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct LinhaDaConta {
    pub(super) saldo: Saldo,
    /// The highest stamp that wrote or read this account.
    pub(super) carimbo: Carimbo,
}

/// An entry of the ledger.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Lancada {
    pub(super) carimbo: Carimbo,
    pub(super) movimentacao: Movimentacao,
}

/// Operations that are decided and not written yet.
#[derive(Debug)]
pub(super) struct Decididas {
    /// Of each operation in order; of fewer if the clock has come to its end.
    pub(super) execucoes: Vec<Execucao>,
    /// The rows that this batch has read or written, as it leaves them.
    pub(super) contas: BTreeMap<Rg, LinhaDaConta>,
    pub(super) lancadas: Vec<Lancada>,
    /// The highest stamp that was drawn.
    pub(super) ultimo: Carimbo,
}

/// The accounts of these operations, each once, in the order in which their rows are locked.
pub(super) fn contas_de(operacoes: &[Operacao]) -> Vec<Rg> {
    let pares = operacoes.iter().map(em_ordem);
    let mut rgs: Vec<Rg> = pares.flat_map(|(uma, outra)| [Some(uma), outra]).flatten().collect();
    // Text order, which is that of the column's collation.
    rgs.sort_unstable_by(|uma, outra| uma.as_str().cmp(outra.as_str()));
    rgs.dedup();
    rgs
}

/// Decides operations one after the other, each on what those before it have left.
///
/// The stamp of an operation is above the clock and above the rows that it touches (docs/distribuido.md,
/// section 3), and `ao_carimbar` is told of it. If money cannot be written (`sem_espaco`), operations that
/// would move it are refused.
pub(super) fn decidir_lote(
    operacoes: &[Operacao],
    mut contas: BTreeMap<Rg, LinhaDaConta>,
    relogio: &Relogio,
    sem_espaco: bool,
    mut ao_carimbar: impl FnMut(Avanco),
) -> Decididas {
    let mut execucoes = Vec::with_capacity(operacoes.len());
    let (mut lancadas, mut ultimo) = (Vec::new(), Carimbo::ZERO);
    for &operacao in operacoes {
        let decisao = decidir(operacao, |rg| Ok(contas.get(&rg).map(|conta| conta.saldo)));
        let (uma, outra) = em_ordem(&operacao);
        let tocadas = || [Some(uma), outra].into_iter().flatten();
        let vistos = tocadas().filter_map(|rg| contas.get(&rg)).map(|conta| conta.carimbo);
        let Ok(avanco) = relogio.avancar(vistos.max()) else { break };
        ao_carimbar(avanco);
        let carimbo = avanco.depois;
        ultimo = carimbo;
        for rg in tocadas() {
            if let Some(conta) = contas.get_mut(&rg) {
                conta.carimbo = carimbo;
            }
        }
        let desfecho = decisao.and_then(|decisao| {
            if let Decisao::Movimentacao(movimentacao) = decisao {
                if sem_espaco {
                    return Err(Recusa::ServidorIndisponivel);
                }
                for movimento in movimentacao.movimentos() {
                    if let Some(conta) = contas.get_mut(&movimento.rg) {
                        conta.saldo = movimento.depois;
                    }
                }
                lancadas.push(Lancada { carimbo, movimentacao });
            }
            Ok(decisao.sucesso())
        });
        execucoes.push(Execucao { carimbo, desfecho, recibo: Recibo::IMEDIATO });
    }
    Decididas { execucoes, contas, lancadas, ultimo }
}
