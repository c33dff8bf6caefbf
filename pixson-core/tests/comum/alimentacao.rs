//! The ways in which the same bytes may arrive.

#[derive(Clone, Copy, Debug)]
pub(crate) enum Alimentacao {
    Inteira,
    ByteAByte,
    /// Cut once, at this index.
    Cortada(usize),
}

impl Alimentacao {
    /// Whole, byte by byte, and cut at every index.
    pub(crate) fn todas(bytes: usize) -> impl Iterator<Item = Self> {
        [Self::Inteira, Self::ByteAByte].into_iter().chain((0..=bytes).map(Self::Cortada))
    }

    pub(crate) fn pedacos(self, bytes: &[u8]) -> Vec<&[u8]> {
        match self {
            Self::Inteira => vec![bytes],
            Self::ByteAByte => bytes.chunks(1).collect(),
            Self::Cortada(onde) => vec![&bytes[..onde], &bytes[onde..]],
        }
    }
}
