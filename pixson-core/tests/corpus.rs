//! The inputs that the fuzz targets start from, among them whatever they have found: each goes
//! through its oracle again, and so does what is drawn near it.
#![expect(clippy::disallowed_methods, reason = "the test reads the corpora")]

#[path = "comum/sementes.rs"]
#[allow(dead_code, reason = "every test program includes the whole module")]
mod sementes;

use std::collections::BTreeSet;
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};

use pixson_oraculos::{Oraculo, Sorteio, TODOS};

use sementes::sementes_vezes;

/// How many changed inputs are drawn for each that is kept.
const MUDADAS: u64 = 10;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

/// The files of a folder, with their names, in order.
fn arquivos(pasta: &Path) -> Vec<(String, Vec<u8>)> {
    let itens = fs::read_dir(pasta).unwrap_or_else(|erro| panic!("{}: {erro}", pasta.display()));
    let mut arquivos: Vec<_> = itens
        .map(|item| {
            let item = item.expect("readable");
            let nome = item.file_name().into_string().expect("ASCII");
            (nome, fs::read(item.path()).expect("readable"))
        })
        .collect();
    arquivos.sort();
    arquivos
}

fn corpus(alvo: &str) -> Vec<(String, Vec<u8>)> {
    arquivos(&fuzz().join("corpus").join(alvo))
}

fn conferir(alvo: &str, oraculo: Oraculo, dados: &[u8], caso: &str) {
    let vale = panic::catch_unwind(|| oraculo(dados)).is_ok();
    assert!(vale, "{alvo}, {caso}: a law is broken by b\"{}\"", dados.escape_ascii());
}

#[test]
fn every_kept_input_leaves_the_laws_whole() {
    for (alvo, oraculo) in TODOS {
        let entradas = corpus(alvo);
        assert!(entradas.len() >= 10, "{alvo}: only {} inputs", entradas.len());
        for (nome, dados) in entradas {
            conferir(alvo, *oraculo, &dados, &nome);
        }
    }
}

#[test]
fn inputs_near_those_that_are_kept_leave_the_laws_whole() {
    for (alvo, oraculo) in TODOS {
        let entradas = corpus(alvo);
        for semente in sementes_vezes(MUDADAS, entradas.len() as u64) {
            let dados = mudado(&entradas, &mut Sorteio::novo(semente));
            conferir(alvo, *oraculo, &dados, &format!("seed {semente}"));
        }
    }
}

/// Those that are kept are short. An oracle that tries one thing after the other comes to the last of
/// them, such as accounts with long names, with long ones only.
#[test]
fn long_inputs_that_are_drawn_leave_the_laws_whole() {
    for (alvo, oraculo) in TODOS {
        for semente in sementes_vezes(MUDADAS, 5) {
            let mut sorteio = Sorteio::novo(semente);
            let palavras = 8 + sorteio.ate(248);
            let dados: Vec<u8> =
                (0..palavras).flat_map(|_| sorteio.proximo().to_le_bytes()).collect();
            conferir(alvo, *oraculo, &dados, &format!("seed {semente}"));
        }
    }
}

/// An input in which a few bytes are others, gone, doubled or come from another input.
fn mudado(entradas: &[(String, Vec<u8>)], sorteio: &mut Sorteio) -> Vec<u8> {
    let mut dados = entradas[sorteio.ate(entradas.len())].1.clone();
    for _ in 0..=sorteio.ate(3) {
        let inicio = sorteio.ate(dados.len() + 1);
        let fim = (inicio + sorteio.ate(8)).min(dados.len());
        match sorteio.ate(4) {
            0 => drop(dados.drain(inicio..fim)),
            1 => dados.extend_from_within(inicio..fim),
            2 if inicio < dados.len() => dados[inicio] = sorteio.proximo().to_le_bytes()[0],
            _ => {
                let outra = &entradas[sorteio.ate(entradas.len())].1;
                let de = sorteio.ate(outra.len() + 1);
                let ate = (de + sorteio.ate(32)).min(outra.len());
                drop(dados.splice(inicio..fim, outra[de..ate].iter().copied()));
            }
        }
    }
    dados
}

/// Without the JSON bank or traces there are fewer oracles than targets.
#[cfg(all(feature = "json", feature = "rastro"))]
#[test]
fn every_oracle_has_a_target_and_every_target_an_oracle() {
    let oraculos: BTreeSet<String> = TODOS.iter().map(|(nome, _)| (*nome).to_owned()).collect();
    assert_eq!(oraculos.len(), TODOS.len(), "a name is given twice");
    let mut alvos = BTreeSet::new();
    for (arquivo, texto) in arquivos(&fuzz().join("fuzz_targets")) {
        let nome = arquivo.strip_suffix(".rs").expect("a target").to_owned();
        let texto = String::from_utf8(texto).expect("UTF-8");
        assert!(texto.contains(&format!("oraculos::{nome}(dados)")), "{arquivo} calls another");
        alvos.insert(nome);
    }
    assert_eq!(alvos, oraculos);
    let leia_me = fs::read_to_string(fuzz().join("README.md")).expect("UTF-8");
    for alvo in alvos {
        assert!(leia_me.contains(&format!("| `{alvo}` |")), "{alvo} is not in fuzz/README.md");
    }
}

fn documento() -> String {
    fs::read_to_string(fuzz().join("../docs/testes.md")).expect("UTF-8")
}

#[test]
fn every_law_that_the_documentation_states_has_its_tests() {
    let documento = documento();
    let (_, leis) = documento.split_once("## 1. ").expect("the section of the laws");
    let (leis, _) = leis.split_once("## 2. ").expect("the section of the oracles");
    let testes = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut com_testes = BTreeSet::new();
    for linha in leis.lines().filter(|linha| linha.starts_with("| ") && linha.contains('`')) {
        let celulas: Vec<&str> = linha.split('|').map(str::trim).collect();
        let [_, lei, arquivos, nomes, _] = celulas[..] else { continue };
        let citados = |celula| str::split(celula, '`').skip(1).step_by(2);
        let fontes: String = citados(arquivos)
            .map(|arquivo| fs::read_to_string(testes.join(arquivo)).expect("a file of tests"))
            .collect();
        for nome in citados(nomes) {
            assert!(fontes.contains(&format!("fn {nome}(")), "{nome} is not in {arquivos}");
            com_testes.insert(lei.to_owned());
        }
    }
    let mut quantas = 0;
    for (numero, _) in leis.lines().filter_map(|linha| linha.split_once(". ")) {
        if numero.parse::<u8>().is_ok() {
            assert!(com_testes.contains(numero), "law {numero} has no test");
            quantas += 1;
        }
    }
    assert_eq!(com_testes.len(), quantas, "tests of a law that is not stated");
}

#[cfg(feature = "json")]
#[test]
fn every_input_that_the_documentation_names_is_kept() {
    let documento = documento();
    let (_, provas) = documento.split_once("## 4. ").expect("the section of the defects");
    let mut citadas = 0;
    for linha in provas.lines().filter(|linha| linha.starts_with("| `")) {
        let celulas: Vec<&str> =
            linha.split('|').map(|celula| celula.trim_matches([' ', '`'])).collect();
        let [_, alvo, _, entrada, _] = celulas[..] else { panic!("{linha}") };
        assert!(fuzz().join("corpus").join(alvo).join(entrada).is_file(), "{linha}");
        citadas += 1;
    }
    assert!(citadas > 40, "only {citadas} inputs were found");
}
