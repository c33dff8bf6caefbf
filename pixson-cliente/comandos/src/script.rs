//! Commands one in each line, as a person or a program writes them into a file.

use std::io::{self, BufRead, Read};

use pixson_linha::entrada::{LINHA_MAX_BYTES, sem_marca};

use super::comando::{ComandoDeConta, ler_palavras};

/// A line of a script.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LinhaDeScript {
    /// Its number, from 1.
    pub numero: u64,
    /// Its command, if it has one. `Err` is a sentence: the words are no command, the line is too
    /// long, or its LF is missing.
    pub comando: Result<Option<ComandoDeConta>, String>,
}

/// Reads a script line by line. What is behind a `#` is a comment.
#[derive(Debug)]
pub struct LeitorDeScript<F> {
    fonte: F,
    linha: u64,
}

impl<F: BufRead> LeitorDeScript<F> {
    /// Begins at the first line of `fonte`.
    pub fn novo(fonte: F) -> Self {
        Self { fonte, linha: 0 }
    }

    /// The next line, or `None` at the end.
    ///
    /// # Errors
    ///
    /// The text cannot be read.
    pub fn proxima(&mut self) -> io::Result<Option<LinhaDeScript>> {
        let Some(bytes) = ler_linha(&mut self.fonte)? else { return Ok(None) };
        self.linha += 1;
        let bytes = if self.linha == 1 { sem_marca(&bytes) } else { &bytes };
        Ok(Some(LinhaDeScript { numero: self.linha, comando: entender(bytes) }))
    }
}

/// Reads a line with its LF, or up to the end of the input, or up to [`LINHA_MAX_BYTES`]. The rest
/// of a line that is too long is skipped.
fn ler_linha(entrada: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    entrada.take(LINHA_MAX_BYTES as u64).read_until(b'\n', &mut bytes)?;
    if bytes.len() == LINHA_MAX_BYTES && !bytes.ends_with(b"\n") {
        entrada.skip_until(b'\n')?;
    }
    Ok((!bytes.is_empty()).then_some(bytes))
}

/// The command of a line, if it has one. `Err` is a sentence.
fn entender(bytes: &[u8]) -> Result<Option<ComandoDeConta>, String> {
    let Some(linha) = bytes.strip_suffix(b"\n") else {
        if bytes.len() == LINHA_MAX_BYTES {
            return Err(format!("A linha tem {LINHA_MAX_BYTES} bytes ou mais."));
        }
        // A line that was cut off in the middle of an amount would still look right.
        return Err(
            "A linha não termina com uma quebra de linha: pode estar cortada, e não foi executada."
                .into(),
        );
    };
    let linha = std::str::from_utf8(linha).map_err(|_| "A linha não é UTF-8.".to_owned())?;
    let (palavras, _comentario) = linha.split_once('#').unwrap_or((linha, ""));
    if palavras.trim().is_empty() {
        return Ok(None);
    }
    ler_palavras(palavras).map(Some)
}
