use std::fmt::Display;
use std::io;

use crate::escritor::Escritor;

/// Standard output, as the seed uses it: one line for each thing that happens.
#[derive(Debug)]
pub(crate) struct Tela(Option<Escritor>);

impl Tela {
    pub(crate) fn nova(silenciosa: bool) -> Self {
        Self(if silenciosa { None } else { Escritor::novo(io::stdout()) })
    }

    /// Shows one line, or leaves it out if too many wait.
    pub(crate) fn mostrar(&self, linha: impl Display) {
        if let Some(escritor) = &self.0 {
            escritor.escrever(format!("{linha}\n"));
        }
    }

    /// Waits, but not long, until everything is written.
    pub(crate) fn despedir(self) {
        if let Some(escritor) = self.0 {
            escritor.despedir();
        }
    }
}
