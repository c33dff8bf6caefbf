//! Standard output, until it fails or an interruption comes.

use std::fmt;
use std::io::{self, Stdout, Write};

use pixson_conexao::{Interrupcao, SaidaInterrompivel};

/// An output for lines, until one of them cannot be written.
#[derive(Debug)]
pub(crate) struct Linhas<'i, S> {
    destino: SaidaInterrompivel<'i, Stdout, S>,
    falha: Option<io::Error>,
}

impl<'i, S: Write> Linhas<'i, S> {
    /// `destino` is standard output, or a writer that passes everything on to it.
    pub(crate) fn nova(destino: S, interrupcao: &'i Interrupcao) -> Self {
        Self { destino: SaidaInterrompivel::nova(io::stdout(), destino, interrupcao), falha: None }
    }

    /// Writes a text at once. After the first failure nothing more is written.
    pub(crate) fn escrever(&mut self, texto: fmt::Arguments<'_>) {
        if self.falha.is_none() {
            let texto = texto.to_string();
            self.falha = self.destino.write_all(texto.as_bytes()).err();
        }
    }

    pub(crate) fn falha(&self) -> Option<&io::Error> {
        self.falha.as_ref()
    }
}

/// Writes a text to standard output, unless an interruption comes while the output is full.
///
/// # Errors
///
/// Standard output cannot be written, or [`Interrompida`](pixson_conexao::Interrompida).
pub fn mostrar(texto: &str, interrupcao: &Interrupcao) -> io::Result<()> {
    let saida = io::stdout();
    SaidaInterrompivel::nova(&saida, saida.lock(), interrupcao).write_all(texto.as_bytes())
}
