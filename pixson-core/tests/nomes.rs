//! A noun means one thing: types of the workspace that share a name are named here, with the reason.
#![expect(clippy::disallowed_methods, reason = "the test reads the sources")]

use std::collections::BTreeMap;
use std::fs;

use fontes::{fontes, membros, raiz};
use syn::{Item, ItemMod};

#[path = "comum/fontes.rs"]
mod fontes;

/// Names of several types, in how many files, and why that confuses nobody.
const REPETIDOS: [(&str, usize, &str); 4] = [
    ("Estado", 2, "the state of a session machine: both sides mirror each other"),
    ("Entrada", 2, "the input of a session machine: both sides mirror each other"),
    ("Acao", 3, "what a machine asks of its driver: both sides of a session, and a connection"),
    ("Argumentos", 2, "the command line of a program, of which there are two"),
];

/// The types that these items define, by their names.
fn tipos(itens: &[Item]) -> Vec<String> {
    let de_um = |item: &Item| match item {
        Item::Enum(item) => vec![item.ident.to_string()],
        Item::Struct(item) => vec![item.ident.to_string()],
        Item::Trait(item) => vec![item.ident.to_string()],
        Item::Type(item) => vec![item.ident.to_string()],
        Item::Mod(ItemMod { content: Some((_, itens)), .. }) => tipos(itens),
        _ => vec![],
    };
    itens.iter().flat_map(de_um).collect()
}

#[test]
fn types_that_share_a_name_are_few_and_known() {
    let mut onde: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pasta in membros() {
        for fonte in fontes(&raiz().join(pasta).join("src")) {
            let texto = fs::read_to_string(&fonte).expect("UTF-8");
            let arvore = syn::parse_file(&texto).expect("Rust");
            let arquivo = fonte.strip_prefix(raiz()).expect("below the root").display().to_string();
            for tipo in tipos(&arvore.items) {
                onde.entry(tipo).or_default().push(arquivo.clone());
            }
        }
    }
    assert!(onde.len() > 300, "only {} types: the test looks in the wrong place", onde.len());
    for (nome, arquivos, _) in REPETIDOS {
        assert_eq!(onde.remove(nome).map(|de| de.len()), Some(arquivos), "{nome}");
    }
    onde.retain(|_, arquivos| arquivos.len() > 1);
    assert!(onde.is_empty(), "find other names for all of these but one: {onde:#?}");
}
