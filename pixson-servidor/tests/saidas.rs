//! What leaves the program: output that cannot be written is not success, and nothing that others
//! wrote reaches a terminal or a reader of lines as it is.

#[path = "comum/cano.rs"]
mod cano;
mod comum;
#[path = "../../pixson-cliente/tests/comum/ruim.rs"]
mod ruim;

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Output, Stdio};

use cano::sem_leitor;
use comum::ambiente::programa;
use comum::instancia::Instancia;
use comum::{contas, duas_contas, texto};
use pixson_core::banco::disco::DiscoReal;
use pixson_core::banco::{BancoJson, ConfiguracaoJson};
use pixson_core::{Banco, Carimbo, Operacao, Relogio};
use ruim::{RUIM, com_palavra, conferir, palavras};
use serde_json::Value;
use tempfile::TempDir;

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

fn executar(pasta: &Path, argumentos: &[&OsStr]) -> Output {
    let mut comando = programa(SERVIDOR);
    comando.args(argumentos).current_dir(pasta).stdin(Stdio::null());
    comando.output().expect("the program runs")
}

/// Runs a command on a bank, with its standard output there.
fn para(saida: impl Into<Stdio>, contas: &Path, argumentos: &[&str]) -> Output {
    let mut comando = programa(SERVIDOR);
    comando.args(argumentos).env("PIXSON_CONTAS", contas).stdout(saida);
    comando.output().expect("the program runs")
}

fn cheio() -> fs::File {
    OpenOptions::new().write(true).open("/dev/full").expect("part of Linux")
}

#[test]
fn whatever_is_only_shown_fails_on_a_full_disk_and_not_for_want_of_a_reader() {
    let pasta = duas_contas();
    for argumentos in [
        &["--help"][..],
        &["--version"],
        &["conta", "criar", "--ajuda"],
        &["completar", "fish"],
        &["manual", "conta", "criar"],
        &["conta", "listar"],
        &["conta", "mostrar", "1111111111", "--json"],
        &["exportar"],
        &["extrato", "1111111111"],
        &["auditar"],
        &["auditar", "--json"],
    ] {
        let saida = para(cheio(), pasta.path(), argumentos);
        let frase = "Não foi possível escrever a saída (não há espaço).\n";
        assert_eq!((texto(&saida.stderr), saida.status.code()), (frase, Some(3)), "{argumentos:?}");
        let saida = para(sem_leitor(), pasta.path(), argumentos);
        assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(0)), "{argumentos:?}");
    }
}

#[test]
fn what_was_changed_and_cannot_be_shown_is_told_on_standard_error() {
    let pasta = contas(&[]);
    let lista = pasta.path().join("novas");
    fs::write(&lista, "{\"rg\":\"3\",\"nome\":\"Ana\",\"centavos\":1}\n").expect("writable");
    let lista = lista.to_str().expect("UTF-8");
    for (argumentos, rg) in [
        (&["conta", "criar", "1", "--nome", "Ana"][..], "1"),
        (&["conta", "criar", "2", "--nome", "Ana", "--json"], "2"),
        (&["importar", lista], "3"),
        (&["conta", "ajustar", "3", "--saldo", "5"], "3"),
    ] {
        let saida = para(sem_leitor(), pasta.path(), argumentos);
        let frase =
            "A operação foi feita, mas não foi possível escrever a saída (o outro lado já saiu).\n";
        assert_eq!((texto(&saida.stderr), saida.status.code()), (frase, Some(3)), "{argumentos:?}");
        let saida = para(Stdio::piped(), pasta.path(), &["conta", "mostrar", rg]);
        assert_eq!(saida.status.code(), Some(0), "{argumentos:?}");
    }
    let saida = para(Stdio::piped(), pasta.path(), &["conta", "mostrar", "3"]);
    assert!(texto(&saida.stdout).ends_with("Saldo: 5.0\n"), "{saida:?}");
}

#[test]
fn an_audit_tells_by_its_code_what_it_found_also_without_a_reader() {
    let pasta = duas_contas();
    let saida =
        para(Stdio::piped(), pasta.path(), &["conta", "ajustar", "1111111111", "--saldo", "1"]);
    assert_eq!(saida.status.code(), Some(0));
    fs::write(
        pasta.path().join("1111111111.json"),
        "{\"rg\": \"1111111111\", \"nome\": \"Ana\", \"saldo\": 1000.0}",
    )
    .expect("writable");
    for argumentos in [&["auditar"][..], &["auditar", "--json"]] {
        let saida = para(sem_leitor(), pasta.path(), argumentos);
        assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(1)));
    }
}

#[test]
fn a_word_of_the_command_line_or_of_the_environment_moves_no_cursor() {
    let pasta = contas(&[("1", "10.0")]);
    for palavra in palavras() {
        for argumentos in [
            &["RUIM"][..],
            &["--RUIM"],
            &["--contas", "RUIM"],
            &["--host", "RUIM", "--contas", "."],
            &["--porta", "RUIM"],
            &["--metricas", "RUIM", "--contas", ".", "--porta", "0"],
            &["--log", "RUIM"],
            &["--prazo-login", "RUIM"],
            &["conta", "RUIM"],
            &["conta", "mostrar", "RUIM"],
            &["conta", "listar", "--contas", "RUIM"],
            &["conta", "criar", "2", "--contas", ".", "--nome", "RUIM"],
            &["conta", "ajustar", "1", "--contas", ".", "--saldo", "RUIM"],
            &["importar", "--contas", ".", "RUIM"],
            &["exportar", "--contas", ".", "RUIM/x"],
            &["extrato", "--contas", "RUIM", "1"],
            &["auditar", "--contas", "RUIM"],
            &["completar", "RUIM"],
            &["manual", "RUIM"],
        ] {
            let com = com_palavra(argumentos, palavra);
            let com: Vec<_> = com.iter().map(AsRef::as_ref).collect();
            let saida = executar(pasta.path(), &com);
            assert_ne!(saida.status.code(), Some(0), "{com:?}");
            conferir(&saida, 1, &format!("{com:?}"));
        }
        for variavel in ["PIXSON_HOST", "PIXSON_PORTA", "PIXSON_CONTAS"] {
            let mut comando = programa(SERVIDOR);
            comando.env("PIXSON_CONTAS", pasta.path()).env(variavel, palavra);
            let saida = comando.output().expect("the program runs");
            assert_ne!(saida.status.code(), Some(0), "{variavel}");
            conferir(&saida, 1, variavel);
        }
    }
}

#[test]
fn the_name_of_a_directory_or_of_a_file_moves_no_cursor() {
    let acima = TempDir::new().expect("a temporary directory");
    let pasta = acima.path().join(RUIM);
    fs::create_dir(&pasta).expect("a new folder");
    fs::write(pasta.join("1.json"), "{\"rg\": \"1\", \"nome\": \"Ana\", \"saldo\": 1.0}")
        .expect("writable");
    let arquivo = pasta.join("contas.jsonl");
    let onde = [OsStr::new("--contas"), pasta.as_os_str()];
    let com = |palavras: &[&OsStr]| executar(acima.path(), &[palavras, &onde].concat());
    let exportar = com(&[OsStr::new("exportar"), arquivo.as_os_str()]);
    assert_eq!(exportar.status.code(), Some(0));
    conferir(&exportar, 1, "exportar");
    conferir(&com(&[OsStr::new("importar"), arquivo.as_os_str()]), 2, "importar");
    let proprio = pasta.join("2.json");
    conferir(&com(&[OsStr::new("exportar"), proprio.as_os_str()]), 1, "exportar para o banco");
    let servidor = Instancia::servir(&pasta);
    conferir(&com(&[OsStr::new("auditar")]), 1, "em uso");
    drop(servidor);
}

#[test]
fn a_line_of_json_is_ascii_in_one_piece_and_is_imported_as_it_was() {
    let pasta = contas(&[]);
    let nome = format!("É{}", RUIM.replace('\n', "\\n"));
    let nome = nome.chars().fold(String::new(), |nome, letra| {
        let escapada = letra.is_control();
        nome + &if escapada { format!("\\u{:04x}", u32::from(letra)) } else { letra.to_string() }
    });
    let conta = format!("{{\"rg\": \"1\", \"nome\": \"{nome}\", \"saldo\": 1.0}}");
    fs::write(pasta.path().join("1.json"), conta).expect("writable");
    let mut vistas = Vec::new();
    for argumentos in
        [&["exportar"][..], &["conta", "listar", "--json"], &["conta", "mostrar", "1", "--json"]]
    {
        let saida = para(Stdio::piped(), pasta.path(), argumentos);
        // An export has a first and a last line of its own.
        let mut linhas = texto(&saida.stdout).lines().filter(|linha| linha.contains("rg"));
        let (linha, outra) = (linhas.next().expect("the account"), linhas.next());
        assert_eq!(outra, None);
        assert!(linha.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{linha}");
        let objeto: Value = serde_json::from_str(linha).expect("an object");
        assert!(objeto["nome"].as_str().is_some_and(|nome| nome.contains('\u{1b}')), "{linha}");
        vistas.push(objeto);
    }
    vistas.dedup();
    assert_eq!(vistas.len(), 1, "{vistas:?}");
    for argumentos in [&["conta", "listar"][..], &["conta", "mostrar", "1"]] {
        conferir(&para(Stdio::piped(), pasta.path(), argumentos), 0, "um nome");
    }

    // What may be a name, comes back as it was: as it is written now, and as it was before.
    let nome = "Íris 名 😀\u{200d}\u{2028}\u{202e}";
    for (rg, escapado) in [("2", false), ("3", true)] {
        let linha = serde_json::json!({ "rg": rg, "nome": nome, "centavos": 1 }).to_string();
        let arquivo = pasta.path().join("novas.jsonl");
        if escapado {
            let antes = para(Stdio::piped(), pasta.path(), &["conta", "mostrar", "2", "--json"]);
            let linha = texto(&antes.stdout).replace("\"2\"", "\"3\"");
            assert!(linha.is_ascii() && linha.contains("\\u00cdris"), "{linha}");
            fs::write(&arquivo, linha).expect("writable");
        } else {
            fs::write(&arquivo, linha + "\n").expect("writable");
        }
        let arquivo = arquivo.to_str().expect("UTF-8");
        let saida = para(Stdio::piped(), pasta.path(), &["importar", arquivo]);
        assert_eq!(saida.status.code(), Some(0), "{saida:?}");
        let saida = para(Stdio::piped(), pasta.path(), &["conta", "mostrar", rg, "--json"]);
        let objeto: Value = serde_json::from_slice(&saida.stdout).expect("an object");
        assert_eq!(objeto["nome"], nome);
    }
}

#[test]
fn a_stamp_that_doubles_would_round_is_in_a_statement_as_text_too() {
    const ALVO: u64 = (1 << 53) + 1;
    let pasta = contas(&[("1", "10.0")]);
    let disco = DiscoReal::abrir(pasta.path()).expect("a directory");
    let (banco, _) = BancoJson::abrir_em(disco, ConfiguracaoJson::default()).expect("a bank");
    let relogio = Relogio::desde(Carimbo::novo(ALVO - 1).expect("in range"));
    let operacao = Operacao::Deposito {
        rg: "1".parse().expect("an RG"),
        valor: "1".parse().expect("an amount"),
    };
    let recibo = banco.executar(operacao, &relogio).expect("a stamp").recibo;
    banco.confirmar(recibo).expect("a disk");
    banco.fechar().expect("a disk");
    drop(banco);
    let saida = para(Stdio::piped(), pasta.path(), &["extrato", "1", "--json"]);
    let objeto: Value = serde_json::from_slice(&saida.stdout).expect("an object");
    assert_eq!(objeto["carimbo"], ALVO);
    assert_eq!(objeto["carimbo_texto"], ALVO.to_string());
    assert_eq!(objeto["seq_texto"], Value::Null, "only where it is needed");
    let saida = para(Stdio::piped(), pasta.path(), &["extrato", "1"]);
    assert!(texto(&saida.stdout).contains(&ALVO.to_string()));
}
