//! Random numbers that a seed repeats, for whatever an oracle draws.

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
    /// The draws of this seed.
    pub fn novo(semente: u64) -> Self {
        Self(semente)
    }

    /// Any number.
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
        usize::try_from(self.proximo() % limite as u64).expect("below a usize")
    }

    /// True once in so many times.
    ///
    /// # Panics
    ///
    /// If `quantos` is 0.
    pub fn um_em(&mut self, quantos: usize) -> bool {
        self.ate(quantos) == 0
    }

    /// One of these.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn escolher<T: Copy>(&mut self, itens: &[T]) -> T {
        itens[self.ate(itens.len())]
    }
}
