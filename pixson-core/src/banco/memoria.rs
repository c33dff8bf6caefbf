//! The bank in memory.

use std::collections::BTreeMap;

use super::regras::decidir;
use super::{Banco, Execucao, Recibo, ResultadoDesconhecido};
use crate::relogio::{Relogio, RelogioEsgotado};
use crate::sincronia::Mutex;
use crate::tipos::{Operacao, Rg, Saldo};

/// A bank in memory, under one lock: the model that every other bank is compared with.
///
/// ```
/// use pixson_core::banco::{Banco, BancoMemoria};
/// use pixson_core::{Operacao, Relogio, Saldo, Sucesso};
///
/// let rg = "1111111111".parse()?;
/// let banco = BancoMemoria::com_contas([(rg, Saldo::de_centavos(1000)?)]);
/// let execucao = banco.executar(Operacao::Saldo { rg }, &Relogio::novo())?;
/// assert_eq!(execucao.desfecho, Ok(Sucesso::Saldo(Saldo::de_centavos(1000)?)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct BancoMemoria {
    contas: Mutex<BTreeMap<Rg, Saldo>>,
}

impl BancoMemoria {
    /// A bank with these accounts; of two with the same RG the last counts.
    pub fn com_contas(contas: impl IntoIterator<Item = (Rg, Saldo)>) -> Self {
        Self { contas: Mutex::novo(contas.into_iter().collect()) }
    }

    /// Every account and its balance, in RG order, at one instant.
    pub fn saldos(&self) -> BTreeMap<Rg, Saldo> {
        self.contas.trancar().clone()
    }

    /// The sum of all balances in centavos, at one instant.
    pub fn total_em_centavos(&self) -> u128 {
        self.contas.trancar().values().map(|saldo| u128::from(saldo.centavos())).sum()
    }
}

impl Banco for BancoMemoria {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let mut contas = self.contas.trancar();
        let decisao = decidir(operacao, |rg| Ok(contas.get(&rg).copied()));
        let carimbo = relogio.tique()?;
        let desfecho = decisao.map(|decisao| {
            contas.extend(decisao.movimentos().map(|movimento| (movimento.rg, movimento.depois)));
            decisao.sucesso()
        });
        Ok(Execucao { carimbo, desfecho, recibo: Recibo::IMEDIATO })
    }

    fn confirmar(&self, _: Recibo) -> Result<(), ResultadoDesconhecido> {
        Ok(())
    }
}
