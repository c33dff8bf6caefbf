//! What others wrote, words, variables, names of files and texts of servers, is shown in a way that
//! moves no cursor and hides nothing, and its JSON is read by whoever splits it into lines.

mod comum;
#[path = "../../pixson-core/tests/comum/fontes.rs"]
mod fontes;
#[path = "comum/ruim.rs"]
mod ruim;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use comum::ditado::{LOGIN, servidor_que_diz};
use comum::falso::{RGS, banco, servir};
use comum::filho::Filho;
use comum::{sem_tubos, texto};
use fontes::{fontes, membros, raiz};
use ruim::{RUIM, com_palavra, conferir, palavras};
use serde_json::Value;
use tempfile::TempDir;

fn executar(argumentos: &[&OsStr], ambiente: &[(&str, &OsStr)], entrada: &[u8]) -> Output {
    let mut comando = sem_tubos(&[]);
    comando.args(argumentos).envs(ambiente.iter().copied());
    comando.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Filho::vigiado(&mut comando).terminar_com(entrada)
}

/// Who may write to standard output or standard error by itself, beside `fala`: what is shown line by
/// line, the log, the data of the administration, and the last words of a server, which wait for nobody.
const ESCREVEM: [&str; 8] = [
    "pixson-cliente/linha/src/fala.rs",
    "pixson-cliente/terminal/src/interativo.rs",
    "pixson-cliente/terminal/src/saida.rs",
    "pixson-cliente/terminal/src/tubo.rs",
    "pixson-servidor/administracao/src/saida.rs",
    "pixson-servidor/observacao/src/registro.rs",
    "pixson-servidor/observacao/src/tela.rs",
    "pixson-servidor/src/main.rs",
];

/// Whether a file holds any of these words in a way that is no question about a terminal.
fn contem(fonte: &Path, palavras: &[&str]) -> bool {
    let texto = fs::read_to_string(fonte).expect("a source file");
    let tem = |linha: &str| palavras.iter().any(|palavra| linha.contains(palavra));
    texto.lines().any(|linha| tem(linha) && !linha.contains("is_terminal"))
}

#[test]
fn what_a_program_says_goes_through_one_place() {
    let palavras = ["io::stdout()", "io::stderr()", "println!(", "print!("];
    // Both programs, and every crate in the folder of one.
    let crates = membros().into_iter().filter(|um| !um.starts_with("pixson-core"));
    let lidas: Vec<_> = crates.flat_map(|um| fontes(&raiz().join(um).join("src"))).collect();
    assert!(lidas.len() > 100, "only {} files", lidas.len());
    let mut achados: Vec<_> = lidas.iter().filter(|fonte| contem(fonte, &palavras)).collect();
    achados.sort_unstable();
    let permitidos = ESCREVEM.map(|arquivo| raiz().join(arquivo));
    assert_eq!(achados, permitidos.iter().collect::<Vec<_>>(), "say it with `fala`");
}

#[test]
fn a_word_of_the_command_line_or_of_the_environment_moves_no_cursor() {
    for palavra in palavras() {
        for argumentos in [
            &["RUIM"][..],
            &["1RUIM"],
            &["--RUIM"],
            &["--host", "RUIM", "--rg", "1", "saldo"],
            &["--host", "RUIM", "ping"],
            &["--host", "RUIM", "carga"],
            &["--porta", "RUIM", "ping"],
            &["--rg", "RUIM", "saldo"],
            &["--cor", "RUIM"],
            &["--tempo-limite", "RUIM", "ping"],
            &["--rg", "1", "saque", "RUIM"],
            &["--rg", "1", "transferencia", "--para", "RUIM", "1"],
            &["--rg", "1", "transferencia", "1", "2RUIM"],
            &["--rg", "1", "script", "RUIM"],
            &["carga", "--rgs", "RUIM"],
            &["carga", "--operacao", "RUIM"],
            &["completar", "RUIM"],
            &["manual", "RUIM"],
        ] {
            let com = com_palavra(argumentos, palavra);
            let com: Vec<_> = com.iter().map(AsRef::as_ref).collect();
            let saida = executar(&com, &[], b"");
            assert_ne!(saida.status.code(), Some(0), "{com:?}");
            conferir(&saida, 1, &format!("{com:?}"));
        }
        for variavel in ["PIXSON_HOST", "PIXSON_PORTA", "PIXSON_RG"] {
            let argumentos = ["--tempo-limite", "5", "saldo"].map(OsStr::new);
            let rg = ("PIXSON_RG", OsStr::new("1"));
            let saida = executar(&argumentos, &[rg, (variavel, palavra)], b"");
            assert_ne!(saida.status.code(), Some(0), "{variavel}");
            conferir(&saida, 1, variavel);
        }
    }
}

#[test]
fn the_bytes_of_a_script_and_the_name_of_its_file_move_no_cursor() {
    let pasta = TempDir::new().expect("a temporary directory");
    let arquivo = pasta.path().join(format!("a{RUIM}"));
    let linha = RUIM.replace('\n', "");
    let linhas = format!(
        "{linha}\nsaque {linha}\ntransferencia --para {linha} 1\nsaldo --{linha}\n\
         transferencia {linha} 5 6\n"
    );
    for extra in [&[][..], &["--json"]] {
        let porta = servidor_que_diz(&[LOGIN]);
        let comuns = [&["--porta", &porta, "--rg", "1"], extra, &["script"]].concat();
        let saida =
            executar(&comuns.iter().map(OsStr::new).collect::<Vec<_>>(), &[], linhas.as_bytes());
        conferir(&saida, 5, "script");
        assert_eq!(saida.status.code(), Some(2));
        let objetos = texto(&saida.stdout);
        assert!(objetos.is_ascii() && objetos.lines().count() == extra.len() * 5, "{objetos}");
    }
    let com: Vec<_> = ["--rg", "1", "script"].map(OsStr::new).into();
    conferir(&executar(&[&com[..], &[arquivo.as_os_str()]].concat(), &[], b""), 1, "no file");
    fs::create_dir(&arquivo).expect("a new folder");
    let (porta, rg) = (servidor_que_diz(&[LOGIN]), OsStr::new("1"));
    let ambiente = [("PIXSON_PORTA", OsStr::new(&porta)), ("PIXSON_RG", rg)];
    let argumentos = [OsStr::new("script"), arquivo.as_os_str()];
    conferir(&executar(&argumentos, &ambiente, b""), 1, "a folder");
}

/// No control character can be in a reply, but everything else that deceives.
fn resposta(situacao: u8, texto: &str) -> Vec<u8> {
    let texto: String = texto.chars().filter(|letra| !letra.is_control()).collect();
    format!("t:7|s:{situacao}|resposta:{texto}\n").into_bytes()
}

#[test]
fn the_text_of_a_server_deceives_nobody() {
    for situacao in [0, 1] {
        for (argumentos, entrada) in [
            (&["--rg", "1", "saldo"][..], ""),
            (&["--rg", "1", "--json", "saldo"], ""),
            (&["ping"], ""),
            (&["ping", "--json"], ""),
            (&["--rg", "1", "script"], "saldo\n"),
            (&["1"], "1\n0\n"),
        ] {
            let ruim: &'static [u8] = resposta(situacao, RUIM).leak();
            let respostas: &'static [&'static [u8]] =
                if argumentos[0] == "ping" { vec![ruim].leak() } else { vec![LOGIN, ruim].leak() };
            let porta = servidor_que_diz(respostas);
            let todos: Vec<_> = argumentos.iter().map(OsStr::new).collect();
            let ambiente = [("PIXSON_PORTA", OsStr::new(&porta))];
            let saida = executar(&todos, &ambiente, entrada.as_bytes());
            conferir(&saida, texto(&saida.stderr).lines().count(), &format!("{argumentos:?}"));
            if argumentos.contains(&"--json") {
                let linha = texto(&saida.stdout).strip_suffix('\n').expect("an end");
                assert!(linha.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{linha}");
                serde_json::from_str::<Value>(linha).expect("an object");
            }
        }
    }
}

#[test]
fn the_texts_in_the_report_of_a_load_deceive_nobody() {
    let despedida: &'static [u8] = resposta(1, RUIM).leak();
    for extra in [&[][..], &["--json"]] {
        // The last connection, which is to read the balances again, is refused.
        let porta = servir(banco(), |numero| numero < 2, despedida);
        let todos = ["carga", "--porta", &porta, "--rgs", RGS, "--duracao", "1", "--conexoes", "1"];
        let todos: Vec<_> = todos.iter().chain(extra).map(OsStr::new).collect();
        let saida = executar(&todos, &[], b"");
        conferir(&saida, 0, "carga");
        assert!(texto(&saida.stdout).contains(if extra.is_empty() {
            "\u{fffd}"
        } else {
            "\\ufffd"
        }));
    }
    let porta = servir(banco(), |_| false, despedida);
    let todos = ["carga", "--porta", &porta, "--rgs", RGS, "--duracao", "1"];
    let saida = executar(&todos.map(OsStr::new), &[], b"");
    conferir(&saida, 1, "carga sem banco");
}

#[test]
fn a_stamp_that_doubles_would_round_is_in_an_object_as_text_too() {
    let porta = servidor_que_diz(&[LOGIN, b"t:9007199254740993|s:0|resposta:Saldo: 10.0\n"]);
    let argumentos = ["--porta", &porta, "--rg", "1", "--json", "saldo"].map(OsStr::new);
    let saida = executar(&argumentos, &[], b"");
    let linha = texto(&saida.stdout);
    let fim = "\"carimbo_enviado\":5,\"carimbo_recebido\":9007199254740993,\
               \"carimbo_recebido_texto\":\"9007199254740993\"}\n";
    assert!(linha.ends_with(fim), "{linha}");
}
