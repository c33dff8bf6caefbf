//! The files in `contrib` that the server generates are those that it generates now. After a change
//! of the command line, write them anew:
//!
//! ```sh
//! SNAPSHOTS=overwrite cargo test --package pixson-servidor --test gerados --test palavras
//! ```

use std::path::{Path, PathBuf};
use std::process::Command;

use snapbox::{Assert, Data};

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

const COMPLETAR: [(&str, &str); 3] = [
    ("bash", "completar/pixson-servidor.bash"),
    ("zsh", "completar/_pixson-servidor"),
    ("fish", "completar/pixson-servidor.fish"),
];

/// The pages of man: the program's, and one for each command.
const MANUAL: [&[&str]; 10] = [
    &[],
    &["conta"],
    &["conta", "criar"],
    &["conta", "listar"],
    &["conta", "mostrar"],
    &["conta", "ajustar"],
    &["importar"],
    &["exportar"],
    &["extrato"],
    &["auditar"],
];

const TITULOS: [&str; 10] = [
    "NOME",
    "SINOPSE",
    "DESCRIÇÃO",
    "ARGUMENTOS",
    "OPÇÕES",
    "LIMITES",
    "OBSERVAÇÃO",
    "COMANDOS",
    "NOTAS",
    "VERSÃO",
];

fn contrib(arquivo: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib").join(arquivo)
}

fn texto(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn gerado(argumentos: &[&str]) -> String {
    let saida = Command::new(SERVIDOR).args(argumentos).output().expect("the program runs");
    assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(0)), "{argumentos:?}");
    texto(&saida.stdout).to_owned()
}

fn conferir(gerado: String, arquivo: &str) {
    let guardado = Data::read_from(&contrib(arquivo), None);
    Assert::new().normalize_paths(false).action_env("SNAPSHOTS").eq(gerado, guardado);
}

#[test]
fn the_completions_that_are_kept_are_those_of_the_command_line() {
    for (shell, arquivo) in COMPLETAR {
        conferir(gerado(&["completar", shell]), arquivo);
    }
}

#[test]
fn the_pages_of_man_that_are_kept_are_those_of_the_command_line() {
    for comando in MANUAL {
        let pagina = gerado(&[&["manual"], comando].concat());
        let titulos = pagina.lines().filter_map(|linha| linha.strip_prefix(".SH "));
        for titulo in titulos {
            let maiusculo = titulo.trim_matches('"').to_uppercase();
            assert!(TITULOS.contains(&maiusculo.as_str()), "{comando:?}: {titulo}");
        }
        let nome = [&["pixson-servidor"], comando].concat().join("-");
        conferir(pagina, &format!("man/{nome}.1"));
    }
}

#[test]
fn no_command_is_without_its_page() {
    for de in [&[][..], &["conta"]] {
        let prefixo = [&["pixson-servidor"], de].concat().join("-").replace('-', r"\-") + r"\-";
        let pagina = gerado(&[&["manual"], de].concat());
        let nomes = pagina
            .lines()
            .filter_map(|linha| linha.strip_prefix(prefixo.as_str())?.strip_suffix("(1)"));
        let mut comandos = 0;
        for nome in nomes {
            assert!(MANUAL.contains(&&[de, &[nome]].concat()[..]), "{nome}");
            comandos += 1;
        }
        let paginas = MANUAL
            .iter()
            .filter(|comando| comando.len() == de.len() + 1 && comando.starts_with(de));
        assert_eq!(comandos, paginas.count(), "{de:?}");
    }
}

/// What bash offers after these words, the last of which is being typed.
fn oferecidas(palavras: &[&str]) -> Vec<String> {
    let arquivo = contrib(COMPLETAR[0].1);
    let (ultima, anterior) = (palavras.len() - 1, palavras[palavras.len() - 2]);
    let roteiro = format!(
        "source '{}'; COMP_WORDS=({}); COMP_CWORD={ultima}; \
         _pixson__servidor pixson-servidor '{}' '{anterior}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        arquivo.display(),
        palavras.iter().map(|palavra| format!("'{palavra}'")).collect::<Vec<_>>().join(" "),
        palavras[ultima]
    );
    let saida = Command::new("bash").args(["-c", &roteiro]).output().expect("bash runs");
    assert_eq!(texto(&saida.stderr), "");
    texto(&saida.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn bash_reads_its_completions_and_offers_what_fits() {
    let arquivo = contrib(COMPLETAR[0].1);
    let lido = Command::new("bash").arg("-n").arg(&arquivo).output().expect("bash runs");
    assert!(lido.status.success(), "{}", texto(&lido.stderr));
    assert_eq!(oferecidas(&["pixson-servidor", "ex"]), ["exportar", "extrato"]);
    assert_eq!(oferecidas(&["pixson-servidor", "--log", "det"]), ["detalhe"]);
    assert_eq!(oferecidas(&["pixson-servidor", "conta", "c"]), ["criar"]);
    assert_eq!(oferecidas(&["pixson-servidor", "conta", "criar", "--no"]), ["--nome"]);
    assert_eq!(oferecidas(&["pixson-servidor", "auditar", "--js"]), ["--json"]);
}
