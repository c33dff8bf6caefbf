//! The laws of this crate as functions that take any bytes and panic if a law is broken.
//!
//! An oracle is what a fuzz target calls, and what a test calls again for each input that is worth
//! keeping. Its name is that of the fuzz target; [`TODOS`] has all of them.
//!
//! | oracle | the bytes are |
//! |---|---|
//! | [`pedido`], [`resposta`] | one message |
//! | [`original`] | one message, for this crate and for the original program |
//! | [`mensagem`] | what public constructors are asked to build |
//!
//! [`DiscoModelo`] is a disk that fails and forgets, [`juiz`] says from what clients heard whether a
//! bank was right, and [`Sorteio`] draws what a seed repeats. The values of the protocol implement
//! `Arbitrary` of the crate `arbitrary`.

mod arbitrarios;
#[cfg(feature = "json")]
mod disco;
#[cfg(feature = "json")]
pub mod juiz;
mod mensagem;
mod original;
mod pedido;
mod resposta;
mod sorteio;

use crate::banco::Banco;
use crate::relogio::{Carimbo, Relogio};
use crate::tipos::{Operacao, Recusa, Sucesso};

#[cfg(feature = "json")]
pub use disco::{Aberto, Corte, DiscoModelo, Especie, Falha};
pub use mensagem::mensagem;
pub use original::{Diferenca, original};
pub use pedido::pedido;
pub use resposta::resposta;
pub use sorteio::Sorteio;

/// Looks for a broken law in what any bytes lead to.
pub type Oraculo = fn(&[u8]);

/// Every oracle, with its name.
pub const TODOS: &[(&str, Oraculo)] = &[
    ("mensagem", mensagem),
    ("original", original),
    ("pedido", pedido),
    ("resposta", resposta),
];

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
