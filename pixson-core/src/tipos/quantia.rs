//! How sums of money are read: one rule for what people type and for the wire.

use std::str::FromStr;

use super::texto::ler_natural;
use super::{ErroQuantia, Saldo, Valor};

/// Reads the sum of money that `bytes` begin with: how many centavos it is, and how many bytes it has.
///
/// ```abnf
/// valor   = inteiro [ "." 1*2DIGIT ]
/// inteiro = "0" / ( %x31-39 *12DIGIT )
/// ```
///
/// # Errors
///
/// [`ErroQuantia::Forma`] if `bytes` begin with no sum, [`ErroQuantia::AcimaDoLimite`] if the sum
/// has more than 13 digits before the point.
pub(crate) fn ler_quantia(bytes: &[u8]) -> Result<(u64, usize), ErroQuantia> {
    const MAX_DIGITOS: usize = 13;
    let (reais, digitos) = ler_natural(bytes);
    if digitos == 0 {
        return Err(ErroQuantia::Forma { posicao: 0 });
    }
    let reais = reais.filter(|_| digitos <= MAX_DIGITOS).ok_or(ErroQuantia::AcimaDoLimite)?;
    let (decimais, tamanho) = match bytes[digitos..] {
        [b'.', dezena @ b'0'..=b'9', unidade @ b'0'..=b'9', ..] => {
            ((dezena - b'0') * 10 + (unidade - b'0'), 3)
        }
        [b'.', dezena @ b'0'..=b'9', ..] => ((dezena - b'0') * 10, 2),
        _ => (0, 0),
    };
    Ok((reais * 100 + u64::from(decimais), digitos + tamanho))
}

/// How many centavos a text is that must be a sum of money and nothing else.
fn so_quantia(texto: &str) -> Result<u64, ErroQuantia> {
    match ler_quantia(texto.as_bytes())? {
        (centavos, tamanho) if tamanho == texto.len() => Ok(centavos),
        (_, posicao) => Err(ErroQuantia::Forma { posicao }),
    }
}

impl FromStr for Valor {
    type Err = ErroQuantia;

    fn from_str(texto: &str) -> Result<Self, ErroQuantia> {
        so_quantia(texto).and_then(Self::de_centavos)
    }
}

impl FromStr for Saldo {
    type Err = ErroQuantia;

    fn from_str(texto: &str) -> Result<Self, ErroQuantia> {
        so_quantia(texto).and_then(Self::de_centavos)
    }
}
