//! Any bytes are a request that survives its re-encoding, or an error that says where.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pixson_core::Pedido;
use pixson_core::protocolo::{ErroPedido, MENSAGEM_MAX_BYTES};

fuzz_target!(|bytes: &[u8]| {
    match Pedido::decodificar(bytes) {
        Ok(pedido) => sobrevive(&pedido, bytes),
        Err(erro) => explica(erro, bytes),
    }
});

/// The canonical bytes mean the same request, re-encode to themselves, and are no longer message
/// than one may be. Only an amount may be spelt otherwise.
fn sobrevive(pedido: &Pedido, bytes: &[u8]) {
    let canonico = codificar(pedido);
    assert!(bytes.len() <= MENSAGEM_MAX_BYTES && canonico.len() <= MENSAGEM_MAX_BYTES);
    let de_volta = Pedido::decodificar(&canonico).expect("what is encoded can be decoded");
    assert_eq!(de_volta, *pedido);
    assert_eq!(codificar(&de_volta), canonico);
    assert_eq!(ate_o_valor(bytes), ate_o_valor(&canonico));
}

/// The place of the error lies in the message, or at its end if something is missing there.
fn explica(erro: ErroPedido, bytes: &[u8]) {
    match erro {
        ErroPedido::SemCarimbo { posicao }
        | ErroPedido::OperacaoInvalida { posicao, .. }
        | ErroPedido::ValorInvalido { posicao, .. } => assert!(posicao <= bytes.len()),
        ErroPedido::CarimboForaDoLimite => {}
    }
}

fn codificar(pedido: &Pedido) -> Vec<u8> {
    let mut bytes = Vec::new();
    pedido.codificar(&mut bytes);
    bytes
}

/// Everything before the amount, which is the last field if there is one.
fn ate_o_valor(bytes: &[u8]) -> &[u8] {
    const CAMPO: &[u8] = b"|valor:";
    let fim = bytes.windows(CAMPO.len()).position(|janela| janela == CAMPO);
    &bytes[..fim.unwrap_or(bytes.len())]
}
