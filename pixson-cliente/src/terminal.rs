//! Lines in and lines out: at a pipe, or as a terminal shows them.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Stdout, Write};
use std::os::fd::AsFd;

use pixson_conexao::{Entrada, Interrompida, Interrupcao, Saida};

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
pub(crate) struct Tela<'i, S> {
    destino: Saida<'i, Stdout, S>,
    falha: Option<io::Error>,
}

impl<'i, S: Write> Tela<'i, S> {
    /// `destino` is standard output, or something before it.
    pub(crate) fn nova(destino: S, interrupcao: &'i Interrupcao) -> Self {
        Self { destino: Saida::nova(io::stdout(), destino, interrupcao), falha: None }
    }

    /// Writes it at once, and remembers if that fails.
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

/// Writes a text to standard output, unless an interruption comes while there is no place for it.
pub(crate) fn mostrar(texto: &str, interrupcao: &Interrupcao) -> io::Result<()> {
    let saida = io::stdout();
    Saida::nova(&saida, saida.lock(), interrupcao).write_all(texto.as_bytes())
}

/// Standard input, of which nothing is read in advance.
pub(crate) fn entrada_padrao() -> io::Result<File> {
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

/// A program at the other end, or a file: what the original program would show, and nothing that is
/// typed is shown again.
#[derive(Debug)]
pub(crate) struct Tubo<'i> {
    entrada: BufReader<Entrada<'i, File>>,
    saida: Tela<'i, Stdout>,
    interrupcao: &'i Interrupcao,
}

impl<'i> Tubo<'i> {
    pub(crate) fn novo(interrupcao: &'i Interrupcao) -> io::Result<Self> {
        let entrada = BufReader::new(Entrada::nova(entrada_padrao()?, interrupcao));
        Ok(Self { entrada, saida: Tela::nova(io::stdout(), interrupcao), interrupcao })
    }
}

impl Terminal for Tubo<'_> {
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
        if self.interrupcao.veio() {
            return Ok(Digitado::Interrompido);
        }
        let mut bytes = Vec::new();
        match (&mut self.entrada).take(LINHA_MAX_BYTES).read_until(b'\n', &mut bytes) {
            Err(erro) if Interrompida::em(&erro) => return Ok(Digitado::Interrompido),
            lido => lido?,
        };
        let inteira = bytes.last() == Some(&b'\n') || bytes.len() as u64 == LINHA_MAX_BYTES;
        if !inteira {
            self.mostrar("");
            return Ok(Digitado::Fim);
        }
        Ok(Digitado::Linha(String::from_utf8_lossy(&bytes).trim().to_owned()))
    }
}
