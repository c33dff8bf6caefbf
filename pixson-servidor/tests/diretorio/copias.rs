//! Copies of a directory that is served.

use super::*;

/// As `cp --archive` does, which keeps the instants.
fn copiar(de: &Path, para: &Path) {
    if de.is_dir() {
        fs::create_dir_all(para).expect("writable");
        for item in fs::read_dir(de).expect("a folder") {
            let item = item.expect("readable");
            // What is half-written may go while the copy is taken.
            if !item.file_name().to_string_lossy().starts_with(".tmp-") {
                copiar(&item.path(), &para.join(item.file_name()));
            }
        }
    } else {
        fs::copy(de, para).expect("readable");
        let escrito = fs::metadata(de).and_then(|dados| dados.modified()).expect("readable");
        let copia = fs::File::options().write(true).open(para).expect("writable");
        copia.set_modified(escrito).expect("our own file");
    }
}

#[test]
fn a_copy_that_was_taken_files_first_is_set_right_from_its_journal_and_says_so() {
    let (contas, copia) = (duas_contas(), TempDir::new().expect("a temporary directory"));
    let instancia = Instancia::servir(contas.path());
    let mut conexao = entrar(&instancia, UMA);
    depositar(&mut conexao, UMA, "1");
    esperar_arquivo(contas.path(), UMA, "11.0");
    for rg in [UMA, OUTRA] {
        let nome = format!("{rg}.json");
        copiar(&contas.path().join(&nome), &copia.path().join(&nome));
    }
    depositar(&mut conexao, UMA, "1");
    // Until the checkpoint, too, speaks of both.
    esperar_ate("the checkpoint", || {
        let ponto = fs::read_to_string(contas.path().join("diario/ponto.json"));
        ponto.is_ok_and(|texto| texto.starts_with(r#"{"seq":2,"#))
    });
    copiar(&contas.path().join("diario"), &copia.path().join("diario"));
    let mut copiada = Instancia::servir(copia.path());
    let aviso = copiada.proximo_erro();
    let frase = format!("o arquivo da conta {UMA} tinha 11.0 e foi regravado com 12.0, do diário");
    assert!(aviso.contains(&frase), "{aviso}");
    let saldo = entrar(&copiada, UMA).pedir(&format!("t:0|op:1|rg:{UMA}"));
    assert!(saldo.ends_with("Saldo: 12.0"), "{saldo}");
    assert_eq!(copiada.parar(), [""; 0]);
    assert_eq!(lancamentos(copia.path()), 2);
}

#[test]
fn a_copy_that_was_taken_journal_first_is_refused_and_left_as_it_is() {
    let (contas, copia) = (duas_contas(), TempDir::new().expect("a temporary directory"));
    let instancia = Instancia::servir(contas.path());
    let mut conexao = entrar(&instancia, UMA);
    depositar(&mut conexao, UMA, "1");
    esperar_arquivo(contas.path(), UMA, "11.0");
    copiar(&contas.path().join("diario"), &copia.path().join("diario"));
    depositar(&mut conexao, UMA, "1");
    esperar_arquivo(contas.path(), UMA, "12.0");
    copiar(&contas.path().join(format!("{UMA}.json")), &copia.path().join(format!("{UMA}.json")));
    let antes = conteudo(copia.path());
    for argumentos in
        [&["--porta", "0"][..], &["conta", "listar"], &["conta", "criar", "3", "--nome", "A"]]
    {
        let saida = executar_sobre(copia.path(), argumentos);
        let frase = String::from_utf8(saida.stderr).expect("UTF-8");
        assert!(matches!(saida.status.code(), Some(1 | 3)), "{argumentos:?}: {frase}");
        assert!(frase.contains("não são do mesmo momento"), "{frase}");
        assert!(
            frase.contains(UMA) && frase.contains("Copie de novo com o servidor parado"),
            "{frase}"
        );
    }
    assert!(conteudo(copia.path()) == antes, "a refused bank was changed");
    // The way out that the sentence names.
    fs::remove_dir_all(copia.path().join("diario")).expect("ours");
    let instancia = Instancia::servir(copia.path());
    let saldo = entrar(&instancia, UMA).pedir(&format!("t:0|op:1|rg:{UMA}"));
    assert!(saldo.ends_with("Saldo: 12.0"), "{saldo}");
}
