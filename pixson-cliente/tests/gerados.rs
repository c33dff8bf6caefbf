//! The files in `contrib` that the program generates are those that it generates now. After a change
//! of the command line, write them anew:
//!
//! ```sh
//! SNAPSHOTS=overwrite cargo test --package pixson-cliente --test gerados --test palavras
//! ```

mod comum;

use std::path::{Path, PathBuf};
use std::process::Command;

use comum::{executar, texto};
use snapbox::{Assert, Data};

const COMPLETAR: [(&str, &str); 3] = [
    ("bash", "completar/pixson-cliente.bash"),
    ("zsh", "completar/_pixson-cliente"),
    ("fish", "completar/pixson-cliente.fish"),
];

/// The pages of man: the program's, and one for each command.
const MANUAL: [&str; 8] =
    ["", "saldo", "saque", "deposito", "transferencia", "script", "ping", "carga"];

fn contrib(arquivo: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib").join(arquivo)
}

fn gerado(argumentos: &[&str]) -> String {
    let saida = executar(argumentos, "");
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
        let (pagina, arquivo) = match comando {
            "" => (gerado(&["manual"]), "man/pixson-cliente.1".to_owned()),
            _ => (gerado(&["manual", comando]), format!("man/pixson-cliente-{comando}.1")),
        };
        let titulos: Vec<_> =
            pagina.lines().filter_map(|linha| linha.strip_prefix(".SH ")).collect();
        for titulo in &titulos {
            let portugues = ["NOME", "SINOPSE", "DESCRIÇÃO", "ARGUMENTOS", "OPÇÕES", "COMANDOS"];
            assert!(portugues.contains(titulo) || ["NOTAS", "VERSÃO"].contains(titulo), "{titulo}");
        }
        conferir(pagina, &arquivo);
    }
}

#[test]
fn no_command_is_without_its_page() {
    let raiz = gerado(&["manual"]);
    let comandos: Vec<_> = raiz
        .lines()
        .filter_map(|linha| linha.strip_prefix(r"pixson\-cliente\-")?.strip_suffix("(1)"))
        .collect();
    assert_eq!(comandos, MANUAL[1..]);
}

/// What bash offers after these words, the last of which is being typed.
fn oferecidas(palavras: &[&str]) -> Vec<String> {
    let arquivo = contrib(COMPLETAR[0].1);
    let (ultima, anterior) = (palavras.len() - 1, palavras[palavras.len() - 2]);
    let roteiro = format!(
        "source '{}'; COMP_WORDS=({}); COMP_CWORD={ultima}; \
         _pixson__cliente pixson-cliente '{}' '{anterior}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
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
    assert_eq!(oferecidas(&["pixson-cliente", "sa"]), ["saldo", "saque"]);
    assert_eq!(oferecidas(&["pixson-cliente", "--te"]), ["--tempo-limite"]);
    assert_eq!(oferecidas(&["pixson-cliente", "--cor", "n"]), ["nunca"]);
    assert_eq!(oferecidas(&["pixson-cliente", "transferencia", "--pa"]), ["--para"]);
    assert_eq!(oferecidas(&["pixson-cliente", "carga", "--operacao", "m"]), ["misto"]);
    assert_eq!(oferecidas(&["pixson-cliente", "script", "--pa"]), ["--parar-no-erro"]);
}
