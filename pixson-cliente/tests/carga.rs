//! The load generator: against the real server, and against servers that are not to be trusted.

mod comum;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

use std::net::TcpListener;
use std::process::Output;

use comum::falso::{
    Esquecido, RGS, SALDO_CENTAVOS, Trapaceiro, banco, ecoar, servir, servir_como_o_original,
};
use comum::{executar, executar_e, interromper_em, texto};
use serde_json::Value;
use servidor::instancia::Instancia;
use servidor::{binario_vizinho, contas};
use tempfile::TempDir;

/// A real server with three accounts, and what the load needs to find it.
struct Banca {
    instancia: Instancia,
    porta: String,
    _contas: TempDir,
}

fn banca(saldo: &str) -> Banca {
    let contas = contas(&[("1", saldo), ("2", saldo), ("3", saldo)]);
    let binario = binario_vizinho(env!("CARGO_BIN_EXE_pixson-cliente"), "pixson-servidor");
    let instancia = Instancia::iniciar(&mut Instancia::comando(&binario, contas.path()));
    let porta = instancia.porta.to_string();
    Banca { instancia, porta, _contas: contas }
}

/// A load of a second on three accounts.
fn carga(porta: &str, argumentos: &[&str]) -> Output {
    let comuns = ["carga", "--porta", porta, "--rgs", RGS, "--duracao", "1", "--conexoes", "3"];
    executar(&[&comuns, argumentos].concat(), "")
}

/// The report of a load, and its exit code.
fn relato(porta: &str, argumentos: &[&str]) -> (Value, Option<i32>) {
    let saida = carga(porta, &[argumentos, &["--json"]].concat());
    let linha = texto(&saida.stdout);
    let relato = serde_json::from_str(linha);
    let relato = relato.unwrap_or_else(|_| panic!("{linha}{}", texto(&saida.stderr)));
    (relato, saida.status.code())
}

fn numero(relato: &Value, campo: &str) -> i64 {
    relato.pointer(campo).and_then(Value::as_i64).unwrap_or_else(|| panic!("{campo}: {relato}"))
}

#[test]
fn every_kind_of_load_runs_and_conserves_money() {
    let banca = banca("1000.0");
    for (tipo, pipeline) in
        [("saldo", "1"), ("deposito", "16"), ("transferencia", "1"), ("misto", "16")]
    {
        let (relato, codigo) = relato(&banca.porta, &["--operacao", tipo, "--pipeline", pipeline]);
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
    let banca = banca("1000000.0");
    for conexoes in ["1", "3"] {
        let pedido = ["--operacao", "transferencia", "--pipeline", "8192", "--conexoes", conexoes];
        let saida = executar(
            &[&["carga", "--porta", &banca.porta, "--rgs", RGS, "--duracao", "1"], &pedido[..]]
                .concat(),
            "",
        );
        assert_eq!(saida.status.code(), Some(0), "{}", texto(&saida.stdout));
    }
}

#[test]
fn the_report_has_the_same_fields_and_types_for_ever() {
    let banca = banca("1000.0");
    let pedido = ["--operacao", "misto", "--contas-quentes", "2", "--taxa", "500"];
    let (relato, _) = relato(&banca.porta, &pedido);
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
    let banca = banca("1000.0");
    let saida = carga(&banca.porta, &["--operacao", "deposito", "--progresso"]);
    assert_eq!(saida.status.code(), Some(0));
    let linhas: Vec<_> = texto(&saida.stdout).lines().collect();
    let comecos = [
        &format!("Servidor: localhost:{}", banca.porta),
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
    let banca = banca("1000.0");
    for (taxa, pipeline) in [(1, "1"), (200, "1"), (200, "64"), (1_000_000, "2")] {
        let texto = taxa.to_string();
        let pedido = ["--taxa", &texto, "--pipeline", pipeline];
        let (relato, codigo) = relato(&banca.porta, &pedido);
        assert_eq!(codigo, Some(0), "{relato}");
        assert_eq!(numero(&relato, "/agendadas"), taxa, "a second of it");
        let enviadas = taxa - numero(&relato, "/nao_enviadas");
        assert_eq!(numero(&relato, "/operacoes"), enviadas, "{relato}");
        assert!(enviadas > 0, "{relato}");
    }
    let saida = carga(&banca.porta, &["--taxa", "10000000"]);
    assert!(texto(&saida.stdout).contains("As que não foram enviadas não entram nas latências."));
}

#[test]
fn an_echo_bears_every_load_and_has_no_money() {
    let porta = ecoar(1);
    for (tipo, pipeline) in [("saldo", "1"), ("transferencia", "8192")] {
        let (relato, codigo) =
            relato(&porta, &["--eco", "--operacao", tipo, "--pipeline", pipeline]);
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
fn an_echo_that_leaves_is_lost_and_one_that_says_too_much_is_mad() {
    for (vezes, causa, esperado) in
        [(0, "o servidor encerrou a conexão", 3), (2, "o servidor não é um eco", 4)]
    {
        let pedido = ["--eco", "--operacao", "deposito", "--pipeline", "4"];
        let (relato, codigo) = relato(&ecoar(vezes), &pedido);
        assert_eq!(codigo, Some(esperado), "{relato}");
        assert_eq!(numero(&relato, &format!("/conexoes_perdidas/{causa}")), 3);
        assert_eq!(numero(&relato, "/desconhecidas"), 0, "an echo moves no money");
    }
}

#[test]
fn refusals_are_counted_by_their_text_and_are_no_operations() {
    let banca = banca("0.0");
    let (relato, codigo) = relato(&banca.porta, &["--operacao", "transferencia"]);
    assert_eq!(codigo, Some(0), "an answer is an answer: {relato}");
    assert_eq!(numero(&relato, "/operacoes"), 0);
    assert!(numero(&relato, "/recusas/Saldo insuficiente") > 0, "{relato}");
    assert_eq!(relato["latencia_ns"], Value::Null);
    assert_eq!(relato["dinheiro"]["conservado"], true);
}

#[test]
fn a_bank_that_invents_or_loses_money_is_found_out() {
    for (vezes, tipo) in [(2, "deposito"), (0, "deposito"), (2, "transferencia"), (0, "misto")] {
        let porta = servir(Trapaceiro::que_faz(vezes), |_| true, b"");
        let (relato, codigo) = relato(&porta, &["--operacao", tipo]);
        assert_eq!(codigo, Some(1), "{vezes} {tipo}: {relato}");
        assert_eq!(relato["dinheiro"]["conservado"], false);
        assert!(numero(&relato, "/dinheiro/contas_divergentes") > 0, "{relato}");
    }
    let porta = servir(Trapaceiro::que_faz(2), |_| true, b"");
    let saida = carga(&porta, &["--operacao", "deposito"]);
    assert!(texto(&saida.stdout).contains(": NÃO CONSERVADO em 3 contas\n"));
}

#[test]
fn a_server_that_is_killed_leaves_counted_unknowns_and_code_5() {
    let banca = banca("1000.0");
    let mut instancia = Some(banca.instancia);
    let (saida, codigo) = executar_e(
        &[
            "carga",
            "--porta",
            &banca.porta,
            "--rgs",
            RGS,
            "--duracao",
            "600",
            "--operacao",
            "deposito",
            "--pipeline",
            "64",
            "--progresso",
            "--json",
        ],
        "1 s: ",
        || drop(instancia.take().expect("once").matar()),
    );
    let relato: Value = serde_json::from_str(&saida).expect("a report");
    assert_eq!(codigo, Some(5), "{relato}");
    let desconhecidas = numero(&relato, "/desconhecidas");
    assert!(0 < desconhecidas && desconhecidas <= 640, "{relato}");
    assert_eq!(numero(&relato, "/conexoes_perdidas/o servidor encerrou a conexão"), 10);
    let minimo = 3 * 100_000 + numero(&relato, "/operacoes");
    assert_eq!(numero(&relato, "/dinheiro/minimo_centavos"), minimo);
    assert_eq!(numero(&relato, "/dinheiro/maximo_centavos"), minimo + desconhecidas);
    assert_eq!(relato["dinheiro"]["conservado"], Value::Null);
    assert_eq!(relato["dinheiro"]["falha"], "conexão recusada");
}

#[test]
fn an_interrupted_load_ends_early_with_its_report_and_the_money_checked() {
    let banca = banca("1000.0");
    for ritmo in [&["--pipeline", "16"][..], &["--taxa", "1"]] {
        let comuns = ["carga", "--porta", &banca.porta, "--rgs", RGS, "--duracao", "600"];
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
fn what_a_bank_does_not_know_widens_the_check_to_a_range() {
    let porta = servir(Esquecido::depois_de(500), |_| true, b"");
    let (relato, codigo) = relato(&porta, &["--operacao", "deposito", "--pipeline", "8"]);
    assert_eq!(codigo, Some(5), "{relato}");
    let desconhecidas = numero(&relato, "/desconhecidas");
    // Those that were answered so, and as many that were on their way when that was read.
    assert!((1..=16).contains(&desconhecidas), "{relato}");
    assert_eq!(
        numero(&relato, "/dinheiro/maximo_centavos"),
        numero(&relato, "/dinheiro/minimo_centavos") + desconhecidas
    );
    assert_eq!(relato["dinheiro"]["conservado"], true);
}

#[test]
fn connections_that_are_turned_away_are_counted_and_the_others_go_on() {
    let lotado = b"t:3|s:1|resposta:Servidor lotado\n";
    let porta = servir(banco(), |numero| numero != 2, lotado);
    let (relato, codigo) = relato(&porta, &["--operacao", "deposito"]);
    assert_eq!(codigo, Some(3), "{relato}");
    assert_eq!(relato["conexoes_perdidas"], serde_json::json!({"Servidor lotado": 1}));
    assert!(numero(&relato, "/operacoes") > 0, "{relato}");
    assert_eq!(relato["dinheiro"]["conservado"], true);
    let antes = i64::try_from(3 * SALDO_CENTAVOS).expect("small");
    assert_eq!(numero(&relato, "/dinheiro/antes_centavos"), antes);

    let porta = servir(banco(), |numero| numero == 0, lotado);
    let saida = carga(&porta, &[]);
    assert_eq!(texto(&saida.stderr), "A conta 1 foi recusada: Servidor lotado.\n");
    assert_eq!(saida.status.code(), Some(1));
}

#[test]
fn a_server_that_talks_nonsense_under_load_gives_code_4() {
    let porta = servir(banco(), |numero| numero != 2, b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let (relato, codigo) = relato(&porta, &[]);
    assert_eq!(codigo, Some(4), "{relato}");
    assert_eq!(
        relato["conexoes_perdidas"],
        serde_json::json!({"o servidor enviou uma mensagem que não é do protocolo": 1})
    );
}

#[test]
fn a_server_that_terminates_nothing_bears_one_request_at_a_time_and_no_more() {
    let porta = servir_como_o_original(banco());
    let (relato_de_um, codigo) = relato(&porta, &["--operacao", "misto"]);
    assert_eq!(codigo, Some(0), "{relato_de_um}");
    assert!(numero(&relato_de_um, "/operacoes") > 0, "{relato_de_um}");
    assert_eq!(relato_de_um["dinheiro"]["conservado"], true);

    let (relato_de_dois, codigo) = relato(&porta, &["--operacao", "saldo", "--pipeline", "2"]);
    assert_eq!(codigo, Some(4), "{relato_de_dois}");
    let causa = "/conexoes_perdidas/há pedidos demais à espera de resposta";
    assert_eq!(numero(&relato_de_dois, causa), 3);
}

#[test]
fn without_a_server_or_an_account_there_is_one_sentence_and_no_report() {
    let livre = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let porta = livre.local_addr().expect("bound").port().to_string();
    drop(livre);
    let saida = carga(&porta, &["--host", "127.0.0.1"]);
    assert!(texto(&saida.stderr).starts_with("Erro ao conectar ao servidor 127.0.0.1:"));
    assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(3)));

    let porta = servir(banco(), |_| true, b"");
    let saida = executar(&["carga", "--porta", &porta, "--rgs", "1,7", "--json"], "");
    assert_eq!(texto(&saida.stderr), "A conta 7 foi recusada: Cliente não encontrado.\n");
    assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(1)));
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
        (&["--contas-quentes", "11"], "--contas-quentes 11 passa das contas que há."),
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
        assert_eq!(texto(&saida.stderr), format!("{esperada} Veja pixson-cliente --help.\n"));
        assert_eq!(saida.status.code(), Some(2), "{argumentos:?}");
    }
    let saida = executar(&["1", "carga"], "");
    assert!(texto(&saida.stderr).starts_with("Valor que não se esperava: \"1\"."));
    assert_eq!(saida.status.code(), Some(2));
}
