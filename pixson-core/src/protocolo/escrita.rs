//! The serializer: infallible, canonical, and appending to a buffer of the caller.
//!
//! That a message is legal was paid for when it was built.

use super::pedido::Pedido;
use super::resposta::Resposta;
use crate::relogio::Carimbo;
use crate::tipos::{Operacao, Rg, Sucesso, Valor, escrever};

pub(super) fn pedido(pedido: &Pedido, saida: &mut Vec<u8>) {
    carimbo(pedido.carimbo, saida);
    match pedido.operacao {
        Operacao::Login { rg } => conta("|op:6|rg:", rg, saida),
        Operacao::Saldo { rg } => conta("|op:1|rg:", rg, saida),
        Operacao::Saque { rg, valor: quanto } => {
            conta("|op:2|rg:", rg, saida);
            valor(quanto, saida);
        }
        Operacao::Deposito { rg, valor: quanto } => {
            conta("|op:3|rg:", rg, saida);
            valor(quanto, saida);
        }
        Operacao::Transferencia { rg_origem, rg_destino, valor: quanto } => {
            conta("|op:4|rg_origem:", rg_origem, saida);
            conta("|rg_destino:", rg_destino, saida);
            valor(quanto, saida);
        }
    }
}

pub(super) fn resposta(resposta: &Resposta, saida: &mut Vec<u8>) {
    carimbo(resposta.carimbo(), saida);
    saida.extend_from_slice(b"|s:");
    saida.push(resposta.situacao().byte());
    saida.extend_from_slice(b"|resposta:");
    // The balance is the one known text that is not fixed: it is written without an allocation.
    if let Some(Ok(Sucesso::Saldo(saldo))) = resposta.desfecho() {
        escrever(saida, &[&Sucesso::PREFIXO_SALDO, &saldo]);
    } else {
        saida.extend_from_slice(resposta.texto().as_bytes());
    }
}

fn carimbo(carimbo: Carimbo, saida: &mut Vec<u8>) {
    escrever(saida, &[&"t:", &carimbo.valor()]);
}

fn conta(campo: &str, rg: Rg, saida: &mut Vec<u8>) {
    escrever(saida, &[&campo, &rg]);
}

fn valor(valor: Valor, saida: &mut Vec<u8>) {
    escrever(saida, &[&"|valor:", &valor]);
}
