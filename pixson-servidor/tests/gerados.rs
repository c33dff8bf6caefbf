//! The files in `contrib` that the server generates are those that it generates now. After a change
//! of the command line, write them anew:
//!
//! ```sh
//! SNAPSHOTS=overwrite cargo test --package pixson-servidor --test gerados --test palavras
//! ```

#[path = "comum/comandos.rs"]
mod comandos;
#[path = "comum/contrib.rs"]
mod contrib;

use comandos::COMANDOS;
use contrib::{ARQUIVO, Executavel};

const SERVIDOR: Executavel =
    Executavel { binario: env!("CARGO_BIN_EXE_pixson-servidor"), nome: "pixson-servidor" };

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

#[test]
fn fish_offers_files_where_a_file_is_meant_and_nowhere_else() {
    let niveis = ["aviso", "detalhe", "erro", "info", "nada"];
    for (linha, oferecidas) in [
        ("pixson-servidor --log ", &niveis[..]),
        ("pixson-servidor --porta 5000 --log ", &niveis),
        ("pixson-servidor --log-formato ", &["json", "texto"]),
        ("pixson-servidor --porta ", &[]),
        ("pixson-servidor --metricas ", &[]),
        ("pixson-servidor --contas ", &[]),
        ("pixson-servidor ex", &["exportar", "extrato"]),
        ("pixson-servidor extrato ", &[]),
        ("pixson-servidor auditar ", &[]),
        ("pixson-servidor conta criar ", &[]),
        ("pixson-servidor conta criar 1 --nome ", &[]),
        ("pixson-servidor importar ", &[ARQUIVO]),
        ("pixson-servidor exportar --contas . ", &[ARQUIVO]),
    ] {
        let Some(oferecidas_agora) = SERVIDOR.oferecidas_por_fish(linha) else { return };
        assert_eq!(oferecidas_agora, oferecidas, "{linha}");
    }
}

#[test]
fn man_shows_every_example_as_it_is() {
    SERVIDOR.conferir_exemplos(&COMANDOS);
}
