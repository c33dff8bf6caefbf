//! Known answers: for each message its bytes, its value, and the bytes that it re-encodes to.

mod comum;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pixson_core::protocolo::{ErroPedido, ErroResposta, ErroTexto, MENSAGEM_MAX_BYTES, Situacao};
use pixson_core::sessao::SaidaCliente;
use pixson_core::tipos::Culpa;
use pixson_core::{
    Carimbo, Operacao, Pedido, Recusa, Relogio, Resposta, SessaoCliente, SessaoServidor, Sucesso,
};

use comum::{Alimentacao, rg, saldo, valor};

fn carimbo(valor: u64) -> Carimbo {
    Carimbo::novo(valor).expect("legal stamp")
}

/// Bytes, stamp, operation, canonical bytes if they differ.
fn pedidos() -> Vec<(&'static str, u64, Operacao, Option<&'static str>)> {
    let transferencia = |origem, destino, quanto| Operacao::Transferencia {
        rg_origem: rg(origem),
        rg_destino: rg(destino),
        valor: valor(quanto),
    };
    let saque = |conta, quanto| Operacao::Saque { rg: rg(conta), valor: valor(quanto) };
    let deposito = |conta, quanto| Operacao::Deposito { rg: rg(conta), valor: valor(quanto) };
    vec![
        ("t:1|op:6|rg:1111111111", 1, Operacao::Login { rg: rg("1111111111") }, None),
        ("t:0|op:6|rg:0", 0, Operacao::Login { rg: rg("0") }, None),
        ("t:5|op:1|rg:0000000000", 5, Operacao::Saldo { rg: rg("0000000000") }, None),
        ("t:9|op:2|rg:1111111111|valor:8.5", 9, saque("1111111111", "8.5"), None),
        ("t:9|op:2|rg:1|valor:8.50", 9, saque("1", "8.5"), Some("t:9|op:2|rg:1|valor:8.5")),
        ("t:2|op:2|rg:1|valor:0.01", 2, saque("1", "0.01"), None),
        ("t:13|op:3|rg:1|valor:14", 13, deposito("1", "14"), Some("t:13|op:3|rg:1|valor:14.0")),
        ("t:13|op:3|rg:1|valor:14.00", 13, deposito("1", "14"), Some("t:13|op:3|rg:1|valor:14.0")),
        ("t:13|op:3|rg:1|valor:9999999999999.99", 13, deposito("1", "9999999999999.99"), None),
        (
            "t:10|op:4|rg_origem:1111111111|rg_destino:987654321|valor:10.5",
            10,
            transferencia("1111111111", "987654321", "10.5"),
            None,
        ),
        (
            "t:4611686018427387903|op:4|rg_origem:1|rg_destino:1|valor:0.1",
            (1 << 62) - 1,
            transferencia("1", "1", "0.1"),
            None,
        ),
    ]
}

#[test]
fn each_request_has_its_bytes_and_its_value() {
    for (bytes, tempo, operacao, canonico) in pedidos() {
        let pedido = Pedido { carimbo: carimbo(tempo), operacao };
        assert_eq!(Pedido::decodificar(bytes.as_bytes()), Ok(pedido), "{bytes}");
        assert_eq!(pedido.to_string(), canonico.unwrap_or(bytes));
        assert_eq!(Pedido::decodificar(pedido.to_string().as_bytes()), Ok(pedido), "{bytes}");
    }
}

#[test]
fn each_request_is_the_same_however_it_arrives() {
    for (bytes, _, operacao, _) in pedidos().into_iter().filter(|(_, tempo, ..)| *tempo < 1 << 32) {
        let entrada = format!("t:0|op:6|rg:{}\n{bytes}\nt:99|op:", operacao.titular());
        for alimentacao in Alimentacao::todas(entrada.len()) {
            let relogio = Relogio::novo();
            let mut sessao = SessaoServidor::default();
            let mut recebidos = Vec::new();
            for pedaco in alimentacao.pedacos(entrada.as_bytes()) {
                sessao.receber(pedaco);
                loop {
                    use pixson_core::sessao::SaidaServidor as Saida;
                    match sessao.proxima_saida(&relogio) {
                        Saida::PedidoRecebido(pedido) => {
                            recebidos.push(pedido);
                            let carimbo = relogio.tique().expect("far from the end");
                            let resposta = sessao.responder(carimbo, Ok(Sucesso::Login));
                            assert_eq!(resposta, Ok(()));
                        }
                        Saida::PrecisaDeDados { .. } => break,
                        Saida::RelogioAtualizado(_) => {}
                        outra => panic!("{bytes}: {outra:?}"),
                    }
                }
            }
            let login = Operacao::Login { rg: operacao.titular() };
            assert_eq!(recebidos, [login, operacao], "{alimentacao:?}");
        }
    }
}

/// Bytes, stamp, typed meaning (`None` for a text that the protocol does not know).
type LinhaDeResposta = (String, u64, Situacao, Option<Result<Sucesso, Recusa>>);

fn respostas() -> Vec<LinhaDeResposta> {
    let sucessos = [
        ("Login realizado com sucesso", Sucesso::Login),
        ("Saldo: 10.0", Sucesso::Saldo(saldo("10.0"))),
        ("Saldo: 0.0", Sucesso::Saldo(saldo("0"))),
        ("Saldo: 9999999999999.99", Sucesso::Saldo(saldo("9999999999999.99"))),
        ("Saque realizado com sucesso", Sucesso::Saque),
        ("Depósito realizado com sucesso", Sucesso::Deposito),
        ("Transferência realizada com sucesso", Sucesso::Transferencia),
    ];
    let recusas = [
        ("Login necessário", Recusa::LoginNecessario),
        ("Operação não autorizada", Recusa::OperacaoNaoAutorizada),
        ("Valor inválido", Recusa::ValorInvalido),
        ("Cliente não encontrado", Recusa::ClienteNaoEncontrado),
        ("Não é possível transferir para a mesma conta", Recusa::MesmaConta),
        ("Conta de origem não encontrada", Recusa::OrigemNaoEncontrada),
        ("Conta de destino não encontrada", Recusa::DestinoNaoEncontrado),
        ("Saldo insuficiente", Recusa::SaldoInsuficiente),
        ("Saldo acima do limite", Recusa::SaldoAcimaDoLimite),
        ("Conta ilegível", Recusa::ContaIlegivel),
        ("Servidor indisponível", Recusa::ServidorIndisponivel),
        ("Servidor lotado", Recusa::ServidorLotado),
        ("Operação inválida", Recusa::OperacaoInvalida),
        ("Mensagem inválida", Recusa::MensagemInvalida),
        ("Carimbo inválido", Recusa::CarimboInvalido),
        ("Mensagem longa demais", Recusa::MensagemLongaDemais),
    ];
    assert_eq!(recusas.map(|(_, recusa)| recusa), Recusa::TODAS, "the table is whole");
    let livres = [
        (Situacao::Sucesso, ""),
        (Situacao::Sucesso, "Saldo: 10.00"),
        (Situacao::Sucesso, "Saldo: 10349.899999999081"),
        (Situacao::Sucesso, "Saldo insuficiente"),
        (Situacao::Erro, "Login realizado com sucesso"),
        (Situacao::Erro, "Operaçao inválida"),
        (Situacao::Erro, "a|b:c t:1|s:0|resposta:"),
        (Situacao::Sucesso, "\u{1f4b0} ok"),
    ];
    let mut tabela = Vec::new();
    for (texto, sucesso) in sucessos {
        tabela.push((format!("t:3|s:0|resposta:{texto}"), 3, Situacao::Sucesso, Some(Ok(sucesso))));
    }
    for (texto, recusa) in recusas {
        tabela.push((format!("t:3|s:1|resposta:{texto}"), 3, Situacao::Erro, Some(Err(recusa))));
    }
    for (situacao, texto) in livres {
        let s = u8::from(situacao == Situacao::Erro);
        tabela.push((format!("t:3|s:{s}|resposta:{texto}"), 3, situacao, None));
    }
    tabela
}

#[test]
fn each_reply_has_its_bytes_and_its_value() {
    for (bytes, tempo, situacao, desfecho) in respostas() {
        let resposta = Resposta::decodificar(bytes.as_bytes()).expect("a legal reply");
        assert_eq!(resposta.carimbo(), carimbo(tempo));
        assert_eq!(resposta.situacao(), situacao, "{bytes}");
        assert_eq!(resposta.desfecho(), desfecho, "{bytes}");
        assert_eq!(resposta.to_string(), bytes);
        let texto = bytes.split_once("resposta:").expect("the field").1;
        assert_eq!(resposta.texto(), texto);
        assert_eq!(Resposta::com_texto(carimbo(tempo), situacao, texto), Ok(resposta.clone()));
        if let Some(desfecho) = desfecho {
            assert_eq!(Resposta::nova(carimbo(tempo), desfecho), resposta);
        }
    }
}

/// The messages in the corpus of a fuzz target.
#[expect(clippy::disallowed_methods, reason = "the test reads the corpora")]
fn corpus(alvo: &str) -> BTreeSet<Vec<u8>> {
    let pasta = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(alvo);
    let itens = fs::read_dir(&pasta).unwrap_or_else(|erro| panic!("{}: {erro}", pasta.display()));
    itens.map(|item| fs::read(item.expect("readable").path()).expect("readable")).collect()
}

#[test]
fn fuzzing_starts_from_every_known_answer() {
    let (de_pedidos, de_respostas) = (corpus("pedido"), corpus("resposta"));
    for (bytes, ..) in pedidos() {
        assert!(de_pedidos.contains(bytes.as_bytes()), "{bytes}");
    }
    for (bytes, ..) in respostas() {
        assert!(de_respostas.contains(bytes.as_bytes()), "{bytes}");
    }
}

#[test]
fn each_reply_is_the_same_however_it_arrives() {
    for (bytes, ..) in respostas() {
        let entrada = format!("{bytes}\nt:9|s:");
        for alimentacao in Alimentacao::todas(entrada.len()) {
            let mut sessao = SessaoCliente::default();
            sessao.enviar(Operacao::Login { rg: rg("1") }).expect("nothing is pending");
            let mut recebidas = Vec::new();
            for pedaco in alimentacao.pedacos(entrada.as_bytes()) {
                sessao.receber(pedaco);
                loop {
                    match sessao.proxima_saida().expect("a legal reply") {
                        SaidaCliente::RespostaRecebida(resposta) => recebidas.push(resposta),
                        SaidaCliente::RelogioAtualizado(_) => {}
                        SaidaCliente::PrecisaDeDados { .. } | SaidaCliente::Encerrada => break,
                    }
                }
            }
            let esperada = Resposta::decodificar(bytes.as_bytes()).expect("a legal reply");
            assert_eq!(recebidas, [esperada], "{alimentacao:?}");
        }
    }
}

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
