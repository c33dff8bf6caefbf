//! The page of `pixson-cliente diagrama` in a real browser.

#[path = "navegador/ao_vivo.rs"]
mod ao_vivo;
mod comum;
#[path = "navegador/corridas.rs"]
mod corridas;
#[path = "comum/exemplos.rs"]
mod exemplos;
#[path = "comum/navegador.rs"]
mod navegador;
#[path = "navegador/papel.rs"]
mod papel;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

use std::fs;
use std::path::{Path, PathBuf};

use comum::{executar, texto};
use corridas::muitos;
use navegador::Navegador;
use serde_json::json;
use tempfile::TempDir;

/// A page of this trace, which breaks no rule, in a folder of its own.
fn pagina(rastro: &str) -> (TempDir, PathBuf) {
    pagina_de(rastro, 0)
}

/// The same for a trace that ends the program with this code.
fn pagina_de(rastro: &str, codigo: i32) -> (TempDir, PathBuf) {
    let saida = executar(&["diagrama", "-", "--formato", "html"], rastro);
    assert_eq!(saida.status.code(), Some(codigo), "{}", texto(&saida.stderr));
    let pasta = TempDir::new().expect("a temporary directory");
    let arquivo = pasta.path().join("pagina.html");
    fs::write(&arquivo, saida.stdout).expect("writable");
    (pasta, arquivo)
}

/// A run that the tests of the core keep.
fn guardado(nome: &str) -> String {
    let pasta = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pixson-core/tests/rastro/dados");
    fs::read_to_string(pasta.join(nome)).expect("a kept file")
}

/// The values of the clocks of the events that are shown so.
fn valores(navegador: &Navegador, relacao: &str) -> serde_json::Value {
    navegador.avaliar(&format!(
        "return [...document.querySelectorAll('.evento.{relacao} .valor')]\
         .map((um) => Number(um.textContent)).sort((a, b) => a - b)"
    ))
}

fn painel(navegador: &Navegador) -> String {
    let dito = navegador.avaliar("return document.getElementById('painel').textContent");
    dito.as_str().expect("a text").to_owned()
}

#[test]
fn an_event_shows_its_past_its_future_and_what_is_concurrent_by_pointer_and_by_keys() {
    let Some(navegador) = Navegador::novo(1280) else { return };
    let (_pasta, arquivo) = pagina(&guardado("ultimo-dinheiro.jsonl"));
    assert_eq!(navegador.abrir(&arquivo), [""; 0]);
    let da_ana = "[aria-label^='ana: envia saque']";
    let conferir_cone = || {
        assert_eq!(valores(&navegador, "passado"), json!([1, 2, 3, 4]));
        assert_eq!(valores(&navegador, "futuro"), json!([6, 7, 8, 8, 9, 10]));
        assert_eq!(valores(&navegador, "concorrente"), json!([1, 4, 5, 6, 7]));
    };
    navegador.apontar(da_ana, false);
    conferir_cone();
    navegador.apontar("h1", false);
    assert_eq!(valores(&navegador, "passado"), json!([]));
    navegador.apontar(da_ana, true);
    navegador.apontar("h1", false);
    conferir_cone();
    assert!(painel(&navegador).contains("5 concorrentes"), "{}", painel(&navegador));
    // Pointing at another one says why.
    navegador.apontar("[aria-label^='servidor'][aria-label*=': envia ']:not(.passado)", false);
    navegador.apontar("[aria-label^='servidor'][aria-label*=': recebe saque']", false);
    assert!(painel(&navegador).contains("por 5 → 6."), "{}", painel(&navegador));
    navegador.apontar("h1", false);
    // Enter holds it, and keys go elsewhere: right by the message, down in the process.
    navegador.teclar("\u{e007}\u{e014}\u{e015}");
    assert!(painel(&navegador).contains("por 5 → 6 → 7."), "{}", painel(&navegador));
    conferir_cone();
    navegador.teclar("\u{e00c}");
    assert_eq!(valores(&navegador, "passado"), json!([]));
    assert_eq!(navegador.queixas(), [""; 0]);
}

#[test]
fn switches_change_rows_labels_and_columns_and_the_table_says_the_same() {
    let Some(navegador) = Navegador::novo(1280) else { return };
    let (_pasta, arquivo) = pagina(&guardado("ultimo-dinheiro.jsonl"));
    navegador.abrir(&arquivo);
    let mudar = |chave: &str, valor: &str| {
        navegador.avaliar(&format!(
            "const chave = document.getElementById('{chave}'); chave.value = '{valor}'; \
             chave.dispatchEvent(new Event('change'))"
        ))
    };
    let contar = |seletor: &str| {
        navegador.avaliar(&format!("return document.querySelectorAll('{seletor}').length"))
    };
    assert_eq!(contar(".titulos .nome"), 3);
    mudar("grupo", "conexao");
    assert_eq!(contar(".titulos .nome"), 4, "the server has two connections");
    mudar("grupo", "conta");
    assert_eq!(contar(".titulos .nome"), 5, "and some replies name no account");
    mudar("rotulo", "vetor");
    let vetor =
        "return document.querySelector('[aria-label^=\"ana: envia saque\"] .valor').textContent";
    assert_eq!(navegador.avaliar(vetor), "(2, 3, 0)");
    let altura = "return document.querySelector('.folha').offsetHeight";
    let por_valor = navegador.avaliar(altura).as_u64();
    mudar("linhas", "chegada");
    assert!(navegador.avaliar(altura).as_u64() > por_valor, "a row for each event");
    navegador.avaliar("document.querySelector('details').open = true");
    assert_eq!(contar("tbody tr"), contar(".evento"));
    navegador.apontar("tbody tr:nth-child(3) button", true);
    assert_eq!(contar("tbody tr.proprio"), 1);
    assert_eq!(contar("tbody tr.passado"), contar(".evento.passado"));
    assert_eq!(navegador.queixas(), [""; 0]);
}

#[test]
fn both_themes_are_seen_and_differ() {
    let Some(navegador) = Navegador::novo(1000) else { return };
    let (_pasta, arquivo) = pagina(&guardado("fundadora.jsonl"));
    for tema in ["claro", "escuro"] {
        navegador.abrir(&arquivo);
        let escolher = format!(
            "const tema = document.getElementById('tema'); tema.value = '{tema}'; \
             tema.dispatchEvent(new Event('change')); return getComputedStyle(document.body).backgroundColor"
        );
        let fundo = if tema == "claro" { "rgb(253, 252, 249)" } else { "rgb(20, 23, 28)" };
        assert_eq!(navegador.avaliar(&escolher), fundo);
        let cores = navegador.cores();
        assert!(cores > 50, "{tema}: {cores} colours are no drawing");
    }
}

#[test]
fn a_run_that_goes_on_keeps_what_is_chosen_held_and_in_focus() {
    let Some(navegador) = Navegador::novo(1280) else { return };
    let (_pasta, arquivo) = pagina(&guardado("ultimo-dinheiro.jsonl"));
    navegador.abrir(&arquivo);
    navegador.apontar("[aria-label^='ana: envia saque']", true);
    navegador.apontar("h1", false);
    navegador.teclar("\u{e007}\u{e014}");
    assert!(painel(&navegador).contains("por 5 → 6."), "{}", painel(&navegador));
    // The two oldest events are not there any more, as in a ring of the last ones.
    navegador.avaliar(
        "const grafo = JSON.parse(dados); \
         const idos = new Set(grafo.eventos.splice(0, 2).map((um) => um.id)); \
         grafo.mensagens = grafo.mensagens.filter((uma) => !idos.has(uma.de) && !idos.has(uma.para)); \
         for (const um of grafo.eventos) um.id += 1000; \
         for (const uma of grafo.mensagens) [uma.de, uma.para] = [uma.de + 1000, uma.para + 1000]; \
         pagina.atualizar(grafo)",
    );
    assert!(painel(&navegador).contains("por 5 → 6."), "{}", painel(&navegador));
    let focado = "return document.activeElement.getAttribute('aria-label')";
    let focado = navegador.avaliar(focado);
    assert!(focado.as_str().is_some_and(|um| um.contains(": recebe saque")), "{focado}");
    navegador.teclar("\u{e015}");
    assert!(painel(&navegador).contains("por 5 → 6 → 7."), "{}", painel(&navegador));
    // And a shorter one has no place for the event that was chosen.
    navegador.avaliar(
        "pagina.irPara(pagina.corrida.eventos.length - 1); \
         const grafo = JSON.parse(dados); grafo.eventos.splice(3); grafo.mensagens = []; \
         pagina.atualizar(grafo)",
    );
    assert_eq!(valores(&navegador, "passado"), json!([]));
    assert_eq!(navegador.queixas(), [""; 0]);
}

#[test]
fn texts_of_peers_are_texts() {
    let Some(navegador) = Navegador::novo(1280) else { return };
    let (_pasta, arquivo) = pagina(&guardado("hostil.jsonl"));
    assert_eq!(navegador.abrir(&arquivo), [""; 0]);
    navegador.apontar("[aria-label*='--x']", true);
    let elementos = "return [document.scripts.length, document.querySelectorAll('img, iframe').length, \
                     document.querySelector('.titulos .nome').firstChild.data, \
                     /[\\u202e\\u2028]/.test(document.querySelector('main').textContent)]";
    assert_eq!(navegador.avaliar(elementos), json!([2, 0, "</svg> ;}{\"'&", false]));
    assert!(painel(&navegador).contains("</text><script>"), "{}", painel(&navegador));
    assert_eq!(navegador.queixas(), [""; 0]);
    // And what somebody manages to put into the page does not run.
    navegador.avaliar(
        "const intruso = document.createElement('script'); intruso.textContent = 'window.invadido = 1'; \
         document.body.append(intruso)",
    );
    assert_eq!(navegador.avaliar("return window.invadido === undefined"), true);
    assert_eq!(navegador.queixas().len(), 1, "the browser has said why");
}

#[test]
fn a_run_of_ten_thousand_events_draws_what_is_in_sight() {
    let Some(navegador) = Navegador::novo(1280) else { return };
    let (_pasta, arquivo) = pagina(&muitos(99, 2500));
    assert_eq!(navegador.abrir(&arquivo), [""; 0]);
    assert_eq!(
        navegador.avaliar("return document.getElementById('resumo').textContent"),
        "10000 eventos de 100 processos."
    );
    for onde in ["0", "1e9", "5e4"] {
        let desenhados = navegador.avaliar(&format!(
            "pagina.quadro.scrollTop = {onde}; pagina.desenho.desenhar(); \
             return [document.querySelectorAll('.evento').length, document.querySelectorAll('svg *').length]"
        ));
        let (eventos, elementos) = (desenhados[0].as_u64(), desenhados[1].as_u64());
        assert!(eventos > Some(0) && elementos < Some(1500), "{onde}: {desenhados}");
    }
    // Keys go on from the chosen event after it was scrolled out of sight.
    navegador.avaliar(
        "pagina.irPara(pagina.corrida.filas.get(0)[0]); \
         pagina.quadro.scrollTop = 5e4; pagina.desenho.desenhar()",
    );
    navegador.teclar("\u{e015}");
    let focado = "return [document.activeElement.dataset.lugar === String(pagina.corrida.filas.get(0)[1]), \
                  pagina.quadro.scrollTop < 1000]";
    assert_eq!(navegador.avaliar(focado), json!([true, true]));
    // The last event of all is brought into sight by its button in the table.
    navegador.avaliar("document.querySelector('details').open = true");
    navegador.apontar("tbody tr:nth-child(100) button", true);
    assert_eq!(
        navegador.avaliar("return document.activeElement.dataset.lugar !== undefined"),
        true
    );
    assert_eq!(navegador.queixas(), [""; 0]);
}
