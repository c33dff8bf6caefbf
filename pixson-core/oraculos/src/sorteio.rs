//! Random numbers for the oracles, and for tests that use them.
//!
//! They are drawn here, in five lines, and not by a library such as fastrand: inputs of the fuzz
//! corpus, and seeds kept in tests, depend on the numbers that are drawn, and fastrand 2.1 changed
//! the numbers of every seed.

/// Random numbers that a seed repeats: `SplitMix64` (Steele, Lea, Flood, OOPSLA 2014).
///
/// ```
/// use pixson_oraculos::Sorteio;
///
/// let (mut um, mut outro) = (Sorteio::novo(7), Sorteio::novo(7));
/// assert_eq!(um.proximo(), outro.proximo());
/// assert!(um.ate(10) < 10);
/// ```
#[derive(Clone, Debug)]
pub struct Sorteio(u64);

impl Sorteio {
    /// The sequence of this seed.
    pub fn novo(semente: u64) -> Self {
        Self(semente)
    }

    /// The next number, of 64 random bits.
    pub fn proximo(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limite`.
    ///
    /// # Panics
    ///
    /// If `limite` is 0.
    pub fn ate(&mut self, limite: usize) -> usize {
        usize::try_from(self.proximo() % limite as u64).expect("below `limite`, a usize")
    }

    /// True with a probability of 1 in `quantos`.
    ///
    /// # Panics
    ///
    /// If `quantos` is 0.
    pub fn um_em(&mut self, quantos: usize) -> bool {
        self.ate(quantos) == 0
    }

    /// One of these items.
    ///
    /// # Panics
    ///
    /// If `itens` is empty.
    pub fn escolher<T: Copy>(&mut self, itens: &[T]) -> T {
        itens[self.ate(itens.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_seed_are_those_of_the_reference() {
        // The numbers that <http://xoshiro.di.unimi.it/splitmix64.c> draws.
        let mut sorteio = Sorteio::novo(1_477_776_061_723_855_037);
        for esperado in
            [1_985_237_415_132_408_290, 2_979_275_885_539_914_483, 13_511_426_838_097_143_398]
        {
            assert_eq!(sorteio.proximo(), esperado);
        }
    }
}
