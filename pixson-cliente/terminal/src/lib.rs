//! Lines in and lines out: at a pipe ([`Tubo`]), or at a terminal with a line editor, a history and
//! colour ([`Interativo`]). An interruption ends every wait.
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

/// The lines that a person sees and types.
pub trait Terminal {
    /// Shows one line. If that fails, nothing more is shown, and an operation that is half-way goes
    /// on: check [`Terminal::falha`] before asking for the next one.
    fn mostrar(&mut self, linha: &str);

    /// Why the output has failed, if it has.
    fn falha(&self) -> Option<&io::Error>;

    /// Shows one line in the style of its kind, if the terminal has styles.
    fn realcar(&mut self, realce: Realce, linha: &str) {
        let _ = realce;
        self.mostrar(linha);
    }

    /// Asks, and waits for a line. If the question cannot be shown, the answer is
    /// [`Digitado::Fim`].
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

    /// Drops pasted lines that would answer the next questions. Returns whether there were any.
    fn esquecer_coladas(&mut self) -> bool {
        false
    }

    /// Whether commands can be typed by name here, and not only by the numbers of the menu.
    fn tem_nomes(&self) -> bool {
        false
    }
}

/// The kind of a line, for its style.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Realce {
    /// A clock has changed.
    Relogio,
    /// Something was done.
    Feito,
    /// Something was refused.
    Recusado,
}

/// The answer to a question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Digitado {
    /// A line, without the spaces around it.
    Linha(String),
    /// The input is over.
    Fim,
    /// Ctrl-C.
    Interrompido,
}

/// Standard input as a file without a buffer, so that nothing is read in advance.
///
/// # Errors
///
/// There is no standard input.
pub fn entrada_padrao() -> io::Result<File> {
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}
