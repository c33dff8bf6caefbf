//! The systemd unit: systemd itself finds nothing wrong with it, and the server takes its options.

mod comum;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use comum::ambiente::programa;
use comum::duas_contas;
use comum::instancia::Instancia;

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

const INSTALADO: &str = "/usr/local/bin/pixson-servidor";

/// The exposure that `systemd-analyze security` may see, from 0 to 100.
const EXPOSICAO_MAX: &str = "20";

fn unidade() -> String {
    let caminho = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib/pixson-servidor.service");
    fs::read_to_string(caminho).expect("the unit is there")
}

/// What systemd says of the unit, or `None` where there is no systemd.
fn analisar(argumentos: &[&str]) -> Option<Output> {
    let pasta = TempDir::new().expect("a temporary directory");
    let copia = pasta.path().join("pixson-servidor.service");
    fs::write(&copia, unidade().replace(INSTALADO, SERVIDOR)).expect("writable");
    let saida = programa("systemd-analyze").args(argumentos).arg(&copia).output();
    match saida {
        Ok(saida) => Some(saida),
        Err(erro) => {
            let _ = writeln!(io::stderr(), "skipped, no systemd-analyze: {erro}");
            None
        }
    }
}

fn texto(saida: &Output) -> String {
    let (saida, erros) = (&saida.stdout, &saida.stderr);
    format!("{}{}", String::from_utf8_lossy(saida), String::from_utf8_lossy(erros))
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    if let Some(saida) = analisar(&["verify"]) {
        assert!(saida.status.success(), "{}", texto(&saida));
        assert!(!texto(&saida).contains("pixson"), "{}", texto(&saida));
    }
}

#[test]
fn the_unit_leaves_little_exposed() {
    let threshold = format!("--threshold={EXPOSICAO_MAX}");
    if let Some(saida) = analisar(&["security", "--offline=true", "--no-pager", &threshold]) {
        assert!(saida.status.success(), "{}", texto(&saida));
    }
}

#[test]
fn the_server_takes_the_options_of_the_unit() {
    let unidade = unidade();
    let comando = unidade.lines().find_map(|linha| linha.strip_prefix("ExecStart="));
    let mut palavras = comando.expect("a command").split_whitespace();
    assert_eq!(palavras.next(), Some(INSTALADO));
    let contas = duas_contas();
    let mut comando = Instancia::comando(Path::new(SERVIDOR), contas.path());
    // The accounts and the port are the test's own; without `--silencioso` it says its port.
    let opcoes: Vec<&str> = palavras.collect();
    assert_eq!(opcoes[..3], ["--contas", "/var/lib/pixson", "--silencioso"]);
    comando.args(&opcoes[3..]);
    let instancia = Instancia::iniciar(&mut comando);
    assert_eq!(instancia.parar().len(), 3, "started, asked to stop, stopped");
}
