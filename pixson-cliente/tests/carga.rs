//! The load generator against the real server, and an echo.

mod comum;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

#[path = "comum/carga.rs"]
mod carga;

use carga::{carga, numero, relato, tres_contas};
use comum::falso::{RGS, ecoar};
use comum::{executar, interromper_em, texto};
use serde_json::Value;

#[test]
fn every_kind_of_load_runs_and_conserves_money() {
    let (_banca, porta) = tres_contas("1000.0");
    for (tipo, pipeline) in
        [("saldo", "1"), ("deposito", "16"), ("transferencia", "1"), ("misto", "16")]
    {
        let (relato, codigo) = relato(&porta, &["--operacao", tipo, "--pipeline", pipeline]);
        assert_eq!(codigo, Some(0), "{relato}");
        assert_eq!(relato["operacao"], tipo);
        assert!(numero(&relato, "/operacoes") > 0, "{relato}");
        assert_eq!(relato["recusas"], serde_json::json!({}));
        assert_eq!(relato["conexoes_perdidas"], serde_json::json!({}));
        assert_eq!(relato["dinheiro"]["conservado"], true);
        let ganho = numero(&relato, "/dinheiro/depois_centavos")
            - numero(&relato, "/dinheiro/antes_centavos");
        match tipo {
            "deposito" => assert_eq!(ganho, numero(&relato, "/operacoes")),
            "misto" => {
                let partes = ["saldo", "deposito", "transferencia"]
                    .map(|parte| numero(&relato, &format!("/por_operacao/{parte}/operacoes")));
                assert!(partes.iter().all(|&parte| parte > 0), "{relato}");
                assert_eq!(partes.iter().sum::<i64>(), numero(&relato, "/operacoes"));
                assert_eq!(ganho, partes[1], "each deposit is a centavo: {relato}");
            }
            _ => assert_eq!(ganho, 0, "{relato}"),
        }
    }
}

#[test]
fn thousands_of_requests_on_their_way_never_block_both_sides() {
    let (_banca, porta) = tres_contas("1000000.0");
    for (conexoes, lacos) in [("1", "0"), ("3", "0"), ("3", "2")] {
        let quantas = ["--pipeline", "8192", "--conexoes", conexoes, "--lacos", lacos];
        let pedido = [&["--operacao", "transferencia"], &quantas[..]].concat();
        let saida = executar(
            &[&["carga", "--porta", &porta, "--rgs", RGS, "--duracao", "1"], &pedido[..]].concat(),
            "",
        );
        assert_eq!(saida.status.code(), Some(0), "{}", texto(&saida.stdout));
    }
}

#[test]
fn the_report_has_the_same_fields_and_types_for_ever() {
    let (_banca, porta) = tres_contas("1000.0");
    let pedido = ["--operacao", "misto", "--contas-quentes", "2", "--taxa", "500"];
    let (relato, _) = relato(&porta, &pedido);
    let mut campos = Vec::new();
    listar("", &relato, &mut campos);
    assert_eq!(
        campos,
        [
            "/agendadas integer",
            "/conexoes integer",
            "/contas integer",
            "/contas_quentes integer",
            "/desconhecidas integer",
            "/dinheiro/antes_centavos integer",
            "/dinheiro/conservado boolean",
            "/dinheiro/contas_divergentes integer",
            "/dinheiro/depois_centavos integer",
            "/dinheiro/falha null",
            "/dinheiro/maximo_centavos integer",
            "/dinheiro/minimo_centavos integer",
            "/duracao_ms integer",
            "/eco boolean",
            "/interrompida boolean",
            "/lacos integer",
            "/latencia_ns/maxima integer",
            "/latencia_ns/p50 integer",
            "/latencia_ns/p99 integer",
            "/latencia_ns/p999 integer",
            "/nao_enviadas integer",
            "/operacao text",
            "/operacoes integer",
            "/operacoes_por_segundo integer",
            "/pipeline integer",
            "/por_operacao/deposito/latencia_ns/maxima integer",
            "/por_operacao/deposito/latencia_ns/p50 integer",
            "/por_operacao/deposito/latencia_ns/p99 integer",
            "/por_operacao/deposito/latencia_ns/p999 integer",
            "/por_operacao/deposito/operacoes integer",
            "/por_operacao/saldo/latencia_ns/maxima integer",
            "/por_operacao/saldo/latencia_ns/p50 integer",
            "/por_operacao/saldo/latencia_ns/p99 integer",
            "/por_operacao/saldo/latencia_ns/p999 integer",
            "/por_operacao/saldo/operacoes integer",
            "/por_operacao/transferencia/latencia_ns/maxima integer",
            "/por_operacao/transferencia/latencia_ns/p50 integer",
            "/por_operacao/transferencia/latencia_ns/p99 integer",
            "/por_operacao/transferencia/latencia_ns/p999 integer",
            "/por_operacao/transferencia/operacoes integer",
            "/semente integer",
            "/servidor text",
            "/taxa integer",
        ]
        .map(str::to_owned)
    );
}

/// Every leaf of an object, with its type.
fn listar(caminho: &str, valor: &Value, campos: &mut Vec<String>) {
    let tipo = match valor {
        Value::Object(objeto) => {
            for (nome, valor) in objeto {
                listar(&format!("{caminho}/{nome}"), valor, campos);
            }
            return;
        }
        Value::Number(numero) if numero.is_u64() => "integer",
        Value::String(_) => "text",
        Value::Bool(_) => "boolean",
        Value::Null => "null",
        _ => "other",
    };
    campos.push(format!("{caminho} {tipo}"));
}

#[test]
fn a_person_reads_the_same_report_in_words() {
    let (_banca, porta) = tres_contas("1000.0");
    let saida = carga(&porta, &["--operacao", "deposito", "--progresso"]);
    assert_eq!(saida.status.code(), Some(0));
    let linhas: Vec<_> = texto(&saida.stdout).lines().collect();
    let comecos = [
        &format!("Servidor: localhost:{porta}"),
        "Carga: deposito, conexões: 3, pipeline: 1, contas: 3, semente: 1",
        "Duração: ",
        "Operações: ",
        "Latência (ms): p50 ",
        "Recusas: 0",
        "Conexões perdidas: 0",
        "Resultados desconhecidos: 0",
        "Dinheiro: antes 3000.00, esperado ",
    ];
    assert_eq!(linhas.len(), comecos.len(), "{linhas:?}");
    for (linha, comeco) in linhas.iter().zip(comecos) {
        assert!(linha.starts_with(comeco), "{linha}");
    }
    assert!(linhas[8].ends_with(": conservado"), "{}", linhas[8]);
}

#[test]
fn a_rate_is_never_passed_and_what_it_could_not_send_is_told() {
    let (_banca, porta) = tres_contas("1000.0");
    for (taxa, pipeline, lacos) in [
        (1, "1", "0"),
        (200, "1", "0"),
        (200, "1", "2"),
        (200, "64", "0"),
        (1_000_000, "2", "0"),
        (1_000_000, "2", "1"),
    ] {
        let texto = taxa.to_string();
        let pedido = ["--taxa", &texto, "--pipeline", pipeline, "--lacos", lacos];
        let (relato, codigo) = relato(&porta, &pedido);
        assert_eq!(codigo, Some(0), "{relato}");
        assert_eq!(numero(&relato, "/agendadas"), taxa, "a second of it");
        let enviadas = taxa - numero(&relato, "/nao_enviadas");
        assert_eq!(numero(&relato, "/operacoes"), enviadas, "{relato}");
        assert!(enviadas > 0, "{relato}");
    }
    let saida = carga(&porta, &["--taxa", "10000000"]);
    assert!(texto(&saida.stdout).contains("As que não foram enviadas não entram nas latências."));
}

#[test]
fn an_echo_bears_every_load_and_has_no_money() {
    let porta = ecoar(1);
    for (tipo, pipeline, lacos) in
        [("saldo", "1", "0"), ("transferencia", "8192", "0"), ("transferencia", "8192", "2")]
    {
        let pedido = ["--eco", "--operacao", tipo, "--pipeline", pipeline, "--lacos", lacos];
        let (relato, codigo) = relato(&porta, &pedido);
        assert_eq!(codigo, Some(0), "{relato}");
        assert!(numero(&relato, "/operacoes") > 0, "{relato}");
        assert_eq!((&relato["eco"], &relato["dinheiro"]), (&Value::Bool(true), &Value::Null));
    }
    let saida = carga(&porta, &["--eco"]);
    let texto = texto(&saida.stdout);
    assert!(texto.contains("\nCarga: saldo em eco, conexões: 3,"), "{texto}");
    assert!(texto.ends_with("\nResultados desconhecidos: 0\n"), "{texto}");
}

#[test]
fn refusals_are_counted_by_their_text_and_are_no_operations() {
    let (_banca, porta) = tres_contas("0.0");
    let (relato, codigo) = relato(&porta, &["--operacao", "transferencia"]);
    assert_eq!(codigo, Some(0), "an answer is an answer: {relato}");
    assert_eq!(numero(&relato, "/operacoes"), 0);
    assert!(numero(&relato, "/recusas/Saldo insuficiente") > 0, "{relato}");
    assert_eq!(relato["latencia_ns"], Value::Null);
    assert_eq!(relato["dinheiro"]["conservado"], true);
}

#[test]
fn an_interrupted_load_ends_early_with_its_report_and_the_money_checked() {
    let (_banca, porta) = tres_contas("1000.0");
    for ritmo in [
        &["--pipeline", "16"][..],
        &["--pipeline", "16", "--lacos", "2"],
        &["--taxa", "1"],
        &["--taxa", "1", "--lacos", "1"],
    ] {
        let comuns = ["carga", "--porta", &porta, "--rgs", RGS, "--duracao", "600"];
        let mais = ["--operacao", "deposito", "--progresso", "--json"];
        let (saida, codigo) = interromper_em(&[&comuns, ritmo, &mais].concat(), "1 s: ");
        let relato: Value = serde_json::from_str(&saida).expect("a report");
        assert_eq!(codigo, Some(130), "{relato}");
        assert_eq!(relato["interrompida"], true);
        assert_eq!(relato["conexoes_perdidas"], serde_json::json!({}));
        assert_eq!(relato["dinheiro"]["conservado"], true);
        assert_eq!(numero(&relato, "/desconhecidas"), 0, "replies are waited for: {relato}");
        assert!(numero(&relato, "/operacoes") > 0, "{relato}");
        assert!(numero(&relato, "/duracao_ms") < 600_000, "{relato}");
        if let Some(agendadas) = relato["agendadas"].as_i64() {
            assert!(agendadas < 600, "what was due until then: {relato}");
        }
    }
}

#[test]
fn words_of_the_load_that_are_not_understood_give_one_portuguese_sentence_and_code_2() {
    for (argumentos, esperada) in [
        (
            &["--conexoes", "0"][..],
            "Valor inválido para --conexoes <N>: \"0\" (não está entre 1 e 10000).",
        ),
        (
            &["--pipeline", "65537"],
            "Valor inválido para --pipeline <K>: \"65537\" (não está entre 1 e 65536).",
        ),
        (
            &["--duracao", "1.5"],
            "Valor inválido para --duracao <SEGUNDOS>: \"1.5\" (não é um número inteiro).",
        ),
        (
            &["--operacao", "saque"],
            "Valor inválido para --operacao <TIPO>: \"saque\". Use saldo, deposito, transferencia ou misto.",
        ),
        (
            &["--rgs", "2-1"],
            "Valor inválido para --rgs <LISTA>: \"2-1\" (a primeira vem depois da última).",
        ),
        (&["--contas-quentes", "11"], "--contas-quentes 11 é mais do que o número de contas."),
        (
            &["--operacao", "transferencia", "--rgs", "1"],
            "Transferências precisam de duas contas em --rgs.",
        ),
        (&["1"], "Argumento desconhecido: 1."),
        (
            &["--taxa", "0"],
            "Valor inválido para --taxa <POR_SEGUNDO>: \"0\" (não está entre 1 e 10000000).",
        ),
        (
            &["--contas-quentes", "0"],
            "Valor inválido para --contas-quentes <N>: \"0\" (não está entre 1 e 4294967295).",
        ),
        (&["--semente"], "Falta o valor de --semente <N>."),
    ] {
        let saida = executar(&[&["carga"], argumentos].concat(), "");
        assert_eq!(texto(&saida.stderr), format!("{esperada} Veja pixson-cliente carga --help.\n"));
        assert_eq!(saida.status.code(), Some(2), "{argumentos:?}");
    }
    let saida = executar(&["1", "carga"], "");
    assert!(texto(&saida.stderr).starts_with("Valor inesperado: \"1\"."));
    assert_eq!(saida.status.code(), Some(2));
}
