//! The server and its directory: the lock, files that people touch, and a journal that was
//! damaged.

mod comum;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use comum::conexao::{conferir_saldo, depositar};
use comum::instancia::{Instancia, entrar, esperar_ate};
use comum::pasta::{esperar_arquivo, lancamentos};
use comum::{OUTRA, UMA, conta, contas, duas_contas};

/// Runs a server that is expected not to start. Returns its one sentence.
fn recusa(contas: &Path) -> String {
    let Output { status, stdout, stderr } =
        Instancia::comando(contas).output().expect("the server starts");
    assert_eq!(status.code(), Some(1));
    assert_eq!(stdout, b"");
    let frase = String::from_utf8(stderr).expect("UTF-8");
    assert_eq!(frase.lines().count(), 1, "{frase}");
    frase
}

#[test]
fn a_second_server_on_the_same_directory_stops_and_the_first_goes_on() {
    let contas = duas_contas();
    let mut primeira = Instancia::servir(contas.path());
    let mut conexao = entrar(&primeira, UMA);
    depositar(&mut conexao, UMA, "1");
    let pasta = contas.path().display();
    assert_eq!(
        recusa(contas.path()),
        format!(
            "Contas em \"{pasta}\": outro processo já usa este banco. \
             Pare o outro servidor, ou indique outro diretório com --contas.\n"
        )
    );
    depositar(&mut conexao, UMA, "1");
    assert_eq!(primeira.parar(), [""; 0]);
    esperar_arquivo(contas.path(), UMA, "12.0");
    assert_eq!(lancamentos(contas.path()), 2);
}

#[test]
fn the_files_follow_what_was_acknowledged_while_the_server_runs() {
    let contas = duas_contas();
    let mut instancia = Instancia::servir(contas.path());
    let mut conexao = entrar(&instancia, UMA);
    for (feita, uma, outra) in [
        (format!("t:0|op:2|rg:{UMA}|valor:8.5"), "1.5", "10.0"),
        (format!("t:0|op:3|rg:{UMA}|valor:14"), "15.5", "10.0"),
        (format!("t:0|op:4|rg_origem:{UMA}|rg_destino:{OUTRA}|valor:5.55"), "9.95", "15.55"),
    ] {
        assert!(conexao.pedir(&feita).contains("|s:0|"), "{feita}");
        esperar_arquivo(contas.path(), UMA, uma);
        esperar_arquivo(contas.path(), OUTRA, outra);
    }
    // Nothing is lost to a kill: the files are not what counts.
    depositar(&mut conexao, UMA, "0.05");
    instancia.matar();
    let mut instancia = Instancia::servir(contas.path());
    esperar_arquivo(contas.path(), UMA, "10.0");
    assert_eq!(instancia.parar(), [""; 0]);
    assert_eq!(lancamentos(contas.path()), 4);
}

/// The copies of an account's file that somebody edited.
fn copias(contas: &Path, rg: &str) -> Vec<PathBuf> {
    let inicio = format!("{rg}.json.copia-");
    let nomes = fs::read_dir(contas).expect("readable").map(|item| item.expect("readable"));
    nomes
        .filter(|item| item.file_name().to_string_lossy().starts_with(&inicio))
        .map(|item| item.path())
        .collect()
}

#[test]
fn a_file_that_is_edited_under_the_bank_is_kept_and_written_again() {
    // The account changes again after the edit, or the server only stops.
    for (muda, saldo) in [(true, "12.0"), (false, "11.0")] {
        let contas = duas_contas();
        let mut instancia = Instancia::servir(contas.path());
        let mut conexao = entrar(&instancia, UMA);
        depositar(&mut conexao, UMA, "1");
        esperar_arquivo(contas.path(), UMA, "11.0");
        let editado = conta(UMA, "999999.0");
        fs::write(contas.path().join(format!("{UMA}.json")), &editado).expect("writable");
        conferir_saldo(&mut conexao, UMA, "11.0");

        let aviso = if muda {
            depositar(&mut conexao, UMA, "1");
            let aviso = instancia.proximo_erro();
            esperar_arquivo(contas.path(), UMA, saldo);
            assert_eq!(instancia.parar(), [""; 0]);
            aviso
        } else {
            let erros = instancia.parar();
            assert_eq!(erros.len(), 1, "{erros:?}");
            erros[0].clone()
        };
        let copias = copias(contas.path(), UMA);
        assert_eq!(copias.len(), 1, "{copias:?}");
        assert_eq!(fs::read_to_string(&copias[0]).expect("readable"), editado);
        let copia = copias[0].file_name().expect("a file").to_str().expect("UTF-8");
        assert!(aviso.contains(" AVISO ") && aviso.contains(copia), "{aviso}");
        esperar_arquivo(contas.path(), UMA, saldo);
        assert_eq!(lancamentos(contas.path()), 1 + u64::from(muda));
    }
}

#[test]
fn a_new_file_is_an_account_at_once_and_a_damaged_one_stops_nobody_else() {
    let contas = contas(&[(UMA, "10.0"), ("3", "1e99")]);
    let damnificado = contas.path().join("3.json");
    let antes = fs::read(&damnificado).expect("readable");
    let mut instancia = Instancia::servir(contas.path());
    let mut conexao = entrar(&instancia, UMA);
    let transferir = |destino| format!("t:0|op:4|rg_origem:{UMA}|rg_destino:{destino}|valor:1");
    assert!(conexao.pedir(&transferir(OUTRA)).ends_with("Conta de destino não encontrada"));
    fs::write(contas.path().join(format!("{OUTRA}.json")), conta(OUTRA, "10.0")).expect("writable");
    assert!(conexao.pedir(&transferir(OUTRA)).ends_with("Transferência realizada com sucesso"));
    assert!(conexao.pedir(&transferir("3")).ends_with("|s:1|resposta:Conta ilegível"));
    assert!(conexao.pedir("t:0|op:6|rg:3").ends_with("|s:1|resposta:Conta ilegível"));
    conferir_saldo(&mut conexao, UMA, "9.0");
    // Once it is mended, it is an account like any other.
    fs::write(&damnificado, conta("3", "0.0")).expect("writable");
    assert!(conexao.pedir(&transferir("3")).ends_with("Transferência realizada com sucesso"));
    fs::write(contas.path().join("5.json"), &antes).expect("writable");
    assert!(conexao.pedir(&transferir("5")).ends_with("|s:1|resposta:Conta ilegível"));
    assert_eq!(instancia.parar(), [""; 0]);
    for (rg, saldo) in [(UMA, "8.0"), (OUTRA, "11.0"), ("3", "1.0")] {
        esperar_arquivo(contas.path(), rg, saldo);
    }
    assert_eq!(fs::read(contas.path().join("5.json")).expect("readable"), antes);
}

/// The first segment of the journal: where each line begins, and where the last one ends.
fn linhas(segmento: &[u8]) -> Vec<usize> {
    let fins = segmento.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    std::iter::once(0).chain(fins.map(|(indice, _)| indice + 1)).collect()
}

/// Everything in the directory that a server which refuses to start must not touch.
fn conteudo(contas: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    [contas.to_owned(), contas.join("diario")]
        .iter()
        .flat_map(|pasta| fs::read_dir(pasta).expect("readable"))
        .map(|item| item.expect("readable").path())
        .filter(|caminho| caminho.is_file() && !caminho.to_string_lossy().contains(".tmp-"))
        .map(|caminho| (caminho.clone(), fs::read(caminho).expect("readable")))
        .collect()
}

#[test]
fn a_damaged_journal_refuses_to_start_names_the_place_and_touches_nothing() {
    let contas = duas_contas();
    let mut instancia = Instancia::servir(contas.path());
    let mut conexao = entrar(&instancia, UMA);
    (0..5).for_each(|_| depositar(&mut conexao, UMA, "1"));
    instancia.matar();
    let segmento = contas.path().join("diario/0000000001.jsonl");
    let intacto = fs::read(&segmento).expect("readable");
    let linhas = linhas(&intacto);
    assert_eq!(linhas.len(), 7, "a header and five records");
    // The header, and each record that a later one knows to be synced.
    for par in linhas.windows(2).take(5) {
        let (inicio, meio) = (par[0], par[0].midpoint(par[1]));
        let mut bytes = intacto.clone();
        bytes[meio] ^= 1;
        fs::write(&segmento, bytes).expect("writable");
        let antes = conteudo(contas.path());
        for _ in 0..2 {
            let frase = recusa(contas.path());
            let lugar = format!("diario/0000000001.jsonl, byte {inicio}. ");
            assert!(frase.contains(&lugar), "{lugar} in {frase}");
        }
        assert!(conteudo(contas.path()) == antes, "nothing was changed");
    }
    fs::write(&segmento, intacto).expect("writable");
    let mut instancia = Instancia::servir(contas.path());
    conferir_saldo(&mut entrar(&instancia, UMA), UMA, "15.0");
    assert_eq!(instancia.parar(), [""; 0]);
    assert_eq!(lancamentos(contas.path()), 5);
}

/// A bank with three records, killed before any checkpoint of them.
fn matar_antes_do_ponto() -> tempfile::TempDir {
    let mut contas = duas_contas();
    esperar_ate("a kill before the checkpoint", || {
        contas = duas_contas();
        let mut instancia = Instancia::servir(contas.path());
        let mut conexao = entrar(&instancia, UMA);
        (0..3).for_each(|_| depositar(&mut conexao, UMA, "1"));
        instancia.matar();
        let ponto = fs::read_to_string(contas.path().join("diario/ponto.json"));
        ponto.expect("it was begun").contains(r#""seq":0,"#)
    });
    contas
}

#[test]
fn a_torn_tail_is_cut_and_the_server_says_so() {
    for (saldo, quantos) in [("12.0", 2), ("13.0", 3)] {
        let contas = matar_antes_do_ponto();
        let nome = "diario/0000000001.jsonl";
        let segmento = contas.path().join(nome);
        let mut bytes = fs::read(&segmento).expect("readable");
        let linhas = linhas(&bytes);
        let &[.., inicio, fim] = &*linhas else { panic!("three records") };
        let metade = inicio.midpoint(fim);
        if quantos == 2 {
            // The last record itself is torn.
            bytes[metade..].fill(0);
        } else {
            // A fourth one is, in the space that was taken for it, and nobody was told of it.
            bytes.copy_within(inicio..metade, fim);
        }
        let cortados = bytes.len() - if quantos == 2 { inicio } else { fim };
        fs::write(&segmento, bytes).expect("writable");
        let mut instancia = Instancia::servir(contas.path());
        let aviso = instancia.proximo_erro();
        let frase = format!(" AVISO {cortados} bytes incompletos foram cortados do fim de {nome}.");
        assert!(aviso.ends_with(&frase), "{aviso}");
        conferir_saldo(&mut entrar(&instancia, UMA), UMA, saldo);
        assert_eq!(instancia.parar(), [""; 0]);
        esperar_arquivo(contas.path(), UMA, saldo);
        assert_eq!(lancamentos(contas.path()), quantos);
    }
}

#[test]
fn what_the_server_creates_is_for_its_owner_only() {
    let contas = duas_contas();
    let mut instancia = Instancia::servir(contas.path());
    depositar(&mut entrar(&instancia, UMA), UMA, "1");
    assert_eq!(instancia.parar(), [""; 0]);
    let modo =
        |caminho: &Path| fs::metadata(caminho).expect("it is there").permissions().mode() & 0o7777;
    let diario = contas.path().join("diario");
    assert_eq!(modo(&diario), 0o700);
    let criados: Vec<_> = fs::read_dir(&diario)
        .expect("a folder")
        .map(|item| item.expect("readable").path())
        .collect();
    assert!(criados.len() >= 3, "{criados:?}");
    for criado in criados {
        assert_eq!(modo(&criado), 0o600, "{}", criado.display());
    }
}
