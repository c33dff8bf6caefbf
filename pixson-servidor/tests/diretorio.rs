//! The server and its directory: names that lead elsewhere, files that cannot be replaced, starts
//! that fail, and whose the files are.

mod comum;
#[path = "diretorio/copias.rs"]
mod copias;
#[path = "diretorio/presos.rs"]
mod presos;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use tempfile::TempDir;

use comum::ambiente::programa;
use comum::conexao::depositar;
use comum::instancia::{Instancia, entrar, esperar_ate};
use comum::pasta::{esperar_arquivo, executar_sobre, lancamentos};
use comum::{OUTRA, UMA, conta, duas_contas};

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

/// `nobody`.
const OUTRO_USUARIO: u32 = 65_534;

/// Everything in a directory, with its content.
fn conteudo(pasta: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let itens = fs::read_dir(pasta).expect("readable").map(|item| item.expect("readable").path());
    let conteudos = itens.map(|caminho| {
        if caminho.is_dir() {
            conteudo(&caminho)
        } else {
            BTreeMap::from([(caminho.clone(), fs::read(&caminho).expect("readable"))])
        }
    });
    conteudos.flatten().collect()
}

/// A directory that a link leads to, and another one, which it may be turned to.
struct Elo {
    _raiz: TempDir,
    contas: PathBuf,
    primeira: PathBuf,
    segunda: PathBuf,
}

impl Elo {
    fn novo() -> Self {
        let raiz = TempDir::new().expect("a temporary directory");
        let [contas, primeira, segunda] = ["contas", "v1", "v2"].map(|nome| raiz.path().join(nome));
        for (pasta, saldo) in [(&primeira, "10.0"), (&segunda, "500.0")] {
            fs::create_dir(pasta).expect("writable");
            fs::write(pasta.join(format!("{UMA}.json")), conta(UMA, saldo)).expect("writable");
        }
        symlink("v1", &contas).expect("a link");
        Self { _raiz: raiz, contas, primeira, segunda }
    }

    fn virar(&self) {
        fs::remove_file(&self.contas).expect("ours");
        symlink("v2", &self.contas).expect("a link");
    }
}

#[test]
fn a_link_that_is_turned_under_the_server_leaves_the_other_directory_as_it_is() {
    let elo = Elo::novo();
    let mut instancia = Instancia::servir(&elo.contas);
    let mut conexao = entrar(&instancia, UMA);
    depositar(&mut conexao, UMA, "1");
    elo.virar();
    let aviso = instancia.proximo_erro();
    assert!(aviso.contains("leva agora a outro lugar"), "{aviso}");
    depositar(&mut conexao, UMA, "1");
    let antes = conteudo(&elo.segunda);
    assert_eq!(instancia.parar(), [""; 0]);
    assert!(conteudo(&elo.segunda) == antes && antes.len() == 1, "the other one was touched");
    esperar_arquivo(&elo.primeira, UMA, "12.0");
    assert_eq!(lancamentos(&elo.primeira), 2);
}

#[test]
fn a_backup_that_takes_the_place_of_the_directory_is_not_overwritten() {
    let elo = Elo::novo();
    fs::remove_file(&elo.contas).expect("ours");
    fs::rename(&elo.primeira, &elo.contas).expect("ours");
    let mut instancia = Instancia::servir(&elo.contas);
    let mut conexao = entrar(&instancia, UMA);
    depositar(&mut conexao, UMA, "1");
    fs::rename(&elo.contas, &elo.primeira).expect("ours");
    fs::rename(&elo.segunda, &elo.contas).expect("ours");
    let antes = conteudo(&elo.contas);
    assert!(instancia.proximo_erro().contains("leva agora a outro lugar"));
    depositar(&mut conexao, UMA, "1");
    assert_eq!(instancia.parar(), [""; 0]);
    assert!(conteudo(&elo.contas) == antes, "the backup was touched");
    assert_eq!(lancamentos(&elo.primeira), 2);
    esperar_arquivo(&elo.primeira, UMA, "12.0");
}

#[test]
fn a_server_whose_journal_is_moved_away_ends_and_says_so() {
    let contas = duas_contas();
    let mut instancia = Instancia::servir(contas.path());
    let mut conexao = entrar(&instancia, UMA);
    depositar(&mut conexao, UMA, "1");
    fs::rename(contas.path().join("diario"), contas.path().join("outro")).expect("ours");
    // It may have noticed by itself, and be gone.
    let _ = conexao.fluxo().write_all(format!("t:0|op:3|rg:{UMA}|valor:1\n").as_bytes());
    let (fim, erros) = instancia.esperar_fim();
    assert_eq!(fim.code(), Some(1), "{erros:?}");
    let frase = "O servidor parou porque perdeu o diário (diario: não está mais no lugar). ";
    assert!(erros.last().is_some_and(|ultima| ultima.starts_with(frase)), "{erros:?}");
}

#[test]
fn a_start_that_fails_leaves_the_bank_and_its_ledger_as_they_were() {
    let contas = duas_contas();
    let mut instancia = Instancia::servir(contas.path());
    depositar(&mut entrar(&instancia, UMA), UMA, "1");
    assert_eq!(instancia.parar(), [""; 0]);
    let antes = conteudo(contas.path());
    let ocupada = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let ocupada = ocupada.local_addr().map(|lugar| (lugar, ocupada)).expect("a port");
    let (porta, painel) = (ocupada.0.port().to_string(), ocupada.0.to_string());
    for _ in 0..3 {
        for errado in [
            &["--porta", &porta][..],
            &["--porta", "0", "--host", "192.0.2.1"],
            &["--porta", "0", "--metricas", &painel],
            &["--porta", "0", "--metricas", "lugar nenhum"],
        ] {
            let saida = executar_sobre(contas.path(), &[errado, &["--segmentos", "1"]].concat());
            assert_ne!(saida.status.code(), Some(0), "{errado:?}");
            assert_eq!(saida.stdout, b"", "{errado:?}");
        }
        for recusado in [
            &["conta", "criar", UMA, "--nome", "Ana"][..],
            &["conta", "ajustar", "99", "--saldo", "1"],
        ] {
            assert_eq!(
                executar_sobre(contas.path(), recusado).status.code(),
                Some(1),
                "{recusado:?}"
            );
        }
    }
    assert!(conteudo(contas.path()) == antes, "something was left behind");
    assert_eq!(lancamentos(contas.path()), 1);
}

#[test]
fn a_start_that_fails_on_a_bank_that_was_never_served_leaves_no_journal() {
    let contas = duas_contas();
    let antes = conteudo(contas.path());
    let saida = executar_sobre(contas.path(), &["--porta", "0", "--host", "192.0.2.1"]);
    assert_eq!(saida.status.code(), Some(1));
    let saida = executar_sobre(contas.path(), &["conta", "criar", UMA, "--nome", "Ana"]);
    assert_eq!(saida.status.code(), Some(1));
    assert!(conteudo(contas.path()) == antes && !contas.path().join("diario").exists());
}

#[test]
fn a_pipe_in_the_place_of_an_account_holds_up_neither_a_client_nor_the_end() {
    let contas = duas_contas();
    let mut instancia = Instancia::servir(contas.path());
    let arquivo = contas.path().join(format!("{UMA}.json"));
    fs::remove_file(&arquivo).expect("ours");
    let feito = programa("mkfifo").arg(&arquivo).status().expect("mkfifo runs");
    assert!(feito.success());
    let resposta = instancia.conectar().pedir(&format!("t:0|op:6|rg:{UMA}"));
    assert!(resposta.ends_with("|s:1|resposta:Conta ilegível"), "{resposta}");
    assert_eq!(instancia.parar(), [""; 0]);
}

#[test]
fn what_root_does_once_leaves_nothing_that_the_service_cannot_read() {
    let contas = duas_contas();
    let nosso = fs::metadata(contas.path()).expect("a directory").uid();
    if nosso != 0 || chown(contas.path(), Some(OUTRO_USUARIO), Some(OUTRO_USUARIO)).is_err() {
        let _ = writeln!(io::stderr(), "skipped, only root can give a directory away");
        return;
    }
    let criada = executar_sobre(contas.path(), &["conta", "criar", "3", "--nome", "Ana"]);
    assert_eq!((criada.status.code(), criada.stderr), (Some(0), vec![]));
    assert_eq!(executar_sobre(contas.path(), &["auditar"]).status.code(), Some(0));
    let mut instancia = Instancia::servir(contas.path());
    depositar(&mut entrar(&instancia, UMA), UMA, "1");
    assert_eq!(instancia.parar(), [""; 0]);
    let diario = contas.path().join("diario");
    let mut todos = vec![diario.clone(), contas.path().join("3.json")];
    todos.extend(
        fs::read_dir(&diario).expect("a folder").map(|item| item.expect("readable").path()),
    );
    todos.push(contas.path().join(format!("{UMA}.json")));
    assert!(todos.len() > 5, "{todos:?}");
    for caminho in todos {
        let dono = fs::metadata(&caminho).expect("there").uid();
        assert_eq!(dono, OUTRO_USUARIO, "{}", caminho.display());
    }
}

#[test]
fn a_file_that_may_not_be_read_is_named_with_what_to_do_and_not_called_damaged() {
    let contas = duas_contas();
    let mut instancia = Instancia::servir(contas.path());
    depositar(&mut entrar(&instancia, UMA), UMA, "1");
    assert_eq!(instancia.parar(), [""; 0]);
    if fs::metadata(contas.path()).expect("a directory").uid() != 0 {
        let _ = writeln!(io::stderr(), "skipped, only root can run a program as somebody else");
        return;
    }
    // The directory is the service's, and a file in it is not.
    for pasta in [contas.path().to_path_buf(), contas.path().join("diario")] {
        chown(&pasta, Some(OUTRO_USUARIO), Some(OUTRO_USUARIO)).expect("root may");
        for item in fs::read_dir(&pasta).expect("a folder") {
            let caminho = item.expect("readable").path();
            chown(&caminho, Some(OUTRO_USUARIO), Some(OUTRO_USUARIO)).expect("root may");
        }
    }
    chown(contas.path().join("diario/ponto.json"), Some(0), Some(0)).expect("root may");
    let programas = TempDir::new().expect("a temporary directory");
    let servidor = programas.path().join("pixson-servidor");
    fs::copy(SERVIDOR, &servidor).expect("readable");
    chown(programas.path(), Some(OUTRO_USUARIO), None).expect("root may");
    let (usuario, grupo) = (OUTRO_USUARIO.to_string(), OUTRO_USUARIO.to_string());
    let saida = programa("setpriv")
        .args(["--reuid", &usuario, "--regid", &grupo, "--clear-groups"])
        .arg(&servidor)
        .args(["--porta", "0", "--contas"])
        .arg(contas.path())
        .output();
    let Ok(saida) = saida else {
        let _ = writeln!(io::stderr(), "skipped, there is no setpriv");
        return;
    };
    let frase = String::from_utf8(saida.stderr).expect("UTF-8");
    assert_eq!((saida.status.code(), frase.lines().count()), (Some(1), 1), "{frase}");
    assert!(frase.contains("diario/ponto.json não pode ser usado (sem permissão)"), "{frase}");
    assert!(frase.contains("chown") && !frase.contains("corrompido"), "{frase}");
}

#[test]
fn damage_in_an_old_segment_is_named_by_statement_and_audit_which_go_on_behind_it() {
    let contas = duas_contas();
    for _ in 0..3 {
        let mut instancia = Instancia::servir(contas.path());
        let mut conexao = entrar(&instancia, UMA);
        depositar(&mut conexao, UMA, "1");
        depositar(&mut conexao, UMA, "1");
        assert_eq!(instancia.parar(), [""; 0]);
    }
    let (primeiro, segundo) = ("diario/0000000001.jsonl", "diario/0000000002.jsonl");
    let velho = contas.path().join(segundo);
    let mut bytes = fs::read(&velho).expect("readable");
    let linha = bytes.iter().position(|&byte| byte == b'\n').expect("a header") + 1;
    bytes[linha + 40] ^= 1;
    fs::write(&velho, &bytes).expect("writable");

    // It is not what a start reads.
    let mut instancia = Instancia::servir(contas.path());
    assert_eq!(instancia.parar(), [""; 0]);
    let texto = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let lugar = format!("{segundo}, byte {linha}");
    let auditoria = executar_sobre(contas.path(), &["auditar"]);
    let dito = texto(auditoria.stdout);
    assert_eq!(auditoria.status.code(), Some(1), "{dito}");
    assert!(dito.contains("Lançamentos: 5") && dito.contains(&lugar), "{dito}");
    assert!(dito.contains("Falta no livro o lançamento 3."), "{dito}");
    assert!(dito.ends_with("Nenhuma divergência no que pôde ser lido.\n"), "{dito}");
    let extrato = executar_sobre(contas.path(), &["extrato", UMA]);
    assert_eq!(extrato.status.code(), Some(1));
    assert_eq!(texto(extrato.stdout).lines().count(), 1 + 5);
    assert!(texto(extrato.stderr).contains(&lugar));

    // Set apart, with all that is older, it is in nobody's way.
    for nome in [primeiro, segundo] {
        fs::remove_file(contas.path().join(nome)).expect("ours");
    }
    let auditoria = executar_sobre(contas.path(), &["auditar"]);
    let dito = texto(auditoria.stdout);
    assert_eq!(auditoria.status.code(), Some(0), "{dito}");
    assert!(dito.contains("O livro começa na época 3, carimbo "), "{dito}");
    assert!(dito.contains("os 4 lançamentos anteriores do banco não estão mais nele"), "{dito}");
    let extrato = executar_sobre(contas.path(), &["extrato", UMA]);
    assert_eq!(extrato.status.code(), Some(0));
    assert!(texto(extrato.stderr).contains("o extrato começa no meio"));
    // One that the start needs is missed by name.
    let ultimo = "diario/0000000003.jsonl";
    fs::remove_file(contas.path().join(ultimo)).expect("ours");
    let saida = executar_sobre(contas.path(), &["--porta", "0"]);
    assert!(texto(saida.stderr).contains(&format!("falta {ultimo}")));
}
