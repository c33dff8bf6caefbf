//! The arrows between the rooms, as ARCHITECTURE.md draws them: checked, not only promised.
#![expect(clippy::disallowed_methods, reason = "the test reads the sources")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms that it may use.
const FLECHAS: [(&str, &[&str]); 7] = [
    ("tipos", &[]),
    ("relogio", &["tipos"]),
    ("protocolo", &["tipos", "relogio"]),
    ("sessao", &["tipos", "relogio", "protocolo"]),
    ("banco", &["tipos", "relogio"]),
    ("servico", &["tipos", "relogio", "sessao", "banco"]),
    // Whatever tests look at. Nobody may use it: it is not there in an ordinary build.
    ("oraculos", &["tipos", "relogio", "protocolo", "sessao", "banco", "servico"]),
];

/// Words behind `crate::` that are no rooms.
const OUTRAS: [&str; 2] = ["sincronia", "Recusa"];

fn fontes(pasta: &Path) -> Vec<PathBuf> {
    let itens = fs::read_dir(pasta).expect("a source folder");
    let caminhos = itens.map(|item| item.expect("readable").path());
    caminhos
        .flat_map(|caminho| if caminho.is_dir() { fontes(&caminho) } else { vec![caminho] })
        .collect()
}

/// The room that a source file is in: its first folder, or its own name.
fn sala(raiz: &Path, fonte: &Path) -> String {
    let parte = fonte.strip_prefix(raiz).expect("below the root").components().next();
    let parte = parte.expect("a name").as_os_str().to_str().expect("ASCII");
    parte.trim_end_matches(".rs").to_owned()
}

#[test]
fn arrows_between_rooms_run_one_way() {
    let raiz = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut usos = 0;
    for fonte in fontes(&raiz) {
        let sala = sala(&raiz, &fonte);
        let Some((_, podem)) = FLECHAS.iter().find(|(nome, _)| *nome == sala) else { continue };
        let texto = fs::read_to_string(&fonte).expect("UTF-8");
        for uso in texto.split("crate::").skip(1) {
            let fim = uso.find(|letra: char| !letra.is_alphanumeric() && letra != '_');
            let alvo = &uso[..fim.unwrap_or(uso.len())];
            let permitida =
                alvo == sala || podem.contains(&alvo) || OUTRAS.contains(&alvo) || alvo.is_empty();
            assert!(permitida, "{} uses {alvo}", fonte.display());
            usos += 1;
        }
    }
    assert!(usos > 40, "only {usos} uses were found: the test looks in the wrong place");
}

#[test]
fn only_the_disk_names_files_and_nothing_names_sockets() {
    let raiz = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for fonte in fontes(&raiz) {
        let texto = fs::read_to_string(&fonte).expect("UTF-8");
        let do_disco = fonte.ends_with("banco/disco/real.rs");
        for proibido in
            ["std::fs", "std::net", "std::os", "std::thread", "std::env", "std::process"]
        {
            let usa = texto
                .lines()
                .any(|linha| linha.trim_start().starts_with("use ") && linha.contains(proibido));
            let arquivos = ["std::fs", "std::os"].contains(&proibido);
            assert!(!usa || do_disco && arquivos, "{} uses {proibido}", fonte.display());
        }
    }
}
