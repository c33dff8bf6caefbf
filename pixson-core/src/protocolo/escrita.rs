//! The serializer: infallible, canonical, and appending to a buffer of the caller.
//!
//! That a message is legal was paid for when it was built.

use super::pedido::Pedido;
use super::resposta::Resposta;
use crate::relogio::Carimbo;
use crate::tipos::{Decimal, Operacao, Rg, Sucesso, Valor};

pub(super) fn pedido(pedido: &Pedido, saida: &mut Vec<u8>) {
    carimbo(pedido.carimbo, saida);
    match pedido.operacao {
        Operacao::Login { rg } => conta(b"|op:6|rg:", rg, saida),
        Operacao::Saldo { rg } => conta(b"|op:1|rg:", rg, saida),
        Operacao::Saque { rg, valor: quanto } => {
            conta(b"|op:2|rg:", rg, saida);
            valor(quanto, saida);
        }
        Operacao::Deposito { rg, valor: quanto } => {
            conta(b"|op:3|rg:", rg, saida);
            valor(quanto, saida);
        }
        Operacao::Transferencia { rg_origem, rg_destino, valor: quanto } => {
            conta(b"|op:4|rg_origem:", rg_origem, saida);
            conta(b"|rg_destino:", rg_destino, saida);
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
        saida.extend_from_slice(Sucesso::PREFIXO_SALDO.as_bytes());
        saida.extend_from_slice(Decimal::de_centavos(saldo.centavos()).as_bytes());
    } else {
        saida.extend_from_slice(resposta.texto().as_bytes());
    }
}

fn carimbo(carimbo: Carimbo, saida: &mut Vec<u8>) {
    /// 2^62 − 1 has 19 digits.
    const MAX_DIGITOS: usize = 19;
    let mut digitos = [0; MAX_DIGITOS];
    let mut inicio = MAX_DIGITOS;
    let mut resto = carimbo.valor();
    loop {
        inicio -= 1;
        digitos[inicio] = b'0' + u8::try_from(resto % 10).expect("a remainder of ten");
        resto /= 10;
        if resto == 0 {
            break;
        }
    }
    saida.extend_from_slice(b"t:");
    saida.extend_from_slice(&digitos[inicio..]);
}

fn conta(campo: &[u8], rg: Rg, saida: &mut Vec<u8>) {
    saida.extend_from_slice(campo);
    saida.extend_from_slice(rg.as_bytes());
}

fn valor(valor: Valor, saida: &mut Vec<u8>) {
    saida.extend_from_slice(b"|valor:");
    saida.extend_from_slice(Decimal::de_centavos(valor.centavos()).as_bytes());
}
