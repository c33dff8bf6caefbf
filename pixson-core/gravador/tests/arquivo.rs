//! Which files take a trace, and how one goes on in a file that has one.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use pixson_core::rastro::{CabecalhoDoRastro, Rastros};
use pixson_core::{Operacao, Pedido, Relogio};
use pixson_gravador::{ArquivoDoRastro, ErroDeGravacao, Gravador};
use rustix::fs::{CWD, FileType, Mode, mknodat};

/// Keeps a trace of one request in this file.
fn gravar(caminho: &Path) -> Result<(), ErroDeGravacao> {
    let cabecalho = CabecalhoDoRastro::novo("ana".parse().expect("a name"));
    let arquivo = ArquivoDoRastro::abrir(caminho)?;
    let gravador = Gravador::iniciar(arquivo, &cabecalho, |erro| panic!("{erro}"))?;
    let relogio = Relogio::novo();
    let carimbo = relogio.tique().expect("far from the end");
    let operacao = Operacao::Login { rg: "1".parse().expect("an RG") };
    gravador.proxima_conexao(None).enviou_pedido(&Pedido { carimbo, operacao });
    gravador.encerrar();
    Ok(())
}

/// Whether each trace in this file is whole.
fn inteiros(caminho: &Path) -> Vec<bool> {
    let mut rastros = Rastros::default();
    rastros.arquivo(&fs::read(caminho).expect("readable")).expect("traces");
    rastros.todos().iter().map(pixson_core::rastro::Rastro::inteiro).collect()
}

#[test]
fn a_new_file_is_its_owners_alone_and_one_that_has_a_trace_gets_another_behind_it() {
    let pasta = tempfile::tempdir().expect("a temporary directory");
    let caminho = pasta.path().join("ana.jsonl");
    gravar(&caminho).expect("a new file");
    let modo = fs::metadata(&caminho).expect("it is there").permissions().mode();
    assert_eq!(modo & 0o777, 0o600);
    gravar(&caminho).expect("a file with a trace");
    let ligacao = pasta.path().join("ligacao");
    symlink(&caminho, &ligacao).expect("a new name");
    gravar(&ligacao).expect("a link to a file with a trace");
    assert_eq!(inteiros(&caminho), [true, true, true]);
}

#[test]
fn a_torn_line_is_cut_off_wherever_it_was_torn() {
    let pasta = tempfile::tempdir().expect("a temporary directory");
    let caminho = pasta.path().join("ana.jsonl");
    gravar(&caminho).expect("a new file");
    let inteiro = fs::read(&caminho).expect("readable");
    for corte in 0..inteiro.len() {
        fs::write(&caminho, &inteiro[..corte]).expect("writable");
        gravar(&caminho).unwrap_or_else(|erro| panic!("cut at {corte}: {erro}"));
        let lidos = inteiros(&caminho);
        assert_eq!(lidos.last(), Some(&true), "cut at {corte}");
        // The last byte is the LF of the line that says that the first trace is whole.
        assert_eq!(lidos.len() == 2 && lidos[0], corte == inteiro.len() - 1, "cut at {corte}");
    }
}

#[test]
fn what_is_no_file_or_no_trace_or_taken_is_refused_and_stays_as_it_is() {
    let pasta = tempfile::tempdir().expect("a temporary directory");
    let diretorio = ArquivoDoRastro::abrir(pasta.path());
    assert!(matches!(diretorio, Err(ErroDeGravacao::NaoEComum)), "{diretorio:?}");
    let nada = ArquivoDoRastro::abrir(Path::new("/dev/null"));
    assert!(matches!(nada, Err(ErroDeGravacao::NaoEComum)), "{nada:?}");
    let cano = pasta.path().join("cano");
    mknodat(CWD, &cano, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a new name");
    let sem_leitor = ArquivoDoRastro::abrir(&cano);
    assert!(matches!(sem_leitor, Err(ErroDeGravacao::NaoEComum)), "{sem_leitor:?}");

    let longa = format!("{{\"formato\":\"pixson-rastro\",\"x\":\"{}", "x".repeat(5000));
    for outro in ["olá\n", "olá", "{\"rg\":\"1\"}\n", &longa] {
        let caminho = pasta.path().join("outro");
        File::create(&caminho).expect("writable").write_all(outro.as_bytes()).expect("writable");
        let aberto = ArquivoDoRastro::abrir(&caminho);
        assert!(matches!(aberto, Err(ErroDeGravacao::NaoERastro)), "{outro}: {aberto:?}");
        assert_eq!(fs::read_to_string(&caminho).expect("readable"), outro);
    }

    let caminho = pasta.path().join("ana.jsonl");
    let primeiro = ArquivoDoRastro::abrir(&caminho).expect("a new file");
    let segundo = ArquivoDoRastro::abrir(&caminho);
    assert!(matches!(segundo, Err(ErroDeGravacao::EmUso)), "{segundo:?}");
    drop(primeiro);
    ArquivoDoRastro::abrir(&caminho).expect("nobody has it any more");
}
