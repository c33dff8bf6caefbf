//! What tests hold the bank against, for tests of one's own code as well.
//!
//! [`DiscoModelo`] is a disk that fails and forgets, [`juiz`] says from what clients heard whether a
//! bank was right, and [`Sorteio`] draws what a seed repeats.

#[cfg(feature = "json")]
mod disco;
#[cfg(feature = "json")]
pub mod juiz;
mod sorteio;

use crate::banco::Banco;
use crate::relogio::{Carimbo, Relogio};
use crate::tipos::{Operacao, Recusa, Sucesso};

#[cfg(feature = "json")]
pub use disco::{Aberto, Corte, DiscoModelo, Especie, Falha};
pub use sorteio::Sorteio;

/// Executes, waits for durability, and gives the outcome.
///
/// # Panics
///
/// If no stamp is left, or the storage fails.
pub fn fazer<B: Banco>(
    banco: &B,
    relogio: &Relogio,
    operacao: Operacao,
) -> (Carimbo, Result<Sucesso, Recusa>) {
    let execucao = banco.executar(operacao, relogio).expect("stamps are left");
    banco.confirmar(execucao.recibo).expect("the storage works");
    (execucao.carimbo, execucao.desfecho)
}
