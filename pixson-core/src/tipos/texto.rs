//! Values as text, for the wire and the journal, which are written and read millions of times.
//!
//! `fmt` would need less code, but writing the record of a transfer with it took 90 ns longer.

use super::dinheiro::Decimal;
use super::{Rg, Saldo, Valor};

/// A value, or text between values, that can be appended to bytes.
pub(crate) trait Texto {
    fn escrever(&self, saida: &mut Vec<u8>);
}

/// Appends these, one after another.
pub(crate) fn escrever(saida: &mut Vec<u8>, partes: &[&dyn Texto]) {
    for parte in partes {
        parte.escrever(saida);
    }
}

impl Texto for &str {
    fn escrever(&self, saida: &mut Vec<u8>) {
        saida.extend_from_slice(self.as_bytes());
    }
}

impl Texto for Rg {
    fn escrever(&self, saida: &mut Vec<u8>) {
        saida.extend_from_slice(self.as_bytes());
    }
}

impl Texto for Valor {
    fn escrever(&self, saida: &mut Vec<u8>) {
        saida.extend_from_slice(Decimal::de_centavos(self.centavos()).as_bytes());
    }
}

impl Texto for Saldo {
    fn escrever(&self, saida: &mut Vec<u8>) {
        saida.extend_from_slice(Decimal::de_centavos(self.centavos()).as_bytes());
    }
}

impl Texto for u64 {
    fn escrever(&self, saida: &mut Vec<u8>) {
        saida.extend_from_slice(itoa::Buffer::new().format(*self).as_bytes());
    }
}

/// The whole number in decimal that `bytes` begin with, without superfluous zeros: its value, or `None`
/// beyond `u64`, and how many digits it has, which is 0 if there is none.
///
/// ```abnf
/// natural = "0" / ( %x31-39 *DIGIT )
/// ```
pub(crate) fn ler_natural(bytes: &[u8]) -> (Option<u64>, usize) {
    if bytes.first() == Some(&b'0') {
        return (Some(0), 1);
    }
    let (mut numero, mut digitos) = (Some(0_u64), 0);
    for byte in bytes.iter().copied().take_while(u8::is_ascii_digit) {
        numero =
            numero.and_then(|numero| numero.checked_mul(10)?.checked_add(u64::from(byte - b'0')));
        digitos += 1;
    }
    (numero, digitos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_written_as_std_writes_them() {
        for numero in [0, 1, 9, 10, 99, 100, 12_345, u64::MAX / 10, u64::MAX] {
            let mut bytes = Vec::new();
            numero.escrever(&mut bytes);
            assert_eq!(String::from_utf8(bytes), Ok(numero.to_string()));
        }
    }

    #[test]
    fn a_whole_number_is_read_as_far_as_its_digits_go() {
        for (texto, numero, digitos) in [
            ("", Some(0), 0),
            ("-1", Some(0), 0),
            ("0", Some(0), 1),
            ("01", Some(0), 1),
            ("120|s", Some(120), 3),
            ("18446744073709551615", Some(u64::MAX), 20),
            ("18446744073709551616", None, 20),
        ] {
            assert_eq!(ler_natural(texto.as_bytes()), (numero, digitos), "{texto}");
        }
    }
}
