//! Which process keeps a trace, and how it was started.

use std::fmt;

use thiserror::Error;

use crate::relogio::Carimbo;
use crate::tipos::Culpa;

/// The longest text that says how a process was started, in bytes; the rest is cut.
pub const COMANDO_MAX_BYTES: usize = 500;

/// A name for a process: 1 to [`NomeDeProcesso::MAX_CARACTERES`] characters, none of them a control
/// character.
///
/// ```
/// use pixson_core::rastro::NomeDeProcesso;
///
/// let nome: NomeDeProcesso = "servidor".parse()?;
/// assert_eq!(nome.to_string(), "servidor");
/// assert!("duas\nlinhas".parse::<NomeDeProcesso>().is_err());
/// # Ok::<(), pixson_core::rastro::ErroDeProcesso>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NomeDeProcesso(Box<str>);

impl NomeDeProcesso {
    /// The largest number of characters.
    pub const MAX_CARACTERES: usize = 64;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for NomeDeProcesso {
    type Err = ErroDeProcesso;

    fn from_str(texto: &str) -> Result<Self, ErroDeProcesso> {
        let caracteres = texto.chars().count();
        if caracteres == 0 || caracteres > Self::MAX_CARACTERES {
            return Err(ErroDeProcesso::Tamanho { caracteres });
        }
        if texto.chars().any(char::is_control) {
            return Err(ErroDeProcesso::Controle);
        }
        Ok(Self(texto.into()))
    }
}

impl fmt::Display for NomeDeProcesso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why a text is no [`NomeDeProcesso`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ErroDeProcesso {
    /// It is empty, or too long.
    #[error("nome de processo com {caracteres} caracteres: use de 1 a 64")]
    Tamanho {
        /// How many there are.
        caracteres: usize,
    },
    /// It has a control character.
    #[error("nome de processo com um caractere de controle")]
    Controle,
}

impl ErroDeProcesso {
    /// Whose fault it is: that of the person who wrote the name.
    pub fn culpa(&self) -> Culpa {
        Culpa::Solicitante
    }
}

/// The first line of a trace.
///
/// ```
/// use pixson_core::rastro::CabecalhoDoRastro;
///
/// let cabecalho = CabecalhoDoRastro::novo("servidor".parse()?)
///     .com_epoca(3)
///     .com_comando("pixson-servidor --contas contas");
/// assert_eq!(cabecalho.epoca(), Some(3));
/// assert_eq!(cabecalho.relogio().valor(), 0);
/// # Ok::<(), pixson_core::rastro::ErroDeProcesso>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CabecalhoDoRastro {
    processo: NomeDeProcesso,
    epoca: Option<u64>,
    relogio: Carimbo,
    comando: Option<Box<str>>,
}

impl CabecalhoDoRastro {
    /// The trace of a process whose clock stands at 0.
    pub fn novo(processo: NomeDeProcesso) -> Self {
        Self { processo, epoca: None, relogio: Carimbo::ZERO, comando: None }
    }

    /// The same, of a server: the number of its run.
    #[must_use]
    pub fn com_epoca(self, epoca: u64) -> Self {
        Self { epoca: Some(epoca), ..self }
    }

    /// The same, begun when the clock stood there.
    #[must_use]
    pub fn com_relogio(self, relogio: Carimbo) -> Self {
        Self { relogio, ..self }
    }

    /// The same, with how the process was started, as a person would type it and without passwords.
    /// What is beyond [`COMANDO_MAX_BYTES`] is cut.
    #[must_use]
    pub fn com_comando(self, comando: &str) -> Self {
        let fim = comando.floor_char_boundary(COMANDO_MAX_BYTES);
        Self { comando: Some(comando[..fim].into()), ..self }
    }

    /// The process.
    pub fn processo(&self) -> &NomeDeProcesso {
        &self.processo
    }

    /// The number of its run, if it is a server.
    pub fn epoca(&self) -> Option<u64> {
        self.epoca
    }

    /// Where its clock stood when the trace began.
    pub fn relogio(&self) -> Carimbo {
        self.relogio
    }

    /// How it was started, if that is known.
    pub fn comando(&self) -> Option<&str> {
        self.comando.as_deref()
    }
}
