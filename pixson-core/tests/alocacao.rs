//! How much of the heap a message takes: none of it for a request, and never more for many.

use allocation_counter::measure;
use pixson_core::protocolo::{Enquadrador, MENSAGEM_MAX_BYTES};
use pixson_core::{Pedido, Resposta};

const PEDIDOS: [&[u8]; 5] = [
    b"t:1|op:1|rg:1111111111",
    b"t:2|op:2|rg:1111111111|valor:10.5",
    b"t:3|op:3|rg:1111111111|valor:10",
    b"t:4|op:4|rg_origem:1111111111|rg_destino:2222222222|valor:9999999999999.99",
    b"t:4611686018427387903|op:6|rg:0",
];

#[test]
fn a_request_is_read_and_written_without_an_allocation() {
    let mut bytes = Vec::with_capacity(256);
    for mensagem in PEDIDOS {
        let uso = measure(|| {
            let pedido = Pedido::decodificar(mensagem).expect("a legal request");
            bytes.clear();
            pedido.codificar(&mut bytes);
        });
        assert_eq!(uso.count_total, 0, "{}", String::from_utf8_lossy(mensagem));
    }
}

#[test]
fn bytes_that_are_no_request_are_refused_without_an_allocation() {
    for mensagem in [&b"GET / HTTP/1.1"[..], b"t:1|op:1|rg:x", b"t:1|op:2|rg:1|valor:x", b"\xff"] {
        let uso = measure(|| assert!(Pedido::decodificar(mensagem).is_err()));
        assert_eq!(uso.count_total, 0, "{}", String::from_utf8_lossy(mensagem));
    }
}

#[test]
fn a_reply_of_the_protocol_is_written_without_an_allocation() {
    let textos = [&b"t:2|s:0|resposta:Saldo: 10.0"[..], b"t:2|s:1|resposta:Saldo insuficiente"];
    let mut bytes = Vec::with_capacity(256);
    for mensagem in textos {
        let resposta = Resposta::decodificar(mensagem).expect("a legal reply");
        bytes.clear();
        let uso = measure(|| resposta.codificar(&mut bytes));
        assert_eq!(uso.count_total, 0, "{resposta}");
    }
}

#[test]
fn a_stream_that_never_pauses_between_two_messages_takes_no_more_than_one() {
    let mensagem = [&[b'x'; MENSAGEM_MAX_BYTES][..], b"\n"].concat();
    // Each chunk ends one message and begins the next.
    let (comeco, fim) = mensagem.split_at(MENSAGEM_MAX_BYTES / 2);
    let pedaco = [fim, comeco].concat();
    let uso = measure(|| {
        let mut quadros = Enquadrador::default();
        quadros.receber(comeco);
        for _ in 0..10_000 {
            quadros.receber(&pedaco);
            assert!(matches!(quadros.proximo(), Ok(Some(_))));
            assert_eq!(quadros.proximo(), Ok(None));
        }
    });
    assert!(uso.bytes_max <= 8 * MENSAGEM_MAX_BYTES as u64, "{} bytes", uso.bytes_max);
}

/// Receives these bytes, whole lines of the longest messages, and takes all of them.
fn passar(quadros: &mut Enquadrador, bytes: &[u8]) {
    quadros.receber(bytes);
    while let Ok(Some(_)) = quadros.proximo() {}
    assert!(quadros.restantes().is_empty());
}

#[test]
fn the_place_of_a_chunk_of_4_kib_is_kept_for_the_next() {
    let linha = [&[b'x'; MENSAGEM_MAX_BYTES - 1][..], b"\n"].concat();
    for linhas in [1, 4] {
        let pedaco = linha.repeat(linhas);
        let mut quadros = Enquadrador::default();
        passar(&mut quadros, &pedaco);
        let uso = measure(|| passar(&mut quadros, &pedaco));
        assert_eq!(uso.count_total, 0, "{linhas} lines");
    }
}

#[test]
fn the_place_of_a_burst_is_given_back() {
    let linha = [&[b'x'; MENSAGEM_MAX_BYTES - 1][..], b"\n"].concat();
    let rajada = linha.repeat(5);
    let mut quadros = Enquadrador::default();
    let uso = measure(|| passar(&mut quadros, &rajada));
    assert!(uso.bytes_max > 4096, "{} bytes", uso.bytes_max);
    assert!(uso.bytes_current <= 4096, "{} bytes are kept by an idle peer", uso.bytes_current);
}
