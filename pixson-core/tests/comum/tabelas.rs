//! The tables of a bank on PostgreSQL as values.

use std::collections::BTreeMap;

use pixson_aglomerado::Motor;
use pixson_core::banco::regras::{Movimentacao, Movimento};
use pixson_core::banco::{Feito, Lancamento};
use pixson_core::{Carimbo, Rg, Saldo, Valor};

/// The ledger, in the order in which the judge sorts it.
pub(crate) fn livro(motor: &dyn Motor, banco: &str) -> Vec<Lancamento> {
    let texto = motor.sql(
        banco,
        "SELECT epoca, carimbo, op, valor, rg, antes, depois, coalesce(rg_destino, ''), \
         coalesce(destino_antes, 0), coalesce(destino_depois, 0) FROM pixson.livro \
         ORDER BY carimbo, epoca",
    );
    texto.lines().zip(1..).map(|(linha, seq)| lancamento(seq, linha)).collect()
}

fn lancamento(seq: u64, linha: &str) -> Lancamento {
    let campos: Vec<&str> = linha.split('|').collect();
    let numero = |campo: usize| campos[campo].parse::<u64>().expect("a number");
    let saldo = |campo: usize| Saldo::de_centavos(numero(campo)).expect("a balance");
    let movimento = |campo: usize| Movimento {
        rg: campos[campo].parse().expect("a legal RG"),
        antes: saldo(campo + 1),
        depois: saldo(campo + 2),
    };
    let valor = Valor::de_centavos(numero(3)).expect("an amount");
    let titular = movimento(4);
    let movimentacao = match campos[2] {
        "saque" => Movimentacao::Saque { valor, titular },
        "deposito" => Movimentacao::Deposito { valor, titular },
        "transferencia" => {
            Movimentacao::Transferencia { valor, origem: titular, destino: movimento(7) }
        }
        outra => panic!("{outra}"),
    };
    let carimbo = Carimbo::novo(numero(1)).expect("a stamp");
    Lancamento { seq, epoca: numero(0), carimbo, feito: Feito::from(movimentacao) }
}

pub(crate) fn saldos(motor: &dyn Motor, banco: &str) -> BTreeMap<Rg, Saldo> {
    let texto = motor.sql(banco, "SELECT rg, saldo FROM pixson.contas");
    let conta = |linha: &str| {
        let (conta, centavos) = linha.split_once('|').expect("two fields");
        let centavos = centavos.parse().expect("a number");
        let conta = conta.parse().expect("a legal RG");
        (conta, Saldo::de_centavos(centavos).expect("in range"))
    };
    texto.lines().map(conta).collect()
}
