//! Standard output, line by line.

use std::fmt::{Display, Write};
use std::io;

use crate::escritor::Escritor;

/// Standard output, as the seed uses it: one line for each event.
#[derive(Debug)]
pub struct Tela(Option<Escritor>);

impl Tela {
    /// Shows lines, as far as their reader keeps up, or none if the system gives no thread.
    pub fn nova() -> Self {
        Self(Escritor::novo(io::stdout()))
    }

    /// Shows nothing.
    pub fn apagada() -> Self {
        Self(None)
    }

    /// Shows one line, or drops it if too much is waiting.
    pub fn mostrar(&self, linha: impl Display) {
        if let Some(escritor) = &self.0 {
            escritor.escrever(format!("{linha}\n"));
        }
    }

    /// A collection of lines that are shown together, so that many of them cost little more than
    /// one.
    pub(crate) fn linhas(&self) -> LinhasDaTela<'_> {
        LinhasDaTela { tela: self, texto: String::new(), separadas: None }
    }

    /// Waits until everything is written, for 1 s at most.
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
    /// Those that are shown next, once they were put apart.
    separadas: Option<String>,
}

impl LinhasDaTela<'_> {
    pub(crate) fn juntar(&mut self, linha: impl Display) {
        if self.tela.0.is_some() {
            // Writing to a `String` is infallible.
            let _ = writeln!(self.texto, "{linha}");
        }
    }

    /// Puts the lines so far apart: the next call of [`LinhasDaTela::mostrar`] shows no others.
    pub(crate) fn separar(&mut self) {
        if self.tela.0.is_some() {
            let texto = self.tirar();
            self.separadas.get_or_insert_default().push_str(&texto);
        }
    }

    /// Shows the lines, or drops them if too much is waiting.
    pub(crate) fn mostrar(&mut self) {
        if let Some(escritor) = &self.tela.0 {
            let texto = self.separadas.take().unwrap_or_else(|| self.tirar());
            if !texto.is_empty() {
                escritor.escrever(texto);
            }
        }
    }

    fn tirar(&mut self) -> String {
        // The next lines will be about as long.
        let vazio = String::with_capacity(self.texto.len());
        std::mem::replace(&mut self.texto, vazio)
    }
}
