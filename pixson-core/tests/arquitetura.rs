//! The arrows between the rooms, as ARCHITECTURE.md draws them: checked, not only promised.
#![expect(clippy::disallowed_methods, reason = "the test reads the sources")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use flechas::{Flechas, Fontes, Implementacao, circulo};
use fontes::{fontes, membros, raiz};

#[path = "comum/flechas.rs"]
mod flechas;
#[path = "comum/fontes.rs"]
mod fontes;

/// Each room, and the rooms that it may use.
const SALAS: [(&str, &[&str]); 9] = [
    ("sincronia", &[]),
    ("tipos", &[]),
    ("relogio", &["sincronia", "tipos"]),
    ("protocolo", &["tipos", "relogio"]),
    ("sessao", &["sincronia", "tipos", "relogio", "protocolo"]),
    ("banco", &["sincronia", "tipos", "relogio"]),
    ("servico", &["sincronia", "tipos", "relogio", "sessao", "banco"]),
    ("rastro", &["tipos", "relogio", "protocolo"]),
    // Values for tests, made by public constructors only.
    ("arbitrarios", &["tipos", "relogio", "protocolo"]),
];

/// The same for the rooms inside `banco`. `mod` is its contract, which lies below all that keep it.
const SALAS_DO_BANCO: [(&str, &[&str]); 12] = [
    ("mod", &[]),
    ("regras", &[]),
    ("memoria", &["mod", "regras"]),
    ("postgres", &["mod", "regras", "abertura", "livro"]),
    ("abertura", &[]),
    ("feito", &["regras", "abertura"]),
    ("disco", &[]),
    ("erro", &["disco"]),
    ("arquivo", &["disco"]),
    ("diario", &["mod", "regras", "abertura", "feito", "disco", "erro"]),
    ("livro", &["regras", "feito", "disco", "erro", "arquivo", "diario"]),
    ("json", &["mod", "regras", "abertura", "feito", "disco", "erro", "arquivo", "diario"]),
];

/// Where the sources of the core are, and those of the crate inside its folder.
const CRATES: [&str; 2] = ["src", "oraculos/src"];

/// A crate, as it stands in its folder.
fn ler(pasta: &str) -> Fontes {
    let raiz = Path::new(env!("CARGO_MANIFEST_DIR")).join(pasta);
    let lidas: Vec<(String, String)> = fontes(&raiz)
        .iter()
        .map(|fonte| {
            let nome = fonte.strip_prefix(&raiz).expect("below the root");
            let nome = nome.to_str().expect("ASCII").replace('\\', "/");
            (nome, fs::read_to_string(fonte).expect("UTF-8"))
        })
        .collect();
    Fontes::novas(lidas.iter().map(|(nome, texto)| (nome.as_str(), texto.as_str())))
}

/// The room that a source file is in: its first folder, or its own name.
fn sala(arquivo: &str) -> &str {
    arquivo.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// Holds the arrows between files below `pasta` against a table of its rooms, and counts them.
fn conferir(flechas: &Flechas, pasta: &str, salas: &[(&str, &[&str])]) -> usize {
    let mut usos = 0;
    for (arquivo, usados) in flechas {
        let Some(nome) = arquivo.strip_prefix(pasta) else { continue };
        let achada = salas.iter().find(|(uma, _)| *uma == sala(nome));
        let (dele, podem) = achada.unwrap_or_else(|| panic!("{arquivo} is in no room"));
        for usado in usados {
            let Some(alvo) = usado.strip_prefix(pasta).map(sala) else { continue };
            assert!(alvo == *dele || podem.contains(&alvo), "{arquivo} uses {usado}");
            usos += 1;
        }
    }
    usos
}

#[test]
fn arrows_between_rooms_run_one_way() {
    let mut flechas = ler("src").flechas();
    let raiz = flechas.remove("lib.rs");
    assert_eq!(raiz, Some(BTreeSet::new()), "the root passes names on");
    let usos = conferir(&flechas, "", &SALAS);
    assert!(usos > 200, "only {usos} uses were found: the test looks in the wrong place");
    let usos = conferir(&flechas, "banco/", &SALAS_DO_BANCO);
    assert!(usos > 80, "only {usos} uses were found: the test looks in the wrong place");
}

#[test]
fn arrows_between_files_run_one_way() {
    let mut arquivos = 0;
    for pasta in membros() {
        let flechas = ler(&format!("../{pasta}/src")).flechas();
        arquivos += flechas.len();
        assert_eq!(circulo(&flechas), None, "{pasta}: each of these uses the next");
    }
    assert!(arquivos > 150, "only {arquivos} files: the test looks in the wrong place");
}

/// An implementation is an arrow that no import shows: whoever calls it depends on the file with it.
#[test]
fn what_a_type_can_do_stands_in_its_room() {
    let crates = CRATES.map(ler);
    for implementacao in crates.iter().flat_map(Fontes::implementacoes) {
        let Implementacao { arquivo, do_tipo, do_trait } = &implementacao;
        // Tests make values of all types.
        let em_casa = sala(arquivo) == sala(do_tipo) || sala(arquivo) == "arbitrarios";
        let do_nosso_trait = do_trait.as_ref().is_some_and(|trait_| sala(trait_) == sala(arquivo));
        assert!(em_casa || do_nosso_trait, "{implementacao:?}");
    }
}

/// The arrows that ARCHITECTURE.md draws: what a crate or a room may use.
fn desenhadas() -> BTreeMap<String, BTreeSet<String>> {
    let pagina = fs::read_to_string(raiz().join("ARCHITECTURE.md")).expect("UTF-8");
    let flechas = pagina.lines().filter_map(|linha| linha.split_once("──►"));
    let nomes =
        |lista: &str| lista.split(',').map(|nome| nome.trim().to_owned()).collect::<Vec<_>>();
    let desenhadas = flechas.flat_map(|(de, para)| {
        let usadas: BTreeSet<String> = nomes(para).into_iter().filter(|n| !n.is_empty()).collect();
        nomes(de).into_iter().map(move |de| (de, usadas.clone()))
    });
    desenhadas.collect()
}

#[test]
fn the_arrows_between_crates_are_those_that_are_drawn() {
    let desenhadas = desenhadas();
    for pasta in membros() {
        let manifesto = raiz().join(&pasta).join("Cargo.toml");
        let manifesto = fs::read_to_string(manifesto).expect("UTF-8");
        let nome = manifesto.split('"').nth(1).expect("a name").to_owned();
        let (_, depois) = manifesto.split_once("\n[dependencies]\n").expect("dependencies");
        let dependencias = depois.split("\n[").next().unwrap_or_default().lines();
        let usadas = dependencias.filter_map(|linha| linha.split(['.', ' ']).next());
        let usadas = usadas.filter(|nome| nome.starts_with("pixson-")).map(ToOwned::to_owned);
        assert_eq!(desenhadas.get(&nome), Some(&usadas.collect()), "{nome}");
    }
}

#[test]
fn the_arrows_between_rooms_are_those_that_are_drawn() {
    let desenhadas = desenhadas();
    for (sala, usadas) in SALAS {
        let usadas = usadas.iter().filter(|usada| **usada != "sincronia");
        let usadas = usadas.map(|usada| (*usada).to_owned()).collect();
        assert!(sala == "sincronia" || desenhadas.get(sala) == Some(&usadas), "{sala}");
    }
}

#[test]
fn every_source_file_that_the_page_of_the_architecture_names_is_there() {
    let pagina = fs::read_to_string(raiz().join("ARCHITECTURE.md")).expect("UTF-8");
    let todas: Vec<_> = membros().iter().flat_map(|um| fontes(&raiz().join(um))).collect();
    let nomes = pagina.split('`').skip(1).step_by(2).map(Path::new);
    let nomeadas: BTreeSet<_> =
        nomes.filter(|nome| nome.extension().is_some_and(|fim| fim == "rs")).collect();
    assert!(nomeadas.len() > 40, "only {} files", nomeadas.len());
    for nomeada in nomeadas {
        assert!(todas.iter().any(|fonte| fonte.ends_with(nomeada)), "{}", nomeada.display());
    }
}

#[test]
fn every_source_file_begins_with_what_it_is_for() {
    for fonte in membros().iter().flat_map(|um| fontes(&raiz().join(um).join("src"))) {
        let texto = fs::read_to_string(&fonte).expect("UTF-8");
        assert!(texto.starts_with("//! "), "{}", fonte.display());
    }
}

#[test]
fn a_circle_is_found_through_names_that_are_passed_on_and_through_methods() {
    let reto = [
        ("lib.rs", "mod a; pub use a::Valor;"),
        ("a/mod.rs", "mod um; mod dois; pub use um::Valor; pub const MAX: usize = 1;"),
        ("a/um.rs", "use super::MAX; pub struct Valor([u8; MAX]);"),
        ("a/dois.rs", "use crate::Valor; impl Valor { pub fn ler() {} }"),
    ];
    let flechas = Fontes::novas(reto).flechas();
    assert!(flechas["a/dois.rs"].contains("a/um.rs"), "{flechas:?}");
    assert!(flechas["a/um.rs"].contains("a/mod.rs"), "{flechas:?}");
    assert_eq!(circulo(&flechas), None);

    let [raiz, sala, ..] = reto;
    for um in [
        "use super::dois; pub struct Valor; fn f() { dois::ajudar() }",
        "pub struct Valor; fn f(valor: Valor) { valor.ler() }",
        "pub struct Valor; fn f() { assert!(Valor::ler()) }",
    ] {
        let dois = "use super::Valor; pub fn ajudar() {} impl Valor { pub fn ler(&self) {} }";
        let flechas = Fontes::novas([raiz, sala, ("a/um.rs", um), ("a/dois.rs", dois)]).flechas();
        let achado = circulo(&flechas).expect("a circle");
        assert!(achado.contains(&"a/um.rs".to_owned()), "{um}: {achado:?}");
    }
}

#[test]
fn only_the_disk_names_files_and_nothing_names_sockets() {
    let raiz = Path::new(env!("CARGO_MANIFEST_DIR"));
    for fonte in CRATES.into_iter().flat_map(|pasta| fontes(&raiz.join(pasta))) {
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
