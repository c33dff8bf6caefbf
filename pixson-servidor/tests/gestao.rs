//! Accounts from the command line: created, adjusted, listed, imported and exported, on a bank that is
//! stopped, killed, or in use.

mod comum;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use comum::ambiente::programa;
use comum::banca::Banca;
use comum::filho::Filho;
use comum::instancia::com_falhas;
use comum::pasta::executar_sobre;
use comum::{dizer, duas_contas, texto};
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

/// The same with something to read.
fn com_entrada(contas: &Path, argumentos: &[&str], entrada: &[u8]) -> Output {
    let mut comando = programa(SERVIDOR);
    comando.args(argumentos).arg("--contas").arg(contas);
    comando.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut processo = Filho::gerar(&mut comando);
    processo.stdin.take().expect("piped").write_all(entrada).expect("it reads");
    processo.terminar()
}

/// What a command shows when it is done, and says nothing else.
fn feito(contas: &Path, argumentos: &[&str]) -> String {
    let saida = executar_sobre(contas, argumentos);
    assert_eq!(texto(&saida.stderr), "", "{argumentos:?}");
    assert_eq!(saida.status.code(), Some(0), "{argumentos:?}");
    texto(&saida.stdout).to_owned()
}

fn objetos(saida: &str) -> Vec<Value> {
    saida.lines().map(|linha| serde_json::from_str(linha).expect("an object a line")).collect()
}

/// Lines to import: so many accounts, with as many centavos as their number.
fn linhas(quantas: u32, nome: &str) -> String {
    (0..quantas).fold(String::new(), |mut linhas, rg| {
        let objeto = json!({"rg": rg.to_string(), "nome": nome, "centavos": rg});
        linhas += &objeto.to_string();
        linhas + "\n"
    })
}

fn vazio() -> TempDir {
    TempDir::new().expect("a temporary directory")
}

/// Everything in a directory, with its content.
fn tudo(pasta: &Path) -> Vec<(String, Option<Vec<u8>>)> {
    let itens = fs::read_dir(pasta).expect("a folder").map(|item| item.expect("an entry").path());
    let mut tudo: Vec<_> = itens
        .flat_map(|caminho| {
            let nome = caminho.display().to_string();
            if caminho.is_dir() { tudo(&caminho) } else { vec![(nome, fs::read(&caminho).ok())] }
        })
        .collect();
    tudo.sort();
    tudo
}

fn tudo_sem_trava(pasta: &Path) -> Vec<(String, Option<Vec<u8>>)> {
    tudo(pasta).into_iter().filter(|(nome, _)| !nome.ends_with("trava")).collect()
}

#[test]
fn an_account_that_was_created_is_served_and_stands_in_statement_and_audit() {
    let contas = duas_contas();
    let pasta = contas.path();
    let criar = ["conta", "criar", "3333333333", "--nome", "Ana Souza", "--saldo", "10,50"];
    assert_eq!(feito(pasta, &criar), "Conta 3333333333 criada, com saldo 10.5.\n");
    let arquivo = fs::read_to_string(pasta.join("3333333333.json")).expect("its file");
    assert_eq!(arquivo, r#"{"rg": "3333333333", "nome": "Ana Souza", "saldo": 10.5}"#);
    let ajustar = ["conta", "ajustar", "3333333333", "--saldo", "8"];
    let dito = "Conta 3333333333: saldo ajustado de 10.5 para 8.0.\n";
    assert_eq!(feito(pasta, &ajustar), dito);
    assert_eq!(feito(pasta, &ajustar), "Conta 3333333333: o saldo já é 8.0.\n");

    let mut servidor = Banca::abrir(contas);
    let mut conexao = servidor.conectar();
    assert!(conexao.pedir("t:1|op:6|rg:3333333333").contains("|s:0|"));
    assert!(conexao.pedir("t:2|op:1|rg:3333333333").ends_with("Saldo: 8.0"));
    let transferencia = "t:3|op:4|rg_origem:3333333333|rg_destino:1111111111|valor:7.5";
    assert!(conexao.pedir(transferencia).contains("|s:0|"));
    servidor.parar();

    let pasta = servidor.contas.path();
    let extrato = feito(pasta, &["extrato", "3333333333"]);
    let palavras: Vec<Vec<&str>> =
        extrato.lines().skip(1).map(|linha| linha.split_whitespace().skip(2).collect()).collect();
    assert_eq!(
        palavras,
        [
            &["abertura", "+10.5", "10.5"][..],
            &["ajuste", "-2.5", "8.0"],
            &["transferência", "para", "1111111111", "-7.5", "0.5"],
        ]
    );
    let extrato = objetos(&feito(pasta, &["extrato", "3333333333", "--json"]));
    assert_eq!(
        extrato[0],
        json!({
            "seq": 1, "epoca": 1, "carimbo": 1, "operacao": "abertura", "outra": null,
            "centavos": 1050, "saldo_centavos": 1050,
        })
    );
    assert_eq!(
        (&extrato[2]["operacao"], &extrato[2]["outra"], &extrato[2]["centavos"]),
        (&json!("transferencia_enviada"), &json!("1111111111"), &json!(-750))
    );
    let auditoria = objetos(&feito(pasta, &["auditar", "--json"]));
    assert_eq!(
        auditoria,
        [json!({
            "lancamentos": 3, "contas": 3, "centavos": 2800, "inicial_centavos": 2000,
            "aberturas_centavos": 1050, "ajustes_centavos": -250, "depositos_centavos": 0,
            "saques_centavos": 0, "divergencias": 0, "danos": 0, "feitos": 3,
            "desde_seq": 1, "desde_epoca": 1, "desde_carimbo": 1,
        })]
    );
}

#[test]
fn an_export_is_an_import_and_nothing_is_lost_on_the_way() {
    let (daqui, para) = (vazio(), vazio());
    let linhas = "{\"rg\":\"0\",\"nome\":\"José \\\"Zé\\\" \\\\ 名前\",\"centavos\":0}\n\
                  {\"rg\":\"0000000000\",\"nome\":\"Zero\",\"centavos\":1}\n\
                  {\"rg\":\"10\",\"nome\":\"Dez\",\"centavos\":999999999999999}\n\
                  {\"rg\":\"2\",\"nome\":\"Dois\",\"centavos\":250}\n";
    let dito = com_entrada(daqui.path(), &["importar", "-"], linhas.as_bytes());
    assert_eq!(texto(&dito.stderr), "");
    assert_eq!(texto(&dito.stdout), "4 contas importadas, com 10000000000002.50 ao todo.\n");
    let linhas = linhas.replace('é', "\\u00e9").replace("名前", "\\u540d\\u524d");
    let exportadas = format!("{{\"exportacao\":1}}\n{linhas}{{\"contas\":4}}\n");
    assert_eq!(feito(daqui.path(), &["exportar"]), exportadas, "sorted, one spelling");

    let arquivo = daqui.path().join("saida.jsonl");
    let nome = arquivo.to_str().expect("UTF-8");
    let exportada = executar_sobre(daqui.path(), &["exportar", nome]);
    assert_eq!(texto(&exportada.stderr), format!("4 contas exportadas para {nome}.\n"));
    assert_eq!(fs::read_to_string(&arquivo).expect("written"), exportadas);
    let importadas = feito(para.path(), &["importar", nome, "--json"]);
    assert_eq!(objetos(&importadas), [json!({"contas": 4, "centavos": 1_000_000_000_000_250_u64})]);
    assert_eq!(feito(para.path(), &["exportar"]), exportadas);
    assert_eq!(feito(para.path(), &["conta", "listar", "--json"]), linhas);
    assert!(feito(para.path(), &["auditar"]).ends_with("Nenhuma divergência.\n"));
}

#[test]
fn an_import_with_one_bad_line_changes_nothing() {
    let contas = duas_contas();
    let pasta = contas.path();
    feito(pasta, &["conta", "criar", "3", "--nome", "Ana"]);
    let antes = tudo(pasta);
    let boa = "{\"rg\":\"4\",\"nome\":\"Davi\",\"centavos\":5}\n";
    let ruim = format!("{boa}{{\"rg\":\"5\",\"nome\":\"Eva\",\"centavos\":-5}}\n");
    let saida = com_entrada(pasta, &["importar", "-"], ruim.as_bytes());
    assert_eq!(saida.status.code(), Some(1));
    assert!(texto(&saida.stderr).starts_with("Linha 2: "), "{}", texto(&saida.stderr));
    assert_eq!(tudo(pasta), antes);

    // What only the bank can know is known when it is open, and no account has changed.
    let existente = format!("{boa}{{\"rg\":\"3\",\"nome\":\"Eva\",\"centavos\":5}}\n");
    let saida = com_entrada(pasta, &["importar", "-"], existente.as_bytes());
    assert_eq!(saida.status.code(), Some(1));
    let frases = "Linha 2: a conta 3 já existe.\nNada foi importado.\n";
    assert_eq!(texto(&saida.stderr), frases);
    let ponto = fs::read_to_string(pasta.join("diario/ponto.json")).expect("a checkpoint");
    assert!(ponto.contains("\"limpo\":true"), "a refusal leaves nothing to recover: {ponto}");
    let contas_de = |tudo: Vec<(String, _)>| -> Vec<(String, Option<Vec<u8>>)> {
        tudo.into_iter().filter(|(nome, _)| !nome.contains("diario")).collect()
    };
    assert_eq!(contas_de(tudo(pasta)), contas_de(antes));
    assert_eq!(executar_sobre(pasta, &["conta", "mostrar", "4"]).status.code(), Some(1));
}

#[test]
fn a_bank_that_a_server_has_open_is_neither_changed_nor_read() {
    let mut servidor = Banca::abrir(duas_contas());
    let pasta = servidor.contas.path().to_path_buf();
    let entrada = pasta.join("novas.jsonl");
    fs::write(&entrada, "{\"rg\":\"3\",\"nome\":\"Ana\",\"centavos\":1}\n").expect("writable");
    let antes = tudo(&pasta);
    for argumentos in [
        &["conta", "criar", "3", "--nome", "Ana"][..],
        &["conta", "ajustar", "1111111111", "--saldo", "1"],
        &["conta", "listar"],
        &["conta", "mostrar", "1111111111"],
        &["importar", entrada.to_str().expect("UTF-8")],
        &["exportar"],
    ] {
        let saida = executar_sobre(&pasta, argumentos);
        assert_eq!(saida.status.code(), Some(3), "{argumentos:?}");
        let frase = texto(&saida.stderr);
        assert!(frase.contains("outro processo já usa este banco"), "{frase}");
        assert!(frase.contains("Pare o outro servidor"), "{frase}");
        assert_eq!((frase.lines().count(), texto(&saida.stdout)), (1, ""), "{argumentos:?}");
    }
    assert_eq!(tudo(&pasta), antes);
    servidor.parar();
    feito(&pasta, &["conta", "criar", "3", "--nome", "Ana"]);
}

#[test]
fn after_a_kill_accounts_are_shown_as_they_will_be_recovered() {
    let contas = duas_contas();
    feito(contas.path(), &["conta", "criar", "3333333333", "--nome", "Ana", "--saldo", "5"]);
    let mut servidor = Banca::abrir(contas);
    let mut conexao = servidor.conectar();
    conexao.pedir("t:1|op:6|rg:3333333333");
    for _ in 0..40 {
        assert!(conexao.pedir("t:2|op:2|rg:3333333333|valor:0.1").contains("|s:0|"));
    }
    servidor.sinalizar(Signal::KILL);
    servidor.esperar_fim();
    let pasta = servidor.contas.path();
    let antes = tudo_sem_trava(pasta);
    let mostrada = feito(pasta, &["conta", "mostrar", "3333333333", "--json"]);
    assert_eq!(objetos(&mostrada), [json!({"rg": "3333333333", "nome": "Ana", "centavos": 100})]);
    assert!(feito(pasta, &["conta", "listar"]).ends_with("3333333333                 1.0  Ana\n"));
    assert!(feito(pasta, &["exportar"]).contains("\"centavos\":100}"));
    assert_eq!(tudo_sem_trava(pasta), antes, "looking changes nothing");
    // The next who writes recovers first.
    let ajuste = feito(pasta, &["conta", "ajustar", "3333333333", "--saldo", "2"]);
    assert_eq!(ajuste, "Conta 3333333333: saldo ajustado de 1.0 para 2.0.\n");
}

#[test]
fn an_export_does_not_take_the_place_of_an_account_or_of_the_journal() {
    let contas = duas_contas();
    let pasta = contas.path();
    feito(pasta, &["conta", "ajustar", "1111111111", "--saldo", "5"]);
    let antes = tudo_sem_trava(pasta);
    for nome in ["1111111111.json", "3.json", "diario/ponto.json", "diario/x", "diario/../3.json"] {
        let alvo = pasta.join(nome);
        let saida = executar_sobre(pasta, &["exportar", alvo.to_str().expect("UTF-8")]);
        let frase = format!("{} pertence ao banco: exporte para outro arquivo.\n", alvo.display());
        assert_eq!((texto(&saida.stderr), saida.status.code()), (&*frase, Some(1)), "{nome}");
        assert_eq!(tudo_sem_trava(pasta), antes, "{nome}");
    }
}

#[test]
fn a_bank_without_accounts_says_so_and_shows_nothing() {
    let contas = vazio();
    let saida = executar_sobre(contas.path(), &["conta", "listar"]);
    assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(0)));
    assert_eq!(texto(&saida.stderr), format!("Nenhuma conta em {}.\n", contas.path().display()));
    assert_eq!(feito(contas.path(), &["conta", "listar", "--json"]), "");
}

#[test]
fn a_name_that_would_move_the_cursor_is_shown_and_exported_harmlessly() {
    let contas = vazio();
    let arquivo = "{\"rg\": \"1\", \"nome\": \"a\\u001b[2Jb\", \"saldo\": 1.0}";
    fs::write(contas.path().join("1.json"), arquivo).expect("writable");
    let lista = feito(contas.path(), &["conta", "listar"]);
    assert!(lista.ends_with("a\u{fffd}[2Jb\n"), "{lista:?}");
    let avesso = "{\"rg\": \"2\", \"nome\": \"é\\u202ea\\u2067b\", \"saldo\": 1.0}";
    fs::write(contas.path().join("2.json"), avesso).expect("writable");
    assert!(feito(contas.path(), &["conta", "mostrar", "2"]).contains("é\u{fffd}a\u{fffd}b\n"));
    fs::remove_file(contas.path().join("2.json")).expect("it is there");
    let saida = executar_sobre(contas.path(), &["exportar"]);
    assert_eq!(saida.status.code(), Some(0));
    let linha = "{\"rg\":\"1\",\"nome\":\"a\\u001b[2Jb\",\"centavos\":100}\n";
    assert_eq!(texto(&saida.stdout), format!("{{\"exportacao\":1}}\n{linha}{{\"contas\":1}}\n"));
    let aviso = "Aviso: a conta 1 não pode ser importada: nome com um caractere de controle na \
                 posição 2.\n";
    assert_eq!(texto(&saida.stderr), aviso);
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_a_full_disk_is_one() {
    let contas = duas_contas();
    let pasta = contas.path();
    // More than a pipe holds.
    let entrada = linhas(1000, &"n".repeat(90));
    assert_eq!(com_entrada(pasta, &["importar", "-"], entrada.as_bytes()).status.code(), Some(0));
    let roteiro = r#""$0" exportar --contas "$1" | head -n 1; echo "${PIPESTATUS[0]}""#;
    let saida = programa("bash").args(["-c", roteiro, SERVIDOR]).arg(pasta).output();
    let saida = saida.expect("bash runs");
    assert_eq!(texto(&saida.stderr), "");
    assert!(texto(&saida.stdout).ends_with("}\n0\n"), "{}", texto(&saida.stdout));
    for argumentos in [&["exportar"][..], &["conta", "listar"]] {
        let cheio = fs::OpenOptions::new().write(true).open("/dev/full").expect("part of Linux");
        let mut comando = programa(SERVIDOR);
        comando.args(argumentos).arg("--contas").arg(pasta).stdout(cheio);
        let saida = comando.output().expect("the program runs");
        assert_eq!(saida.status.code(), Some(3));
        let frase = "Não foi possível escrever a saída (não há espaço).\n";
        assert_eq!(texto(&saida.stderr), frase);
    }
    let cheio = fs::OpenOptions::new().write(true).open("/dev/full").expect("part of Linux");
    let mut comando = programa(SERVIDOR);
    comando.args(["conta", "ajustar", "1111111111", "--saldo", "1", "--contas"]).arg(pasta);
    let saida = comando.stdout(cheio).output().expect("the program runs");
    let frase = "A operação foi feita, mas não foi possível escrever a saída (não há espaço).\n";
    assert_eq!((texto(&saida.stderr), saida.status.code()), (frase, Some(3)));
    assert!(feito(pasta, &["conta", "mostrar", "1111111111"]).ends_with("Saldo: 1.0\n"));
}

#[test]
fn nothing_but_data_leaves_a_long_command_that_has_no_terminal() {
    let (daqui, para) = (vazio(), vazio());
    let entrada = linhas(1100, "Ana");
    let importada = com_entrada(daqui.path(), &["importar", "-"], entrada.as_bytes());
    assert_eq!(texto(&importada.stderr), "");
    let exportada = feito(daqui.path(), &["exportar"]);
    assert_eq!(exportada.lines().count(), 1100 + 2);
    let importada = com_entrada(para.path(), &["importar", "-"], exportada.as_bytes());
    assert_eq!(texto(&importada.stdout), "1100 contas importadas, com 6044.50 ao todo.\n");
    assert!(feito(para.path(), &["auditar"]).starts_with("Lançamentos: 1\nContas: 1100\n"));
}

/// The third sync of a creation is that of its record: the first two are those of the opening.
#[test]
fn a_disk_that_fails_under_a_creation_leaves_its_outcome_unknown() {
    let Some(mut comando) = com_falhas(SERVIDOR, "fdatasync:error=EIO:when=3+") else {
        dizer("skipped, no process can be traced here");
        return;
    };
    let contas = duas_contas();
    feito(contas.path(), &["auditar"]);
    comando.args(["conta", "criar", "3", "--nome", "Ana", "--contas"]).arg(contas.path());
    let saida = comando.output().expect("strace runs");
    let frase = texto(&saida.stderr);
    assert!(
        frase.starts_with("O armazenamento falhou: não se sabe se a operação foi feita."),
        "{frase}"
    );
    assert_eq!((saida.status.code(), texto(&saida.stdout)), (Some(5), ""));
    // Only the sync failed: the record is there, and is made durable by whoever opens the bank.
    let ajuste = feito(contas.path(), &["conta", "ajustar", "3", "--saldo", "1"]);
    assert_eq!(ajuste, "Conta 3: saldo ajustado de 0.0 para 1.0.\n");
}
