//! The name of an account's holder.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Culpa;

/// The name of an account's holder: 1 to 100 characters, none of them a control character, and
/// not spaces alone.
///
/// Account files that a person or the original program wrote may hold other names; the bank reads
/// them as they are. New accounts are opened with names of this type only.
///
/// ```
/// use pixson_core::tipos::Nome;
///
/// let nome: Nome = "João da Silva".parse()?;
/// assert_eq!(nome.as_str(), "João da Silva");
/// assert!(" ".parse::<Nome>().is_err());
/// assert!("Ana\n".parse::<Nome>().is_err());
/// # Ok::<(), pixson_core::tipos::ErroNome>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Nome(Box<str>);

impl Nome {
    /// The largest number of characters (Unicode scalar values).
    pub const MAX_CARACTERES: usize = 100;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Nome {
    type Err = ErroNome;

    fn from_str(texto: &str) -> Result<Self, ErroNome> {
        if texto.trim().is_empty() {
            return Err(ErroNome::Vazio);
        }
        if let Some(posicao) = texto.chars().position(char::is_control) {
            return Err(ErroNome::Controle { posicao });
        }
        match texto.chars().count() {
            caracteres if caracteres > Self::MAX_CARACTERES => Err(ErroNome::Longo { caracteres }),
            _ => Ok(Self(texto.into())),
        }
    }
}

impl fmt::Display for Nome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a text is not a [`Nome`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ErroNome {
    /// The text is empty, or holds nothing but space.
    #[error("nome vazio")]
    Vazio,
    /// A control character, such as the end of a line.
    #[error("nome com um caractere de controle na posição {}", posicao + 1)]
    Controle {
        /// How many characters stand before it.
        posicao: usize,
    },
    /// More than [`Nome::MAX_CARACTERES`] characters.
    #[error("nome com {caracteres} caracteres: use até 100")]
    Longo {
        /// How many characters there are.
        caracteres: usize,
    },
}

impl ErroNome {
    /// Whose fault it is: always that of the person who wrote the text.
    pub fn culpa(&self) -> Culpa {
        Culpa::Solicitante
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_letter_by_letter() {
        for nome in ["A", "João da Silva", " Ana ", "O\"Neil\\", "名前", "\u{1f600}"] {
            assert_eq!(nome.parse::<Nome>().map(|nome| nome.to_string()), Ok(nome.to_owned()));
        }
    }

    #[test]
    fn a_name_is_counted_in_characters_and_not_in_bytes() {
        assert!("é".repeat(100).parse::<Nome>().is_ok());
        assert_eq!("é".repeat(101).parse::<Nome>(), Err(ErroNome::Longo { caracteres: 101 }));
    }

    #[test]
    fn nothing_and_what_a_terminal_would_obey_is_no_name() {
        for vazio in ["", " ", "\u{a0}\t"] {
            assert_eq!(vazio.parse::<Nome>(), Err(ErroNome::Vazio));
        }
        for (ruim, posicao) in [("é\n", 1), ("\u{1b}[2J", 0), ("a\u{7f}", 1), ("ab\u{9b}", 2)] {
            assert_eq!(ruim.parse::<Nome>(), Err(ErroNome::Controle { posicao }));
        }
    }
}
