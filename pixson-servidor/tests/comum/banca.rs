//! A server with a directory of its own.

use std::fs;
use std::ops::{Deref, DerefMut};

use tempfile::TempDir;

use super::instancia::Instancia;

/// A server, and the accounts that it alone serves.
pub(crate) struct Banca {
    instancia: Instancia,
    pub(crate) contas: TempDir,
}

impl Banca {
    pub(crate) fn abrir(contas: TempDir) -> Self {
        let mut instancia = Instancia::servir(contas.path());
        assert_eq!(instancia.proxima_linha(), "Aguardando conexão");
        Self { instancia, contas }
    }

    /// The same, and its port as an argument of a client.
    pub(crate) fn com_porta(contas: TempDir) -> (Self, String) {
        let banca = Self::abrir(contas);
        let porta = banca.porta.to_string();
        (banca, porta)
    }

    /// An account's file. While the server runs it may be a second old.
    pub(crate) fn arquivo(&self, rg: &str) -> String {
        fs::read_to_string(self.contas.path().join(format!("{rg}.json"))).expect("readable")
    }

    /// Starts another server on the same accounts, after stopping this one in an orderly way.
    pub(crate) fn reiniciar(mut self) -> Self {
        if !self.terminou() {
            self.parar();
        }
        Self::abrir(self.contas)
    }
}

impl Deref for Banca {
    type Target = Instancia;

    fn deref(&self) -> &Instancia {
        &self.instancia
    }
}

impl DerefMut for Banca {
    fn deref_mut(&mut self) -> &mut Instancia {
        &mut self.instancia
    }
}
