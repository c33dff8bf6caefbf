//! What is no file in the place of one.

use super::*;

/// Made by a call: the process of a program that is being started holds, for an instant, a copy of every
/// descriptor, and with it the lock of a bank that another test has closed.
fn tubo(caminho: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, caminho, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)
        .expect("a file system with pipes");
}

#[test]
fn a_pipe_in_the_place_of_an_account_is_no_account_and_holds_nobody_up() {
    let raiz = pasta();
    let contas = raiz.path().join("contas");
    criar(&contas, "10.0");
    tubo(&contas.join("2.json"));
    let (banco, _) = abrir(&contas).expect("a sound directory");
    let saldo_de = |conta| fazer(&banco, &Relogio::novo(), Operacao::Saldo { rg: rg(conta) }).1;
    assert_eq!(saldo_de("2"), Err(Recusa::ContaIlegivel));
    assert_eq!(saldo_de("1"), Ok(Sucesso::Saldo(saldo("10.0"))));
    // One that takes a file's place under the bank is kept aside.
    depositar(&banco).expect("a sound directory");
    fs::remove_file(contas.join("1.json")).expect("ours");
    tubo(&contas.join("1.json"));
    let avisos = banco.fechar().expect("a sound directory");
    assert!(matches!(avisos.as_slice(), [Aviso::ArquivoEditado { .. }]), "{avisos:?}");
    assert_eq!(fs::read_to_string(contas.join("1.json")).expect("a file"), texto("11.0"));
}

#[test]
fn what_is_no_file_in_the_place_of_one_of_the_journal_is_named_and_never_waited_for() {
    for nome in ["diario/trava", "diario/ponto.json", SEGMENTO] {
        for especie in ["pipe", "folder", "link"] {
            let raiz = pasta();
            let contas = raiz.path().join("contas");
            criar(&contas, "10.0");
            let (banco, _) = abrir(&contas).expect("a sound directory");
            depositar(&banco).expect("a sound directory");
            drop(banco);
            let (caminho, fora) = (contas.join(nome), raiz.path().join("fora"));
            fs::remove_file(&caminho).expect("ours");
            match especie {
                "pipe" => tubo(&caminho),
                "folder" => fs::create_dir(&caminho).expect("ours"),
                _ => symlink(&fora, &caminho).expect("ours"),
            }
            let erro = abrir(&contas).expect_err("it is no file");
            assert!(
                matches!(&erro, ErroAbrir::Arquivo { arquivo, .. } if arquivo == nome),
                "{nome} as a {especie}: {erro:?}"
            );
            assert!(!fora.exists(), "{nome} as a {especie}: something was created outside");
        }
    }
}

#[test]
fn a_journal_folder_that_is_a_link_or_a_file_is_named() {
    let fora = pasta();
    for elo in [true, false] {
        let raiz = pasta();
        let contas = raiz.path().join("contas");
        criar(&contas, "10.0");
        if elo {
            symlink(fora.path(), contas.join("diario")).expect("ours");
        } else {
            fs::write(contas.join("diario"), "").expect("ours");
        }
        let aberto = abrir(&contas).and_then(|(banco, _)| Ok(banco.iniciar()?));
        let erro = aberto.expect_err("it is no folder");
        let nomeado =
            matches!(&erro, ErroAbrir::Arquivo { arquivo, .. } if arquivo.contains("diario"));
        assert!(nomeado, "{erro:?}");
        assert_eq!(fs::read_dir(fora.path()).expect("readable").count(), 0);
    }
}

#[test]
fn a_folder_where_an_account_is_half_written_holds_up_that_account_alone_and_is_named() {
    let raiz = pasta();
    let contas = raiz.path().join("contas");
    criar(&contas, "10.0");
    fs::create_dir(contas.join(".tmp-1.json")).expect("ours");
    let (banco, _) = abrir(&contas).expect("a sound directory");
    depositar(&banco).expect("a sound directory");
    let avisos = banco.publicar().expect("one file holds nobody up");
    assert!(
        matches!(avisos.as_slice(), [Aviso::ArquivoPreso(presa)] if presa.arquivo == ".tmp-1.json"),
        "{avisos:?}"
    );
    drop(banco);
    let (banco, avisos) = abrir(&contas).expect("it starts in the same state");
    assert!(avisos.contains(&Aviso::TemporarioFica { arquivo: ".tmp-1.json".into() }));
    assert_eq!(depositar(&banco), Ok(Sucesso::Deposito));
    fs::remove_dir(contas.join(".tmp-1.json")).expect("ours");
    banco.fechar().expect("a sound directory");
    assert_eq!(fs::read_to_string(contas.join("1.json")).expect("a file"), texto("12.0"));
}
