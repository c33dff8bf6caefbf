//! The number that names an account.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Culpa;

/// The number of an identity card, which names an account: 1 to 10 decimal digits.
///
/// Leading zeros are significant: `0` and `0000000000` are different accounts
/// (protocolo.md, section 1). Since an RG holds digits only, it is safe as a file name.
///
/// The order is that of the text, which is the order in which accounts are locked. An RG
/// identifies a person, so `Debug` masks all but the last three digits of a long one; `Display`
/// writes it whole.
///
/// ```
/// use pixson_core::Rg;
///
/// let rg: Rg = "0123456789".parse()?;
/// assert_eq!(rg.as_str(), "0123456789");
/// assert_ne!(rg, "123456789".parse()?);
/// assert!("12a".parse::<Rg>().is_err());
/// # Ok::<(), pixson_core::tipos::ErroRg>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Rg {
    // Unused places stay zero, so that the derived order is the order of the text.
    digitos: [u8; Rg::MAX_DIGITOS],
    tamanho: u8,
}

impl Rg {
    /// The largest number of digits.
    pub const MAX_DIGITOS: usize = 10;

    /// The RG that `bytes` begin with, as long as it can be, or `None` if they begin with no digit.
    pub(crate) fn ler(bytes: &[u8]) -> Option<Self> {
        let mut lido = Self { digitos: [0; Self::MAX_DIGITOS], tamanho: 0 };
        for (lugar, &byte) in lido.digitos.iter_mut().zip(bytes) {
            if !byte.is_ascii_digit() {
                break;
            }
            *lugar = byte;
            lido.tamanho += 1;
        }
        (lido.tamanho > 0).then_some(lido)
    }

    /// The digits as text.
    ///
    /// # Panics
    ///
    /// Never: an RG holds ASCII digits only.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).expect("an RG holds ASCII digits only")
    }

    /// The digits as ASCII bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.digitos[..usize::from(self.tamanho)]
    }
}

impl TryFrom<&[u8]> for Rg {
    type Error = ErroRg;

    fn try_from(bytes: &[u8]) -> Result<Self, ErroRg> {
        if bytes.is_empty() {
            return Err(ErroRg::Vazio);
        }
        if let Some(posicao) = bytes.iter().position(|byte| !byte.is_ascii_digit()) {
            return Err(ErroRg::NaoDigito { posicao });
        }
        let mut digitos = [0; Self::MAX_DIGITOS];
        let Some(destino) = digitos.get_mut(..bytes.len()) else {
            return Err(ErroRg::Longo { digitos: bytes.len() });
        };
        destino.copy_from_slice(bytes);
        let tamanho = u8::try_from(bytes.len()).expect("at most MAX_DIGITOS, which is 10");
        Ok(Self { digitos, tamanho })
    }
}

impl TryFrom<&str> for Rg {
    type Error = ErroRg;

    fn try_from(texto: &str) -> Result<Self, ErroRg> {
        Self::try_from(texto.as_bytes())
    }
}

impl FromStr for Rg {
    type Err = ErroRg;

    fn from_str(texto: &str) -> Result<Self, ErroRg> {
        Self::try_from(texto.as_bytes())
    }
}

impl fmt::Display for Rg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Rg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const VISIVEIS: usize = 3;
        let texto = self.as_str();
        let ocultos = if texto.len() > 2 * VISIVEIS { texto.len() - VISIVEIS } else { texto.len() };
        write!(f, "Rg({}{})", "*".repeat(ocultos), &texto[ocultos..])
    }
}

/// Why a text is not an [`Rg`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ErroRg {
    /// The text is empty.
    #[error("RG vazio: use de 1 a 10 dígitos")]
    Vazio,
    /// A byte other than `0` to `9`.
    #[error("RG inválido na posição {}: use só dígitos", posicao + 1)]
    NaoDigito {
        /// Index of the first such byte, from 0; a person is told the position from 1.
        posicao: usize,
    },
    /// More than [`Rg::MAX_DIGITOS`] digits.
    #[error("RG com {digitos} dígitos: use de 1 a 10")]
    Longo {
        /// How many digits there are.
        digitos: usize,
    },
}

impl ErroRg {
    /// Whose fault it is: always that of the person who wrote the text.
    pub fn culpa(&self) -> Culpa {
        Culpa::Solicitante
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rg(texto: &str) -> Rg {
        texto.parse().expect("legal RG")
    }

    #[test]
    fn leading_zeros_make_different_accounts() {
        assert_ne!(rg("0"), rg("0000000000"));
        assert_eq!(rg("007").to_string(), "007");
    }

    #[test]
    fn order_is_that_of_the_text() {
        let mut rgs = ["2", "10", "1", "0000000000", "0"].map(rg);
        rgs.sort();
        assert_eq!(rgs.map(|rg| rg.to_string()), ["0", "0000000000", "1", "10", "2"]);
    }

    #[test]
    fn anything_but_one_to_ten_digits_is_refused_with_its_place() {
        assert_eq!(Rg::try_from(""), Err(ErroRg::Vazio));
        assert_eq!(Rg::try_from("12345678901"), Err(ErroRg::Longo { digitos: 11 }));
        assert_eq!(Rg::try_from("../1"), Err(ErroRg::NaoDigito { posicao: 0 }));
        assert_eq!(Rg::try_from("12\u{ff13}"), Err(ErroRg::NaoDigito { posicao: 2 }));
        assert_eq!(Rg::try_from("1\0"), Err(ErroRg::NaoDigito { posicao: 1 }));
    }

    #[test]
    fn debug_masks_the_person() {
        assert_eq!(format!("{:?}", rg("1234567890")), "Rg(*******890)");
        assert_eq!(format!("{:?}", rg("123456")), "Rg(******)");
    }
}
