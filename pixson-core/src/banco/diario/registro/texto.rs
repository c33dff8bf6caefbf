//! Pieces of a line, in the one spelling in which the bank writes them. `None` says nothing about a line, which
//! is then read as any JSON is.

use memchr::memchr;

use crate::tipos::{Rg, Saldo};

/// Digits of the largest number that is read here: more could overflow.
const DIGITOS_MAX: usize = 19;

/// What has not been read yet.
#[derive(Clone, Copy, Debug)]
pub(in crate::banco::diario) struct TextoCanonico<'l>(pub(in crate::banco::diario) &'l [u8]);

impl TextoCanonico<'_> {
    /// Goes on behind this text, if it comes next.
    pub(in crate::banco::diario) fn depois_de(&mut self, texto: &[u8]) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(texto)?;
        Some(self)
    }

    /// A number in its only spelling: without zeros in front.
    pub(in crate::banco::diario) fn numero(&mut self) -> Option<u64> {
        let (mut numero, mut digitos) = (0_u64, 0);
        for byte in self.0.iter().map(|byte| byte.wrapping_sub(b'0')).take_while(|&um| um < 10) {
            // Of a number that is too long the value is not used.
            numero = numero.wrapping_mul(10).wrapping_add(u64::from(byte));
            digitos += 1;
        }
        if digitos > DIGITOS_MAX {
            return None;
        }
        let canonico = digitos == 1 || digitos > 1 && self.0[0] != b'0';
        self.0 = &self.0[digitos..];
        canonico.then_some(numero)
    }

    /// A sum in its only spelling: one decimal, or two of which the last is no zero.
    pub(super) fn centavos(&mut self) -> Option<u64> {
        let reais = self.numero()?;
        let decimal = |byte: Option<&u8>| byte.copied().filter(u8::is_ascii_digit);
        let decimos = decimal(self.depois_de(b".")?.0.first())?;
        let centesimos = decimal(self.0.get(1));
        if centesimos == Some(b'0') {
            return None;
        }
        self.0 = &self.0[1 + usize::from(centesimos.is_some())..];
        let fracao = u64::from(decimos - b'0') * 10 + u64::from(centesimos.unwrap_or(b'0') - b'0');
        reais.checked_mul(100)?.checked_add(fracao)
    }

    /// A balance.
    pub(in crate::banco::diario) fn saldo(&mut self) -> Option<Saldo> {
        Saldo::de_centavos(self.centavos()?).ok()
    }

    /// An RG between quotation marks.
    pub(in crate::banco::diario) fn rg(&mut self) -> Option<Rg> {
        let rg = self.depois_de(b"\"")?.0;
        let fim = memchr(b'"', &rg[..rg.len().min(Rg::MAX_DIGITOS + 1)])?;
        self.0 = &rg[fim + 1..];
        Rg::try_from(&rg[..fim]).ok()
    }
}
