//! What becomes of output that its file does not take.

mod comum;

use std::fs::File;
use std::os::unix::process::ExitStatusExt;

use comum::ambiente::programa;
use tempfile::TempDir;

const CLIENTE: &str = env!("CARGO_BIN_EXE_pixson-cliente");

#[test]
fn a_file_that_may_not_grow_does_not_kill_the_program() {
    let pasta = TempDir::new().expect("a temporary directory");
    for palavras in [&["--help"][..], &["manual"], &["completar", "bash"], &["--json", "ping"]] {
        let saida = File::create(pasta.path().join("saida")).expect("writable");
        let mut comando = programa("sh");
        comando.args(["-c", r#"ulimit -f 0; exec "$0" "$@""#, CLIENTE]).args(palavras);
        let fim = comando.stdout(saida).output().expect("sh runs").status;
        assert_eq!(fim.signal(), None, "{palavras:?}");
    }
}
