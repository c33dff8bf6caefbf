use std::fmt::Display;
use std::io::{self, BufRead, Write};

/// What the person sees and types: lines in, lines out. Nothing that is typed is shown again.
#[derive(Debug)]
pub(crate) struct Terminal<E, S> {
    entrada: E,
    saida: S,
}

impl<E: BufRead, S: Write> Terminal<E, S> {
    pub(crate) fn novo(entrada: E, saida: S) -> Self {
        Self { entrada, saida }
    }

    /// Shows one line. A reader that has gone away does not stop an operation half-way.
    pub(crate) fn mostrar(&mut self, linha: impl Display) {
        let _ = writeln!(self.saida, "{linha}");
    }

    /// Asks, and waits for a line, without the spaces around it. `None` when the input is over.
    pub(crate) fn perguntar(&mut self, pergunta: &str) -> io::Result<Option<String>> {
        let _ = write!(self.saida, "{pergunta}");
        let _ = self.saida.flush();
        let mut bytes = Vec::new();
        if self.entrada.read_until(b'\n', &mut bytes)? == 0 {
            self.mostrar("");
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()))
    }
}
