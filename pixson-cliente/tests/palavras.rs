//! What the program says of itself: every help page and every sentence about the command line is in
//! Portuguese, and is what it was. `SNAPSHOTS=overwrite` takes what it says now.

mod comum;
#[path = "comum/ingles.rs"]
mod ingles;

use std::fmt::Write as _;
use std::path::Path;

use comum::{executar, texto};
use ingles::em_ingles;
use snapbox::{Assert, Data};

/// Words that make no command, or one that cannot be done, and nobody is asked.
const ERRADAS: [&[&str]; 75] = [
    &["abc"],
    &["ajuda"],
    &["sacar", "5"],
    &["--rg", "1", "depositar", "14"],
    &["111.111.111-1", "saldo"],
    &["1a"],
    &["12345678901"],
    &["1", "2"],
    &["1", "saldo"],
    &["1", "--rg", "1"],
    &["saldo"],
    &["saldo", "1"],
    &["saldo", "--rg"],
    &["saldo", "--rg", "x"],
    &["saque", "--rg", "1"],
    &["saque", "-5"],
    &["saque", "8.505"],
    &["saque", "5.555"],
    &["saque", "1.000,50"],
    &["saque", "007"],
    &["saque", "R$ 5"],
    &["deposito", "0"],
    &["deposito", "10000000000000"],
    &["transferencia", "5"],
    &["transferencia", "--para", "2"],
    &["transferencia", "--para", "x", "5"],
    &["transferencia", "--par", "2", "5"],
    &["transferencia", "2222222222", "5"],
    &["--rg", "1", "transferencia", "5", "2222222222"],
    &["transferencia", "0000000000", "5"],
    &["transferencia", "--para", "2", "5", "6"],
    &["script"],
    &["script", "a", "b"],
    &["script", "nao-existe.txt", "--rg", "1"],
    &["ping", "--rg", "1"],
    &["ping", "agora"],
    &["ping", "--host", "127.0.0.1", "--porta", "1"],
    &["ping", "--tempo-limite", "-1"],
    &["carga", "--rg", "1"],
    &["carga", "--operacao", "tudo"],
    &["carga", "--operacao", "sald"],
    &["carga", "--conexoes", "0"],
    &["cena"],
    &["cena", "a", "--rg", "1"],
    &["cena", "a", "--json"],
    &["cena", "a", "--rastro", "b"],
    &["1", "cena", "a"],
    &["diagrama"],
    &["diagrama", "a", "--rg", "1"],
    &["diagrama", "a", "--porta", "5000"],
    &["diagrama", "a", "--host", "localhost"],
    &["diagrama", "a", "--json"],
    &["diagrama", "a", "--perguntas", "0"],
    &["diagrama", "a", "--semente", "7"],
    &["diagrama", "a", "--perguntas", "5", "--formato", "svg"],
    &["diagrama", "a", "--perguntas", "5", "--conta", "1"],
    &["diagrama", "a", "--formato", "png"],
    &["diagrama", "a", "--conta", "x"],
    &["completar"],
    &["completar", "zs"],
    &["manual", "sald"],
    &["--porta", "1", "manual"],
    &["--host", ""],
    &["--host", "[::1]:5000"],
    &["--host", "localhost:5000"],
    &["--host", "tcp://localhost"],
    &["--host", "localhost "],
    &["--porta", "65536"],
    &["--porta", "0"],
    &["--porta", "-1"],
    &["--porta", "localhost:5000"],
    &["--porta", "1", "--porta", "2"],
    &["--prta", "1"],
    &["--json"],
    &["--cor", "azul"],
];

/// Compares with what is kept in this file, and with no English word.
fn conferir(dito: &str, arquivo: &str) {
    assert_eq!(em_ingles(dito), [""; 0], "{arquivo}:\n{dito}");
    let caminho = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dados").join(arquivo);
    let guardado = Data::read_from(&caminho, None);
    Assert::new().normalize_paths(false).action_env("SNAPSHOTS").eq(dito.to_owned(), guardado);
}

/// The page that comes before the examples names every command.
fn comandos() -> Vec<String> {
    let saida = executar(&["--help"], "");
    let (_, resto) = texto(&saida.stdout).split_once("\nComandos:\n").expect("a list of commands");
    let (lista, _) = resto.split_once("\n\n").expect("an end of it");
    let nomes = lista.lines().filter_map(|linha| linha.strip_prefix("  ")?.split(' ').next());
    nomes.filter(|nome| !nome.is_empty()).map(str::to_owned).collect()
}

#[test]
fn every_help_page_is_what_it_was_and_portuguese() {
    for palavra in ["--help", "-h", "--ajuda"] {
        let saida = executar(&[palavra], "");
        assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(0)));
        conferir(texto(&saida.stdout), "ajuda/pixson-cliente.txt");
    }
    let comandos = comandos();
    for esperado in [
        "saldo",
        "saque",
        "deposito",
        "transferencia",
        "script",
        "ping",
        "carga",
        "completar",
        "manual",
    ] {
        assert!(comandos.iter().any(|comando| comando == esperado), "{esperado}: {comandos:?}");
    }
    for comando in comandos {
        let saida = executar(&[&comando, "--help"], "");
        assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(0)), "{comando}");
        let pagina = texto(&saida.stdout);
        assert!(pagina.contains("\nExemplo"), "{pagina}");
        conferir(pagina, &format!("ajuda/{comando}.txt"));
    }
}

#[test]
fn every_sentence_about_wrong_words_is_what_it_was_and_portuguese() {
    let mut todas = String::new();
    for palavras in ERRADAS {
        let saida = executar(palavras, "");
        assert_eq!(texto(&saida.stdout), "", "{palavras:?}");
        assert_eq!(texto(&saida.stderr).lines().count(), 1, "{palavras:?}");
        let codigo = saida.status.code().expect("no signal");
        let palavras = palavras.join(" ");
        let frase = texto(&saida.stderr);
        let _ = writeln!(todas, "$ pixson-cliente {palavras}\n{frase}=> {codigo}");
    }
    conferir(&todas, "erros.txt");
}

#[test]
fn the_version_is_that_of_the_program_and_of_the_protocol() {
    for palavra in ["--version", "-V", "--versao"] {
        let versao = format!("pixson-cliente {} (protocolo Pixson 1)\n", env!("CARGO_PKG_VERSION"));
        let saida = executar(&[palavra], "");
        assert_eq!((texto(&saida.stdout), saida.status.code()), (&*versao, Some(0)));
    }
}
