//! The output of a program: data on standard output, sentences on standard error.

use std::io::{self, Write};

use crate::portugues::causa;
use crate::visivel::visivel;

/// Writes sentences to standard error, each in a line of its own. Text from others in them is made
/// harmless.
///
/// # Errors
///
/// Standard error cannot be written.
pub fn dizer<F: AsRef<str>>(frases: impl IntoIterator<Item = F>) -> io::Result<()> {
    let mut texto = String::new();
    for frase in frases {
        texto.push_str(&visivel(frase.as_ref()));
        texto.push('\n');
    }
    io::stderr().write_all(texto.as_bytes())
}

/// Writes a whole text to standard output, and flushes it: what is still in a buffer at the end of
/// the program could be lost without an error.
///
/// # Errors
///
/// Standard output cannot be written.
pub fn mostrar(texto: &str) -> io::Result<()> {
    let mut saida = io::stdout().lock();
    saida.write_all(texto.as_bytes())?;
    saida.flush()
}

/// The sentence for a standard output that cannot be written.
pub fn sem_saida(erro: &io::Error) -> String {
    format!("Não foi possível escrever a saída ({}).", causa(erro))
}
