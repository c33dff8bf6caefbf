//! The vocabulary of the bank: values that cannot be illegal.
//!
//! Everything here is small, `Copy`, and legal by construction. Neither the wire nor any
//! storage is known in this module: both speak in these words.

mod culpa;
mod dinheiro;
mod operacao;
mod rg;

pub use culpa::Culpa;
pub(crate) use dinheiro::Decimal;
pub use dinheiro::{ErroQuantia, Saldo, Valor};
pub use operacao::{Operacao, Recusa, Sucesso};
pub use rg::{ErroRg, Rg};
