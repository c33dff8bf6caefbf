//! Money as whole centavos, without floats.

use std::fmt;

use thiserror::Error;

use super::Culpa;

/// 9 999 999 999 999.99: the largest sum of money in which a reader that uses IEEE doubles, as
/// the original program does, still sees each centavo (protocolo.md, section 1).
const MAX_CENTAVOS: u64 = 999_999_999_999_999;

/// An amount to move: 0.01 to 9 999 999 999 999.99, in whole centavos, never zero.
///
/// `Display` writes the wire form, the shortest decimal with at least one decimal place;
/// `FromStr` reads the wire grammar (`10`, `10.5`, `10.55`).
///
/// ```
/// use pixson_core::Valor;
///
/// let valor: Valor = "8.50".parse()?;
/// assert_eq!(valor.centavos(), 850);
/// assert_eq!(valor.to_string(), "8.5");
/// assert!("0.0".parse::<Valor>().is_err());
/// # Ok::<(), pixson_core::tipos::ErroQuantia>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Valor(u64);

impl Valor {
    /// The smallest amount: one centavo.
    pub const MIN: Self = Self(1);
    /// The largest amount: 9 999 999 999 999.99.
    pub const MAX: Self = Self(MAX_CENTAVOS);

    /// An amount of so many centavos.
    ///
    /// # Errors
    ///
    /// [`ErroQuantia::Zero`] and [`ErroQuantia::AcimaDoLimite`].
    pub const fn de_centavos(centavos: u64) -> Result<Self, ErroQuantia> {
        match centavos {
            0 => Err(ErroQuantia::Zero),
            1..=MAX_CENTAVOS => Ok(Self(centavos)),
            _ => Err(ErroQuantia::AcimaDoLimite),
        }
    }

    /// How many centavos.
    pub const fn centavos(self) -> u64 {
        self.0
    }
}

/// What an account holds: 0.0 to 9 999 999 999 999.99, in whole centavos.
///
/// A balance only changes by [`Saldo::mais`] and [`Saldo::menos`], which refuse to leave this
/// range: money can neither overflow nor go below zero.
///
/// ```
/// use pixson_core::{Saldo, Valor};
///
/// let saldo = Saldo::de_centavos(1000)?;
/// let saque: Valor = "8.5".parse()?;
/// assert_eq!(saldo.menos(saque).map(|resto| resto.to_string()), Some("1.5".into()));
/// assert_eq!(Saldo::ZERO.menos(saque), None);
/// # Ok::<(), pixson_core::tipos::ErroQuantia>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Saldo(u64);

impl Saldo {
    /// An empty account.
    pub const ZERO: Self = Self(0);
    /// The largest balance: 9 999 999 999 999.99.
    pub const MAX: Self = Self(MAX_CENTAVOS);

    /// A balance of so many centavos.
    ///
    /// # Errors
    ///
    /// [`ErroQuantia::AcimaDoLimite`].
    pub const fn de_centavos(centavos: u64) -> Result<Self, ErroQuantia> {
        if centavos > MAX_CENTAVOS {
            return Err(ErroQuantia::AcimaDoLimite);
        }
        Ok(Self(centavos))
    }

    /// How many centavos.
    pub const fn centavos(self) -> u64 {
        self.0
    }

    /// The balance after a credit, or `None` if it would pass [`Saldo::MAX`].
    pub fn mais(self, valor: Valor) -> Option<Self> {
        self.0.checked_add(valor.0).filter(|&soma| soma <= MAX_CENTAVOS).map(Self)
    }

    /// The balance after a debit, or `None` if it does not hold so much.
    pub fn menos(self, valor: Valor) -> Option<Self> {
        self.0.checked_sub(valor.0).map(Self)
    }
}

/// Why something is not a sum of money.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ErroQuantia {
    /// Not of the form `10`, `10.5` or `10.55`.
    #[error("quantia inválida na posição {}: escreva como 8.50", posicao + 1)]
    Forma {
        /// Index of the first byte that does not fit, from 0; a person is told the position from 1.
        posicao: usize,
    },
    /// An amount to move must be above zero.
    #[error("quantia zero: informe ao menos 0.01")]
    Zero,
    /// More than 9 999 999 999 999.99.
    #[error("quantia acima de 9999999999999.99")]
    AcimaDoLimite,
}

impl ErroQuantia {
    /// Whose fault it is: always that of the person who wrote the sum.
    pub fn culpa(&self) -> Culpa {
        Culpa::Solicitante
    }
}

/// The canonical decimal of so many centavos, on the stack.
#[derive(Clone, Copy)]
pub(crate) struct Decimal {
    bytes: [u8; Self::MAX_BYTES],
    fim: usize,
}

impl Decimal {
    /// 18 digits before the point, the point and two after: enough for any `u64 / 100`.
    const MAX_BYTES: usize = 21;

    pub(crate) fn de_centavos(centavos: u64) -> Self {
        let mut reais = itoa::Buffer::new();
        let reais = reais.format(centavos / 100).as_bytes();
        let ponto = reais.len();
        let mut bytes = [0; Self::MAX_BYTES];
        bytes[..ponto].copy_from_slice(reais);
        bytes[ponto..ponto + 3].copy_from_slice(&[b'.', digito(centavos / 10), digito(centavos)]);
        let fim = if centavos.is_multiple_of(10) { ponto + 2 } else { ponto + 3 };
        Self { bytes, fim }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.fim]
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).expect("the bytes are ASCII digits and a point")
    }
}

/// The last decimal digit of `numero`, in ASCII.
fn digito(numero: u64) -> u8 {
    b'0' + u8::try_from(numero % 10).expect("a remainder of ten is below ten")
}

macro_rules! mostra_como_decimal {
    ($($tipo:ty),+) => {$(
        impl fmt::Display for $tipo {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(Decimal::de_centavos(self.0).as_str())
            }
        }
    )+};
}
mostra_como_decimal!(Valor, Saldo);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_is_the_shortest_with_one_place() {
        for (centavos, texto) in [
            (0, "0.0"),
            (1, "0.01"),
            (10, "0.1"),
            (99, "0.99"),
            (100, "1.0"),
            (1000, "10.0"),
            (850, "8.5"),
            (1055, "10.55"),
            (MAX_CENTAVOS, "9999999999999.99"),
            (u64::MAX, "184467440737095516.15"),
        ] {
            assert_eq!(Decimal::de_centavos(centavos).as_str(), texto);
        }
    }

    #[test]
    fn amount_is_above_zero_and_within_the_limit() {
        assert_eq!(Valor::de_centavos(0), Err(ErroQuantia::Zero));
        assert_eq!(Valor::de_centavos(MAX_CENTAVOS + 1), Err(ErroQuantia::AcimaDoLimite));
        assert_eq!(Valor::de_centavos(MAX_CENTAVOS), Ok(Valor::MAX));
    }

    #[test]
    fn balance_never_leaves_its_range() {
        assert_eq!(Saldo::MAX.mais(Valor::MIN), None);
        assert_eq!(Saldo::ZERO.menos(Valor::MIN), None);
        assert_eq!(Saldo::ZERO.mais(Valor::MAX), Some(Saldo::MAX));
        assert_eq!(Saldo::MAX.menos(Valor::MAX), Some(Saldo::ZERO));
        assert_eq!(Saldo::de_centavos(MAX_CENTAVOS + 1), Err(ErroQuantia::AcimaDoLimite));
    }

    #[test]
    fn a_text_that_is_no_sum_says_whether_it_is_misspelt_or_too_large() {
        let acima = Err(ErroQuantia::AcimaDoLimite);
        let forma = |posicao| Err(ErroQuantia::Forma { posicao });
        for (texto, esperado) in [
            ("10000000000000", acima),
            ("99999999999999999999999999.99", acima),
            ("", forma(0)),
            ("-1", forma(0)),
            ("1,5", forma(1)),
            ("1.", forma(1)),
            ("1.234", forma(4)),
            ("01", forma(1)),
        ] {
            assert_eq!(texto.parse::<Saldo>(), esperado, "{texto}");
            assert_eq!(texto.parse::<Valor>().map(|_| Saldo::ZERO), esperado, "{texto}");
        }
        assert_eq!("0.00".parse::<Valor>(), Err(ErroQuantia::Zero));
    }
}
