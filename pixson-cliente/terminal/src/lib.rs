//! Lines in and lines out: at a pipe ([`Tubo`]), or at a terminal with a line editor, a history and colour
//! ([`Interativo`]). Whatever waits ends when an interruption comes.
//!
//! ```no_run
//! use pixson_conexao::Interrupcao;
//! use pixson_terminal::{Digitado, Terminal, Tubo};
//!
//! let interrupcao = Interrupcao::por_ctrl_c(130);
//! let mut terminal = Tubo::novo(&interrupcao)?;
//! while let Digitado::Linha(linha) = terminal.perguntar("Digite algo: ")? {
//!     terminal.mostrar(&linha);
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

mod interativo;
mod saida;
mod tubo;

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

pub use anstream::ColorChoice;

pub use self::interativo::{ConfiguracaoDoTerminal, Interativo, arquivo_do_historico};
pub use self::saida::mostrar;
pub use self::tubo::Tubo;

/// What the person sees and types: lines out, lines in.
pub trait Terminal {
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
    ///
    /// # Errors
    ///
    /// The input cannot be read.
    fn perguntar(&mut self, pergunta: &str) -> io::Result<Digitado>;

    /// Asks what to do next.
    ///
    /// # Errors
    ///
    /// The input cannot be read.
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
pub enum Realce {
    /// That a clock has changed.
    Relogio,
    /// That something was done.
    Feito,
    /// That something was refused.
    Recusado,
}

/// What came of a question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Digitado {
    /// A line, without the spaces around it.
    Linha(String),
    /// The input is over.
    Fim,
    /// Ctrl-C.
    Interrompido,
}

/// Standard input, of which nothing is read in advance.
///
/// # Errors
///
/// There is none.
pub fn entrada_padrao() -> io::Result<File> {
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}
