//! A batch as columns, which is how one statement takes many rows.

use std::collections::BTreeMap;

use tokio_postgres::types::ToSql;

use super::decididas::{Decididas, Lancada, LinhaDaConta};
use super::valores::{do_carimbo, do_saldo, do_valor};
use crate::banco::regras::{Movimentacao, Movimento};
use crate::tipos::Rg;

/// The rows of accounts as they are remembered: what `GRAVAR_DE_MEMORIA` is given beyond that, in the order of
/// the rows that a batch leaves.
#[derive(Debug)]
pub(super) struct ColunasLidas {
    saldo: Vec<i64>,
    carimbo: Vec<i64>,
}

impl ColunasLidas {
    pub(super) fn de(lidas: &BTreeMap<Rg, LinhaDaConta>) -> Self {
        let saldo = lidas.values().map(|conta| do_saldo(conta.saldo)).collect();
        let carimbo = lidas.values().map(|conta| do_carimbo(conta.carimbo)).collect();
        Self { saldo, carimbo }
    }

    pub(super) fn linhas(&self) -> [&(dyn ToSql + Sync); 2] {
        [&self.saldo, &self.carimbo]
    }
}

/// What `GRAVAR` is given after the lane and the number: the last stamp, the rows of accounts, and the
/// entries of the ledger.
#[derive(Debug, Default)]
pub(super) struct Colunas<'d> {
    pub(super) ultimo: i64,
    conta_rg: Vec<&'d str>,
    conta_saldo: Vec<i64>,
    conta_carimbo: Vec<i64>,
    carimbo: Vec<i64>,
    op: Vec<&'static str>,
    valor: Vec<i64>,
    rg: Vec<&'d str>,
    antes: Vec<i64>,
    depois: Vec<i64>,
    rg_destino: Vec<Option<&'d str>>,
    destino_antes: Vec<Option<i64>>,
    destino_depois: Vec<Option<i64>>,
}

impl<'d> Colunas<'d> {
    pub(super) fn de(decididas: &'d Decididas) -> Self {
        let mut colunas = Self { ultimo: do_carimbo(decididas.ultimo), ..Self::default() };
        for (rg, conta) in &decididas.contas {
            colunas.conta_rg.push(rg.as_str());
            colunas.conta_saldo.push(do_saldo(conta.saldo));
            colunas.conta_carimbo.push(do_carimbo(conta.carimbo));
        }
        for lancada in &decididas.lancadas {
            colunas.lancar(lancada);
        }
        colunas
    }

    fn lancar(&mut self, Lancada { carimbo, movimentacao }: &'d Lancada) {
        let (valor, titular, destino) = match movimentacao {
            Movimentacao::Saque { valor, titular } | Movimentacao::Deposito { valor, titular } => {
                (valor, titular, None)
            }
            Movimentacao::Transferencia { valor, origem, destino } => {
                (valor, origem, Some(destino))
            }
        };
        let rg_de = |movimento: &'d Movimento| Rg::as_str(&movimento.rg);
        self.carimbo.push(do_carimbo(*carimbo));
        self.op.push(movimentacao.operacao().tipo().palavra());
        self.valor.push(do_valor(*valor));
        self.rg.push(rg_de(titular));
        self.antes.push(do_saldo(titular.antes));
        self.depois.push(do_saldo(titular.depois));
        self.rg_destino.push(destino.map(rg_de));
        self.destino_antes.push(destino.map(|movimento| do_saldo(movimento.antes)));
        self.destino_depois.push(destino.map(|movimento| do_saldo(movimento.depois)));
    }

    /// In the order of `GRAVAR`, from its fifth parameter on.
    pub(super) fn linhas(&self) -> [&(dyn ToSql + Sync); 12] {
        [
            &self.conta_rg,
            &self.conta_saldo,
            &self.conta_carimbo,
            &self.carimbo,
            &self.op,
            &self.valor,
            &self.rg,
            &self.antes,
            &self.depois,
            &self.rg_destino,
            &self.destino_antes,
            &self.destino_depois,
        ]
    }
}
