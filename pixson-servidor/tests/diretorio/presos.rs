//! Files that cannot be replaced while a server runs.

use super::*;

/// A file that nobody can replace, until this value is dropped; `None` if this machine does not let
/// us make one.
struct Imutavel(PathBuf);

impl Imutavel {
    fn fazer(arquivo: &Path) -> Option<Self> {
        let feito = programa("chattr").arg("+i").arg(arquivo).output();
        feito.is_ok_and(|saida| saida.status.success()).then(|| Self(arquivo.to_path_buf()))
    }
}

impl Drop for Imutavel {
    fn drop(&mut self) {
        let _ = programa("chattr").arg("-i").arg(&self.0).output();
    }
}

/// Serves while the file of one account cannot be replaced; `preso` is what the sentences name.
fn servir_com_arquivo_preso(contas: &Path, preso: &str, soltar: impl FnOnce()) {
    let mut instancia = Instancia::servir(contas);
    let (mut uma, mut outra) = (entrar(&instancia, UMA), entrar(&instancia, OUTRA));
    depositar(&mut uma, UMA, "1");
    let aviso = instancia.proximo_erro();
    let frase = format!("O arquivo da conta {UMA} não pode ser regravado ({preso}: ");
    assert!(aviso.contains(&frase), "{aviso}");
    // The others go on, and so does the account itself.
    depositar(&mut outra, OUTRA, "1");
    esperar_arquivo(contas, OUTRA, "11.0");
    depositar(&mut uma, UMA, "1");
    let saldo = uma.pedir(&format!("t:0|op:1|rg:{UMA}"));
    assert!(saldo.ends_with("Saldo: 12.0"), "{saldo}");
    instancia.sinalizar(Signal::TERM);
    let (fim, erros) = instancia.esperar_fim();
    assert_eq!((fim.code(), erros.len()), (Some(1), 1), "{erros:?}");
    assert!(
        erros[0].contains(preso) && erros[0].contains("Nada do que foi confirmado"),
        "{erros:?}"
    );

    // It starts in the same state, and again says what is the matter.
    let mut instancia = Instancia::servir(contas);
    esperar_ate("the warning", || instancia.proximo_erro().contains(&frase));
    let saldo = entrar(&instancia, UMA).pedir(&format!("t:0|op:1|rg:{UMA}"));
    assert!(saldo.ends_with("Saldo: 12.0"), "{saldo}");
    soltar();
    let erros = instancia.parar();
    assert!(erros.iter().all(|erro| erro.contains("foi regravado e está em dia")), "{erros:?}");
    esperar_arquivo(contas, UMA, "12.0");
    assert_eq!(lancamentos(contas), 3);
}

#[test]
fn a_folder_in_the_way_of_one_account_holds_up_no_other() {
    let contas = duas_contas();
    let pasta = contas.path().join(format!(".tmp-{UMA}.json"));
    fs::create_dir(&pasta).expect("writable");
    servir_com_arquivo_preso(contas.path(), &format!(".tmp-{UMA}.json"), || {
        fs::remove_dir(&pasta).expect("ours");
    });
}

#[test]
fn an_immutable_file_holds_up_no_other_account() {
    let contas = duas_contas();
    let nome = format!("{UMA}.json");
    let Some(imutavel) = Imutavel::fazer(&contas.path().join(&nome)) else {
        let _ = writeln!(io::stderr(), "skipped, no file can be made immutable here");
        return;
    };
    servir_com_arquivo_preso(contas.path(), &nome, || drop(imutavel));
}

#[test]
fn a_file_that_something_is_mounted_on_holds_up_no_other_account() {
    const ROTEIRO: &str = r#"mount --bind "$1" "$1" && shift && exec "$@""#;
    let contas = duas_contas();
    let nome = format!("{UMA}.json");
    let arquivo = contas.path().join(&nome);
    let mut sondagem = programa("unshare");
    sondagem.args(["--mount", "sh", "-c", ROTEIRO, "sh"]).arg(&arquivo).arg("true");
    if !sondagem.output().is_ok_and(|saida| saida.status.success()) {
        let _ = writeln!(io::stderr(), "skipped, nothing can be mounted here");
        return;
    }
    let mut montado = programa("unshare");
    montado.args(["--mount", "sh", "-c", ROTEIRO, "sh"]).arg(&arquivo);
    montado.args([SERVIDOR, "--porta", "0", "--contas"]).arg(contas.path());
    let mut instancia = Instancia::iniciar(&mut montado);
    let (mut uma, mut outra) = (entrar(&instancia, UMA), entrar(&instancia, OUTRA));
    depositar(&mut uma, UMA, "1");
    depositar(&mut outra, OUTRA, "1");
    let aviso = instancia.proximo_erro();
    assert!(aviso.contains(&format!("({nome}: ")), "{aviso}");
    esperar_arquivo(contas.path(), OUTRA, "11.0");
    instancia.matar();
    // Without the mount the next start writes it.
    let mut instancia = Instancia::servir(contas.path());
    assert_eq!(instancia.parar(), [""; 0]);
    esperar_arquivo(contas.path(), UMA, "11.0");
    assert_eq!(lancamentos(contas.path()), 2);
}
