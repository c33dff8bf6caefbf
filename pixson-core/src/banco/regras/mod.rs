//! What an operation does to balances: the rules of the bank, without locks or storage.
//!
//! An implementation of a bank locks the accounts that [`em_ordem`] names, asks [`decidir`] what
//! becomes of the operation, draws the stamp, writes what [`Decisao::movimentos`] says, and
//! unlocks. The rules and their order are those of protocolo.md, section 3, so that all banks give
//! the same answers:
//!
//! ```
//! use std::collections::HashMap;
//! use std::sync::Mutex;
//!
//! use pixson_core::banco::regras::decidir;
//! use pixson_core::banco::{Banco, Execucao, Recibo, ResultadoDesconhecido};
//! use pixson_core::relogio::RelogioEsgotado;
//! use pixson_core::{Operacao, Recusa, Relogio, Rg, Saldo, Sucesso};
//!
//! /// Accounts in memory, under one lock.
//! struct MeuBanco(Mutex<HashMap<Rg, Saldo>>);
//!
//! impl Banco for MeuBanco {
//!     fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
//!         let mut contas = self.0.lock().expect("no thread panics under this lock");
//!         let decisao = decidir(operacao, |rg| Ok(contas.get(&rg).copied()));
//!         // Under the lock, and before anything changes: without a stamp nothing is done.
//!         let carimbo = relogio.tique()?;
//!         let desfecho = decisao.map(|decisao| {
//!             contas.extend(decisao.movimentos().map(|movimento| (movimento.rg, movimento.depois)));
//!             decisao.sucesso()
//!         });
//!         Ok(Execucao { carimbo, desfecho, recibo: Recibo::IMEDIATO })
//!     }
//!
//!     fn confirmar(&self, _: Recibo) -> Result<(), ResultadoDesconhecido> {
//!         Ok(()) // in memory there is nothing to wait for
//!     }
//! }
//!
//! let (um, dois): (Rg, Rg) = ("1".parse()?, "2".parse()?);
//! let banco = MeuBanco(Mutex::new([(um, Saldo::de_centavos(1000)?), (dois, Saldo::ZERO)].into()));
//! let relogio = Relogio::novo();
//! let mut fazer = |operacao| banco.executar(operacao, &relogio).map(|feita| feita.desfecho);
//!
//! let (rg_origem, rg_destino) = (um, dois);
//! let valor = "2.5".parse()?;
//! let transferencia = Operacao::Transferencia { rg_origem, rg_destino, valor };
//! assert_eq!(fazer(transferencia)?, Ok(Sucesso::Transferencia));
//! assert_eq!(fazer(Operacao::Saldo { rg: dois })?, Ok(Sucesso::Saldo("2.5".parse()?)));
//! assert_eq!(
//!     fazer(Operacao::Saque { rg: dois, valor: "2.51".parse()? })?,
//!     Err(Recusa::SaldoInsuficiente)
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decisao;

use std::cmp::Ordering;

pub use self::decisao::{Consulta, Decisao, Movimentacao, Movimento};
use crate::tipos::{Operacao, Recusa, Rg, Saldo};

/// The accounts of an operation, each once, in the order in which a bank with a lock for each
/// account takes these locks. As all transfers take them in this lock order, two crossing transfers
/// cannot deadlock.
///
/// ```
/// use pixson_core::banco::regras::em_ordem;
/// use pixson_core::{Operacao, Rg};
///
/// let (rg_origem, rg_destino): (Rg, Rg) = ("2".parse()?, "1".parse()?);
/// let ida = Operacao::Transferencia { rg_origem, rg_destino, valor: "1".parse()? };
/// assert_eq!(em_ordem(&ida), (rg_destino, Some(rg_origem)));
/// assert_eq!(em_ordem(&Operacao::Saldo { rg: rg_origem }), (rg_origem, None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn em_ordem(operacao: &Operacao) -> (Rg, Option<Rg>) {
    match *operacao {
        Operacao::Login { rg }
        | Operacao::Saldo { rg }
        | Operacao::Saque { rg, .. }
        | Operacao::Deposito { rg, .. } => (rg, None),
        Operacao::Transferencia { rg_origem, rg_destino, .. } => match rg_origem.cmp(&rg_destino) {
            Ordering::Less => (rg_origem, Some(rg_destino)),
            Ordering::Equal => (rg_origem, None),
            Ordering::Greater => (rg_destino, Some(rg_origem)),
        },
    }
}

/// Decides what becomes of `operacao`, and changes nothing.
///
/// `ler` gives the balance of an account, `None` if there is none, or the refusal that its state calls
/// for, such as [`Recusa::ContaIlegivel`]. It is called while the accounts of [`em_ordem`] are locked,
/// at most once for each of them and for no other; a transfer reads its origin first.
///
/// A decision is valid only for the balances that were read. It has to be applied, and the reply's
/// stamp drawn, before the locks are released.
///
/// # Errors
///
/// The refusal to answer with: the first that applies, in the order of protocolo.md, section 3.
///
/// ```
/// use pixson_core::banco::regras::{Movimento, decidir};
/// use pixson_core::{Operacao, Recusa, Rg, Saldo, Sucesso};
///
/// let rg: Rg = "1".parse()?;
/// let dez = Saldo::de_centavos(1000)?;
/// let ler = |conta| Ok((conta == rg).then_some(dez));
///
/// let decisao = decidir(Operacao::Saque { rg, valor: "8.5".parse()? }, ler)?;
/// assert_eq!(decisao.sucesso(), Sucesso::Saque);
/// let movimentos: Vec<Movimento> = decisao.movimentos().collect();
/// assert_eq!(movimentos, [Movimento { rg, antes: dez, depois: "1.5".parse()? }]);
///
/// let demais = Operacao::Saque { rg, valor: "10.01".parse()? };
/// assert_eq!(decidir(demais, ler), Err(Recusa::SaldoInsuficiente));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decidir(
    operacao: Operacao,
    mut ler: impl FnMut(Rg) -> Result<Option<Saldo>, Recusa>,
) -> Result<Decisao, Recusa> {
    let mut conta = |rg, ausente| ler(rg)?.ok_or(ausente);
    let movimentacao = match operacao {
        Operacao::Login { rg } => {
            conta(rg, Recusa::ClienteNaoEncontrado)?;
            return Ok(Decisao::Consulta(Consulta::Login));
        }
        Operacao::Saldo { rg } => {
            let saldo = conta(rg, Recusa::ClienteNaoEncontrado)?;
            return Ok(Decisao::Consulta(Consulta::Saldo(saldo)));
        }
        Operacao::Saque { rg, valor } => {
            let antes = conta(rg, Recusa::ClienteNaoEncontrado)?;
            let depois = antes.menos(valor).ok_or(Recusa::SaldoInsuficiente)?;
            Movimentacao::Saque { valor, titular: Movimento { rg, antes, depois } }
        }
        Operacao::Deposito { rg, valor } => {
            let antes = conta(rg, Recusa::ClienteNaoEncontrado)?;
            let depois = antes.mais(valor).ok_or(Recusa::SaldoAcimaDoLimite)?;
            Movimentacao::Deposito { valor, titular: Movimento { rg, antes, depois } }
        }
        Operacao::Transferencia { rg_origem, rg_destino, valor } => {
            if rg_origem == rg_destino {
                return Err(Recusa::MesmaConta);
            }
            let da_origem = conta(rg_origem, Recusa::OrigemNaoEncontrada)?;
            let do_destino = conta(rg_destino, Recusa::DestinoNaoEncontrado)?;
            let debitada = da_origem.menos(valor).ok_or(Recusa::SaldoInsuficiente)?;
            let creditada = do_destino.mais(valor).ok_or(Recusa::SaldoAcimaDoLimite)?;
            let origem = Movimento { rg: rg_origem, antes: da_origem, depois: debitada };
            let destino = Movimento { rg: rg_destino, antes: do_destino, depois: creditada };
            Movimentacao::Transferencia { valor, origem, destino }
        }
    };
    Ok(Decisao::Movimentacao(movimentacao))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rg(texto: &str) -> Rg {
        texto.parse().expect("legal RG")
    }

    fn saldo(centavos: u64) -> Saldo {
        Saldo::de_centavos(centavos).expect("legal balance")
    }

    /// Accounts `1` with 10.0, `2` with 0.01 below the limit, `3` unreadable, and no other.
    fn ler(conta: Rg) -> Result<Option<Saldo>, Recusa> {
        match conta.as_str() {
            "1" => Ok(Some(saldo(1000))),
            "2" => Ok(Some(saldo(Saldo::MAX.centavos() - 1))),
            "3" => Err(Recusa::ContaIlegivel),
            _ => Ok(None),
        }
    }

    /// The new balances.
    fn depois(decisao: Decisao) -> Vec<(Rg, Saldo)> {
        decisao.movimentos().map(|movimento| (movimento.rg, movimento.depois)).collect()
    }

    fn transferir(origem: &str, destino: &str, valor: &str) -> Result<Decisao, Recusa> {
        let valor = valor.parse().expect("legal amount");
        let (rg_origem, rg_destino) = (rg(origem), rg(destino));
        decidir(Operacao::Transferencia { rg_origem, rg_destino, valor }, ler)
    }

    #[test]
    fn a_transfer_is_checked_in_the_order_of_the_protocol() {
        assert_eq!(transferir("9", "9", "1"), Err(Recusa::MesmaConta));
        assert_eq!(transferir("9", "8", "1"), Err(Recusa::OrigemNaoEncontrada));
        assert_eq!(transferir("1", "9", "11"), Err(Recusa::DestinoNaoEncontrado));
        assert_eq!(transferir("1", "3", "11"), Err(Recusa::ContaIlegivel));
        assert_eq!(transferir("1", "2", "11"), Err(Recusa::SaldoInsuficiente));
        assert_eq!(transferir("1", "2", "1"), Err(Recusa::SaldoAcimaDoLimite));
    }

    #[test]
    fn a_transfer_changes_both_accounts_by_the_same_amount() {
        let quase = saldo(Saldo::MAX.centavos() - 1);
        assert_eq!(
            transferir("1", "2", "0.01"),
            Ok(Decisao::Movimentacao(Movimentacao::Transferencia {
                valor: "0.01".parse().expect("legal amount"),
                origem: Movimento { rg: rg("1"), antes: saldo(1000), depois: saldo(999) },
                destino: Movimento { rg: rg("2"), antes: quase, depois: Saldo::MAX },
            }))
        );
    }

    #[test]
    fn a_single_account_is_debited_to_zero_and_no_further() {
        let sacar = |texto: &str| {
            let valor = texto.parse().expect("legal amount");
            decidir(Operacao::Saque { rg: rg("1"), valor }, ler)
        };
        assert_eq!(sacar("10.01"), Err(Recusa::SaldoInsuficiente));
        assert_eq!(sacar("10.0").map(depois), Ok(vec![(rg("1"), Saldo::ZERO)]));
    }

    #[test]
    fn a_deposit_never_passes_the_limit_or_creates_an_account() {
        let depositar = |conta: &str, texto: &str| {
            let valor = texto.parse().expect("legal amount");
            decidir(Operacao::Deposito { rg: rg(conta), valor }, ler).map(depois)
        };
        assert_eq!(depositar("2", "0.02"), Err(Recusa::SaldoAcimaDoLimite));
        assert_eq!(depositar("2", "0.01"), Ok(vec![(rg("2"), Saldo::MAX)]));
        assert_eq!(depositar("9", "1"), Err(Recusa::ClienteNaoEncontrado));
        assert_eq!(depositar("3", "1"), Err(Recusa::ContaIlegivel));
    }

    #[test]
    fn login_and_balance_change_nothing() {
        for operacao in [Operacao::Login { rg: rg("1") }, Operacao::Saldo { rg: rg("1") }] {
            let decisao = decidir(operacao, ler).expect("the account exists");
            assert_eq!(depois(decisao), []);
        }
        let ausente = Operacao::Login { rg: rg("9") };
        assert_eq!(decidir(ausente, ler), Err(Recusa::ClienteNaoEncontrado));
    }

    #[test]
    fn both_directions_of_a_transfer_lock_in_the_same_order() {
        let operacao = |origem, destino| Operacao::Transferencia {
            rg_origem: rg(origem),
            rg_destino: rg(destino),
            valor: "1".parse().expect("legal amount"),
        };
        assert_eq!(em_ordem(&operacao("1", "2")), (rg("1"), Some(rg("2"))));
        assert_eq!(em_ordem(&operacao("2", "1")), (rg("1"), Some(rg("2"))));
        assert_eq!(em_ordem(&operacao("1", "1")), (rg("1"), None));
    }

    #[test]
    fn only_the_accounts_of_the_order_are_read_each_once_and_the_origin_first() {
        let valor = "1".parse().expect("legal amount");
        let (rg_origem, rg_destino) = (rg("2"), rg("1"));
        for operacao in [
            Operacao::Login { rg: rg("1") },
            Operacao::Saldo { rg: rg("1") },
            Operacao::Saque { rg: rg("1"), valor },
            Operacao::Deposito { rg: rg("1"), valor },
            Operacao::Transferencia { rg_origem, rg_destino, valor },
            Operacao::Transferencia { rg_origem, rg_destino: rg_origem, valor },
        ] {
            let mut lidas = Vec::new();
            let _ = decidir(operacao, |rg| {
                lidas.push(rg);
                ler(rg)
            });
            assert!(lidas.is_empty() || lidas[0] == operacao.titular(), "{operacao:?}: {lidas:?}");
            let (primeira, segunda) = em_ordem(&operacao);
            let das_travas = |rg: &Rg| *rg == primeira || Some(*rg) == segunda;
            assert!(lidas.iter().all(das_travas), "{operacao:?}: {lidas:?}");
            lidas.sort_unstable();
            let quantas = lidas.len();
            lidas.dedup();
            assert_eq!(lidas.len(), quantas, "{operacao:?}");
        }
    }
}
