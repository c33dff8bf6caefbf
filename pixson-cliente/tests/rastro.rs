//! `--rastro` of both programs: a server and its clients keep traces, and `diagrama` joins them.

#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod banco;
mod comum;

use std::fs;
use std::path::{Path, PathBuf};

use banco::banca::Banca;
use banco::instancia::Instancia;
use banco::{OUTRA, UMA, duas_contas};
use comum::{digitar, executar, texto};
use serde_json::Value;
use tempfile::TempDir;

/// A server with a trace, and where the traces are.
fn servir() -> (Instancia, TempDir, TempDir) {
    let (contas, rastros) = (duas_contas(), TempDir::new().expect("a temporary directory"));
    let mut comando = Instancia::comando(contas.path());
    comando.arg("--rastro").arg(rastros.path().join("servidor.jsonl"));
    (Instancia::iniciar(&mut comando), contas, rastros)
}

/// What all traces of a directory say together.
fn diagrama(rastros: &Path) -> Value {
    let arquivos =
        fs::read_dir(rastros).expect("a folder").map(|item| item.expect("an entry").path());
    let mut arquivos: Vec<PathBuf> = arquivos.collect();
    arquivos.sort();
    let arquivos = arquivos.iter().map(|arquivo| arquivo.to_str().expect("UTF-8"));
    let argumentos: Vec<&str> =
        ["diagrama", "--formato", "json"].into_iter().chain(arquivos).collect();
    let saida = executar(&argumentos, "");
    assert_eq!(texto(&saida.stderr), "");
    assert_eq!(saida.status.code(), Some(0));
    serde_json::from_slice(&saida.stdout).expect("JSON")
}

/// How many there are of something in the graph.
fn quantos<'g>(grafo: &'g Value, lista: &str, serve: impl Fn(&'g Value) -> bool) -> usize {
    grafo[lista].as_array().expect("a list").iter().filter(|item| serve(item)).count()
}

#[test]
fn the_founding_session_of_a_server_and_two_clients_is_joined_without_inference_or_complaint() {
    let (mut instancia, _contas, rastros) = servir();
    let porta = instancia.porta.to_string();
    let arquivo = |nome: &str| rastros.path().join(nome).to_str().expect("UTF-8").to_owned();
    let menu = [UMA, "--porta", &porta, "--rastro", &arquivo("ana.jsonl")];
    let (tela, codigo) = digitar(&menu, &["1", "2", "8.5", "3", "10.55", "4", OUTRA, "1", "0"]);
    assert_eq!(codigo, Some(0), "{tela}");
    let avulso = ["--rg", OUTRA, "--porta", &porta, "--rastro", &arquivo("bia.jsonl"), "saldo"];
    assert_eq!(executar(&avulso, "").status.code(), Some(0));
    instancia.parar();

    let grafo = diagrama(rastros.path());
    assert_eq!(quantos(&grafo, "processos", |_| true), 3, "{grafo}");
    assert_eq!(quantos(&grafo, "processos", |processo| processo["inferido"] == true), 0, "{grafo}");
    assert_eq!(quantos(&grafo, "eventos", |evento| evento["inferido"] == true), 0, "{grafo}");
    // A login and four operations of one client, a login and a balance of the other: asked and answered.
    assert_eq!(quantos(&grafo, "mensagens", |_| true), 2 * (5 + 2), "{grafo}");
    assert_eq!(quantos(&grafo, "infracoes", |_| true), 0, "{grafo}");
}

#[test]
fn a_load_is_one_process_whose_connections_share_its_clock() {
    let (mut instancia, _contas, rastros) = servir();
    let porta = instancia.porta.to_string();
    let carga = rastros.path().join("carga.jsonl");
    let saida = executar(
        &[
            "carga",
            "--porta",
            &porta,
            "--operacao",
            "deposito",
            "--conexoes",
            "3",
            "--duracao",
            "1",
            "--taxa",
            "200",
            "--rgs",
            UMA,
            "--rastro",
            carga.to_str().expect("UTF-8"),
        ],
        "",
    );
    assert_eq!(saida.status.code(), Some(0), "{}", texto(&saida.stderr));
    instancia.parar();
    let grafo = diagrama(rastros.path());
    assert_eq!(quantos(&grafo, "processos", |_| true), 2);
    let enviadas = quantos(&grafo, "eventos", |evento| evento["evento"] == "envio");
    assert_eq!(quantos(&grafo, "mensagens", |_| true), enviadas, "each one has arrived");
}

#[test]
fn a_trace_is_whole_also_if_the_server_breaks_off() {
    let rastros = TempDir::new().expect("a temporary directory");
    let (mut banca, porta) = Banca::com_porta(duas_contas());
    let ana = rastros.path().join("ana.jsonl");
    let arquivo = ana.to_str().expect("UTF-8");
    let menu = [UMA, "--porta", &porta, "--rastro", arquivo];
    let cair = || {
        banca.matar();
    };
    let saida = comum::digitar_e(&menu, &["1"], cair, "1");
    assert_eq!(saida.status.code(), Some(3), "{}", texto(&saida.stderr));
    let mut lidos = pixson_core::rastro::Rastros::default();
    lidos.arquivo(&fs::read(&ana).expect("readable")).expect("a trace");
    assert!(lidos.todos()[0].inteiro());
}

#[test]
fn a_file_that_takes_no_trace_is_told_before_anything_is_asked() {
    let pasta = TempDir::new().expect("a temporary directory");
    let pasta = pasta.path().to_str().expect("UTF-8");
    let saida = executar(&["--rg", UMA, "--rastro", pasta, "saldo"], "");
    assert_eq!(saida.status.code(), Some(6));
    let frase = format!("O rastro não pode ser gravado em \"{pasta}\": não é um arquivo comum.\n");
    assert_eq!(texto(&saida.stderr), frase);
    let saida = executar(&["carga", "--eco", "--rastro", "eco.jsonl"], "");
    assert_eq!(saida.status.code(), Some(2));
    assert!(
        texto(&saida.stderr).starts_with("--rastro não serve com --eco: um eco não tem relógio.")
    );
}

#[test]
fn a_command_that_is_refused_for_its_words_begins_no_trace() {
    let pasta = TempDir::new().expect("a temporary directory");
    let ana = pasta.path().join("ana.jsonl");
    let arquivo = ana.to_str().expect("UTF-8");
    let recusados: [&[&str]; 4] =
        [&["saldo"], &["script"], &["carga", "--contas-quentes", "11"], &["cena", "-"]];
    for palavras in recusados {
        let saida = executar(&[&["--rastro", arquivo], palavras].concat(), "");
        assert_eq!(saida.status.code(), Some(2), "{palavras:?}: {}", texto(&saida.stderr));
        assert!(!ana.exists(), "{palavras:?}");
    }
}
