//! Statement and audit of a bank that no server has open.

mod comum;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use comum::ambiente::programa;
use comum::banca::Banca;
use comum::pasta::executar_sobre;
use comum::{conta, duas_contas, texto};
use rustix::process::Signal;

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

/// A server that has done the seed's session.
fn depois_da_semente() -> Banca {
    let servidor = Banca::abrir(duas_contas());
    let mut conexao = servidor.conectar();
    for pedido in [
        "t:1|op:6|rg:1111111111",
        "t:5|op:1|rg:1111111111",
        "t:9|op:2|rg:1111111111|valor:8.5",
        "t:13|op:3|rg:1111111111|valor:14.0",
        "t:17|op:4|rg_origem:1111111111|rg_destino:2222222222|valor:5.5",
        "t:21|op:2|rg:1111111111|valor:100",
    ] {
        conexao.pedir(pedido);
    }
    servidor
}

/// The lines of a table, each as its words.
fn tabela(saida: &Output) -> Vec<Vec<String>> {
    let palavras = |linha: &str| linha.split_whitespace().map(str::to_owned).collect();
    texto(&saida.stdout).lines().map(palavras).collect()
}

#[test]
fn a_statement_has_each_operation_with_its_stamp_and_the_balance_after() {
    let mut servidor = depois_da_semente();
    servidor.parar();
    let extrato = executar_sobre(servidor.contas.path(), &["extrato", "1111111111"]);
    assert_eq!(extrato.status.code(), Some(0));
    assert_eq!(
        tabela(&extrato),
        [
            &["época", "carimbo", "operação", "valor", "saldo"][..],
            &["1", "11", "saque", "-8.5", "1.5"],
            &["1", "15", "depósito", "+14.0", "15.5"],
            &["1", "19", "transferência", "para", "2222222222", "-5.5", "10.0"],
        ]
    );
    let extrato = executar_sobre(servidor.contas.path(), &["extrato", "2222222222"]);
    let linhas = tabela(&extrato);
    assert_eq!(linhas[1..], [["1", "19", "transferência", "de", "1111111111", "+5.5", "15.5"]]);
}

#[test]
fn each_run_of_the_server_is_an_epoch_of_its_own() {
    let mut servidor = depois_da_semente();
    for _ in 0..2 {
        servidor = servidor.reiniciar();
        let mut conexao = servidor.conectar();
        conexao.pedir("t:1|op:6|rg:2222222222");
        assert!(conexao.pedir("t:2|op:2|rg:2222222222|valor:0.5").contains("|s:0|"));
    }
    servidor.parar();
    let extrato = executar_sobre(servidor.contas.path(), &["extrato", "2222222222"]);
    let epocas: Vec<_> =
        tabela(&extrato).into_iter().skip(1).map(|linha| linha[0].clone()).collect();
    assert_eq!(epocas, ["1", "2", "3"]);
    let auditoria = executar_sobre(servidor.contas.path(), &["auditar"]);
    assert_eq!(auditoria.status.code(), Some(0), "{}", texto(&auditoria.stdout));
}

#[test]
fn an_audit_of_a_sound_bank_finds_nothing() {
    let mut servidor = depois_da_semente();
    servidor.parar();
    let auditoria = executar_sobre(servidor.contas.path(), &["auditar"]);
    assert_eq!(
        texto(&auditoria.stdout),
        "Lançamentos: 3\nContas: 2\nTotal: 25.50\n\
         Balanço: 20.00 no início, +0.00 em aberturas, +0.00 em ajustes, +14.00 em depósitos, \
         -8.50 em saques\nNenhuma divergência.\n"
    );
    assert_eq!(auditoria.status.code(), Some(0));
}

#[test]
fn an_audit_after_a_kill_does_not_blame_files_that_recovery_will_write() {
    let mut servidor = depois_da_semente();
    servidor.sinalizar(Signal::KILL);
    servidor.esperar_fim();
    let auditoria = executar_sobre(servidor.contas.path(), &["auditar"]);
    assert_eq!(
        texto(&auditoria.stdout),
        "Lançamentos: 3\nContas: 2\nTotal: 25.50\n\
         Balanço: 20.00 no início, +0.00 em aberturas, +0.00 em ajustes, +14.00 em depósitos, \
         -8.50 em saques\nNenhuma divergência.\n"
    );
}

#[test]
fn an_audit_names_files_that_were_changed_damaged_or_removed() {
    let mut servidor = depois_da_semente();
    servidor.parar();
    let pasta = servidor.contas.path();
    let auditar = || {
        let auditoria = executar_sobre(pasta, &["auditar"]);
        assert_eq!(auditoria.status.code(), Some(1));
        texto(&auditoria.stdout).lines().skip(4).map(str::to_owned).collect::<Vec<_>>()
    };
    fs::write(pasta.join("1111111111.json"), conta("1111111111", "1000.0")).expect("writable");
    fs::write(pasta.join("2222222222.json"), "{").expect("writable");
    let diferente = "Conta 1111111111: o arquivo tem 1000.0 e o livro tem 10.0.";
    let ilegivel = "Conta 2222222222: o arquivo não pode ser lido.";
    assert_eq!(auditar(), [diferente, ilegivel, "2 divergências."]);
    fs::remove_file(pasta.join("2222222222.json")).expect("writable");
    assert_eq!(auditar(), [diferente, ilegivel, "2 divergências."]);
}

#[test]
fn a_balance_edited_while_the_bank_was_stopped_is_an_adjustment_in_the_audit() {
    let mut servidor = depois_da_semente();
    servidor.parar();
    let arquivo = servidor.contas.path().join("1111111111.json");
    fs::write(arquivo, conta("1111111111", "50.0")).expect("writable");
    let mut servidor = servidor.reiniciar();
    let mut conexao = servidor.conectar();
    conexao.pedir("t:1|op:6|rg:1111111111");
    assert!(conexao.pedir("t:2|op:1|rg:1111111111").ends_with("Saldo: 50.0"));
    assert!(conexao.pedir("t:3|op:2|rg:1111111111|valor:1").contains("|s:0|"));
    servidor.parar();
    let auditoria = executar_sobre(servidor.contas.path(), &["auditar"]);
    let ajuste =
        "Conta 1111111111: saldo alterado por fora de 10.0 para 50.0 antes do lançamento 4.";
    assert!(texto(&auditoria.stdout).contains(ajuste), "{}", texto(&auditoria.stdout));
    assert_eq!(auditoria.status.code(), Some(1));
}

#[test]
fn a_bank_that_a_server_has_open_is_not_read() {
    let servidor = depois_da_semente();
    for argumentos in [&["auditar"][..], &["extrato", "1111111111"]] {
        let saida = executar_sobre(servidor.contas.path(), argumentos);
        assert_eq!(saida.status.code(), Some(3));
        let frase = texto(&saida.stderr);
        assert!(frase.contains("outro processo já usa este banco"), "{frase}");
        assert_eq!(frase.lines().count(), 1, "{frase}");
    }
}

#[test]
fn a_bank_that_was_never_opened_has_an_empty_ledger() {
    let contas = duas_contas();
    let auditoria = executar_sobre(contas.path(), &["auditar"]);
    assert!(texto(&auditoria.stdout).starts_with("Lançamentos: 0\nContas: 2\nTotal: 20.00\n"));
    assert_eq!(auditoria.status.code(), Some(0));
    assert!(!contas.path().join("diario").exists(), "reading creates nothing");
    let saida = executar_sobre(&contas.path().join("nada"), &["auditar"]);
    assert_eq!(saida.status.code(), Some(3));
}

/// A command that sees this directory and cannot write to it, whoever runs it.
fn somente_leitura(contas: &Path, argumentos: &[&str]) -> Output {
    const ROTEIRO: &str = r#"mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 99
        contas="$1" && shift && exec "$0" "$@" --contas "$contas""#;
    let tentar = |isolamento: &[&str]| {
        let mut comando = programa("unshare");
        comando.args(isolamento).args(["sh", "-c", ROTEIRO, SERVIDOR]).arg(contas).args(argumentos);
        comando.output().expect("unshare is part of every Linux")
    };
    let montou = |saida: &Output| !saida.stdout.is_empty();
    // Whoever may not mount may do so among users of his own, or else not at all.
    let saida = Some(tentar(&["--mount"])).filter(montou);
    let saida = saida.or_else(|| Some(tentar(&["--mount", "--map-root-user"])).filter(montou));
    saida.unwrap_or_else(|| {
        let trava = fs::Permissions::from_mode(0o400);
        fs::set_permissions(contas.join("diario/trava"), trava).expect("it is ours");
        executar_sobre(contas, argumentos)
    })
}

#[test]
fn a_copy_of_a_bank_that_may_only_be_read_is_audited() {
    let mut servidor = depois_da_semente();
    servidor.parar();
    let auditoria = somente_leitura(servidor.contas.path(), &["auditar"]);
    let (saida, erros) = (texto(&auditoria.stdout), texto(&auditoria.stderr));
    assert_eq!(auditoria.status.code(), Some(0), "{saida}{erros}");
    assert!(saida.ends_with("Nenhuma divergência.\n"), "{saida}");
    let extrato = somente_leitura(servidor.contas.path(), &["extrato", "2222222222"]);
    assert_eq!(tabela(&extrato).len(), 2);
    for argumentos in [&["conta", "listar"][..], &["conta", "mostrar", "2222222222"], &["exportar"]]
    {
        let saida = somente_leitura(servidor.contas.path(), argumentos);
        assert_eq!((saida.status.code(), texto(&saida.stderr)), (Some(0), ""), "{argumentos:?}");
        assert!(texto(&saida.stdout).contains("2222222222"), "{argumentos:?}");
    }
}
