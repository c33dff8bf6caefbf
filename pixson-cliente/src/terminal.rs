//! Lines in and lines out: at a pipe, or as a terminal shows them.

use std::fmt;
use std::io::{self, BufRead, Read, Write};

/// More than anybody types at a prompt, in bytes. What is beyond is read as another line.
pub(crate) const LINHA_MAX_BYTES: u64 = 4096;

/// What the person sees and types: lines out, lines in.
pub(crate) trait Terminal {
    /// Shows one line. If that fails, nothing more is shown, and an operation that is half-way goes
    /// on: whoever asks for the next one looks at [`Terminal::falha`] first.
    fn mostrar(&mut self, linha: &str);

    /// Why the person no longer sees what is shown.
    fn falha(&self) -> Option<&io::Error>;

    /// Shows one line in a way that says what it is, where there is such a way.
    fn realcar(&mut self, realce: Realce, linha: &str) {
        let _ = realce;
        self.mostrar(linha);
    }

    /// Asks, and waits for a line, without the spaces around it. A question that cannot be shown is
    /// answered as by the end of the input.
    fn perguntar(&mut self, pergunta: &str) -> io::Result<Digitado>;

    /// Asks what to do next.
    fn perguntar_comando(&mut self, pergunta: &str) -> io::Result<Digitado> {
        self.perguntar(pergunta)
    }

    /// Forgets the lines that wait to answer the next questions, and says whether there were any.
    fn esquecer_coladas(&mut self) -> bool {
        false
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

/// Where lines go, until one of them cannot be written.
#[derive(Debug)]
pub(crate) struct Tela<S> {
    destino: S,
    falha: Option<io::Error>,
}

impl<S: Write> Tela<S> {
    pub(crate) fn nova(destino: S) -> Self {
        Self { destino, falha: None }
    }

    /// Writes it at once, and remembers if that fails.
    pub(crate) fn escrever(&mut self, texto: fmt::Arguments<'_>) {
        if self.falha.is_none() {
            self.falha = self.destino.write_fmt(texto).and_then(|()| self.destino.flush()).err();
        }
    }

    pub(crate) fn falha(&self) -> Option<&io::Error> {
        self.falha.as_ref()
    }
}

/// A program at the other end, or a file: what the original program would show, and nothing that is
/// typed is shown again.
#[derive(Debug)]
pub(crate) struct Tubo<E, S> {
    entrada: E,
    saida: Tela<S>,
}

impl<E: BufRead, S: Write> Tubo<E, S> {
    pub(crate) fn novo(entrada: E, saida: S) -> Self {
        Self { entrada, saida: Tela::nova(saida) }
    }
}

impl<E: BufRead, S: Write> Terminal for Tubo<E, S> {
    fn mostrar(&mut self, linha: &str) {
        self.saida.escrever(format_args!("{linha}\n"));
    }

    fn falha(&self) -> Option<&io::Error> {
        self.saida.falha()
    }

    /// A line that the end of the input has cut off may be half an amount, and is not taken.
    fn perguntar(&mut self, pergunta: &str) -> io::Result<Digitado> {
        self.saida.escrever(format_args!("{pergunta}"));
        if self.falha().is_some() {
            return Ok(Digitado::Fim);
        }
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
