//! What an operator can see: the log, the counters, the health check.

mod comum;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use rustix::process::Signal;
use tempfile::TempDir;

use comum::instancia::{Instancia, entrar};
use comum::{duas_contas, encher_todas};

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

const UMA: &str = "1111111111";

/// A server that logs in this form, with its counters on a free port.
fn servir(nivel: &str, formato: &str) -> (Instancia, String, TempDir) {
    let contas = duas_contas();
    let mut comando = Instancia::comando(Path::new(SERVIDOR), contas.path());
    comando.args(["--log", nivel, "--log-formato", formato, "--metricas", "127.0.0.1:0"]);
    let mut instancia = Instancia::iniciar(&mut comando);
    let linha = instancia.proximo_erro();
    let painel = linha.split("127.0.0.1:").nth(1).expect("where the counters are");
    let porta: String = painel.chars().take_while(char::is_ascii_digit).collect();
    (instancia, format!("127.0.0.1:{porta}"), contas)
}

fn pedir_http(painel: &str, pedido: &[u8]) -> String {
    let mut fluxo = TcpStream::connect(painel).expect("it listens");
    fluxo.set_read_timeout(Some(comum::PACIENCIA)).expect("a TCP socket");
    fluxo.write_all(pedido).expect("it reads");
    let mut resposta = String::new();
    fluxo.read_to_string(&mut resposta).expect("it answers in UTF-8");
    resposta
}

fn pagina(painel: &str, caminho: &str) -> String {
    pedir_http(painel, format!("GET {caminho} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
}

/// The value of a counter, by its name and labels.
fn valor(pagina: &str, nome: &str) -> f64 {
    let linha =
        pagina.lines().find(|linha| linha.strip_prefix(nome).is_some_and(|r| r.starts_with(' ')));
    let linha = linha.unwrap_or_else(|| panic!("no {nome} in {pagina}"));
    linha.rsplit(' ').next().and_then(|valor| valor.parse().ok()).expect("a number")
}

#[test]
fn the_counters_say_what_was_asked_and_what_became_of_it() {
    let (instancia, painel, _contas) = servir("info", "texto");
    let mut conexao = entrar(&instancia, UMA);
    for (pedido, fim) in [
        (format!("t:0|op:3|rg:{UMA}|valor:1"), "Depósito realizado com sucesso"),
        (format!("t:0|op:3|rg:{UMA}|valor:1"), "Depósito realizado com sucesso"),
        (format!("t:0|op:2|rg:{UMA}|valor:99"), "Saldo insuficiente"),
        (format!("t:0|op:2|rg:{UMA}|valor:x"), "Valor inválido"),
        ("t:0|op:1|rg:2222222222".into(), "Operação não autorizada"),
        ("nada".into(), "Mensagem inválida"),
    ] {
        assert!(conexao.pedir(&pedido).ends_with(fim), "{pedido}");
    }
    let vista = pagina(&painel, "/metrics");
    assert!(vista.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text"));
    assert!(vista.ends_with("# EOF\n"), "{vista}");
    for (nome, esperado) in [
        (r#"pixson_pedidos_total{operacao="login",resultado="feita"}"#, 1.0),
        (r#"pixson_pedidos_total{operacao="deposito",resultado="feita"}"#, 2.0),
        (r#"pixson_pedidos_total{operacao="saque",resultado="Saldo insuficiente"}"#, 1.0),
        (r#"pixson_pedidos_total{operacao="nenhuma",resultado="Valor inválido"}"#, 1.0),
        (r#"pixson_pedidos_total{operacao="nenhuma",resultado="Operação não autorizada"}"#, 1.0),
        (r#"pixson_pedidos_total{operacao="nenhuma",resultado="Mensagem inválida"}"#, 1.0),
        (r#"pixson_conexoes_total{resultado="aceita"}"#, 1.0),
        ("pixson_conexoes_abertas", 1.0),
        ("pixson_diario_registros_total", 2.0),
        (r#"pixson_diario_grupos_total{desde="1"}"#, 2.0),
        ("pixson_epoca", 1.0),
        // Two for each message with a stamp, one for the other.
        ("pixson_relogio", 13.0),
    ] {
        assert!((valor(&vista, nome) - esperado).abs() < f64::EPSILON, "{nome} in {vista}");
    }
    // The last replies were read before they were counted.
    assert!(valor(&vista, "pixson_atendimento_seconds_count") >= 6.0);
    assert!(valor(&vista, "pixson_atendimento_seconds_sum") > 0.0);
    assert!(vista.contains("# TYPE pixson_atendimento_seconds histogram"));
}

#[test]
fn the_health_check_answers_whoever_speaks_http_and_no_one_else() {
    let (instancia, painel, _contas) = servir("info", "texto");
    for (caminho, situacao) in
        [("/saude", "200 OK"), ("/saude?x=1", "200 OK"), ("/", "404 Not Found")]
    {
        let resposta = pagina(&painel, caminho);
        assert!(resposta.starts_with(&format!("HTTP/1.1 {situacao}\r\n")), "{caminho}: {resposta}");
    }
    for (pedido, situacao) in [
        (&b"POST /metrics HTTP/1.1\r\n\r\n"[..], "405 Method Not Allowed"),
        (b"t:1|op:6|rg:1111111111\n\n", "400 Bad Request"),
        (b"GET /\xff\0 HTTP/1.1\r\n\r\n", "400 Bad Request"),
    ] {
        let resposta = pedir_http(&painel, pedido);
        assert!(resposta.starts_with(&format!("HTTP/1.1 {situacao}\r\n")), "{resposta}");
    }
    // A visitor who says nothing holds nobody up when the server stops.
    let calado = TcpStream::connect(&painel).expect("it listens");
    let erros = instancia.parar();
    assert!(erros.last().is_some_and(|erro| erro.ends_with("servidor encerrado")), "{erros:?}");
    drop(calado);
}

#[test]
fn a_server_that_is_stopping_is_not_healthy_and_still_says_so() {
    let (mut instancia, painel, _contas) = servir("info", "texto");
    // It holds the stop up for as long as that may be.
    let mut surda = [entrar(&instancia, UMA)];
    encher_todas(&mut surda, format!("t:0|op:1|rg:{UMA}\n").as_bytes());
    // Whoever visits and says nothing is waited for in turn, and not by the stop.
    let calados: Vec<_> = (0..3).map(|_| TcpStream::connect(&painel)).collect();
    instancia.sinalizar(Signal::TERM);
    while !instancia.proximo_erro().contains("parada solicitada") {}
    drop(calados);
    assert!(pagina(&painel, "/saude").starts_with("HTTP/1.1 503 "));
    assert_eq!(instancia.esperar_fim().0.code(), Some(0));
    drop(surda);
}

#[test]
fn the_log_follows_a_connection_and_repeats_nothing_that_it_sent() {
    let hostil = "t:0|op:1|rg:\u{1b}[31mAVISO\rfalso\u{7}";
    let mut vistas = Vec::new();
    for formato in ["texto", "json"] {
        let (instancia, _, _contas) = servir("detalhe", formato);
        let mut conexao = entrar(&instancia, UMA);
        assert!(conexao.pedir(hostil).ends_with("Operação inválida"));
        assert!(conexao.pedir(&format!("t:0|op:2|rg:{UMA}|valor:99")).contains("|s:1|"));
        drop(conexao);
        let linhas = instancia.parar();
        let texto = linhas.join("\n");
        assert!(!texto.contains("falso") && !texto.contains("31m"), "{texto}");
        assert!(texto.lines().all(|linha| !linha.contains(char::is_control)), "{texto}");
        vistas.push((formato, linhas));
    }
    for (formato, linhas) in vistas {
        for parte in ["conexão aberta", "pedido atendido", "mensagem recusada", "conexão encerrada"]
        {
            let tem = |linha: &&String| {
                let json = serde_json::from_str::<serde_json::Value>(linha);
                json.map_or_else(|_| linha.contains(parte), |json| json["message"] == parte)
            };
            let linha = linhas.iter().find(tem);
            let linha = linha.unwrap_or_else(|| panic!("{parte} is not in {linhas:?}"));
            if formato == "texto" {
                assert!(linha.contains(" conexao=1"), "{linha}");
            } else {
                let json: serde_json::Value = serde_json::from_str(linha).expect("one object");
                assert_eq!(json["conexao"], 1, "{linha}");
                assert!(linha.is_ascii(), "{linha}");
            }
        }
        let recusa = linhas.iter().any(|linha| linha.contains("Saldo insuficiente"));
        assert!(recusa, "{linhas:?}");
    }
}

#[test]
fn a_server_that_the_network_can_reach_warns_of_it() {
    for (host, avisa) in [("0.0.0.0", true), ("127.0.0.1", false), ("localhost", false)] {
        let contas = duas_contas();
        let mut comando = Instancia::comando(Path::new(SERVIDOR), contas.path());
        comando.args(["--host", host]);
        let instancia = Instancia::iniciar(&mut comando);
        let erros = instancia.parar();
        assert_eq!(erros.len(), usize::from(avisa), "{erros:?}");
        assert!(erros.iter().all(|erro| erro.contains("não tem criptografia nem senha")));
    }
}
