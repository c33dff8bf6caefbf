//! What a person reads of the command line: every page of help, and a sentence for every mistake,
//! word by word in `tests/dados`.
//!
//! `SNAPSHOTS=overwrite cargo test --package pixson-servidor --test palavras` writes them anew; what has
//! changed is then to be read.

#[path = "comum/ambiente.rs"]
mod ambiente;
#[path = "comum/comandos.rs"]
mod comandos;
#[path = "comum/ingles.rs"]
mod ingles;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

use ambiente::programa;
use comandos::COMANDOS;
use ingles::em_ingles;
use snapbox::{Data, assert_data_eq};
use tempfile::TempDir;

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

fn executar(argumentos: &[&str], pasta: &Path) -> Output {
    let mut comando = programa(SERVIDOR);
    comando.args(argumentos).current_dir(pasta);
    comando.output().expect("the program runs")
}

fn texto(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

fn pagina(nome: &str) -> Data {
    let caminho = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dados").join(nome);
    Data::read_from(&caminho, None)
}

#[test]
fn every_page_of_help_is_the_one_that_is_kept_and_is_portuguese() {
    let pasta = TempDir::new().expect("a temporary directory");
    for comando in COMANDOS {
        let saida = executar(&[comando, &["--help"]].concat(), pasta.path());
        assert_eq!(saida.status.code(), Some(0), "{comando:?}");
        let ajuda = texto(saida.stdout);
        let sem_opcao = ajuda.replace("--help", "").replace("--version", "");
        assert_eq!(em_ingles(&sem_opcao), [""; 0], "{ajuda}");
        assert!(ajuda.contains("\nExemplos:\n"), "{ajuda}");
        assert!(ajuda.lines().all(|linha| linha.chars().count() <= 100), "{ajuda}");
        let nome = ["ajuda"].iter().chain(comando).copied().collect::<Vec<_>>().join("-");
        assert_data_eq!(ajuda, pagina(&format!("{nome}.txt")).raw());
    }
}

#[test]
fn every_command_has_a_page_that_is_kept() {
    let pasta = TempDir::new().expect("a temporary directory");
    for comando in [&[][..], &["conta"]] {
        let ajuda = texto(executar(&[comando, &["--help"]].concat(), pasta.path()).stdout);
        let (_, lista) = ajuda.split_once("Comandos:\n").expect("commands");
        for linha in lista.lines().take_while(|linha| !linha.is_empty()) {
            let nome = linha.split_whitespace().next().expect("a name");
            let completo = [comando, &[nome]].concat();
            assert!(COMANDOS.contains(&&completo[..]), "{completo:?} is not in the list");
        }
    }
}

/// A bank with a good account and one that cannot be read, and files to import.
fn banco() -> TempDir {
    let pasta = TempDir::new().expect("a temporary directory");
    let criar = |nome: &str, conteudo: &str| {
        fs::write(pasta.path().join(nome), conteudo).expect("writable");
    };
    fs::create_dir(pasta.path().join("contas")).expect("writable");
    criar("contas/1.json", r#"{"rg": "1", "nome": "Ana", "saldo": 10.0}"#);
    criar("contas/2.json", "{");
    criar("boa.jsonl", "{\"rg\":\"3\",\"nome\":\"Davi\",\"centavos\":5}\n");
    criar("repetida.jsonl", "{\"rg\":\"1\",\"nome\":\"Ana\",\"saldo\":\"1,5\"}\n");
    criar("ruim.jsonl", RUIM);
    criar("latim.jsonl", "");
    fs::write(
        pasta.path().join("latim.jsonl"),
        b"{\"rg\":\"4\",\"nome\":\"Jos\xe9\",\"saldo\":1}\n",
    )
    .expect("writable");
    pasta
}

/// Each line is wrong in a way of its own, but for the first and the empty one.
const RUIM: &str = r#"{"rg":"21","nome":"Um","centavos":100}
[1]

{"rg":"22","nome":" ","centavos":1}
{"rg":"22","nome":"a\tb","centavos":1}
{"rg":"12345678901","nome":"a","centavos":1}
{"rg":"23","nome":"a","centavos":1.5}
{"rg":"23","nome":"a","centavos":1000000000000000}
{"rg":"24","nome":"a"}
{"rg":"21","nome":"a","saldo":"1"}
{"rg":"25","nome":"a","saldo":"-1"}
{"rg":"25","nome":"a","saldo":1e3}
{"rg":"25","nome":"a","valor":1}
{"rg":25,"nome":"a","saldo":1}
{"nome":"a","saldo":1}
{"rg":"26","rg":"27","nome":"a","saldo":1}
{"rg":"26","nome":"a","saldo":1,"centavos":1}
{"rg":"26","nome":"a","saldo":1
{"rg":"26","nome":"a","saldo":1} {}
oi
"#;

#[test]
fn every_mistake_has_the_sentence_and_the_exit_code_that_are_kept() {
    let mut transcricao = String::new();
    for argumentos in [
        "conta",
        "conta apagar 1",
        "conta criar",
        "conta criar 1",
        "conta criar 1x --nome Ana",
        "conta criar 12345678901 --nome Ana",
        "conta criar 3 --nome",
        "conta criar 3 --nome=",
        "conta criar 3 --nome Ana --saldo 1.234,50",
        "conta criar 3 --nome Ana --saldo -1",
        "conta criar 3 --nome Ana --saldo 10000000000000",
        "conta criar 1 --nome Ana",
        "conta criar 2 --nome Ana",
        "conta mostrar 9",
        "conta mostrar 2",
        "conta listar 9",
        "conta listar",
        "conta ajustar 1",
        "conta ajustar 9 --saldo 1",
        "conta ajustar 2 --saldo 1",
        "importar",
        "importar nada.jsonl",
        "importar contas",
        "importar repetida.jsonl",
        "importar ruim.jsonl",
        "importar latim.jsonl",
        "exportar contas",
        "exportar nada/contas.jsonl",
        "exportar saida.jsonl",
        "extrato",
        "extrato 9",
        "auditar 1",
        "auditar",
        "auditar --contas nada",
        "conta listar --contas boa.jsonl",
        "conta criar 3 --nome Ana --contas nada",
        "completar",
        "completar zs",
        "manual audita",
        "--log info completar bash",
        "--log muito",
        "--prazo-login 0",
        "--max-conexoes 0",
    ] {
        let pasta = banco();
        let palavras: Vec<&str> = argumentos.split(' ').collect();
        let saida = executar(&palavras, pasta.path());
        let codigo = saida.status.code().expect("no signal");
        assert_ne!(codigo, 0, "{argumentos}");
        let erros = texto(saida.stderr);
        assert_eq!(em_ingles(&erros.replace("--help", "")), [""; 0], "{argumentos}: {erros}");
        let _ = write!(transcricao, "$ pixson-servidor {argumentos}\n{erros}[{codigo}]\n\n");
        let sobras =
            fs::read_dir(pasta.path()).expect("a folder").map(|item| item.expect("an entry"));
        let sobras = sobras.filter(|item| item.file_name().to_string_lossy().contains("parcial"));
        assert_eq!(sobras.count(), 0, "{argumentos}");
    }
    assert_data_eq!(transcricao, pagina("erros.txt").raw());
}

#[test]
fn a_mistake_in_a_variable_is_said_and_an_option_is_worth_more() {
    let pasta = banco();
    let com = |variavel: &str, valor: &str, argumentos: &[&str]| {
        let mut comando = programa(SERVIDOR);
        comando.args(argumentos).env(variavel, valor).current_dir(pasta.path());
        comando.output().expect("the program runs")
    };
    let saida = com("PIXSON_PORTA", "muita", &[]);
    assert_eq!(saida.status.code(), Some(2));
    let erros = texto(saida.stderr);
    assert!(erros.contains("\"muita\""), "{erros}");
    for variavel in ["PIXSON_HOST", "PIXSON_PORTA", "PIXSON_CONTAS"] {
        let saida = com(variavel, "", &["auditar"]);
        let frase = format!(
            "A variável {variavel} está vazia: defina um valor para ela, ou remova-a. Veja pixson-servidor \
             auditar --help.\n"
        );
        assert_eq!((texto(saida.stderr), saida.status.code()), (frase, Some(2)));
    }
    let saida = com("PIXSON_HOST", "localhost:5000", &["auditar"]);
    let frase = "Valor inválido para --host <HOST>, da variável PIXSON_HOST: \"localhost:5000\" (\
                 informe a porta separadamente: use --host localhost --porta 5000). ";
    assert!(texto(saida.stderr).starts_with(frase));
    let saida = com("PIXSON_CONTAS", "contas", &["conta", "mostrar", "1", "--json"]);
    assert_eq!(texto(saida.stdout), "{\"rg\":\"1\",\"nome\":\"Ana\",\"centavos\":1000}\n");
    let mostrar = ["conta", "mostrar", "1", "--json", "--contas", "contas"];
    let saida = com("PIXSON_CONTAS", "nada", &mostrar);
    assert_eq!(saida.status.code(), Some(0));
}
