//! Accounts that the administration opens, all of them or none.

use std::sync::Arc;

use thiserror::Error;

use crate::tipos::{Culpa, Nome, Rg, Saldo, escrever};

/// An account to be opened; or, with a `String` for its holder's name, an account as its file has
/// it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Conta<N = Nome> {
    /// Its number.
    pub rg: Rg,
    /// Its holder's name.
    pub nome: N,
    /// What it holds.
    pub saldo: Saldo,
}

impl Conta {
    /// Its text in a record of the journal.
    pub(super) fn escrever(&self, saida: &mut Vec<u8>) {
        let Self { rg, nome, saldo } = self;
        escrever(saida, &[&"[\"", rg, &"\","]);
        let escrito = serde_json::to_writer(&mut *saida, nome.as_str());
        debug_assert!(escrito.is_ok(), "writing to a Vec is infallible");
        escrever(saida, &[&",", saldo, &"]"]);
    }

    /// How many of the [`Abertura::MAX_BYTES`] of an opening this account takes.
    pub fn bytes_no_diario(&self) -> usize {
        let mut texto = Vec::new();
        self.escrever(&mut texto);
        // One byte for the comma behind it, or for the end of the list.
        texto.len() + 1
    }
}

/// Accounts to be opened in one step: at least one, none of them twice, in RG order, and not more
/// than one record of the journal may hold. Clones share the accounts.
///
/// ```
/// use pixson_core::Saldo;
/// use pixson_core::banco::{Abertura, Conta, ErroAbertura};
///
/// let conta = |rg: &str| Conta {
///     rg: rg.parse().expect("a legal RG"),
///     nome: "Ana".parse().expect("a legal name"),
///     saldo: Saldo::ZERO,
/// };
/// assert_eq!(Abertura::nova(vec![conta("2"), conta("1")])?.contas()[0], conta("1"));
/// let repetida = Abertura::nova(vec![conta("2"), conta("1"), conta("2")]);
/// assert_eq!(repetida, Err(ErroAbertura::Repetidas(vec![conta("2").rg])));
/// # Ok::<(), ErroAbertura>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Abertura(Arc<[Conta]>);

impl Abertura {
    /// How many bytes these accounts may have in a record of the journal: 128 MiB, which is about
    /// three million accounts. A segment with such a record can still be read.
    pub const MAX_BYTES: usize = 128 * 1024 * 1024;

    /// These accounts, in any order.
    ///
    /// # Errors
    ///
    /// [`ErroAbertura`].
    pub fn nova(mut contas: Vec<Conta>) -> Result<Self, ErroAbertura> {
        if contas.is_empty() {
            return Err(ErroAbertura::Vazia);
        }
        contas.sort_unstable_by_key(|conta| conta.rg);
        let pares = contas.windows(2).filter(|par| par[0].rg == par[1].rg);
        let mut repetidas: Vec<Rg> = pares.map(|par| par[0].rg).collect();
        repetidas.dedup();
        if !repetidas.is_empty() {
            return Err(ErroAbertura::Repetidas(repetidas));
        }
        let bytes = contas
            .iter()
            .map(Conta::bytes_no_diario)
            .fold(0, |soma: usize, bytes| soma.saturating_add(bytes));
        if bytes > Self::MAX_BYTES {
            return Err(ErroAbertura::Grande { bytes });
        }
        Ok(Self(contas.into()))
    }

    /// The accounts, in RG order.
    pub fn contas(&self) -> &[Conta] {
        &self.0
    }
}

/// Why accounts cannot be opened in one step.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ErroAbertura {
    /// There is none.
    #[error("nenhuma conta a abrir")]
    Vazia,
    /// These RGs come more than once.
    #[error("o mesmo RG mais de uma vez")]
    Repetidas(Vec<Rg>),
    /// More than [`Abertura::MAX_BYTES`].
    #[error("contas demais de uma só vez: {bytes} bytes no diário, e cabem 134217728")]
    Grande {
        /// How many bytes they would have.
        bytes: usize,
    },
}

impl ErroAbertura {
    /// Whose fault it is: always that of the person or program that asked.
    pub fn culpa(&self) -> Culpa {
        Culpa::Solicitante
    }
}
