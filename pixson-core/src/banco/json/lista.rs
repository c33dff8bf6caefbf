//! A short list. One or two items, the accounts of most operations, need no allocation.

#[derive(Debug)]
pub(super) enum Lista<T> {
    Uma([T; 1]),
    Duas([T; 2]),
    Muitas(Vec<T>),
}

impl<T> Lista<T> {
    pub(super) fn as_slice(&self) -> &[T] {
        match self {
            Self::Uma(itens) => itens,
            Self::Duas(itens) => itens,
            Self::Muitas(itens) => itens,
        }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        match self {
            Self::Uma(itens) => itens,
            Self::Duas(itens) => itens,
            Self::Muitas(itens) => itens,
        }
    }

    /// A list of what `passo` makes of each item, called from the first item on.
    pub(super) fn cada<'l, U>(&'l self, passo: impl FnMut(&'l T) -> U) -> Lista<U> {
        match self {
            Self::Uma(itens) => Lista::Uma(itens.each_ref().map(passo)),
            Self::Duas(itens) => Lista::Duas(itens.each_ref().map(passo)),
            Self::Muitas(itens) => Lista::Muitas(itens.iter().map(passo).collect()),
        }
    }
}
