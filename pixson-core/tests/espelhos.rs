//! Pages that exist in English and in Portuguese say the same: whoever changes one is told that the
//! other is waiting.
//!
//! What can be compared without knowing either language: headings, paragraphs, items, tables, blocks of
//! code, and in each section the words that stand in backticks and the numbers. A sentence without any of
//! these may still be missing; nearly none is.
#![expect(clippy::disallowed_methods, reason = "the test reads documents")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// How the name of a Portuguese page ends. The rest is the name of the English one.
const FIM: &str = ".pt-BR.md";

/// Blocks in these languages are the same in both pages, to the byte.
const IGUAIS: [&str; 4] = ["conversa", "json", "text", "toml"];

fn raiz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Portuguese pages, by their English paths, relative to the root.
fn espelhadas() -> Vec<String> {
    let mut paginas = Vec::new();
    for pasta in ["", "docs/"] {
        for item in fs::read_dir(raiz().join(pasta)).expect("a folder of documents") {
            let nome = item.expect("readable").file_name().into_string().expect("UTF-8");
            paginas.extend(nome.strip_suffix(FIM).map(|comeco| format!("{pasta}{comeco}.md")));
        }
    }
    paginas.sort();
    paginas
}

fn portuguesa(pagina: &str) -> String {
    pagina.trim_end_matches(".md").to_owned() + FIM
}

fn ler(pagina: &str) -> String {
    fs::read_to_string(raiz().join(pagina)).unwrap_or_else(|erro| panic!("{pagina}: {erro}"))
}

/// A section, as far as it does not depend on the language.
#[derive(Debug, Default)]
struct Secao {
    titulo: String,
    paragrafos: usize,
    /// Of lists, how many items.
    itens: usize,
    /// Of each table, the first cell of each row, and how many cells that row has.
    linhas: Vec<(String, usize)>,
    blocos: Vec<(String, String)>,
    /// Everything but blocks, for what is looked for in it.
    texto: String,
}

impl Secao {
    fn nivel(&self) -> usize {
        self.titulo.chars().take_while(|letra| *letra == '#').count()
    }

    /// What stands in backticks. Names of pages are those of the English ones.
    fn codigo(&self) -> BTreeSet<String> {
        let texto = self.texto.replace(FIM, ".md");
        texto.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// The numbers, however their parts are separated. Those in backticks are compared with the rest
    /// of what stands there.
    fn numeros(&self) -> BTreeSet<String> {
        let fora: String = self.texto.split('`').step_by(2).collect();
        let numeros = fora.split(|letra: char| !letra.is_ascii_digit() && !".,".contains(letra));
        let numeros = numeros.map(|numero| numero.replace(['.', ','], ""));
        numeros.filter(|numero| !numero.is_empty()).collect()
    }
}

/// Whether a line begins an item of a list, of either kind.
fn item(linha: &str) -> bool {
    let numero = linha.split_once(". ").is_some_and(|(numero, _)| numero.parse::<u8>().is_ok());
    numero || linha.trim_start().starts_with("* ")
}

fn secoes(texto: &str) -> Vec<Secao> {
    let mut secoes = vec![Secao::default()];
    let mut linhas = texto.lines();
    let mut vazia = true;
    while let Some(linha) = linhas.next() {
        if linha.starts_with('#') {
            secoes.push(Secao { titulo: linha.to_owned(), ..Secao::default() });
        }
        let secao = secoes.last_mut().expect("there is one");
        if let Some(linguagem) = linha.strip_prefix("```") {
            let corpo: Vec<&str> = linhas.by_ref().take_while(|linha| *linha != "```").collect();
            secao.blocos.push((linguagem.to_owned(), corpo.join("\n")));
            vazia = true;
            continue;
        }
        if let Some(celulas) = linha.strip_prefix('|') {
            let celulas: Vec<&str> = celulas.split(" |").collect();
            secao.linhas.push((celulas[0].trim().replace(FIM, ".md"), celulas.len()));
        } else if item(linha) {
            secao.itens += 1;
        } else if vazia && !linha.is_empty() && !linha.starts_with('#') {
            secao.paragrafos += 1;
        }
        vazia = linha.is_empty();
        if !linha.starts_with('#') {
            secao.texto.push_str(linha);
            secao.texto.push(' ');
        }
    }
    secoes
}

/// What one page says and the other does not.
fn diferencas(inglesa: &str, portuguesa: &str) -> Vec<String> {
    let (inglesa, portuguesa) = (secoes(inglesa), secoes(portuguesa));
    let mut faltas = Vec::new();
    let titulos = |secoes: &[Secao]| secoes.iter().map(Secao::nivel).collect::<Vec<_>>();
    if titulos(&inglesa) != titulos(&portuguesa) {
        faltas.push(format!("headings: {} and {}", inglesa.len(), portuguesa.len()));
    }
    for (en, pt) in inglesa.iter().zip(&portuguesa) {
        let onde = format!("\"{}\" and \"{}\"", en.titulo, pt.titulo);
        let mut comparar = |o_que: &str, iguais: bool, en: String, pt: String| {
            if !iguais {
                faltas.push(format!("{onde}: {o_que}: {en} and {pt}"));
            }
        };
        let contas = |secao: &Secao| (secao.paragrafos, secao.itens);
        let (nos_dois, no_outro) = (contas(en), contas(pt));
        let iguais = nos_dois == no_outro;
        comparar("paragraphs and items", iguais, format!("{nos_dois:?}"), format!("{no_outro:?}"));
        let (ens, pts) = (en.linhas.len(), pt.linhas.len());
        comparar("rows of tables", ens == pts, ens.to_string(), pts.to_string());
        for ((en, en_celulas), (pt, pt_celulas)) in en.linhas.iter().zip(&pt.linhas) {
            // Words in a first cell are translated; an option, a command or a number is not.
            let traduzida = !en.contains('`') && en.parse::<u8>().is_err();
            let iguais = en_celulas == pt_celulas && (traduzida || codigo(en) == codigo(pt));
            comparar("a row", iguais, en.clone(), pt.clone());
        }
        let linguagens = |secao: &Secao| {
            let bloco =
                |(linguagem, corpo): &(String, String)| (linguagem.clone(), corpo.lines().count());
            secao.blocos.iter().map(bloco).collect::<Vec<_>>()
        };
        let (ens, pts) = (linguagens(en), linguagens(pt));
        comparar("blocks", ens == pts, format!("{ens:?}"), format!("{pts:?}"));
        for ((linguagem, en), (_, pt)) in en.blocos.iter().zip(&pt.blocos) {
            let iguais = en == pt || !IGUAIS.contains(&&**linguagem);
            comparar("a block", iguais, en.clone(), pt.clone());
        }
        for (o_que, en, pt) in
            [("in backticks", en.codigo(), pt.codigo()), ("numbers", en.numeros(), pt.numeros())]
        {
            let (so_en, so_pt): (Vec<_>, Vec<_>) =
                (en.difference(&pt).collect(), pt.difference(&en).collect());
            let iguais = so_en.is_empty() && so_pt.is_empty();
            comparar(o_que, iguais, format!("only {so_en:?}"), format!("only {so_pt:?}"));
        }
    }
    faltas
}

/// What stands in backticks in a cell.
fn codigo(celula: &str) -> Vec<&str> {
    celula.split('`').skip(1).step_by(2).collect()
}

#[test]
fn each_portuguese_page_says_what_the_english_one_says() {
    let paginas = espelhadas();
    assert!(paginas.len() >= 3, "{paginas:?}");
    let mut faltas = Vec::new();
    for pagina in paginas {
        let outra = portuguesa(&pagina);
        for falta in diferencas(&ler(&pagina), &ler(&outra)) {
            faltas.push(format!("{pagina} and {outra}: {falta}"));
        }
    }
    assert!(faltas.is_empty(), "write both:\n{}", faltas.join("\n"));
}

#[test]
fn pages_in_two_languages_lead_to_each_other_and_contributors_know_of_them() {
    let regra = ler("CONTRIBUTING.md");
    for pagina in espelhadas() {
        let outra = portuguesa(&pagina);
        let nome = |pagina: &str| pagina.rsplit('/').next().unwrap_or_default().to_owned();
        for (de, para) in [(&pagina, &outra), (&outra, &pagina)] {
            assert!(
                ler(de).contains(&format!("]({})", nome(para))),
                "{de} does not lead to {para}"
            );
        }
        assert!(regra.contains(&outra), "CONTRIBUTING.md does not name {outra}");
        assert!(
            pagina == "README.md" || ler("README.pt-BR.md").contains(&format!("]({outra})")),
            "README.pt-BR.md does not lead to {outra}"
        );
    }
}

#[test]
fn what_only_one_page_has_is_found() {
    let pagina = ler("docs/operacao.md");
    assert_eq!(diferencas(&pagina, &pagina), <[String; 0]>::default());
    for (de, para) in [
        ("## Stopping", "## Stopping\n\n### At once"),
        ("--prazo-ocioso S", "--prazo-parado S"),
        ("| 5 | the disk failed", "| 6 | the disk failed"),
        ("| `extrato RG` | the statement of an account |\n", ""),
        ("\"centavos\":800", "\"centavos\":801"),
        ("**What is changed**", "A paragraph more.\n\n**What is changed**"),
        ("counted from the connection", "counted from the connection, see `--novo`"),
        ("for up to 1 s or 64 KiB", "for up to 2 s or 64 KiB"),
        ("\nDeadlines are seconds", "\n* Deadlines are seconds"),
    ] {
        let mudada = pagina.replacen(de, para, 1);
        assert_ne!(pagina, mudada, "{de} is not in the page");
        assert_ne!(diferencas(&pagina, &mudada), <[String; 0]>::default(), "{de} became {para}");
    }
}
