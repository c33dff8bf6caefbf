//! The files in `contrib` that the client generates are those that it generates now. After a change
//! of the command line, write them anew:
//!
//! ```sh
//! SNAPSHOTS=overwrite cargo test --package pixson-cliente --test gerados --test palavras
//! ```

#[path = "comum/contrib.rs"]
mod contrib;

use contrib::{ARQUIVO, Executavel};

const CLIENTE: Executavel =
    Executavel { binario: env!("CARGO_BIN_EXE_pixson-cliente"), nome: "pixson-cliente" };

#[test]
fn the_completions_that_are_kept_are_those_of_the_command_line() {
    CLIENTE.conferir_complementos();
}

#[test]
fn the_pages_of_man_that_are_kept_are_those_of_the_command_line() {
    CLIENTE.conferir_paginas();
}

#[test]
fn bash_reads_its_completions_and_offers_what_fits() {
    assert!(CLIENTE.bash_le());
    for (palavras, oferecidas) in [
        (&["sa"][..], &["saldo", "saque"][..]),
        (&["--te"], &["--tempo-limite"]),
        (&["--cor", "n"], &["nunca"]),
        (&["transferencia", "--pa"], &["--para"]),
        (&["carga", "--operacao", "m"], &["misto"]),
        (&["script", "--pa"], &["--parar-no-erro"]),
    ] {
        assert_eq!(CLIENTE.oferecidas(palavras), oferecidas, "{palavras:?}");
    }
}

#[test]
fn fish_offers_files_where_a_file_is_meant_and_nowhere_else() {
    let opcoes = ["auto", "nunca", "sempre"];
    for (linha, oferecidas) in [
        ("pixson-cliente --cor ", &opcoes[..]),
        ("pixson-cliente --porta 5000 --cor ", &opcoes),
        ("pixson-cliente --porta ", &[]),
        ("pixson-cliente sal", &["saldo"]),
        ("pixson-cliente saldo ", &[]),
        ("pixson-cliente saque ", &[]),
        ("pixson-cliente script ", &[ARQUIVO]),
        ("pixson-cliente cena ", &[ARQUIVO]),
        ("pixson-cliente carga --operacao m", &["misto"]),
        ("pixson-cliente carga --conexoes ", &[]),
    ] {
        let Some(oferecidas_agora) = CLIENTE.oferecidas_por_fish(linha) else { return };
        assert_eq!(oferecidas_agora, oferecidas, "{linha}");
    }
}

#[test]
fn man_shows_every_example_as_it_is() {
    CLIENTE.conferir_exemplos(&[
        &[],
        &["saldo"],
        &["saque"],
        &["deposito"],
        &["transferencia"],
        &["script"],
        &["ping"],
        &["carga"],
        &["completar"],
        &["manual"],
    ]);
}
