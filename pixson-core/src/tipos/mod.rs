//! The vocabulary of the bank: values that cannot be illegal.
//!
//! Everything here is small, legal by construction and, but for names, `Copy`. This module knows
//! neither the wire nor any storage: both use its types.

mod culpa;
mod dinheiro;
mod nome;
mod numero;
mod operacao;
mod quantia;
mod rg;
mod texto;
mod tipo;

pub use culpa::Culpa;
pub use dinheiro::{ErroQuantia, Saldo, Valor};
pub use nome::{ErroNome, Nome};
pub use operacao::{Desfecho, Operacao, Recusa, Sucesso};
pub(crate) use quantia::ler_quantia;
pub use rg::{ErroRg, Rg};
pub(crate) use texto::{escrever, ler_natural};
pub use tipo::TipoDeOperacao;
