//! The live page, as the server offers it.

use serde_json::{Value, json};

use super::*;
use crate::comum::OUTRA;

/// A server with a live page.
fn ao_vivo() -> (Instancia, String, TempDir) {
    let contas = duas_contas();
    let mut comando = Instancia::comando(contas.path());
    comando.args(["--metricas", "127.0.0.1:0", "--painel-tempo"]);
    let mut instancia = Instancia::iniciar(&mut comando);
    let aviso = instancia.proximo_erro();
    let (_, painel) = aviso
        .split_once(
            "AVISO /tempo mostra RGs e saldos a quem alcançar este endereço endereco=127.0.0.1:",
        )
        .expect("a warning at the start, which nobody has to ask for");
    (instancia, format!("127.0.0.1:{painel}"), contas)
}

fn pedir(painel: &str, caminho: &str) -> String {
    pedir_http(painel, format!("GET {caminho} HTTP/1.1\r\nHost: {painel}\r\n\r\n").as_bytes())
}

fn tempo(painel: &str, depois: &str) -> Value {
    let resposta = pedir(painel, &format!("/tempo.json{depois}"));
    let (cabeca, corpo) = resposta.split_once("\r\n\r\n").expect("a head");
    assert!(
        cabeca.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"),
        "{cabeca}"
    );
    assert!(cabeca.contains("\r\nCache-Control: no-store\r\n"), "{cabeca}");
    serde_json::from_str(corpo).expect("JSON")
}

fn esperar_eventos(painel: &str, quantos: u64) {
    esperar_ate("the events", || tempo(painel, "")["ate"] == quantos);
}

fn eventos(vista: &Value) -> usize {
    vista["grafo"]["eventos"].as_array().map_or(0, Vec::len)
}

#[test]
fn the_last_events_are_shown_with_the_balances_of_their_accounts_and_nothing_is_changed() {
    let (instancia, painel, _contas) = ao_vivo();
    let vazia = tempo(&painel, "");
    assert_eq!((&vazia["ate"], &vazia["saldos"], eventos(&vazia)), (&json!(0), &json!([]), 0));
    let mut conexao = entrar(&instancia, UMA);
    let transferir = format!("t:4|op:4|rg_origem:{UMA}|rg_destino:{OUTRA}|valor:0.5");
    let resposta = conexao.pedir(&transferir);
    assert!(resposta.contains("|s:0|"), "{resposta}");
    esperar_eventos(&painel, 4);
    let vista = tempo(&painel, "");
    assert_eq!(vista["epoca"], 1);
    assert_eq!(eventos(&vista), 8, "and those of the client, which are inferred");
    let saldo = |rg: &str| {
        let resposta = entrar(&instancia, rg).pedir(&format!("t:9|op:1|rg:{rg}"));
        let (_, saldo) = resposta.split_once("Saldo: ").expect("a balance");
        json!({"rg": rg, "saldo": saldo})
    };
    let saldos = json!([saldo(UMA), saldo(OUTRA)]);
    esperar_ate("both balances", || tempo(&painel, "")["saldos"] == saldos);
    esperar_eventos(&painel, 12);
    // Who has seen all of it is told no more, and nothing of it made the clock go on.
    let sem_novidade = tempo(&painel, "?depois=12");
    assert_eq!((&sem_novidade["ate"], eventos(&sem_novidade)), (&json!(12), 0));
    assert!(eventos(&tempo(&painel, "?x=y&depois=11")) > 0);
    assert!(eventos(&tempo(&painel, "?depois=99")) > 0, "of another run");
    let relogio = valor(&pedir(&painel, "/metrics"), "pixson_relogio");
    tempo(&painel, "");
    let ainda = valor(&pedir(&painel, "/metrics"), "pixson_relogio");
    assert!((ainda - relogio).abs() < f64::EPSILON);
}

#[test]
fn of_many_events_the_last_ones_are_shown_however_many_look_and_do_not_read() {
    let (instancia, painel, _contas) = ao_vivo();
    let mut conexao = entrar(&instancia, UMA);
    conexao.enviar(format!("t:9|op:1|rg:{UMA}\n").repeat(1000).as_bytes());
    (0..1000).for_each(|_| assert!(conexao.linha().contains("|s:0|")));
    esperar_eventos(&painel, 2002);
    let mut surdos = Vec::new();
    for numero in 0..40 {
        let mut surdo = TcpStream::connect(&painel).expect("it listens");
        surdo.write_all(b"GET /tempo.json HTTP/1.1\r\n\r\n").expect("it reads");
        surdos.push(surdo);
        if numero % 10 == 0 {
            assert!(pedir(&painel, "/saude").ends_with("ok\n"), "{numero}");
        }
    }
    let vista = tempo(&painel, "");
    let do_servidor = vista["grafo"]["eventos"].as_array().expect("a list").iter();
    let seqs: Vec<u64> = do_servidor.filter_map(|evento| evento["seq"].as_u64()).collect();
    assert_eq!((seqs.len(), seqs.iter().min(), seqs.iter().max()), (600, Some(&1403), Some(&2002)));
    let aviso = "São os últimos eventos de servidor (época 1): 1402 mais antigos não aparecem.";
    assert_eq!(vista["grafo"]["avisos"], json!([aviso]));
    let regras = vista["grafo"]["infracoes"].as_array().expect("a list");
    assert_eq!(regras[0]["regra"], "repete", "the client gave the same stamp to all");
}

#[test]
fn the_live_page_is_one_document_for_hosts_that_the_operator_knows() {
    let (_instancia, painel, _contas) = ao_vivo();
    let documento = pedir(&painel, "/tempo");
    assert!(documento.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"));
    assert!(documento.ends_with("</html>\n"));
    for caminho in ["/tempo", "/tempo.json"] {
        // As a page of somebody else asks whose name was made to mean this machine.
        let alheia = pagina(&painel, caminho);
        assert!(alheia.starts_with("HTTP/1.1 421 Misdirected Request\r\n"), "{alheia}");
    }
    for (cabecalhos, situacao) in [
        ("Host: exemplo.com", "421 Misdirected Request"),
        ("Host: localhost\r\nHost: exemplo.com", "421 Misdirected Request"),
        ("Host: localhost\r\nSec-Fetch-Site: cross-site", "403 Forbidden"),
        ("Host: localhost\r\nSec-Fetch-Site: same-origin", "200 OK"),
        ("X-Qualquer: sem nome", "200 OK"),
    ] {
        let pedido = format!("GET /tempo.json HTTP/1.1\r\n{cabecalhos}\r\n\r\n");
        let resposta = pedir_http(&painel, pedido.as_bytes());
        assert!(
            resposta.starts_with(&format!("HTTP/1.1 {situacao}\r\n")),
            "{cabecalhos}: {resposta}"
        );
    }
    let absoluto = b"GET http://exemplo.com/tempo.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assert!(pedir_http(&painel, absoluto).starts_with("HTTP/1.1 421 "));
    assert!(pedir(&painel, "/tempo?de=http://exemplo.com/").starts_with("HTTP/1.1 200 OK\r\n"));
    for consulta in ["?depois=", "?depois=-1", "?depois=x", "?depois=99999999999999999999"] {
        let recusada = pedir(&painel, &format!("/tempo.json{consulta}"));
        assert!(recusada.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{consulta}: {recusada}");
    }
    let outra = pedir(&painel, "/");
    assert!(outra.ends_with("há /metrics, /saude e /tempo\n"), "{outra}");
}

#[test]
fn there_is_no_live_page_unless_it_is_asked_for_with_its_address() {
    let (_instancia, painel, _contas) = servir("info", "texto");
    for caminho in ["/tempo", "/tempo.json"] {
        let resposta = pedir(&painel, caminho);
        assert!(resposta.ends_with("\r\n\r\nhá /metrics e /saude\n"), "{resposta}");
    }
    let contas = duas_contas();
    let saida = Instancia::comando(contas.path()).arg("--painel-tempo").output().expect("it runs");
    assert_eq!(saida.status.code(), Some(2));
    let frase = String::from_utf8_lossy(&saida.stderr);
    assert!(frase.contains("--metricas"), "{frase}");
}
