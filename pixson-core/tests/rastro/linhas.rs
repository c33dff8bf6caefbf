//! Lines of traces: written and read, torn, hostile, and of other versions.

use pixson_core::rastro::{
    CabecalhoDoRastro, ConexaoNumerada, Conteudo, Dito, ErroDeLinha, EventoDoRelogio, Fato,
    LINHA_MAX_BYTES, LinhaDoRastro, MensagemVista, Rastros, RelatoDoRastro, RespostaVista,
    TEXTO_MAX_BYTES, escrever_linha, ler_linha,
};
use pixson_core::{Recusa, Sucesso};
use proptest::option;
use proptest::prelude::*;

use crate::comum::estrategias::{um_carimbo, um_rg, um_saldo, uma_operacao};
use crate::comum::tamanho::tamanho;

fn um_cabecalho() -> impl Strategy<Value = CabecalhoDoRastro> {
    let nome = "[\\PC&&[^\u{85}]]{1,64}";
    let nome = nome.prop_filter_map("control", |nome| nome.parse().ok());
    (nome, option::of(any::<u64>()), um_carimbo(), option::of("\\PC{0,300}")).prop_map(
        |(nome, epoca, relogio, comando)| {
            let mut cabecalho = CabecalhoDoRastro::novo(nome).com_relogio(relogio);
            if let Some(epoca) = epoca {
                cabecalho = cabecalho.com_epoca(epoca);
            }
            if let Some(comando) = comando {
                cabecalho = cabecalho.com_comando(&comando);
            }
            cabecalho
        },
    )
}

fn uma_conexao() -> impl Strategy<Value = ConexaoNumerada> {
    (any::<u64>(), option::of(any::<u16>()))
        .prop_map(|(numero, porta)| ConexaoNumerada { numero, porta })
}

fn uma_resposta() -> impl Strategy<Value = RespostaVista> {
    let sucesso = prop_oneof![
        Just(Sucesso::Login),
        um_saldo().prop_map(Sucesso::Saldo),
        Just(Sucesso::Transferencia),
    ];
    let conhecido =
        prop_oneof![sucesso.prop_map(Ok), proptest::sample::select(Recusa::TODAS).prop_map(Err),];
    let livre = (any::<bool>(), ".{0,300}").prop_map(|(feito, texto)| Dito::novo(feito, &texto));
    let dito = prop_oneof![conhecido.prop_map(Dito::Conhecido), livre];
    (option::of(um_carimbo()), option::of(um_rg()), dito)
        .prop_map(|(responde, rg, dito)| RespostaVista { responde, rg, dito })
}

fn um_fato() -> impl Strategy<Value = Fato> {
    let conteudo = prop_oneof![
        option::of(uma_operacao()).prop_map(Conteudo::Pedido),
        uma_resposta().prop_map(Conteudo::Resposta),
    ];
    let mensagem = (uma_conexao(), um_carimbo(), conteudo)
        .prop_map(|(conexao, carimbo, conteudo)| MensagemVista { conexao, carimbo, conteudo })
        .boxed();
    let execucao = (option::of(um_carimbo()), option::of((uma_conexao(), uma_resposta())))
        .prop_map(|(linhas, resposta)| Fato::Execucao { linhas, resposta });
    prop_oneof![
        mensagem.clone().prop_map(Fato::Envio),
        mensagem.prop_map(Fato::Recebimento),
        execucao,
    ]
}

fn uma_linha() -> impl Strategy<Value = LinhaDoRastro> {
    let evento = (any::<u64>(), um_carimbo(), um_carimbo(), um_fato())
        .prop_map(|(us, antes, depois, fato)| EventoDoRelogio { us, antes, depois, fato });
    let relato = prop_oneof![
        4 => evento.prop_map(RelatoDoRastro::Evento),
        1 => (any::<u64>(), any::<u64>())
            .prop_map(|(us, perdidas)| RelatoDoRastro::Perda { us, perdidas }),
    ];
    let numerada = (um_cabecalho(), any::<u64>(), relato).prop_map(|(dono, seq, relato)| {
        let (processo, epoca) = (dono.processo().clone(), dono.epoca());
        LinhaDoRastro::Numerada { processo, epoca, seq, relato }
    });
    prop_oneof![1 => um_cabecalho().prop_map(LinhaDoRastro::Cabecalho), 4 => numerada]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tamanho(500, 3000), ..ProptestConfig::default() })]

    #[test]
    fn every_line_that_can_be_built_is_visible_ascii_and_is_read_back(linha in uma_linha()) {
        let mut bytes = Vec::new();
        escrever_linha(&linha, &mut bytes);
        prop_assert_eq!(bytes.pop(), Some(b'\n'));
        prop_assert!(bytes.len() <= LINHA_MAX_BYTES, "{} bytes", bytes.len());
        prop_assert!(bytes.iter().all(|byte| (b' '..=b'~').contains(byte)));
        prop_assert_eq!(ler_linha(&bytes), Ok(linha));
    }

    #[test]
    fn any_bytes_are_a_line_or_an_error(bytes in any::<Vec<u8>>()) {
        let _ = ler_linha(&bytes);
        let _ = Rastros::default().arquivo(&bytes);
    }

    #[test]
    fn a_line_that_is_cut_anywhere_is_none(linha in uma_linha(), onde in any::<proptest::sample::Index>()) {
        let mut bytes = Vec::new();
        escrever_linha(&linha, &mut bytes);
        let inteira = bytes.len() - 1;
        bytes.truncate(onde.index(inteira));
        prop_assert!(bytes.is_empty() || ler_linha(&bytes).is_err());
    }
}

const CABECALHO: &str = r#"{"formato":"pixson-rastro","versao":1,"processo":"ana"}"#;
const PERDA: &str = r#"{"seq":1,"processo":"ana","us":1,"evento":"perda","perdidas":0}"#;

#[test]
fn what_is_wrong_with_a_line_is_said_with_its_number() {
    let com = |linha: &str| format!("{CABECALHO}\n\n{linha}\n{PERDA}\n");
    let evento = |resto: &str| {
        com(&format!(
            r#"{{"seq":1,"processo":"ana","us":1,"conexao":1,"relogio_antes":0,"relogio":1,{resto}}}"#
        ))
    };
    let longa = format!("{{\"x\":\"{}\"}}", "x".repeat(LINHA_MAX_BYTES));
    for (texto, linha, frase) in [
        (com("{}"), 3, "falta o campo \"processo\""),
        (com("{"), 3, "não é uma linha de rastro em JSON (coluna 1)"),
        (com("[]"), 3, "não é uma linha de rastro em JSON (coluna 1)"),
        (com(r#"{"seq":1,"seq":2}"#), 3, "não é uma linha de rastro em JSON (coluna 14)"),
        (com(&longa), 3, "a linha tem mais de 4096 bytes"),
        (com(r#"{"processo":"ana","seq":1}"#), 3, "falta o campo \"us\""),
        (
            com(&PERDA.replace("ana", "ivo")),
            3,
            "a linha é de outro processo ou de outra época que o cabeçalho antes dela",
        ),
        (
            com(&PERDA.replace("1,\"evento\"", "1,\"epoca\":1,\"evento\"")),
            3,
            "a linha é de outro processo ou de outra época que o cabeçalho antes dela",
        ),
        (com(&PERDA.replace("perda\"", "festa\"")), 3, "o campo \"evento\" tem um valor inválido"),
        (evento(r#""evento":"envio""#), 3, "falta o campo \"carimbo\""),
        (
            evento(r#""evento":"envio","carimbo":4611686018427387904"#),
            3,
            "o campo \"carimbo\" tem um valor inválido",
        ),
        (
            evento(r#""evento":"envio","carimbo":1,"operacao":"saque","rg":"1""#),
            3,
            "falta o campo \"centavos\"",
        ),
        (
            evento(r#""evento":"envio","carimbo":1,"operacao":"saque","rg":"1","centavos":0"#),
            3,
            "o campo \"centavos\" tem um valor inválido",
        ),
        (
            evento(r#""evento":"envio","carimbo":1,"operacao":"pix","rg":"1""#),
            3,
            "o campo \"operacao\" tem um valor inválido",
        ),
        (
            evento(r#""evento":"envio","carimbo":1,"operacao":"saldo","rg":"../1""#),
            3,
            "o campo \"rg\" tem um valor inválido",
        ),
        (
            evento(r#""evento":"envio","carimbo":1,"desfecho":"talvez","texto":"""#),
            3,
            "o campo \"desfecho\" tem um valor inválido",
        ),
        (
            evento(r#""evento":"envio","carimbo":-1"#),
            3,
            "não é uma linha de rastro em JSON (coluna 104)",
        ),
        (PERDA.to_owned(), 1, "falta o cabeçalho do rastro antes desta linha"),
        (CABECALHO.replace("1,", "2,"), 1, "rastro da versão 2: este programa lê a versão 1"),
        (CABECALHO.replace("pixson-", "outro-"), 1, "o cabeçalho não é de um rastro do Pixson"),
        (CABECALHO.replace("\"versao\":1,", ""), 1, "falta o campo \"versao\""),
        (CABECALHO.replace("ana", "a\\nb"), 1, "o campo \"processo\" tem um valor inválido"),
    ] {
        let erro = Rastros::default().arquivo(texto.as_bytes()).expect_err(&texto);
        assert_eq!(erro.to_string(), format!("linha {linha}: {frase}"), "{texto}");
    }
}

#[test]
fn a_header_of_each_file_is_its_own() {
    let mut rastros = Rastros::default();
    rastros.arquivo(CABECALHO.as_bytes()).expect("a trace");
    let erro = rastros.arquivo(PERDA.as_bytes()).expect_err("the header is of another file");
    assert_eq!(erro.erro, ErroDeLinha::SemCabecalho);
}

#[test]
fn a_torn_last_line_is_left_out_and_the_trace_is_not_whole() {
    let inteiro = format!("{CABECALHO}\n{PERDA}\n");
    for (texto, esperado) in [
        (inteiro.clone(), true),
        (format!("{CABECALHO}\n{PERDA}"), true),
        (format!("{inteiro}{{\"seq\":2,"), false),
        (format!("{CABECALHO}\n"), false),
        (format!("{CABECALHO}\n{}\n", PERDA.replace("\"perdidas\":0", "\"perdidas\":3")), false),
        (format!("{CABECALHO}\n{}\n", PERDA.replace("\"seq\":1", "\"seq\":2")), false),
        (format!("{inteiro}{inteiro}"), true),
    ] {
        let mut rastros = Rastros::default();
        rastros.arquivo(texto.as_bytes()).expect("a trace");
        assert!(rastros.todos().iter().all(|rastro| rastro.inteiro() == esperado), "{texto}");
    }
    let torta =
        Rastros::default().arquivo(format!("{CABECALHO}\n{{\"seq\":2,\n{PERDA}\n").as_bytes());
    assert_eq!(torta.expect_err("not the last line").linha, 2);
}

#[test]
fn fields_that_are_not_known_are_passed_over() {
    let com_mais = PERDA.replace("\"us\"", "\"cor\":[1,{\"x\":null}],\"us\"");
    assert_eq!(ler_linha(com_mais.as_bytes()), ler_linha(PERDA.as_bytes()));
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let dito = Dito::novo(true, &"çã".repeat(1000));
    assert!(dito.texto().len() <= TEXTO_MAX_BYTES && dito.texto().len() > TEXTO_MAX_BYTES - 4);
}
