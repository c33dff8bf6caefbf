//! The trace that every server under test keeps, and what must hold of it however the test ends.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicUsize, Ordering};

use pixson_core::rastro::{Rastros, SemRastro, diagnosticar, montar};

use super::binario;

const OPCAO: &str = "--rastro";

/// How the files are called that are made here.
const PREFIXO: &str = "pixson-rastro-";

/// A file with the trace of a server, removed when this is dropped, unless the test itself has named it.
pub(crate) struct RastroDeProva(PathBuf);

impl RastroDeProva {
    /// Has a command that serves keep a trace. `None` for any other one, as one whose calls are made to fail:
    /// those for the trace would count, too.
    pub(crate) fn de(comando: &mut Command) -> Option<Self> {
        static ULTIMO: AtomicUsize = AtomicUsize::new(0);
        let serve = comando.get_args().any(|palavra| palavra == "--porta");
        if comando.get_program() != binario().as_os_str() || !serve {
            return None;
        }
        if let Some(arquivo) = comando.get_args().skip_while(|palavra| *palavra != OPCAO).nth(1) {
            return Some(Self(arquivo.into()));
        }
        let numero = ULTIMO.fetch_add(1, Ordering::Relaxed);
        let nome = format!("{PREFIXO}{}-{numero}.jsonl", process::id());
        let caminho = std::env::temp_dir().join(nome);
        comando.args([OsStr::new(OPCAO), caminho.as_os_str()]);
        Some(Self(caminho))
    }

    /// Holds the trace against the rules of the clock. One of a server that has ended in order is whole.
    pub(crate) fn conferir(&self, em_ordem: bool) {
        if let Ok(bytes) = fs::read(&self.0) {
            conferir(&self.0, &bytes, em_ordem);
        }
    }
}

fn conferir(caminho: &Path, bytes: &[u8], em_ordem: bool) {
    let mut rastros = Rastros::default();
    rastros.arquivo(bytes).unwrap_or_else(|erro| panic!("{}: {erro}", caminho.display()));
    if let Some(ultimo) = rastros.todos().last().filter(|_| em_ordem) {
        assert!(ultimo.inteiro(), "lost lines: {}, {}", ultimo.perdidas(), caminho.display());
    }
    let grafo = montar(rastros);
    // What tests send bears any stamps: only what the server itself did is judged.
    let infracoes = diagnosticar(&grafo, SemRastro::PodemAdiantar);
    let dele: Vec<String> = infracoes
        .iter()
        .filter(|infracao| grafo.processos()[infracao.processo].inferido.is_none())
        .map(|infracao| infracao.frase(&grafo))
        .collect();
    assert!(dele.is_empty(), "{dele:#?}");
}

impl Drop for RastroDeProva {
    fn drop(&mut self) {
        let nome = self.0.file_name().and_then(OsStr::to_str);
        if nome.is_some_and(|nome| nome.starts_with(PREFIXO)) {
            // It was never made if the server did not come that far.
            let _ = fs::remove_file(&self.0);
        }
    }
}
