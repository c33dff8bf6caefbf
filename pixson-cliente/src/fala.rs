//! The words of a program: data on standard output, sentences on standard error. Both programs compile
//! this file; pixson-servidor has a link to it.

use std::io::{self, ErrorKind, Write};

use crate::SAIDA_CODIGO;
use crate::portugues::causa;
use crate::visivel::visivel;

/// Says sentences to whoever runs the program, each in a line of its own. Whatever others have put
/// into them is made harmless.
pub(crate) fn dizer<F: AsRef<str>>(frases: impl IntoIterator<Item = F>) -> io::Result<()> {
    let mut texto = String::new();
    for frase in frases {
        texto.push_str(&visivel(frase.as_ref()));
        texto.push('\n');
    }
    io::stderr().write_all(texto.as_bytes())
}

/// Writes a whole text to standard output, and keeps nothing of it back: what is still in a buffer
/// when the program ends may be lost without a word.
pub(crate) fn mostrar(texto: &str) -> io::Result<()> {
    let mut saida = io::stdout().lock();
    saida.write_all(texto.as_bytes())?;
    saida.flush()
}

/// Gives a text that the program was asked for and that costs nobody anything, such as a help page.
/// Returns the exit code.
pub(crate) fn entregar(texto: &str) -> u8 {
    match mostrar(texto) {
        Ok(()) => 0,
        // A reader that has gone away has had enough of it.
        Err(erro) if erro.kind() == ErrorKind::BrokenPipe => 0,
        Err(erro) => {
            // If even this cannot be written, the exit code still tells.
            let _ = dizer([sem_saida(&erro)]);
            SAIDA_CODIGO
        }
    }
}

/// That standard output takes no more.
pub(crate) fn sem_saida(erro: &io::Error) -> String {
    format!("Não foi possível escrever a saída ({}).", causa(erro))
}
