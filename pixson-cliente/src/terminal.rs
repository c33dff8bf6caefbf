use std::fmt::Display;
use std::io::{self, BufRead, Read, Write};

/// More than anybody types at a prompt, in bytes. What is beyond is read as another line.
pub(crate) const LINHA_MAX_BYTES: u64 = 4096;

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

    /// Shows the text of a reply.
    pub(crate) fn mostrar_texto(&mut self, texto: &str) {
        self.mostrar(visivel(texto));
    }

    /// Asks, and waits for a line, without the spaces around it. `None` when the input is over: a
    /// line that its end has cut off may be half an amount, and is not taken.
    pub(crate) fn perguntar(&mut self, pergunta: &str) -> io::Result<Option<String>> {
        let _ = write!(self.saida, "{pergunta}");
        let _ = self.saida.flush();
        let mut bytes = Vec::new();
        (&mut self.entrada).take(LINHA_MAX_BYTES).read_until(b'\n', &mut bytes)?;
        let inteira = bytes.last() == Some(&b'\n') || bytes.len() as u64 == LINHA_MAX_BYTES;
        if !inteira {
            self.mostrar("");
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()))
    }
}

/// The text of a reply as it may be shown. A server may say what it likes, but not in which
/// direction or how visibly it is read.
pub(crate) fn visivel(texto: &str) -> String {
    texto.replace(invisivel, "\u{fffd}")
}

/// Characters that change how their neighbours are shown, or that are not shown (Unicode's
/// categories Cf, Zl and Zp, as far as they serve to deceive).
fn invisivel(letra: char) -> bool {
    matches!(letra,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}
