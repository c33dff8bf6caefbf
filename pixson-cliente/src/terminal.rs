use std::io::{self, BufRead, Read, Write};

/// More than anybody types at a prompt, in bytes. What is beyond is read as another line.
pub(crate) const LINHA_MAX_BYTES: u64 = 4096;

/// What the person sees and types: lines out, lines in.
pub(crate) trait Terminal {
    /// Shows one line. A reader that has gone away does not stop an operation half-way.
    fn mostrar(&mut self, linha: &str);

    /// Shows one line in a way that says what it is, where there is such a way.
    fn realcar(&mut self, realce: Realce, linha: &str) {
        let _ = realce;
        self.mostrar(linha);
    }

    /// Asks, and waits for a line, without the spaces around it.
    fn perguntar(&mut self, pergunta: &str) -> io::Result<Digitado>;

    /// Asks what to do next.
    fn perguntar_comando(&mut self, pergunta: &str) -> io::Result<Digitado> {
        self.perguntar(pergunta)
    }

    /// Whether commands have names here, too, and not only the numbers of the menu.
    fn tem_nomes(&self) -> bool {
        false
    }
}

/// What a line says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Realce {
    Relogio,
    Feito,
    Recusado,
}

/// What came of a question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Digitado {
    Linha(String),
    /// The input is over.
    Fim,
    /// Ctrl-C.
    Interrompido,
}

/// A program at the other end, or a file: what the original program would show, and nothing that is
/// typed is shown again.
#[derive(Debug)]
pub(crate) struct Tubo<E, S> {
    entrada: E,
    saida: S,
}

impl<E: BufRead, S: Write> Tubo<E, S> {
    pub(crate) fn novo(entrada: E, saida: S) -> Self {
        Self { entrada, saida }
    }
}

impl<E: BufRead, S: Write> Terminal for Tubo<E, S> {
    fn mostrar(&mut self, linha: &str) {
        let _ = writeln!(self.saida, "{linha}");
    }

    /// A line that the end of the input has cut off may be half an amount, and is not taken.
    fn perguntar(&mut self, pergunta: &str) -> io::Result<Digitado> {
        let _ = write!(self.saida, "{pergunta}");
        let _ = self.saida.flush();
        let mut bytes = Vec::new();
        (&mut self.entrada).take(LINHA_MAX_BYTES).read_until(b'\n', &mut bytes)?;
        let inteira = bytes.last() == Some(&b'\n') || bytes.len() as u64 == LINHA_MAX_BYTES;
        if !inteira {
            self.mostrar("");
            return Ok(Digitado::Fim);
        }
        Ok(Digitado::Linha(String::from_utf8_lossy(&bytes).trim().to_owned()))
    }
}
