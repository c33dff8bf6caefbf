//! A set of accounts in a few bits for each: the list of an index.
//!
//! It is exact, in the layout of Elias and Fano: the accounts are numbers in order, of each of which the
//! low bits stand in one row and the high bits, as a count in unary, in another. Of 180,000 accounts
//! among ten thousand million, each takes 18 bits; among a million, four.

use crate::tipos::Rg;

/// The bits of a word.
const PALAVRA_BITS: u64 = 64;
const PALAVRA_BYTES: usize = 8;

/// The two numbers and the bytes of words before the rows of a list: how many accounts, the least one,
/// and how far the greatest one is above it.
const CABECALHO_BYTES: usize = 3 * PALAVRA_BYTES;

/// The number that stands for an account. A digit in front keeps `0` and `00` apart.
pub(super) fn codigo(rg: Rg) -> u64 {
    rg.as_bytes().iter().fold(1, |codigo, digito| codigo * 10 + u64::from(digito - b'0'))
}

/// How many low bits of each number stand apart.
fn bits_baixos(quantas: u64, alcance: u64) -> u32 {
    (alcance / quantas.max(1)).checked_ilog2().unwrap_or(0)
}

/// How many words have so many bits.
fn palavras(bits: u64) -> Option<usize> {
    usize::try_from(bits.div_ceil(PALAVRA_BITS)).ok()
}

/// Appends the list of these accounts, of which each may come any number of times and there is at
/// least one.
pub(super) fn escrever(mut codigos: Vec<u64>, saida: &mut Vec<u8>) {
    codigos.sort_unstable();
    codigos.dedup();
    let quantas = codigos.len() as u64;
    let menor = codigos.first().copied().unwrap_or(0);
    let alcance = codigos.last().map_or(0, |maior| maior - menor);
    let bits = bits_baixos(quantas, alcance);
    let tamanho = |bits: u64| palavras(bits).expect("as many bits as were read from memory");
    let mut baixos = vec![0_u64; tamanho(quantas * u64::from(bits))];
    let mut altos = vec![0_u64; tamanho(quantas + (alcance >> bits) + 1)];
    for (indice, codigo) in (0_u64..).zip(&codigos) {
        let diferenca = codigo - menor;
        let alto = indice + (diferenca >> bits);
        altos[onde(alto).0] |= 1 << onde(alto).1;
        let baixo = diferenca & ((1 << bits) - 1);
        let (palavra, resto) = onde(indice * u64::from(bits));
        if bits > 0 {
            baixos[palavra] |= baixo << resto;
        }
        // The rest of it, if it does not end in that word.
        if resto + u64::from(bits) > PALAVRA_BITS {
            baixos[palavra + 1] |= baixo >> (PALAVRA_BITS - resto);
        }
    }
    for palavra in [quantas, menor, alcance].into_iter().chain(baixos).chain(altos) {
        saida.extend(palavra.to_le_bytes());
    }
}

/// The word that has a bit, and the bit's place in the word.
fn onde(bit: u64) -> (usize, u64) {
    let palavra = usize::try_from(bit / PALAVRA_BITS).unwrap_or(usize::MAX);
    (palavra, bit % PALAVRA_BITS)
}

/// A list as it stands in an index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rol<'b> {
    menor: u64,
    alcance: u64,
    bits: u32,
    baixos: &'b [u8],
    altos: &'b [u8],
}

impl<'b> Rol<'b> {
    /// The list that these bytes are, `None` if they have another length than it says.
    pub(super) fn ler(bytes: &'b [u8]) -> Option<Self> {
        let (cabecalho, resto) = bytes.split_at_checked(CABECALHO_BYTES)?;
        let [quantas, menor, alcance] = [0, 1, 2].map(|indice| palavra(cabecalho, indice));
        let bits = bits_baixos(quantas, alcance);
        let baixos = palavras(quantas.checked_mul(u64::from(bits))?)?;
        let altos = palavras(quantas.checked_add(alcance >> bits)?.checked_add(1)?)?;
        let (baixos, altos) =
            (baixos.checked_mul(PALAVRA_BYTES)?, altos.checked_mul(PALAVRA_BYTES)?);
        let inteira = quantas > 0 && baixos.checked_add(altos) == Some(resto.len());
        let (baixos, altos) = inteira.then(|| resto.split_at(baixos))?;
        Some(Self { menor, alcance, bits, baixos, altos })
    }

    /// Whether an account is in the list.
    pub(super) fn tem(&self, codigo: u64) -> bool {
        let Some(diferenca) = codigo.checked_sub(self.menor) else { return false };
        if diferenca > self.alcance {
            return false;
        }
        let baixo = diferenca & ((1 << self.bits) - 1);
        let mut alto = self.depois_de(diferenca >> self.bits);
        let mut indice = alto - (diferenca >> self.bits);
        while bit(self.altos, alto) {
            if self.baixo(indice) == baixo {
                return true;
            }
            alto += 1;
            indice += 1;
        }
        false
    }

    /// Where in the high row the accounts begin that come after so many zeros.
    fn depois_de(&self, zeros: u64) -> u64 {
        let (mut faltam, mut comeco) = (zeros, 0);
        for numero in 0..self.altos.len() / PALAVRA_BYTES {
            let mut vazios = !palavra(self.altos, numero);
            let nesta = u64::from(vazios.count_ones());
            if faltam <= nesta {
                for _ in 1..faltam {
                    vazios &= vazios - 1;
                }
                let zero = u64::from(vazios.trailing_zeros());
                return if faltam == 0 { comeco } else { comeco + zero + 1 };
            }
            faltam -= nesta;
            comeco += PALAVRA_BITS;
        }
        comeco + faltam
    }

    fn baixo(&self, indice: u64) -> u64 {
        let comeco = indice * u64::from(self.bits);
        let (primeira, resto) = onde(comeco);
        let seguinte = palavra(self.baixos, primeira + 1);
        let juntas =
            u128::from(seguinte) << PALAVRA_BITS | u128::from(palavra(self.baixos, primeira));
        // Only the low half is used.
        #[expect(clippy::cast_possible_truncation, reason = "the low 64 bits are meant")]
        let deslocadas = (juntas >> resto) as u64;
        deslocadas & ((1 << self.bits) - 1)
    }
}

/// A word of a row; behind its end all are zero.
fn palavra(bytes: &[u8], indice: usize) -> u64 {
    let comeco = indice.saturating_mul(PALAVRA_BYTES);
    let palavra = bytes.get(comeco..).and_then(|resto| resto.first_chunk());
    palavra.map_or(0, |palavra| u64::from_le_bytes(*palavra))
}

fn bit(bytes: &[u8], qual: u64) -> bool {
    let (indice, resto) = onde(qual);
    palavra(bytes, indice) >> resto & 1 == 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn escrita(codigos: &[u64]) -> Vec<u8> {
        let mut bytes = Vec::new();
        escrever(codigos.to_vec(), &mut bytes);
        bytes
    }

    /// Holds a list against the set that it stands for, at its members and around them.
    fn conferir(codigos: &[u64], outros: &[u64]) {
        let bytes = escrita(codigos);
        let rol = Rol::ler(&bytes).expect("a list");
        let conjunto: BTreeSet<u64> = codigos.iter().copied().collect();
        let vizinhos = codigos.iter().flat_map(|&um| [um.saturating_sub(1), um, um + 1]);
        for um in vizinhos.chain(outros.iter().copied()) {
            assert_eq!(rol.tem(um), conjunto.contains(&um), "{um}");
        }
    }

    #[test]
    fn accounts_that_differ_in_zeros_in_front_have_numbers_of_their_own() {
        let rgs = ["0", "00", "1", "01", "10", "0000000000", "9999999999"];
        let codigos: BTreeSet<u64> =
            rgs.iter().map(|rg| codigo(rg.parse().expect("legal"))).collect();
        assert_eq!(codigos.len(), rgs.len());
    }

    #[test]
    fn lists_of_one_of_neighbours_and_of_accounts_far_apart_are_exact() {
        conferir(&[10], &[0, 11, u64::MAX]);
        conferir(&[11, 19_999_999_999], &[12, 10_000_000_000, 20_000_000_000]);
        conferir(&(100..1100).collect::<Vec<_>>(), &[0, 5000]);
        conferir(&(0..5000).map(|n| 11 + n * n * 799).collect::<Vec<_>>(), &[0]);
    }

    #[test]
    fn a_list_of_180_000_accounts_takes_18_bits_each_at_most() {
        let mut semente = 1_u64;
        let sorteio = std::iter::repeat_with(|| {
            semente = semente.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            10_000_000_000 + (semente >> 11) % 10_000_000_000
        });
        let codigos: Vec<u64> = sorteio.take(180_000).collect();
        assert!(escrita(&codigos).len() < 180_000 * 19 / 8, "{}", escrita(&codigos).len());
        let em_um_milhao: Vec<u64> = codigos.iter().map(|um| um % 1_000_000).collect();
        assert!(escrita(&em_um_milhao).len() < 100_000);
    }

    #[test]
    fn bytes_of_another_length_are_no_list_and_any_others_answer_without_a_panic() {
        let bytes = escrita(&(0..50).map(|n| 11 + n * 12_345).collect::<Vec<_>>());
        for corte in 0..bytes.len() {
            assert!(Rol::ler(&bytes[..corte]).is_none(), "{corte} bytes");
        }
        for byte in 0..bytes.len() {
            for bit in 0..8 {
                let mut virada = bytes.clone();
                virada[byte] ^= 1 << bit;
                if let Some(rol) = Rol::ler(&virada) {
                    let _ = (0..100).filter(|n| rol.tem(n * 7001)).count();
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_list_has_its_accounts_and_no_others(
            codigos in prop::collection::vec(10_u64..20_000_000_000, 1..200),
            perto in prop::collection::vec(10_u64..400, 1..200),
            outros in prop::collection::vec(10_u64..20_000_000_000, 50),
        ) {
            conferir(&codigos, &outros);
            conferir(&perto, &outros);
        }
    }
}
