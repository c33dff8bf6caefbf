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

    /// The same; of an input longer than so many bytes, cut at some indexes: at its edges, where a
    /// message becomes too long, and at every thirtieth part.
    pub(crate) fn ate(bytes: usize, em_todos: usize) -> impl Iterator<Item = Self> {
        const BEIRA: usize = 16;
        const LIMITE: usize = 1024;
        Self::todas(bytes).filter(move |alimentacao| match alimentacao {
            Self::Cortada(onde) if bytes > em_todos => {
                let beira = *onde <= BEIRA || bytes - onde <= BEIRA;
                beira || onde.abs_diff(LIMITE) <= BEIRA || onde % (bytes / 30) == 0
            }
            _ => true,
        })
    }

    pub(crate) fn pedacos(self, bytes: &[u8]) -> Vec<&[u8]> {
        match self {
            Self::Inteira => vec![bytes],
            Self::ByteAByte => bytes.chunks(1).collect(),
            Self::Cortada(onde) => vec![&bytes[..onde], &bytes[onde..]],
        }
    }
}
