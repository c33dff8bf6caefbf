//! A real server process for a test, on a free port.
#![allow(dead_code, reason = "every test program includes the whole module")]

pub(crate) mod ambiente;
pub(crate) mod banca;
pub(crate) mod conexao;
pub(crate) mod filho;
pub(crate) mod honestos;
pub(crate) mod instancia;
pub(crate) mod painel;
pub(crate) mod pasta;
pub(crate) mod rastro;

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

#[allow(unused_imports, reason = "every test program includes the whole module")]
pub(crate) use ambiente::{PACIENCIA, texto};

/// A directory with these accounts.
pub(crate) fn contas(contas: &[(&str, &str)]) -> TempDir {
    let pasta = TempDir::new().expect("a temporary directory");
    for (rg, saldo) in contas {
        fs::write(pasta.path().join(format!("{rg}.json")), conta(rg, saldo)).expect("writable");
    }
    pasta
}

/// The two accounts of the seed's session.
pub(crate) const UMA: &str = "1111111111";
pub(crate) const OUTRA: &str = "2222222222";

/// Both of them, with 10.0 each.
pub(crate) fn duas_contas() -> TempDir {
    contas(&[(UMA, "10.0"), (OUTRA, "10.0")])
}

/// The text of an account's file.
pub(crate) fn conta(rg: &str, saldo: &str) -> String {
    format!(r#"{{"rg": "{rg}", "nome": "João {rg}", "saldo": {saldo}}}"#)
}

/// Says something on standard error, where it disturbs no test's output.
pub(crate) fn dizer(linha: &str) {
    let _ = writeln!(io::stderr(), "{linha}");
}

/// The server: this package's, or the one beside the program of the client that is tested.
pub(crate) fn binario() -> &'static Path {
    static BINARIO: OnceLock<PathBuf> = OnceLock::new();
    let este = option_env!("CARGO_BIN_EXE_pixson-servidor");
    let cliente = option_env!("CARGO_BIN_EXE_pixson-cliente");
    BINARIO.get_or_init(|| match (este, cliente) {
        (Some(este), _) => este.into(),
        (None, cliente) => {
            binario_vizinho(cliente.expect("a test of either program"), "pixson-servidor")
        }
    })
}

/// The client.
pub(crate) fn binario_do_cliente() -> &'static Path {
    static BINARIO: OnceLock<PathBuf> = OnceLock::new();
    let este = option_env!("CARGO_BIN_EXE_pixson-cliente");
    BINARIO.get_or_init(|| match (este, binario().to_str()) {
        (Some(este), _) => este.into(),
        (None, servidor) => binario_vizinho(servidor.expect("UTF-8"), "pixson-cliente"),
    })
}

/// The binary of another package of this workspace, built in the profile of this test.
///
/// It is built with the features of the whole workspace and its tests, as `cargo test --workspace` has
/// done already. With those of its package alone, regex, the core and what is made from them would be
/// built once more, in the middle of a test.
#[expect(clippy::disallowed_methods, reason = "cargo builds as it was told to build this test")]
fn binario_vizinho(este: &str, pacote: &str) -> PathBuf {
    let pasta = Path::new(este).parent().expect("a binary lies in a directory");
    let manifesto = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo has told this test of itself: build scripts that ask for it would run once more, and
    // everything above them be built anew.
    for (nome, _) in env::vars_os() {
        let deste =
            |nome: &str| nome.starts_with("CARGO_PKG_") || nome.starts_with("CARGO_MANIFEST_");
        if nome.to_str().is_some_and(deste) {
            cargo.env_remove(nome);
        }
    }
    // Only beside a test does what the tests use count: this one is small, and built already.
    cargo.args(["build", "--quiet", "--workspace", "--bin", pacote, "--test", "unidade"]);
    cargo.arg("--manifest-path").arg(manifesto);
    if pasta.ends_with("release") {
        cargo.arg("--release");
    }
    cargo.arg("--target-dir").arg(pasta.parent().expect("the target directory"));
    assert!(cargo.status().expect("cargo runs").success(), "{pacote} does not build");
    pasta.join(pacote)
}
