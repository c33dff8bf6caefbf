//! A terminal with a person: line editor, history, names of commands, colour.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::env;
use std::error::Error;
use std::fmt;
use std::fs::{self, DirBuilder};
use std::io::{self, Stdout};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use pixson_conexao::{FimDaEspera, Interrupcao};
use pixson_linha::visivel::visivel;
use rustix::termios::tcgetwinsize;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{ColorMode, CompletionType, Config, Context, Editor, Helper};
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::saida::Linhas;
use crate::{Digitado, Realce, Terminal};

/// Terminals, as `TERM` names them, on which rustyline does not edit lines, but reads them from the
/// system.
const SEM_EDICAO: [&str; 3] = ["dumb", "cons25", "emacs"];

/// How many commands are remembered.
const HISTORICO_MAX: usize = 1000;

/// The configuration of a terminal.
#[derive(Clone, Debug)]
pub struct ConfiguracaoDoTerminal {
    /// When it is shown in colour. [`ColorChoice::Auto`] looks at `NO_COLOR`, `CLICOLOR`,
    /// `CLICOLOR_FORCE` and `TERM`.
    pub cor: ColorChoice,
    /// The names that can be typed when a command is asked for, and are completed there.
    pub nomes: &'static [&'static str],
    /// The option that is completed behind a name that needs it.
    pub opcoes: &'static [(&'static str, &'static str)],
    /// The file in which commands are kept for the next run, or `None`.
    pub historico: Option<PathBuf>,
}

/// A terminal with a line editor.
pub struct Interativo<'i> {
    saida: Linhas<'i, AutoStream<Stdout>>,
    interrupcao: &'i Interrupcao,
    /// Whether the terminal is one of [`SEM_EDICAO`].
    sem_edicao: bool,
    /// One editor for all questions, since it buffers what a person has typed or pasted ahead.
    editor: Editor<NomesDeComandos, FileHistory>,
    nomes: &'static [&'static str],
    opcoes: &'static [(&'static str, &'static str)],
    historico: Option<PathBuf>,
    /// Lines that were pasted behind one that has been taken. The terminal marks where a paste ends
    /// (bracketed paste), so that no line of it is taken before the person presses Enter; then each
    /// one answers a question of its own.
    coladas: VecDeque<String>,
}

impl<'i> Interativo<'i> {
    /// Standard input and standard output, which are a terminal.
    ///
    /// # Errors
    ///
    /// There is no line editor for this terminal.
    pub fn novo(
        escolhas: ConfiguracaoDoTerminal,
        interrupcao: &'i Interrupcao,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let ConfiguracaoDoTerminal { cor, nomes, opcoes, historico } = escolhas;
        let configuracao = Config::builder()
            .completion_type(CompletionType::List)
            // rustyline calls the highlighter, which makes a line harmless, only if colours are on.
            // It adds no colour.
            .color_mode(ColorMode::Forced)
            .max_history_size(HISTORICO_MAX)?
            .build();
        let mut editor = Editor::with_config(configuracao)?;
        if let Some(arquivo) = &historico {
            // If the file cannot be read, the history begins empty.
            let _ = editor.load_history(arquivo);
        }
        let saida = Linhas::nova(AutoStream::new(io::stdout(), cor), interrupcao);
        let sem_edicao = env::var("TERM")
            .is_ok_and(|termo| SEM_EDICAO.iter().any(|este| este.eq_ignore_ascii_case(&termo)));
        let coladas = VecDeque::new();
        Ok(Self { saida, interrupcao, sem_edicao, editor, nomes, opcoes, historico, coladas })
    }

    fn ler(&mut self, pergunta: &str) -> io::Result<Digitado> {
        if self.falha().is_some() {
            return Ok(Digitado::Fim);
        }
        if self.interrupcao.veio() {
            return Ok(Digitado::Interrompido);
        }
        if let Some(linha) = self.coladas.pop_front() {
            // The pasted line is shown as if it were typed here.
            self.mostrar(&format!("{pergunta}{}", visivel(&linha)));
            return Ok(Digitado::Linha(linha));
        }
        let lido = digitado(self.editar(pergunta)?)?;
        let Digitado::Linha(texto) = lido else { return Ok(lido) };
        let mut linhas = texto.lines().map(str::trim).filter(|linha| !linha.is_empty());
        let primeira = linhas.next().unwrap_or_default().to_owned();
        self.coladas.extend(linhas.map(str::to_owned));
        Ok(Digitado::Linha(primeira))
    }

    /// rustyline takes Ctrl-C as input while it edits a line. Where it only reads a line, the wait
    /// for that line happens here, so that an interruption can end it.
    fn editar(&mut self, pergunta: &str) -> io::Result<rustyline::Result<String>> {
        if !self.sem_edicao {
            return Ok(self.editor.readline(pergunta));
        }
        self.saida.escrever(format_args!("{pergunta}"));
        // The system gives whole lines, one at a time, so that no further line can be hidden in a
        // buffer.
        match self.interrupcao.esperar_leitura(&io::stdin(), None)? {
            FimDaEspera::Interrompida => Ok(Err(ReadlineError::Interrupted)),
            FimDaEspera::Pronto | FimDaEspera::Prazo => Ok(self.editor.readline("")),
        }
    }

    /// Writes a command to the history at once, since an interruption may end the program. If that
    /// fails, the session goes on. Answers to other questions, RGs and amounts, are not kept.
    fn lembrar(&mut self, comando: &str) {
        if !comando.is_empty()
            && self.editor.add_history_entry(comando).unwrap_or(false)
            && let Some(arquivo) = &self.historico
        {
            let _ = self.editor.append_history(arquivo);
        }
    }
}

impl fmt::Debug for Interativo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interativo").field("historico", &self.historico).finish_non_exhaustive()
    }
}

impl Terminal for Interativo<'_> {
    fn mostrar(&mut self, linha: &str) {
        let linha = quebrada(linha);
        self.saida.escrever(format_args!("{linha}\n"));
    }

    fn falha(&self) -> Option<&io::Error> {
        self.saida.falha()
    }

    fn realcar(&mut self, realce: Realce, linha: &str) {
        let estilo = match realce {
            Realce::Relogio => Style::new().dimmed(),
            Realce::Feito => AnsiColor::Green.on_default(),
            Realce::Recusado => AnsiColor::Red.on_default(),
        };
        let linha = quebrada(linha);
        self.saida.escrever(format_args!("{estilo}{linha}{estilo:#}\n"));
    }

    fn perguntar(&mut self, pergunta: &str) -> io::Result<Digitado> {
        self.editor.set_helper(Some(NomesDeComandos { nomes: &[], opcoes: &[] }));
        self.ler(pergunta)
    }

    fn perguntar_comando(&mut self, pergunta: &str) -> io::Result<Digitado> {
        self.editor.set_helper(Some(NomesDeComandos { nomes: self.nomes, opcoes: self.opcoes }));
        let digitado = self.ler(pergunta)?;
        if let Digitado::Linha(linha) = &digitado {
            self.lembrar(linha);
        }
        Ok(digitado)
    }

    fn tem_nomes(&self) -> bool {
        true
    }

    fn esquecer_coladas(&mut self) -> bool {
        let havia = !self.coladas.is_empty();
        self.coladas.clear();
        havia
    }
}

/// Wraps a text between words at the width of the terminal, and indents the lines that continue.
/// The terminal itself would break lines in the middle of a word.
fn quebrada(texto: &str) -> String {
    let colunas = tcgetwinsize(io::stdout()).map_or(0, |tamanho| tamanho.ws_col);
    // Lines are not wrapped for a terminal of unknown width.
    quebrada_em(texto, if colunas == 0 { usize::MAX } else { colunas.into() })
}

fn quebrada_em(texto: &str, colunas: usize) -> String {
    let linhas = texto.split('\n').map(|linha| {
        let recuo = if linha.starts_with(' ') { "      " } else { "" };
        let opcoes = Options::new(colunas)
            .subsequent_indent(recuo)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);
        textwrap::wrap(linha, opcoes).join("\n")
    });
    linhas.collect::<Vec<_>>().join("\n")
}

fn digitado(lido: rustyline::Result<String>) -> io::Result<Digitado> {
    match lido {
        Ok(linha) => Ok(Digitado::Linha(linha.trim().to_owned())),
        Err(ReadlineError::Eof) => Ok(Digitado::Fim),
        Err(ReadlineError::Interrupted) => Ok(Digitado::Interrompido),
        Err(ReadlineError::Io(erro)) => Err(erro),
        Err(outro) => Err(io::Error::other(outro)),
    }
}

/// The file for the commands of a program, by the rules of XDG, in a folder that is created if need
/// be. `None` if there is no such place, or the name is not that of a file.
pub fn arquivo_do_historico(programa: &str) -> Option<PathBuf> {
    let absoluta =
        |variavel| Some(PathBuf::from(env::var_os(variavel)?)).filter(|p| p.is_absolute());
    let estado =
        absoluta("XDG_STATE_HOME").or_else(|| Some(absoluta("HOME")?.join(".local/state")))?;
    let pasta = estado.join(programa);
    DirBuilder::new().recursive(true).mode(0o700).create(&pasta).ok()?;
    let arquivo = pasta.join("historico");
    // Reading a pipe could block for ever, and a device may have no end.
    fs::metadata(&arquivo).map_or(true, |dados| dados.is_file()).then_some(arquivo)
}

/// Completes the names of commands, and the options that they need, when a command is asked for,
/// and shows pasted text in a harmless form.
struct NomesDeComandos {
    nomes: &'static [&'static str],
    opcoes: &'static [(&'static str, &'static str)],
}

impl Completer for NomesDeComandos {
    type Candidate = String;

    fn complete(
        &self,
        linha: &str,
        posicao: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let antes = &linha[..posicao];
        let inicio = antes.rfind(' ').map_or(0, |espaco| espaco + 1);
        let palavra = &antes[inicio..];
        let candidatas: Vec<_> = match antes[..inicio].trim() {
            "" => self.nomes.to_vec(),
            nome => {
                let dele = |(de, opcao): &(_, _)| (*de == nome).then_some(*opcao);
                self.opcoes.iter().filter_map(dele).collect()
            }
        };
        let completas = candidatas
            .iter()
            .filter(|candidata| candidata.starts_with(palavra))
            .map(|candidata| format!("{candidata} "))
            .collect();
        Ok((inicio, completas))
    }
}

impl Hinter for NomesDeComandos {
    type Hint = String;
}

impl Highlighter for NomesDeComandos {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        let linhas: Vec<_> = line.split('\n').map(visivel).collect();
        Cow::Owned(linhas.join("\n"))
    }

    fn highlight_char(&self, line: &str, _: usize, _: CmdKind) -> bool {
        line.split('\n').any(|linha| visivel(linha) != linha)
    }
}

impl Validator for NomesDeComandos {}
impl Helper for NomesDeComandos {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_no_later_than_the_terminal_does() {
        let texto = "\nUm comando é um número\n\n  saque [VALOR]      retira da conta\n  sair  sai";
        assert_eq!(quebrada_em(texto, 80), texto);
        assert_eq!(quebrada_em(texto, usize::MAX), texto);
        let esperado = "\nUm comando é um\nnúmero\n\n  saque [VALOR]\n      retira da\n      conta\n  sair  sai";
        assert_eq!(quebrada_em(texto, 16), esperado);
        assert_eq!(quebrada_em("palavra", 3), "palavra");
    }
}
