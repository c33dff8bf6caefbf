//! What an operator can see: the log, the counters, the health check.

mod comum;
#[path = "observacao/log.rs"]
mod log;
#[path = "observacao/tempo.rs"]
mod tempo;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use rustix::process::Signal;
use tempfile::TempDir;

use comum::ambiente::programa;
use comum::conexao::encher_todas;
use comum::instancia::{Instancia, entrar, esperar_ate};
use comum::painel::{pagina, pedir_http};
use comum::{UMA, dizer, duas_contas};

/// A server that logs in this form, with its counters on a free port.
fn servir(nivel: &str, formato: &str) -> (Instancia, String, TempDir) {
    let contas = duas_contas();
    let (instancia, painel) = servir_em(&contas, nivel, formato);
    (instancia, painel, contas)
}

fn servir_em(contas: &TempDir, nivel: &str, formato: &str) -> (Instancia, String) {
    let mut comando = Instancia::comando(contas.path());
    comando.args(["--log", nivel, "--log-formato", formato, "--metricas", "127.0.0.1:0"]);
    let mut instancia = Instancia::iniciar(&mut comando);
    let linha = instancia.proximo_erro();
    let painel = linha.split("127.0.0.1:").nth(1).expect("where the counters are");
    let porta: String = painel.chars().take_while(char::is_ascii_digit).collect();
    (instancia, format!("127.0.0.1:{porta}"))
}

/// The value of a counter, by its name and labels.
fn valor(pagina: &str, nome: &str) -> f64 {
    let linha =
        pagina.lines().find(|linha| linha.strip_prefix(nome).is_some_and(|r| r.starts_with(' ')));
    let linha = linha.unwrap_or_else(|| panic!("no {nome} in {pagina}"));
    linha.rsplit(' ').next().and_then(|valor| valor.parse().ok()).expect("a number")
}

/// A file that cannot be replaced is the operator's to mend; whoever starts the server again because
/// of it would only stop all other accounts.
#[test]
fn a_file_that_cannot_be_replaced_is_named_and_the_bank_stays_healthy() {
    let contas = duas_contas();
    let no_caminho = format!(".tmp-{UMA}.json");
    std::fs::create_dir(contas.path().join(&no_caminho)).expect("writable");
    let (mut instancia, painel) = servir_em(&contas, "info", "texto");
    let mut conexao = entrar(&instancia, UMA);
    assert!(conexao.pedir(&format!("t:0|op:3|rg:{UMA}|valor:1")).contains("|s:0|"));
    esperar_ate("its name in the log", || instancia.proximo_erro().contains(&no_caminho));
    let saude = pagina(&painel, "/saude");
    assert!(saude.starts_with("HTTP/1.1 200 OK"), "{saude}");
    assert!(saude.contains("\r\n\r\nok\natenção: "), "{saude}");
    assert!(saude.contains(&format!("{no_caminho}: é um diretório")), "{saude}");
    let vista = pagina(&painel, "/metrics");
    let rotulos = format!("{{arquivo=\"{no_caminho}\",causa=\"é um diretório\"}}");
    assert!((valor(&vista, &format!("pixson_arquivo_preso{rotulos}")) - 1.0).abs() < f64::EPSILON);
    assert!((valor(&vista, "pixson_arquivos_presos") - 1.0).abs() < f64::EPSILON);
    assert!(valor(&vista, "pixson_registros_atrasados") >= 1.0);
    assert!(valor(&vista, "pixson_armazenamento_falhas_total") >= 1.0);
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
        ("pixson_armazenamento_falhas_total", 0.0),
        ("pixson_arquivos_presos", 0.0),
        (r#"pixson_diario_grupos_total{desde="1"}"#, 2.0),
        ("pixson_epoca", 1.0),
        // Two for each message with a stamp, one for the other.
        ("pixson_relogio", 13.0),
    ] {
        assert!((valor(&vista, nome) - esperado).abs() < f64::EPSILON, "{nome} in {vista}");
    }
    // The last replies were read before they were counted.
    assert!(valor(&vista, "pixson_diario_bytes_total") > 200.0);
    assert!(valor(&vista, "pixson_registros_atrasados") <= 2.0);
    assert!(valor(&vista, "pixson_atendimento_seconds_count") >= 6.0);
    assert!(valor(&vista, "pixson_atendimento_seconds_sum") > 0.0);
    assert!(vista.contains("# TYPE pixson_atendimento_seconds histogram"));
}

#[test]
fn the_health_check_answers_whoever_speaks_http_and_no_one_else() {
    let (mut instancia, painel, _contas) = servir("info", "texto");
    for (caminho, situacao) in
        [("/saude", "200 OK"), ("/saude?x=1", "200 OK"), ("/", "404 Not Found")]
    {
        let resposta = pagina(&painel, caminho);
        assert!(resposta.starts_with(&format!("HTTP/1.1 {situacao}\r\n")), "{caminho}: {resposta}");
    }
    let metodos = "\r\nAllow: GET, HEAD\r\n";
    for (pedido, situacao, cabecalho) in [
        (&b"POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"[..], "405 Method", metodos),
        (b"OPTIONS * HTTP/1.1\r\n\r\n", "405 Method Not Allowed", metodos),
        (b"t:1|op:6|rg:1111111111\n\n", "400 Bad Request", ""),
        (b"GET /\xff\0 HTTP/1.1\r\n\r\n", "400 Bad Request", ""),
        (b"GET /saude HTTP/1.0\r\n\r\n", "200 OK", "\r\nConnection: close\r\n"),
        (b"GET http://127.0.0.1:9100/saude HTTP/1.1\r\n\r\n", "200 OK", ""),
        (b"GET /s%61ude?de=dentro HTTP/1.1\r\n\r\n", "200 OK", ""),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 HTTP Version Not Supported", ""),
        (&com_cabecalhos(1, 9000), "431 Request Header Fields Too Large", ""),
        (&com_cabecalhos(65, 10), "431 Request Header Fields Too Large", ""),
        (&com_cabecalhos(60, 100), "200 OK", ""),
        (&b"GET /saude HTTP/1.1\r\n\r\n".repeat(2), "200 OK", "\r\nConnection: close\r\n"),
    ] {
        let resposta = pedir_http(&painel, pedido);
        assert!(resposta.starts_with(&format!("HTTP/1.1 {situacao}")), "{resposta}");
        assert!(resposta.contains(cabecalho), "{resposta}");
        assert_eq!(resposta.matches("HTTP/1.1 ").count(), 1, "{resposta}");
    }
    // Whoever ends a request in its middle is told; whoever only looks whether it listens is not.
    for (pedido, situacao) in [(&b"GET /saude"[..], "HTTP/1.1 400 "), (b"", "")] {
        let mut fluxo = TcpStream::connect(&painel).expect("it listens");
        fluxo.write_all(pedido).expect("it reads");
        fluxo.shutdown(Shutdown::Write).expect("connected");
        let mut resposta = String::new();
        fluxo.read_to_string(&mut resposta).expect("an orderly end");
        assert!(resposta.starts_with(situacao) && resposta.is_empty() == situacao.is_empty());
    }
    // A visitor who says nothing holds nobody up when the server stops.
    let calado = TcpStream::connect(&painel).expect("it listens");
    let erros = instancia.parar();
    assert!(erros.last().is_some_and(|erro| erro.ends_with("servidor encerrado")), "{erros:?}");
    drop(calado);
}

/// A request for the health check with so many headers, each with so long a value.
fn com_cabecalhos(quantos: usize, bytes: usize) -> Vec<u8> {
    let cabecalho = format!("X-Qualquer: {}\r\n", "x".repeat(bytes));
    format!("GET /saude HTTP/1.1\r\n{}\r\n", cabecalho.repeat(quantos)).into_bytes()
}

#[test]
fn whoever_asks_for_the_head_of_a_page_gets_it_without_the_page() {
    let (_instancia, painel, _contas) = servir("info", "texto");
    for caminho in ["/saude", "/metrics", "/nada"] {
        let pedido = format!("HEAD {caminho} HTTP/1.1\r\nHost: x\r\n\r\n");
        let cabeca = pedir_http(&painel, pedido.as_bytes());
        assert!(cabeca.ends_with("\r\n\r\n"), "{cabeca}");
        if caminho != "/metrics" {
            let inteira = pagina(&painel, caminho);
            assert!(inteira.starts_with(&cabeca) && inteira.len() > cabeca.len(), "{inteira}");
        }
    }
    let espiar = |caminho: &str| {
        let mut wget = programa("wget");
        wget.args(["--spider", "--quiet", "--tries=1", "--no-proxy"]);
        wget.arg(format!("http://{painel}{caminho}")).status()
    };
    match espiar("/saude") {
        Ok(fim) => assert!(fim.success() && !espiar("/nada").expect("it runs").success()),
        Err(erro) => dizer(&format!("skipped, no wget: {erro}")),
    }
}

#[test]
fn visitors_who_say_nothing_delay_nobody_however_many_they_are() {
    let (_instancia, painel, _contas) = servir("info", "texto");
    let mut calados: Vec<TcpStream> = Vec::new();
    for numero in 0..60 {
        let mut calado = TcpStream::connect(&painel).expect("it listens");
        // Some have begun, some have asked and do not read.
        let comeco = [&b""[..], b"GET /sau", b"GET /metrics HTTP/1.1\r\n\r\n"][numero % 3];
        calado.write_all(comeco).expect("it reads");
        calados.push(calado);
        if numero % 10 == 0 {
            assert!(pagina(&painel, "/saude").starts_with("HTTP/1.1 200 OK\r\n"), "{numero}");
        }
    }
    // Half of a request, and the rest when others have been served: fewer than there are places.
    let mut lento = TcpStream::connect(&painel).expect("it listens");
    lento.write_all(b"GET /saude HT").expect("it reads");
    for _ in 0..3 {
        assert!(pagina(&painel, "/metrics").ends_with("# EOF\n"));
    }
    lento.write_all(b"TP/1.1\r\n\r\n").expect("it reads");
    let mut resposta = String::new();
    lento.read_to_string(&mut resposta).expect("it answers");
    assert!(resposta.ends_with("ok\n"), "{resposta}");
}

#[test]
fn what_has_labels_is_always_shown_in_their_order() {
    let (instancia, painel, _contas) = servir("info", "texto");
    let mut conexao = entrar(&instancia, UMA);
    for quantos in [1, 4, 40] {
        conexao.enviar(format!("t:0|op:3|rg:{UMA}|valor:1\n").repeat(quantos).as_bytes());
        (0..quantos).for_each(|_| assert!(conexao.linha().contains("|s:0|")));
    }
    for recusado in ["t:0|op:2|rg:1111111111|valor:999", "t:0|op:1|rg:2222222222", "nada"] {
        assert!(conexao.pedir(recusado).contains("|s:1|"));
    }
    let vista = pagina(&painel, "/metrics");
    let rotulos = |nome: &str| -> Vec<String> {
        let linhas = vista.lines().filter_map(|linha| linha.strip_prefix(nome));
        linhas.map(|linha| linha.split('}').next().expect("labels").to_owned()).collect()
    };
    let desde: Vec<u64> = rotulos("pixson_diario_grupos_total{desde=\"")
        .iter()
        .map(|rotulo| rotulo.trim_end_matches('"').parse().expect("a number"))
        .collect();
    assert!(desde.len() > 3 && desde.is_sorted(), "{desde:?}");
    for nome in ["pixson_pedidos_total{", "pixson_conexoes_total{"] {
        assert!(rotulos(nome).is_sorted() && !rotulos(nome).is_empty(), "{vista}");
    }
    let versao = env!("CARGO_PKG_VERSION");
    let construcao = format!("pixson_build_info{{version=\"{versao}\",protocolo=\"1\"}} 1\n");
    assert!(vista.contains(&construcao), "{vista}");
}

#[test]
fn a_place_for_the_counters_that_cannot_be_had_gives_one_sentence() {
    let outro = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let ocupado = outro.local_addr().expect("bound").to_string();
    let ocupado_dito = format!(
        "O endereço {ocupado} das métricas já está em uso. Escolha outra porta em --metricas, ou \
         pare o programa que a usa.\n"
    );
    let invalido = |valor: &str| {
        format!(
            "Valor inválido para --metricas <HOST:PORTA>: \"{valor}\" (use HOST:PORTA, como \
             127.0.0.1:9100 ou [::1]:9100). Veja pixson-servidor --help.\n"
        )
    };
    for (valor, frase, codigo) in [
        (&*ocupado, ocupado_dito, 1),
        (
            "192.0.2.1:9100",
            "Não foi possível servir as métricas em 192.0.2.1:9100 (o endereço não está disponível \
             nesta máquina). Confira o endereço em --metricas.\n"
                .into(),
            1,
        ),
        ("9100", invalido("9100"), 2),
        (":9100", invalido(":9100"), 2),
        ("localhost:99999", invalido("localhost:99999"), 2),
        ("localhost:", invalido("localhost:"), 2),
    ] {
        let contas = duas_contas();
        let mut comando = Instancia::comando(contas.path());
        let saida = comando.args(["--metricas", valor]).output().expect("it runs");
        assert_eq!(String::from_utf8_lossy(&saida.stderr), frase);
        assert_eq!(saida.status.code(), Some(codigo), "{valor}");
    }
}

#[test]
fn the_counters_are_served_over_ipv6_as_well() {
    if TcpListener::bind("[::1]:0").is_err() {
        dizer("skipped, no IPv6 here");
        return;
    }
    let contas = duas_contas();
    let mut comando = Instancia::comando(contas.path());
    comando.args(["--log", "info", "--metricas", "[::1]:0"]);
    let mut instancia = Instancia::iniciar(&mut comando);
    let linha = instancia.proximo_erro();
    let porta = linha.split("[::1]:").nth(1).expect("where the counters are");
    let porta: String = porta.chars().take_while(char::is_ascii_digit).collect();
    assert!(pagina(&format!("[::1]:{porta}"), "/saude").ends_with("ok\n"));
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
