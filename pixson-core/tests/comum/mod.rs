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

use pixson_core::banco::BancoMemoria;
use pixson_core::servico::Passo;
use pixson_core::{Banco, Ligacao, Rg, Saldo, Servico, Valor};

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

/// A service over a bank in memory with these accounts.
pub(crate) fn servico(contas: &[(&str, &str)]) -> Servico<BancoMemoria> {
    let contas = contas.iter().map(|&(conta, quanto)| (rg(conta), saldo(quanto)));
    Servico::novo(BancoMemoria::com_contas(contas))
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
