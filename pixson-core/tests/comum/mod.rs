//! What several test programs share. Each of them uses a part of it.
#![allow(dead_code, reason = "every test program includes the whole module")]

pub(crate) mod alimentacao;
pub(crate) mod bytes;
pub(crate) mod conformidade;
pub(crate) mod conversa;
#[cfg(feature = "json")]
pub(crate) mod disco;
pub(crate) mod estrategias;
#[cfg(feature = "json")]
pub(crate) mod linear;
#[cfg(feature = "json")]
pub(crate) mod quebrados;
pub(crate) mod sementes;
pub(crate) mod tamanho;

use std::collections::BTreeMap;
use std::fmt::Display;

use pixson_core::banco::BancoMemoria;
use pixson_core::servico::Passo;
use pixson_core::{Banco, Ligacao, Operacao, Rg, Saldo, Servico, Valor};

pub(crate) use alimentacao::Alimentacao;

pub(crate) fn rg(texto: &str) -> Rg {
    texto.parse().expect("legal RG")
}

pub(crate) fn valor(texto: &str) -> Valor {
    texto.parse().expect("legal amount")
}

pub(crate) fn saldo(texto: &str) -> Saldo {
    texto.parse().expect("legal balance")
}

/// These accounts, with their balances.
pub(crate) fn saldos(contas: &[(&str, &str)]) -> BTreeMap<Rg, Saldo> {
    contas.iter().map(|&(conta, quanto)| (rg(conta), saldo(quanto))).collect()
}

/// The text of an account's file, as `DiscoModelo::com_contas` has it.
pub(crate) fn arquivo_de(conta: impl Display, quanto: impl Display) -> String {
    format!(r#"{{"rg": "{conta}", "nome": "N{conta}", "saldo": {quanto}}}"#)
}

pub(crate) fn consulta(conta: &str) -> Operacao {
    Operacao::Saldo { rg: rg(conta) }
}

pub(crate) fn saque(conta: &str, quanto: &str) -> Operacao {
    Operacao::Saque { rg: rg(conta), valor: valor(quanto) }
}

pub(crate) fn deposito(conta: &str, quanto: &str) -> Operacao {
    Operacao::Deposito { rg: rg(conta), valor: valor(quanto) }
}

pub(crate) fn transferencia(origem: &str, destino: &str, quanto: &str) -> Operacao {
    Operacao::Transferencia { rg_origem: rg(origem), rg_destino: rg(destino), valor: valor(quanto) }
}

/// A service over a bank in memory with these accounts.
pub(crate) fn servico(contas: &[(&str, &str)]) -> Servico<BancoMemoria> {
    Servico::novo(BancoMemoria::com_contas(saldos(contas)))
}

/// The usual two accounts, with 10.0 each.
pub(crate) fn servico_com_duas() -> Servico<BancoMemoria> {
    servico(&[("1111111111", "10.0"), ("2222222222", "10.0")])
}

/// Feeds one chunk and returns what the server would send, and the step it then takes.
pub(crate) fn alimentar<B: Banco>(
    servico: &Servico<B>,
    sessao: &mut Ligacao,
    bytes: &[u8],
) -> (Vec<u8>, Passo) {
    sessao.receber(bytes);
    avancar(servico, sessao)
}

/// Takes everything that the server has to send.
pub(crate) fn avancar<B: Banco>(servico: &Servico<B>, sessao: &mut Ligacao) -> (Vec<u8>, Passo) {
    let mut tudo = Vec::new();
    loop {
        servico.avancar(sessao, |_| {});
        let mut bytes = Vec::new();
        let passo = servico.confirmar(sessao, &mut bytes);
        tudo.extend(bytes);
        if passo != Passo::Continuar {
            return (tudo, passo);
        }
    }
}

/// Everything that a fresh server says to these bytes, and its last step.
pub(crate) fn conversar<B: Banco>(
    servico: &Servico<B>,
    bytes: &[u8],
    alimentacao: Alimentacao,
) -> (String, Passo) {
    let mut sessao = servico.ligacao();
    let (mut tudo, mut ultimo) = avancar(servico, &mut sessao);
    for pedaco in alimentacao.pedacos(bytes) {
        let (saida, passo) = alimentar(servico, &mut sessao, pedaco);
        tudo.extend(saida);
        ultimo = passo;
    }
    (String::from_utf8(tudo).expect("replies are UTF-8"), ultimo)
}
