//! The accounts on which banks are tried, and what is asked of them.

use std::collections::BTreeMap;

use arbitrary::{Result, Unstructured};

use crate::tipos::{Operacao, Rg, Saldo, Valor};

/// Balances by account.
pub(super) type Saldos = BTreeMap<Rg, Saldo>;

/// An empty account, two ordinary ones, and one that is almost full.
pub(super) fn iniciais() -> Saldos {
    [("0", 0), ("1", 1000), ("2", 2550), ("3", Saldo::MAX.centavos() - 99)]
        .map(|(rg, centavos)| {
            (rg.parse().expect("legal"), Saldo::de_centavos(centavos).expect("in range"))
        })
        .into()
}

/// Something that these accounts, and one that is not there, may be asked for.
pub(super) fn operacao(dados: &mut Unstructured<'_>) -> Result<Operacao> {
    let rg = conta(dados)?;
    Ok(match dados.int_in_range(0..=6)? {
        0 => Operacao::Saldo { rg },
        1 => Operacao::Saque { rg, valor: valor(dados)? },
        2 => Operacao::Deposito { rg, valor: valor(dados)? },
        3 | 4 => Operacao::Transferencia {
            rg_origem: rg,
            rg_destino: conta(dados)?,
            valor: valor(dados)?,
        },
        _ => Operacao::Login { rg },
    })
}

fn conta(dados: &mut Unstructured<'_>) -> Result<Rg> {
    let digito = dados.int_in_range(b'0'..=b'4')?;
    Ok(Rg::try_from(&[digito][..]).expect("one digit"))
}

/// Mostly as much as the ordinary accounts have.
fn valor(dados: &mut Unstructured<'_>) -> Result<Valor> {
    let maximo = Valor::MAX.centavos();
    let centavos = if dados.ratio(1, 8)? {
        dados.int_in_range(maximo - 2000..=maximo)?
    } else {
        dados.int_in_range(1..=2000)?
    };
    Ok(Valor::de_centavos(centavos).expect("in range"))
}
