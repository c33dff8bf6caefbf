//! What a program generates for shells and for man, against what is kept of it in `contrib`.

mod ambiente;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ambiente::programa;
use snapbox::{Assert, Data};
use tempfile::TempDir;

/// For each shell the folder and the ends of the name that its completions have.
const COMPLETAR: [(&str, &str, &str); 3] =
    [("bash", "completar/", ".bash"), ("zsh", "completar/_", ""), ("fish", "completar/", ".fish")];

/// The titles that a page may have. The headings of options are the program's own.
const TITULOS: [&str; 11] = [
    "NOME",
    "SINOPSE",
    "DESCRIÇÃO",
    "ARGUMENTOS",
    "OPÇÕES",
    "LIMITES",
    "MONITORAMENTO",
    "POSTGRESQL",
    "COMANDOS",
    "NOTAS",
    "VERSÃO",
];

/// A file that a shell may offer.
pub(crate) const ARQUIVO: &str = "arquivo.txt";

/// A program, and the name that its files have.
pub(crate) struct Executavel {
    pub(crate) binario: &'static str,
    pub(crate) nome: &'static str,
}

impl Executavel {
    fn gerado(&self, argumentos: &[&str]) -> String {
        let saida = programa(self.binario).args(argumentos).output().expect("it runs");
        assert!(saida.status.success() && saida.stderr.is_empty(), "{argumentos:?}: {saida:?}");
        String::from_utf8(saida.stdout).expect("UTF-8")
    }

    pub(crate) fn conferir_complementos(&self) {
        for (shell, pasta, fim) in COMPLETAR {
            let arquivo = format!("{pasta}{}{fim}", self.nome);
            conferir(self.gerado(&["completar", shell]), &arquivo);
        }
    }

    /// The page of the program and those of all commands that it leads to, and no others.
    pub(crate) fn conferir_paginas(&self) {
        let mut paginas = BTreeSet::new();
        self.conferir_pagina(&[], &mut paginas);
        let guardadas = fs::read_dir(contrib("man")).expect("the pages");
        let guardadas: BTreeSet<_> = guardadas
            .map(|arquivo| arquivo.expect("readable").file_name().into_string().expect("UTF-8"))
            .filter(|nome| nome.starts_with(self.nome))
            .collect();
        assert_eq!(guardadas, paginas);
    }

    fn conferir_pagina(&self, caminho: &[&str], paginas: &mut BTreeSet<String>) {
        let pagina = self.gerado(&[&["manual"], caminho].concat());
        for titulo in pagina.lines().filter_map(|linha| linha.strip_prefix(".SH ")) {
            assert!(TITULOS.contains(&titulo), "{titulo} in {caminho:?}");
        }
        let nome = [&[self.nome], caminho].concat().join("-");
        // In the source of a page, a hyphen that is one is escaped.
        let comeco = format!("{nome}-").replace('-', r"\-");
        let filhas: Vec<_> = pagina
            .lines()
            .filter_map(|linha| linha.strip_prefix(&comeco)?.strip_suffix("(1)"))
            .map(|filha| filha.replace(r"\-", "-"))
            .collect();
        for filha in &filhas {
            self.conferir_pagina(&[caminho, &[filha.as_str()]].concat(), paginas);
        }
        let arquivo = format!("{nome}.1");
        conferir(pagina, &format!("man/{arquivo}"));
        paginas.insert(arquivo);
    }

    /// What bash offers after these words, the last of which is being typed.
    pub(crate) fn oferecidas(&self, palavras: &[&str]) -> Vec<String> {
        let nome = self.nome;
        let palavras = [&[nome], palavras].concat();
        let (ultima, anterior) = (palavras.len() - 1, palavras[palavras.len() - 2]);
        let arquivo = contrib(&format!("completar/{nome}.bash"));
        let roteiro = format!(
            "source '{}'; COMP_WORDS=({}); COMP_CWORD={ultima}; \
             _{} {nome} '{}' '{anterior}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            arquivo.display(),
            palavras.iter().map(|palavra| format!("'{palavra}'")).collect::<Vec<_>>().join(" "),
            nome.replace('-', "__"),
            palavras[ultima]
        );
        let saida = programa("bash").args(["-c", &roteiro]).output().expect("bash runs");
        assert!(saida.stderr.is_empty(), "{saida:?}");
        let oferecidas = String::from_utf8(saida.stdout).expect("UTF-8");
        oferecidas.lines().map(str::to_owned).collect()
    }

    /// What fish offers at the end of this line, in a folder with a file; `None` without a fish.
    pub(crate) fn oferecidas_por_fish(&self, linha: &str) -> Option<Vec<String>> {
        let pasta = TempDir::new().expect("a temporary directory");
        fs::write(pasta.path().join(ARQUIVO), "").expect("writable");
        let arquivo = contrib(&format!("completar/{}.fish", self.nome));
        let arquivo = fs::canonicalize(arquivo).expect("it is there");
        let roteiro = format!("source '{}'; complete -C '{linha}'", arquivo.display());
        let mut fish = programa("fish");
        fish.args(["--no-config", "-c", &roteiro]).current_dir(pasta.path());
        let saida = match fish.env("HOME", pasta.path()).output() {
            Ok(saida) => saida,
            Err(erro) => {
                let _ = writeln!(io::stderr(), "skipped, no fish: {erro}");
                return None;
            }
        };
        assert!(saida.stderr.is_empty(), "{saida:?}");
        let oferecidas = String::from_utf8(saida.stdout).expect("UTF-8");
        // After the word comes what it is for.
        let palavra = |linha: &str| linha.split('\t').next().unwrap_or_default().to_owned();
        Some(oferecidas.lines().map(palavra).collect())
    }

    /// Every example of every page is shown by man as the help page has it, in a narrow window too.
    pub(crate) fn conferir_exemplos(&self, comandos: &[&[&str]]) {
        for comando in comandos {
            let ajuda = self.gerado(&[*comando, &["--help"]].concat());
            let (_, exemplos) = ajuda.split_once("\nExemplo").expect("examples");
            let exemplos: Vec<_> =
                exemplos.lines().filter(|linha| linha.starts_with("  ")).collect();
            assert!(!exemplos.is_empty(), "{ajuda}");
            let nome = [&[self.nome], *comando].concat().join("-");
            let mut groff = programa("groff");
            groff.args(["-k", "-man", "-Tutf8", "-P-cbou", "-rLL=60n"]);
            groff.arg(contrib(&format!("man/{nome}.1")));
            let Ok(saida) = groff.output() else {
                let _ = writeln!(io::stderr(), "skipped, no groff");
                return;
            };
            let pagina = String::from_utf8(saida.stdout).expect("UTF-8");
            // A terminal writes a hyphen that is one as it is.
            let pagina = pagina.replace(['\u{2010}', '\u{2212}'], "-");
            for exemplo in exemplos {
                let mostrado = pagina.lines().any(|linha| linha.trim() == exemplo.trim());
                assert!(mostrado, "{exemplo} is not in {pagina}");
            }
        }
    }

    /// Whether bash finds nothing wrong with its completions.
    pub(crate) fn bash_le(&self) -> bool {
        let arquivo = contrib(&format!("completar/{}.bash", self.nome));
        programa("bash").arg("-n").arg(arquivo).status().expect("bash runs").success()
    }
}

fn contrib(arquivo: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib").join(arquivo)
}

fn conferir(gerado: String, arquivo: &str) {
    let guardado = Data::read_from(&contrib(arquivo), None);
    Assert::new().normalize_paths(false).action_env("SNAPSHOTS").eq(gerado, guardado);
}
