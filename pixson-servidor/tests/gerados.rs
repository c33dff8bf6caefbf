//! The files in `contrib` that the server generates are those that it generates now. After a change
//! of the command line, write them anew:
//!
//! ```sh
//! SNAPSHOTS=overwrite cargo test --package pixson-servidor --test gerados --test palavras
//! ```

#[path = "comum/contrib.rs"]
mod contrib;

use contrib::Programa;

const SERVIDOR: Programa =
    Programa { binario: env!("CARGO_BIN_EXE_pixson-servidor"), nome: "pixson-servidor" };

#[test]
fn the_completions_that_are_kept_are_those_of_the_command_line() {
    SERVIDOR.conferir_complementos();
}

#[test]
fn the_pages_of_man_that_are_kept_are_those_of_the_command_line() {
    SERVIDOR.conferir_paginas();
}

#[test]
fn bash_reads_its_completions_and_offers_what_fits() {
    assert!(SERVIDOR.bash_le());
    for (palavras, oferecidas) in [
        (&["ex"][..], &["exportar", "extrato"][..]),
        (&["--log", "det"], &["detalhe"]),
        (&["conta", "c"], &["criar"]),
        (&["conta", "criar", "--no"], &["--nome"]),
        (&["auditar", "--js"], &["--json"]),
    ] {
        assert_eq!(SERVIDOR.oferecidas(palavras), oferecidas, "{palavras:?}");
    }
}
