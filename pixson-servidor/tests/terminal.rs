//! Long work at a terminal has a bar, which goes when the work is done.

#[path = "comum/ambiente.rs"]
mod ambiente;

use std::fs;
use std::path::Path;

use ambiente::{PACIENCIA, programa};
use rexpect::process::WaitStatus;
use rexpect::session::spawn_command;
use tempfile::TempDir;

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

/// As many accounts as have a bar.
const MUITAS: u32 = 1200;

/// Everything that a command shows at a terminal. It must succeed.
fn no_terminal(pasta: &Path, argumentos: &[&str]) -> String {
    let mut comando = programa(SERVIDOR);
    comando.args(argumentos).env("TERM", "xterm").current_dir(pasta);
    // Many accounts take some time.
    let paciencia = u64::try_from(2 * PACIENCIA.as_millis()).ok();
    let mut sessao = spawn_command(comando, paciencia).expect("a terminal");
    let mostrado = sessao.exp_eof().expect("it ends");
    let fim = sessao.process().wait().expect("our child");
    assert!(matches!(fim, WaitStatus::Exited(_, 0)), "{fim:?}: {mostrado}");
    mostrado
}

#[test]
fn long_work_has_a_bar_at_a_terminal_and_short_work_has_none() {
    let pasta = TempDir::new().expect("a temporary directory");
    fs::create_dir(pasta.path().join("contas")).expect("writable");
    let linhas = (0..MUITAS).fold(String::new(), |linhas, rg| {
        linhas + &format!("{{\"rg\":\"{rg}\",\"nome\":\"Ana\",\"centavos\":1}}\n")
    });
    let (uma, _) = linhas.split_once('\n').expect("lines");
    fs::write(pasta.path().join("uma.jsonl"), uma.replace("\"0\"", "\"9999\"")).expect("writable");
    fs::write(pasta.path().join("muitas.jsonl"), linhas).expect("writable");

    let importada = no_terminal(pasta.path(), &["importar", "muitas.jsonl"]);
    for parte in ["Conferindo [", "Gravando [", " de 1200, faltam ", "1200 contas importadas"] {
        assert!(importada.contains(parte), "{importada:?}");
    }
    let exportada = no_terminal(pasta.path(), &["exportar", "saida.jsonl"]);
    assert!(exportada.contains("Exportando ["), "{exportada:?}");
    let auditada = no_terminal(pasta.path(), &["auditar"]);
    assert!(
        auditada.contains("Auditando [") && auditada.contains("Nenhuma diverg"),
        "{auditada:?}"
    );
    let importada = no_terminal(pasta.path(), &["importar", "uma.jsonl"]);
    assert_eq!(importada, "1 conta importada, com 0.01 ao todo.\r\n");
}
