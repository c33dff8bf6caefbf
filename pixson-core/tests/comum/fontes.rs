//! The sources of the workspace, for the tests that hold laws of the house against them.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub(crate) fn raiz() -> PathBuf {
    let este = Path::new(env!("CARGO_MANIFEST_DIR"));
    este.parent().expect("the crates of these tests lie in it").to_owned()
}

/// The folder of each crate of the workspace, from its root on.
pub(crate) fn membros() -> Vec<String> {
    let manifesto =
        fs::read_to_string(raiz().join("Cargo.toml")).expect("the workspace's manifest");
    let lista = manifesto.split_once("members = [").and_then(|(_, resto)| resto.split_once(']'));
    let membros = lista.expect("a list of members").0.split('"').skip(1).step_by(2);
    membros.map(ToOwned::to_owned).collect()
}

/// All Rust files of a folder and of those in it.
pub(crate) fn fontes(pasta: &Path) -> Vec<PathBuf> {
    let itens = fs::read_dir(pasta).expect("a source folder");
    let caminhos = itens.map(|item| item.expect("readable").path());
    caminhos
        .flat_map(|caminho| if caminho.is_dir() { fontes(&caminho) } else { vec![caminho] })
        .filter(|caminho| caminho.extension().is_some_and(|fim| fim == "rs"))
        .collect()
}
