//! Hashes for the table of accounts.

use std::hash::Hasher;

/// Spreads RGs over a table: a multiplication for each eight bytes, as in rustc's own tables, where the
/// hash of std takes 200 instructions for each RG.
///
/// It has no key, and whoever may choose the accounts of a bank could choose some that collide.
/// Clients choose none: an RG without an account does not stay in the table.
#[derive(Debug, Default)]
pub(super) struct Espalhador(u64);

/// An odd number without a pattern in its bits: 2^64 divided by the golden ratio.
const FATOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Espalhador {
    fn misturar(&mut self, numero: u64) {
        self.0 = (self.0.rotate_left(5) ^ numero).wrapping_mul(FATOR);
    }
}

impl Hasher for Espalhador {
    fn write(&mut self, bytes: &[u8]) {
        for pedaco in bytes.chunks(size_of::<u64>()) {
            let mut inteiro = [0; size_of::<u64>()];
            inteiro[..pedaco.len()].copy_from_slice(pedaco);
            self.misturar(u64::from_le_bytes(inteiro));
        }
    }

    fn write_u8(&mut self, numero: u8) {
        self.misturar(numero.into());
    }

    fn write_usize(&mut self, numero: usize) {
        self.misturar(numero as u64);
    }

    fn finish(&self) -> u64 {
        // The digits of an RG differ in few bits, and a product carries them upwards only: this brings
        // them down, to the bits that choose the place.
        let dobrado = (self.0 ^ (self.0 >> 32)).wrapping_mul(FATOR);
        dobrado ^ (dobrado >> 32)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::{BuildHasher, BuildHasherDefault};

    use super::*;
    use crate::tipos::Rg;

    #[test]
    fn accounts_that_differ_in_few_digits_are_spread_over_a_table() {
        // Of 2^16 keys that are thrown at random into as many places, 63 % of the places get one.
        const CHAVES: u64 = 1 << 16;
        type Nome = fn(u64) -> String;

        let hash = |texto: String| {
            let rg: Rg = texto.parse().expect("legal RG");
            BuildHasherDefault::<Espalhador>::default().hash_one(rg)
        };
        let nomes: [Nome; 4] = [
            |n| n.to_string(),
            |n| (1_000_000_000 + n).to_string(),
            |n| format!("{:010}", n * 100_000),
            |n| format!("{n:0>5}00000"),
        ];
        for nome in nomes {
            let hashes: Vec<u64> = (0..CHAVES).map(nome).map(hash).collect();
            for (parte, minimo) in [(0, 55), (48, 55)] {
                let lugares: HashSet<u64> =
                    hashes.iter().map(|hash| hash >> parte & 0xffff).collect();
                let cheios = lugares.len() as u64 * 100 / CHAVES;
                assert!(cheios >= minimo, "{}, bit {parte}: {cheios} %", nome(1));
            }
        }
    }
}
