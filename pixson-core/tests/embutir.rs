//! Programs outside this repository that use the core, built as the documentation says: with what it
//! says, from a folder beside the repository, and without a network.
#![expect(clippy::disallowed_methods, reason = "the test writes crates and reads documents")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

#[allow(dead_code, reason = "tests with seeds use the rest")]
#[path = "comum/tamanho.rs"]
mod tamanho;

use tamanho::tamanho;

/// The root of this repository.
fn raiz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

fn documento(caminho: &str) -> String {
    fs::read_to_string(raiz().join(caminho)).unwrap_or_else(|erro| panic!("{caminho}: {erro}"))
}

/// The blocks of code of one language in a document, in order.
fn blocos(texto: &str, linguagem: &str) -> Vec<String> {
    let cerca = format!("```{linguagem}\n");
    let inicios = texto.split(&cerca).skip(1);
    inicios.map(|resto| resto.split("```").next().expect("a block").to_owned()).collect()
}

/// A module's documentation, without the marks of a comment.
fn rustdoc(caminho: &str) -> String {
    let linhas = documento(caminho);
    let linhas = linhas.lines().map_while(|linha| linha.strip_prefix("//!"));
    linhas
        .map(|linha| linha.strip_prefix(' ').unwrap_or(linha))
        .fold(String::new(), |tudo, linha| tudo + linha + "\n")
}

/// Somebody's folder, in which the repository lies as `pixson` beside his own program.
struct Fora(TempDir);

impl Fora {
    fn novo() -> Self {
        let fora = Self(TempDir::new().expect("a temporary directory"));
        std::os::unix::fs::symlink(raiz(), fora.0.path().join("pixson")).expect("ours");
        fora
    }

    /// A package with this manifest behind its name, and this source, in place of one of that name. It
    /// takes the versions of this repository, which are on this machine. What is built for one package
    /// of a folder serves the next.
    fn programa(&self, programa: &str, manifesto: &str, fontes: &[(&str, &str)]) {
        let cabeca =
            format!("[package]\nname = \"{}\"\nedition = \"2024\"\n", programa.replace('/', "-"));
        self.gravar(&format!("{programa}/Cargo.toml"), &(cabeca + manifesto));
        for (nome, texto) in fontes {
            self.gravar(&format!("{programa}/{nome}"), texto);
        }
        let travado = self.0.path().join(programa).join("Cargo.lock");
        fs::copy(raiz().join("Cargo.lock"), travado).expect("the versions of the workspace");
    }

    fn gravar(&self, nome: &str, texto: &str) {
        let caminho = self.0.path().join(nome);
        fs::create_dir_all(caminho.parent().expect("in a folder")).expect("ours");
        fs::write(caminho, texto).expect("ours");
    }

    /// Runs cargo in a folder. What it builds stays for the next run of this test.
    fn cargo(&self, pasta: &str, argumentos: &[&str]) -> Output {
        Command::new(env::var_os("CARGO").expect("cargo runs the tests"))
            .args(argumentos)
            .arg("--offline")
            .current_dir(self.0.path().join(pasta))
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("embutir"))
            // Nobody debugs it, nor changes a line of it.
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env("CARGO_INCREMENTAL", "0")
            .output()
            .expect("cargo is there")
    }

    /// The same, and it must succeed.
    fn consegue(&self, pasta: &str, argumentos: &[&str]) {
        let saida = self.cargo(pasta, argumentos);
        let erros = String::from_utf8_lossy(&saida.stderr);
        assert!(saida.status.success(), "cargo {}:\n{erros}", argumentos.join(" "));
    }
}

/// How far cargo goes with a program. To check it takes what all tests of this file check.
fn ate_onde() -> &'static str {
    tamanho("check", "run")
}

#[test]
fn the_fuzz_target_of_the_documentation_builds_outside_this_repository() {
    let texto = rustdoc("pixson-core/oraculos/src/lib.rs");
    let receita = blocos(&texto, "sh").into_iter().find(|bloco| bloco.contains("cargo fuzz init"));
    let receita = receita.expect("a recipe");
    let alvo = blocos(&texto, "text").into_iter().find(|bloco| bloco.contains("fuzz_target!"));
    // What `cargo fuzz init` and `cargo fuzz add` write, but for a fuzzer that is not needed here.
    let manifesto = "\n[workspace]\n\n[dependencies]\nlibfuzzer-sys = { path = \"../libfuzzer\" }\n\n\
                     [[bin]]\nname = \"meu_alvo\"\npath = \"fuzz_targets/meu_alvo.rs\"\n";
    let fontes = [("fuzz_targets/meu_alvo.rs", &*alvo.expect("a target"))];
    let fora = Fora::novo();
    fora.programa("meu-programa/fuzz", manifesto, &fontes);
    fora.gravar(
        "meu-programa/libfuzzer/Cargo.toml",
        "[package]\nname = \"libfuzzer-sys\"\nedition = \"2024\"\n",
    );
    fora.gravar(
        "meu-programa/libfuzzer/src/lib.rs",
        "#[macro_export]\nmacro_rules! fuzz_target {\n    (|$d:ident: &[u8]| $corpo:expr) => {\n        \
         #[unsafe(no_mangle)]\n        pub extern \"C\" fn main() -> i32 {\n            \
         let $d: &[u8] = b\"abc\";\n            $corpo;\n            0\n        }\n    };\n}\n",
    );
    let mut somou = false;
    for comando in receita.lines().filter_map(|linha| linha.strip_prefix("cargo add ")) {
        let argumentos: Vec<&str> = ["add"].into_iter().chain(comando.split(' ')).collect();
        fora.consegue("meu-programa", &argumentos);
        somou = true;
    }
    assert!(somou, "the recipe adds the library:\n{receita}");
    fora.consegue("meu-programa/fuzz", &[ate_onde(), "--quiet"]);
}

#[test]
fn the_program_of_both_readmes_builds_and_runs_beside_the_repository() {
    let fora = Fora::novo();
    for leia_me in ["README.md", "README.pt-BR.md"] {
        let texto = documento(leia_me);
        let [dependencia, fonte] = ["toml", "rust"].map(|linguagem| {
            let [bloco] = &blocos(&texto, linguagem)[..] else { panic!("{leia_me}: {linguagem}") };
            bloco.clone()
        });
        fora.programa("meu", &format!("\n{dependencia}"), &[("src/main.rs", &fonte)]);
        fora.consegue("meu", &[ate_onde(), "--quiet"]);
    }
}

#[test]
fn each_set_of_features_gives_what_the_documentation_says() {
    let nada = "use pixson_core::banco::{BancoMemoria, regras::decidir};\n";
    let json = "use pixson_core::banco::{BancoJson, auditar, disco::DiscoReal};\n";
    let valores = "fn _v<'a>() -> impl arbitrary::Arbitrary<'a> { pixson_core::Saldo::MAX }\n";
    let oraculos = "use pixson_oraculos::{conformidade::conferir, par_sobre, servidor};\n";
    let arquivos = "use pixson_oraculos::{DiscoModelo, conta, juiz::julgar_respostas};\n";
    let casos = [
        ("pixson-core", "[]", vec![nada], vec![json, valores]),
        ("pixson-core", "[\"json\"]", vec![nada, json], vec![valores]),
        ("pixson-core", "[\"arbitrary\"]", vec![nada, valores], vec![json]),
        ("pixson-core/oraculos", "[]", vec![nada, valores, oraculos], vec![json, arquivos]),
        (
            "pixson-core/oraculos",
            "[\"json\"]",
            vec![nada, json, valores, oraculos, arquivos],
            vec![],
        ),
    ];
    let fora = Fora::novo();
    for (pasta, features, tem, falta) in casos {
        let sem = |pasta| format!("{{ path = \"../pixson/{pasta}\", default-features = false");
        let (nome, core) = match pasta {
            "pixson-core" => (pasta, String::new()),
            _ => ("pixson-oraculos", format!("pixson-core = {} }}\n", sem("pixson-core"))),
        };
        let dependencia = format!(
            "\n[dependencies]\narbitrary = {{ version = \"1\", default-features = false }}\n\
             {core}{nome} = {}, features = {features} }}\n",
            sem(pasta)
        );
        let fonte = |usos: &str| format!("#![allow(unused_imports)]\n{usos}fn main() {{}}\n");
        fora.programa("meu", &dependencia, &[("src/main.rs", &fonte(&tem.concat()))]);
        fora.consegue("meu", &["check", "--quiet"]);
        for usos in falta {
            fora.gravar("meu/src/main.rs", &fonte(usos));
            let saida = fora.cargo("meu", &["check", "--quiet"]);
            let erros = String::from_utf8_lossy(&saida.stderr);
            let faltou = ["unresolved import", "is not satisfied"];
            let faltou = faltou.iter().any(|erro| erros.contains(erro));
            assert!(faltou, "{nome} with {features} gives {usos}{erros}");
        }
    }
}
