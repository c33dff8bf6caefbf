//! Sums of money as a person writes and reads them.

use std::fmt;
use std::str::FromStr;

use pixson_core::Valor;
use pixson_core::tipos::ErroQuantia;

/// Reads a sum with a decimal point or a decimal comma.
///
/// # Errors
///
/// How to write a sum instead, for the inside of a sentence.
///
/// ```
/// use pixson_core::Valor;
/// use pixson_linha::quantia;
///
/// assert_eq!(quantia::ler("8,50"), Valor::de_centavos(850).map_err(|erro| erro.to_string()));
/// assert!(quantia::ler::<Valor>("1.000,00").is_err());
/// ```
pub fn ler<T: FromStr<Err = ErroQuantia>>(texto: &str) -> Result<T, String> {
    texto.replacen(',', ".", 1).parse().map_err(|erro| match erro {
        ErroQuantia::Forma { .. } => forma(texto).into(),
        ErroQuantia::Zero => format!("o menor é {}", Valor::MIN),
        ErroQuantia::AcimaDoLimite => format!("o maior é {}", Valor::MAX),
    })
}

/// How to write the sum instead of `texto`.
fn forma(texto: &str) -> &'static str {
    let partes: Vec<&str> = texto.split(['.', ',']).collect();
    let numero = |parte: &&str| !parte.is_empty() && parte.bytes().all(|b| b.is_ascii_digit());
    match partes[..] {
        _ if !partes.iter().all(numero) => "digite um número como 8.50 ou 8,50",
        [_, _, _, ..] => "digite um número como 8.50 ou 8,50, sem separador de milhares",
        [_, decimais] if decimais.len() > 2 => {
            "use no máximo duas casas decimais, como em 8.50 ou 8,50, e milhares sem separador"
        }
        _ => "digite um número como 8.50 ou 8,50, sem zeros à esquerda",
    }
}

/// A sum of centavos as it is shown, which may exceed the limit of a balance: with a decimal point,
/// and with a sign if it is below zero.
///
/// ```
/// use pixson_linha::quantia::Reais;
///
/// assert_eq!(Reais::from(1050_u128).to_string(), "10.50");
/// assert_eq!(Reais::from(-7_i128).to_string(), "-0.07");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reais {
    negativos: bool,
    centavos: u128,
}

impl From<u128> for Reais {
    fn from(centavos: u128) -> Self {
        Self { negativos: false, centavos }
    }
}

impl From<i128> for Reais {
    fn from(centavos: i128) -> Self {
        Self { negativos: centavos < 0, centavos: centavos.unsigned_abs() }
    }
}

impl fmt::Display for Reais {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sinal = if self.negativos { "-" } else { "" };
        write!(f, "{sinal}{}.{:02}", self.centavos / 100, self.centavos % 100)
    }
}
