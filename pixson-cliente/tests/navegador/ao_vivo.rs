//! The live page of a server in a real browser, while clients work.

use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use crate::exemplos::contas_de_exemplo;
use crate::navegador::Navegador;
use crate::servidor::instancia::{Instancia, entrar, esperar_ate};

const ANA: &str = "1111111111";
const BIA: &str = "2222222222";

/// A server on these accounts with its live page at this address, and the address where it is.
fn servir(contas: &Path, painel: &str) -> (Instancia, String) {
    let mut comando = Instancia::comando(contas);
    comando.args(["--metricas", painel, "--painel-tempo"]);
    let mut instancia = Instancia::iniciar(&mut comando);
    let aviso = instancia.proximo_erro();
    let (_, endereco) = aviso.split_once("endereco=").expect("where it is shown");
    (instancia, endereco.to_owned())
}

/// Waits until this is true in the page.
fn esperar(navegador: &Navegador, oque: &str) {
    esperar_ate(oque, || navegador.avaliar(&format!("return {oque}")) == true);
}

/// A server on which Ana has logged in, as its page shows already.
fn com_login(navegador: &Navegador) -> (Instancia, TempDir) {
    let contas = contas_de_exemplo();
    let (instancia, endereco) = servir(contas.path(), "127.0.0.1:0");
    navegador.visitar(&format!("http://{endereco}/tempo"));
    entrar(&instancia, ANA);
    esperar(navegador, "document.querySelectorAll('.evento').length === 4");
    (instancia, contas)
}

#[test]
fn what_clients_do_is_seen_as_it_happens_and_a_choice_stays_until_the_server_begins_anew() {
    let Some(navegador) = Navegador::novo(1280) else { return };
    let contas = contas_de_exemplo();
    let (mut instancia, endereco) = servir(contas.path(), "127.0.0.1:0");
    assert_eq!(navegador.visitar(&format!("http://{endereco}/tempo")), [""; 0]);
    let mut ana = entrar(&instancia, ANA);
    esperar(&navegador, "document.querySelectorAll('.evento').length === 4");
    navegador.apontar(".evento[aria-label*=': envia Login']", true);
    let painel = "document.getElementById('painel').textContent";
    esperar(&navegador, &format!("{painel}.includes('▸ 1 no futuro')"));
    let transferir = format!("t:4|op:4|rg_origem:{ANA}|rg_destino:{BIA}|valor:2.5");
    assert!(ana.pedir(&transferir).contains("|s:0|"));
    // What is chosen has a future now; both balances are those that the bank tells.
    esperar(&navegador, &format!("{painel}.includes('▸ 5 no futuro')"));
    let devidos = [ANA, BIA].map(|rg| {
        let resposta = entrar(&instancia, rg).pedir(&format!("t:9|op:1|rg:{rg}"));
        let (_, saldo) = resposta.split_once("Saldo: ").expect("a balance");
        format!("{rg}{saldo}")
    });
    let saldos = "[...document.querySelectorAll('#saldos tr')].map((um) => um.textContent)";
    esperar(&navegador, &format!("{saldos}.join() === {}", json!(devidos.join(","))));
    assert_eq!(navegador.queixas(), [""; 0]);
    // Without it, the page says so, and shows the next run when it comes.
    instancia.parar();
    esperar(&navegador, "document.querySelector('.chaves').textContent.includes('não responde')");
    let (outra, _) = servir(contas.path(), &endereco);
    entrar(&outra, BIA);
    esperar(&navegador, "document.querySelector('.titulos').textContent.includes('(época 2)')");
    assert_eq!(navegador.avaliar("return document.querySelectorAll('.evento').length"), 4);
    assert_eq!(navegador.avaliar("return pagina.escolhido"), json!(null));
}

#[test]
fn a_page_that_is_held_stays_as_it_is_until_it_goes_on() {
    let Some(navegador) = Navegador::novo(1280) else { return };
    let (instancia, _contas) = com_login(&navegador);
    navegador.apontar("#seguir", true);
    entrar(&instancia, BIA);
    // Whoever asks without the page sees the new events; the page would have asked by then.
    let perguntar = "return pagina.corrida.eventos.length";
    let ultimo = "return fetch('tempo.json').then((um) => um.json()).then(({ate}) => ate)";
    esperar_ate("the events of the second login", || navegador.avaliar(ultimo) == 4);
    assert_eq!(navegador.avaliar(perguntar), 4);
    navegador.apontar("#seguir", true);
    esperar(&navegador, "document.querySelectorAll('.evento').length === 8");
}

#[test]
fn whoever_chooses_nothing_any_more_is_taken_along_to_the_newest_event() {
    let Some(navegador) = Navegador::novo(1280) else { return };
    let (instancia, _contas) = com_login(&navegador);
    navegador.apontar(".evento[aria-label*=': envia Login']", true);
    (0..20).for_each(|_| drop(entrar(&instancia, BIA)));
    esperar(&navegador, "pagina.corrida.eventos.length === 84");
    let topo = "document.getElementById('quadro').scrollTop";
    assert_eq!(navegador.avaliar(&format!("return {topo}")), 0, "what is chosen stays in sight");
    navegador.teclar("\u{e00c}");
    entrar(&instancia, ANA);
    esperar(
        &navegador,
        "document.querySelector(`[data-lugar=\"${pagina.corrida.eventos.length - 1}\"]`) !== null",
    );
    esperar(&navegador, &format!("{topo} > 0"));
    // Whoever goes elsewhere stays there.
    navegador.avaliar("document.getElementById('quadro').scrollTop = 0");
    entrar(&instancia, ANA);
    esperar(&navegador, "pagina.corrida.eventos.length === 92");
    assert_eq!(navegador.avaliar(&format!("return {topo}")), 0);
    assert_eq!(navegador.queixas(), [""; 0]);
}
