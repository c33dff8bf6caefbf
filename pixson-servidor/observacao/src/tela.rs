//! Standard output, line by line.

use std::fmt::{Display, Write};
use std::io;

use crate::escritor::Escritor;

/// Standard output, as the seed uses it: one line for each thing that happens.
#[derive(Debug)]
pub struct Tela(Option<Escritor>);

impl Tela {
    /// Shows every line that its reader keeps up with, if the system gives a thread for it.
    pub fn nova() -> Self {
        Self(Escritor::novo(io::stdout()))
    }

    /// Shows nothing.
    pub fn apagada() -> Self {
        Self(None)
    }

    /// Shows one line, or leaves it out if too many wait.
    pub fn mostrar(&self, linha: impl Display) {
        if let Some(escritor) = &self.0 {
            escritor.escrever(format!("{linha}\n"));
        }
    }

    /// Lines that are shown together, so that many of them cost little more than one.
    pub(crate) fn linhas(&self) -> LinhasDaTela<'_> {
        LinhasDaTela { tela: self, texto: String::new() }
    }

    /// Waits, but not long, until everything is written.
    pub(crate) fn despedir(self) {
        if let Some(escritor) = self.0 {
            escritor.despedir();
        }
    }
}

/// Lines that wait for [`LinhasDaTela::mostrar`].
#[derive(Debug)]
pub(crate) struct LinhasDaTela<'t> {
    tela: &'t Tela,
    texto: String,
}

impl LinhasDaTela<'_> {
    pub(crate) fn juntar(&mut self, linha: impl Display) {
        if self.tela.0.is_some() {
            // A String takes everything.
            let _ = writeln!(self.texto, "{linha}");
        }
    }

    /// Shows them, or leaves them out if too many wait.
    pub(crate) fn mostrar(&mut self) {
        if let Some(escritor) = self.tela.0.as_ref().filter(|_| !self.texto.is_empty()) {
            // The next will be about as many.
            let vazio = String::with_capacity(self.texto.len());
            escritor.escrever(std::mem::replace(&mut self.texto, vazio));
        }
    }
}
