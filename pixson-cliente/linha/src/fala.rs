//! The words of a program: data on standard output, sentences on standard error.

use std::io::{self, Write};

use crate::portugues::causa;
use crate::visivel::visivel;

/// Says sentences to whoever runs the program, each in a line of its own. Whatever others have put
/// into them is made harmless.
///
/// # Errors
///
/// Standard error takes no more.
pub fn dizer<F: AsRef<str>>(frases: impl IntoIterator<Item = F>) -> io::Result<()> {
    let mut texto = String::new();
    for frase in frases {
        texto.push_str(&visivel(frase.as_ref()));
        texto.push('\n');
    }
    io::stderr().write_all(texto.as_bytes())
}

/// Writes a whole text to standard output, and keeps nothing of it back: what is still in a buffer
/// when the program ends may be lost without a word.
///
/// # Errors
///
/// Standard output takes no more.
pub fn mostrar(texto: &str) -> io::Result<()> {
    let mut saida = io::stdout().lock();
    saida.write_all(texto.as_bytes())?;
    saida.flush()
}

/// That standard output takes no more.
pub fn sem_saida(erro: &io::Error) -> String {
    format!("Não foi possível escrever a saída ({}).", causa(erro))
}
