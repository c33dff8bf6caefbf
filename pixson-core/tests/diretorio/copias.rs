//! Copies of a directory, of links and of files.

use super::*;

/// A copy whose files are links to the same files is a copy: they are of the moments at which the
/// links were made, but for the segment that was being written.
#[test]
fn a_copy_made_of_links_is_known_as_one() {
    let raiz = pasta();
    let (contas, copia) = (raiz.path().join("contas"), raiz.path().join("copia"));
    criar(&contas, "10.0");
    let (banco, _) = abrir(&contas).expect("a sound directory");
    depositar(&banco).expect("a sound directory");
    banco.publicar().expect("a sound directory");
    fs::create_dir_all(copia.join("diario")).expect("writable");
    fs::hard_link(contas.join("1.json"), copia.join("1.json")).expect("the same file system");
    for _ in 0..3 {
        depositar(&banco).expect("a sound directory");
        banco.publicar().expect("a sound directory");
    }
    for item in fs::read_dir(contas.join("diario")).expect("readable") {
        let item = item.expect("readable");
        let nome = copia.join("diario").join(item.file_name());
        fs::hard_link(item.path(), nome).expect("the same file system");
    }
    drop(banco);
    let (_, avisos) = abrir(&copia).expect("the journal has it all");
    assert!(matches!(avisos.as_slice(), [Aviso::CopiaAtrasada { .. }]), "{avisos:?}");
    assert_eq!(fs::read_to_string(copia.join("1.json")).expect("a file"), texto("14.0"));
}

/// Copies a file as `cp --archive` does.
fn copiar_com_instante(de: &Path, para: &Path) {
    fs::copy(de, para).expect("writable");
    let quando = fs::metadata(de).expect("there").modified().expect("a file system with instants");
    let arquivo = OpenOptions::new().write(true).open(para).expect("ours");
    arquivo.set_modified(quando).expect("ours");
}

/// A copy, journal first, of a bank in which money then moves between accounts of which that journal
/// knows nothing: with the instants of the files, or without.
fn copia_sem_lancamentos(com_instantes: bool) -> (TempDir, PathBuf) {
    let raiz = pasta();
    let (contas, copia) = (raiz.path().join("contas"), raiz.path().join("copia"));
    criar(&contas, "10.0");
    let outra = r#"{"rg": "2", "nome": "Bia", "saldo": 10.0}"#;
    fs::write(contas.join("2.json"), outra).expect("writable");
    let (banco, _) = abrir(&contas).expect("a sound directory");
    banco.iniciar().expect("a sound directory");
    fs::create_dir_all(copia.join("diario")).expect("writable");
    let copiar = |nome: &str| {
        let (de, para) = (contas.join(nome), copia.join(nome));
        if com_instantes {
            copiar_com_instante(&de, &para);
        } else {
            fs::copy(de, para).expect("writable");
            // As a copy that takes a while.
            let arquivo = OpenOptions::new().write(true).open(copia.join(nome)).expect("ours");
            let depois = std::time::SystemTime::now() + std::time::Duration::from_mins(1);
            arquivo.set_modified(depois).expect("ours");
        }
    };
    copiar("diario/ponto.json");
    copiar("1.json");
    let transferencia =
        Operacao::Transferencia { rg_origem: rg("1"), rg_destino: rg("2"), valor: valor("5") };
    assert!(fazer(&banco, &Relogio::novo(), transferencia).1.is_ok());
    banco.publicar().expect("a sound directory");
    copiar("2.json");
    (raiz, copia)
}

#[test]
fn a_copy_with_accounts_that_its_journal_does_not_know_is_refused_by_instants_or_doubted() {
    let (_raiz, copia) = copia_sem_lancamentos(true);
    // Opening makes the lock file, which copies leave out.
    fs::write(copia.join("diario/trava"), "").expect("ours");
    let antes = conteudo(&copia);
    let erro =
        abrir(&copia).expect_err("the second account was written after the journal was copied");
    assert!(
        matches!(&erro, ErroAbrir::NaoPertencem { contas, .. } if contas == &[rg("2")]),
        "{erro:?}"
    );
    assert_eq!(conteudo(&copia), antes);

    let (_raiz, copia) = copia_sem_lancamentos(false);
    let (_, avisos) = abrir(&copia).expect("nobody can say");
    assert_eq!(avisos, [Aviso::CopiaSemProva { contas: 2 }]);
}
