//! The systemd unit: systemd itself finds nothing wrong with it, and the server takes its options.

mod comum;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Output;

use comum::ambiente::programa;
use comum::duas_contas;
use comum::instancia::Instancia;

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

/// How the unit starts the server, which need not be installed.
const COMANDO: [&str; 2] = ["/usr/bin/env", "pixson-servidor"];

/// The exposure that `systemd-analyze security` may see, from 0 to 100.
const EXPOSICAO_MAX: &str = "20";

fn caminho() -> PathBuf {
    let caminho = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib/pixson-servidor.service");
    caminho.canonicalize().expect("the unit is there")
}

fn unidade() -> String {
    fs::read_to_string(caminho()).expect("readable")
}

/// What systemd says of the unit, or `None` where there is no systemd.
fn analisar(argumentos: &[&str]) -> Option<Output> {
    let saida = programa("systemd-analyze").args(argumentos).arg(caminho()).output();
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
    assert_eq!([palavras.next(), palavras.next()], COMANDO.map(Some));
    let contas = duas_contas();
    let [env, nome] = COMANDO;
    let mut comando = programa(env);
    // Where the server is found, in place of the folders that systemd looks into.
    comando.env("PATH", Path::new(SERVIDOR).parent().expect("a folder"));
    comando.args([nome, "--porta", "0", "--contas"]).arg(contas.path());
    // The accounts and the port are the test's own; without `--silencioso` it says its port.
    let opcoes: Vec<&str> = palavras.collect();
    assert_eq!(opcoes[..3], ["--contas", "/var/lib/pixson", "--silencioso"]);
    comando.args(&opcoes[3..]);
    let mut instancia = Instancia::iniciar(&mut comando);
    assert_eq!(instancia.parar().len(), 3, "started, asked to stop, stopped");
}
