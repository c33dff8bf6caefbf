//! Bytes that are no message: where they go wrong, and what is told of it.

use super::*;

#[test]
fn bytes_without_a_stamp_are_refused_at_their_first_wrong_byte() {
    for (bytes, posicao) in [
        ("", 0),
        ("x", 0),
        ("t", 0),
        ("T:1|op:1|rg:1", 0),
        (" t:1|op:1|rg:1", 0),
        ("\u{feff}t:1|op:1|rg:1", 0),
        ("t:", 2),
        ("t:|op:1|rg:1", 2),
        ("t:-1|op:1|rg:1", 2),
        ("t:+1|op:1|rg:1", 2),
        ("t:01|op:1|rg:1", 3),
        ("t:1.0|op:1|rg:1", 3),
        ("t:1 |op:1|rg:1", 3),
        ("t:1;op:1;rg:1", 3),
        ("t:\u{ff11}|op:1|rg:1", 2),
        ("{\"t\": 1}", 0),
        ("GET / HTTP/1.1", 0),
        ("*1\r\n$4\r\nPING", 0),
        ("SSH-2.0-OpenSSH_9.6", 0),
        ("PROXY TCP4 127.0.0.1 127.0.0.1 1 2", 0),
        ("\x16\x03\x01\x02\x00\x01\x00\x01", 0),
    ] {
        let erro = Pedido::decodificar(bytes.as_bytes());
        assert_eq!(erro, Err(ErroPedido::SemCarimbo { posicao }), "{bytes}");
    }
}

#[test]
fn a_stamp_beyond_the_range_is_told_apart() {
    for tempo in ["4611686018427387904", "18446744073709551616", "9999999999999999999999999"] {
        let bytes = format!("t:{tempo}|op:1|rg:1");
        let erro = Pedido::decodificar(bytes.as_bytes());
        assert_eq!(erro, Err(ErroPedido::CarimboForaDoLimite), "{bytes}");
        let resposta = format!("t:{tempo}|s:0|resposta:");
        let erro = Resposta::decodificar(resposta.as_bytes());
        assert_eq!(erro, Err(ErroResposta::CarimboForaDoLimite), "{resposta}");
    }
}

#[test]
fn unknown_operations_and_fields_are_refused_with_the_stamp_kept() {
    for corpo in [
        "",
        "|",
        "|op:",
        "|op:0",
        "|op:0|rg:1",
        "|op:5",
        "|op:5|rg:1",
        "|op:7|rg:1",
        "|op:66|rg:1",
        "|op:06|rg:1",
        "|op:6",
        "|op:6|",
        "|op:6|rg",
        "|op:6|rg:",
        "|op:6|rg:a",
        "|op:6|rg:12345678901",
        "|op:6|rg:1|",
        "|op:6|rg:1|rg:1",
        "|op:6|rg:1 ",
        "|op:6|rg: 1",
        "|op:6|rg:-1",
        "|op:6|rg:../1",
        "|op:6|rg:1/2",
        "|op:6|rg:1\0",
        "|op:6|rg:1\t",
        "|op:6|rg:\u{ff11}",
        "|OP:6|RG:1",
        "|rg:1|op:6",
        "|op:1|valor:1.0",
        "|op:1|rg:1|valor:1.0",
        "|op:2|rg:1",
        "|op:2|valor:1.0|rg:1",
        "|op:2|rg:1|valor:1.0|valor:1.0",
        "|op:2|rg:1|valor:abc|x:1",
        "|op:2|rg:1|Valor:1.0",
        "|op:2|rg_origem:1|valor:1.0",
        "|op:4|rg:1|rg_destino:2|valor:1.0",
        "|op:4|rg_origem:1|valor:1.0",
        "|op:4|rg_destino:1|rg_origem:2|valor:1.0",
        "|op:4|rg_origem:1|rg_destino:2",
        "|op:4|rg_origem:1|rg_destino:12345678901|valor:1.0",
        "|op:4|rg_origem:|rg_destino:2|valor:1.0",
        "|s:0|resposta:Login realizado com sucesso",
    ] {
        let bytes = format!("t:7{corpo}");
        match Pedido::decodificar(bytes.as_bytes()) {
            Err(ErroPedido::OperacaoInvalida { carimbo: tempo, posicao }) => {
                assert_eq!(tempo, carimbo(7));
                assert!((3..=bytes.len()).contains(&posicao), "{bytes} {posicao}");
            }
            outro => panic!("{bytes:?}: {outro:?}"),
        }
    }
}

#[test]
fn an_amount_that_is_none_is_told_apart_and_names_who_asked() {
    for quanto in [
        "",
        "0",
        "0.0",
        "0.00",
        "-0.01",
        "-5",
        "-5.0",
        "+1",
        "1,5",
        "1.",
        ".5",
        "1.234",
        "00",
        "01.0",
        "1e3",
        "1E3",
        "1e+16",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "Infinity",
        "0x10",
        "1_000",
        " 1",
        "1 ",
        "1.0\t",
        "10000000000000",
        "10000000000000.00",
        "99999999999999999999999999.0",
        "1.0.0",
        "\u{ff11}",
        "R$ 10",
        "1:0",
        "--1",
        "1.00000000000000000000000001",
    ] {
        for forma in
            ["op:2|rg:42|valor:", "op:3|rg:42|valor:", "op:4|rg_origem:42|rg_destino:1|valor:"]
        {
            let bytes = format!("t:7|{forma}{quanto}");
            match Pedido::decodificar(bytes.as_bytes()) {
                Err(erro @ ErroPedido::ValorInvalido { titular, .. }) => {
                    assert_eq!(titular, rg("42"));
                    assert_eq!(erro.carimbo(), Some(carimbo(7)));
                    assert_eq!(erro.culpa(), Culpa::Solicitante);
                }
                outro => panic!("{bytes:?}: {outro:?}"),
            }
        }
    }
}

#[test]
fn bytes_that_are_no_reply_are_refused() {
    for bytes in [
        &b""[..],
        b"ola",
        b"t:1",
        b"t:1|s:0",
        b"t:1|s:2|resposta:x",
        b"t:1|s:00|resposta:x",
        b"t:01|s:0|resposta:x",
        b"t:1|s:0|Resposta:x",
        b"t:1|resposta:x|s:0",
        b"t:1|op:6|rg:1",
        b"t:1|s:0|resposta:a\x1b[2Jb",
        b"t:1|s:0|resposta:a\nb",
        b"t:1|s:0|resposta:a\x7f",
        b"t:1|s:0|resposta:\xc2\x85",
        b"t:1|s:0|resposta:\xff",
        b"t:1|s:0|resposta:\xc0\xaf",
        b"t:1|s:0|resposta:\xed\xa0\x80",
        b"t:1|s:0|resposta:\xc3",
    ] {
        let erro = Resposta::decodificar(bytes);
        assert!(matches!(erro, Err(ErroResposta::Forma { .. })), "{bytes:?}: {erro:?}");
    }
}

#[test]
fn a_reply_is_as_long_as_a_message_may_be_and_no_longer() {
    let texto = |bytes: usize| "x".repeat(bytes - "t:1|s:0|resposta:".len());
    let justa = format!("t:1|s:0|resposta:{}", texto(MENSAGEM_MAX_BYTES));
    let resposta = Resposta::decodificar(justa.as_bytes()).expect("exactly the limit");
    assert_eq!(resposta.to_string(), justa);
    let longa = format!("t:1|s:0|resposta:{}", texto(MENSAGEM_MAX_BYTES + 1));
    assert_eq!(Resposta::decodificar(longa.as_bytes()), Err(ErroResposta::Longa));
    let justo = Resposta::com_texto(carimbo(1), Situacao::Sucesso, &texto(MENSAGEM_MAX_BYTES));
    assert_eq!(justo, Ok(resposta));
    let longo = Resposta::com_texto(carimbo(10), Situacao::Sucesso, &texto(MENSAGEM_MAX_BYTES));
    assert_eq!(longo, Err(ErroTexto::Longo { bytes: MENSAGEM_MAX_BYTES + 1 }));
}

#[test]
fn no_reply_can_be_built_that_would_break_the_framing() {
    for (texto, posicao) in [("a\nb", 1), ("\r", 0), ("\u{0}", 0), ("\u{e9}\u{85}", 2)] {
        let erro = Resposta::com_texto(carimbo(1), Situacao::Erro, texto);
        assert_eq!(erro, Err(ErroTexto::Controle { posicao }));
    }
}

/// Of all the requests that a message could have become, the error speaks of the one that it got
/// furthest with.
#[test]
fn an_error_says_how_far_the_message_was_good() {
    for (mensagem, posicao) in [
        ("t:1|op:9|rg:1", 4),
        ("t:1|op:6|rg:x", 12),
        ("t:1|op:6|rg:1a", 13),
        ("t:1|op:6|rg:12345678901", 22),
        ("t:1|op:1|rg:x", 12),
        ("t:1|op:1|rg:1|valor:1", 13),
        ("t:1|op:2|rg:1|valor", 13),
        ("t:1|op:3|rg:1", 13),
        ("t:1|op:4|rg_origem:1|rg_destino:|valor:1", 32),
        ("t:1|op:4|rg_origem:1", 20),
    ] {
        let erro = Pedido::decodificar(mensagem.as_bytes()).expect_err(mensagem);
        assert!(
            matches!(erro, ErroPedido::OperacaoInvalida { posicao: onde, .. } if onde == posicao),
            "{mensagem}: {erro:?}"
        );
    }
}
