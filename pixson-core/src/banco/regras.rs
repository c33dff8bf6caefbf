//! What an operation does to balances: the rules of the bank, without locks or storage.

use crate::tipos::{Operacao, Recusa, Rg, Saldo, Sucesso};

/// What to answer, and the new balances of the accounts that change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Decisao {
    pub(super) sucesso: Sucesso,
    pub(super) mudancas: [Option<(Rg, Saldo)>; 2],
}

/// Decides `operacao`. `ler` gives the balance of an account, `None` if there is none, or the
/// refusal that its state calls for. The checks come in the order of protocolo.md, section 3.
pub(super) fn decidir(
    operacao: Operacao,
    mut ler: impl FnMut(Rg) -> Result<Option<Saldo>, Recusa>,
) -> Result<Decisao, Recusa> {
    let mut conta = |rg, ausente| ler(rg)?.ok_or(ausente);
    match operacao {
        Operacao::Login { rg } => {
            conta(rg, Recusa::ClienteNaoEncontrado)?;
            Ok(Decisao { sucesso: Sucesso::Login, mudancas: [None, None] })
        }
        Operacao::Saldo { rg } => {
            let saldo = conta(rg, Recusa::ClienteNaoEncontrado)?;
            Ok(Decisao { sucesso: Sucesso::Saldo(saldo), mudancas: [None, None] })
        }
        Operacao::Saque { rg, valor } => {
            let saldo = conta(rg, Recusa::ClienteNaoEncontrado)?;
            let novo = saldo.menos(valor).ok_or(Recusa::SaldoInsuficiente)?;
            Ok(Decisao { sucesso: Sucesso::Saque, mudancas: [Some((rg, novo)), None] })
        }
        Operacao::Deposito { rg, valor } => {
            let saldo = conta(rg, Recusa::ClienteNaoEncontrado)?;
            let novo = saldo.mais(valor).ok_or(Recusa::SaldoAcimaDoLimite)?;
            Ok(Decisao { sucesso: Sucesso::Deposito, mudancas: [Some((rg, novo)), None] })
        }
        Operacao::Transferencia { rg_origem, rg_destino, valor } => {
            if rg_origem == rg_destino {
                return Err(Recusa::MesmaConta);
            }
            let origem = conta(rg_origem, Recusa::OrigemNaoEncontrada)?;
            let destino = conta(rg_destino, Recusa::DestinoNaoEncontrado)?;
            let debitada = origem.menos(valor).ok_or(Recusa::SaldoInsuficiente)?;
            let creditada = destino.mais(valor).ok_or(Recusa::SaldoAcimaDoLimite)?;
            Ok(Decisao {
                sucesso: Sucesso::Transferencia,
                mudancas: [Some((rg_origem, debitada)), Some((rg_destino, creditada))],
            })
        }
    }
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
        assert_eq!(
            transferir("1", "2", "0.01"),
            Ok(Decisao {
                sucesso: Sucesso::Transferencia,
                mudancas: [Some((rg("1"), saldo(999))), Some((rg("2"), Saldo::MAX))],
            })
        );
    }

    #[test]
    fn a_single_account_is_debited_to_zero_and_no_further() {
        let sacar = |texto: &str| {
            let valor = texto.parse().expect("legal amount");
            decidir(Operacao::Saque { rg: rg("1"), valor }, ler)
        };
        assert_eq!(sacar("10.01"), Err(Recusa::SaldoInsuficiente));
        assert_eq!(
            sacar("10.0").map(|decisao| decisao.mudancas),
            Ok([Some((rg("1"), Saldo::ZERO)), None])
        );
    }

    #[test]
    fn a_deposit_never_passes_the_limit_or_creates_an_account() {
        let depositar = |conta: &str, texto: &str| {
            let valor = texto.parse().expect("legal amount");
            decidir(Operacao::Deposito { rg: rg(conta), valor }, ler).map(|d| d.mudancas)
        };
        assert_eq!(depositar("2", "0.02"), Err(Recusa::SaldoAcimaDoLimite));
        assert_eq!(depositar("2", "0.01"), Ok([Some((rg("2"), Saldo::MAX)), None]));
        assert_eq!(depositar("9", "1"), Err(Recusa::ClienteNaoEncontrado));
        assert_eq!(depositar("3", "1"), Err(Recusa::ContaIlegivel));
    }

    #[test]
    fn login_and_balance_change_nothing() {
        for operacao in [Operacao::Login { rg: rg("1") }, Operacao::Saldo { rg: rg("1") }] {
            let decisao = decidir(operacao, ler).expect("the account exists");
            assert_eq!(decisao.mudancas, [None, None]);
        }
        let ausente = Operacao::Login { rg: rg("9") };
        assert_eq!(decidir(ausente, ler), Err(Recusa::ClienteNaoEncontrado));
    }
}
