//! Random numbers that a seed repeats: `SplitMix64` (Steele, Lea, Flood, OOPSLA 2014).

#[derive(Clone, Debug)]
pub(crate) struct Sorteio(u64);

impl Sorteio {
    pub(crate) fn novo(semente: u64) -> Self {
        Self(semente)
    }

    pub(crate) fn proximo(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limite`.
    pub(crate) fn ate(&mut self, limite: usize) -> usize {
        usize::try_from(self.proximo() % limite as u64).expect("below a usize")
    }

    pub(crate) fn um_em(&mut self, quantos: usize) -> bool {
        self.ate(quantos) == 0
    }

    pub(crate) fn escolher<T: Copy>(&mut self, itens: &[T]) -> T {
        itens[self.ate(itens.len())]
    }
}
