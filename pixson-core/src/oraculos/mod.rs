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
//! | [`quadro`] | a stream, and where it is cut |
//! | [`servidor`], [`cliente`] | what happens to one side of a connection |
//! | [`par`] | a conversation of both sides, and where it is cut |
//! | [`conta`] | the file of an account |
//! | [`diario`] | a bank's life, and what becomes of its journal |
//! | [`banco`] | several lives of a bank on a disk that fails |
//!
//! # Fuzzing one's own code
//!
//! No oracle needs a fuzzer: any test may call it with any bytes. In a fuzz crate of one's own, as
//! `cargo fuzz init` makes it, the feature is turned on with
//! `cargo add pixson-core --features oraculos`, and a target is one line:
//!
//! ```text
//! libfuzzer_sys::fuzz_target!(|dados: &[u8]| par_sobre(&mut MeuTransporte::default(), dados));
//! ```
//!
//! It runs on stable Rust: `cargo fuzz run --sanitizer none meu_alvo`.
//!
//! * **A transport**, that is, whatever carries bytes between the two sides: implement
//!   [`Transporte`] and call [`par_sobre`]. `examples/transporte.rs` does it for packets with
//!   checksums.
//! * **A bank, or what stands around one**: [`juiz`] says from what clients heard whether it was
//!   right.
//! * **A disk under [`BancoJson`](crate::banco::BancoJson)**, or code that uses one:
//!   [`DiscoModelo`] fails when it is told to, and forgets in a power cut what it may forget.
//! * **Values of the protocol** implement `Arbitrary` of the crate `arbitrary`. [`Sorteio`] draws
//!   what a seed repeats.

mod arbitrarios;
#[cfg(feature = "json")]
mod banco;
mod cliente;
pub mod conformidade;
#[cfg(feature = "json")]
mod conta;
mod contas;
#[cfg(feature = "json")]
mod diario;
#[cfg(feature = "json")]
mod disco;
#[cfg(feature = "json")]
mod gestao;
#[cfg(feature = "json")]
pub mod juiz;
mod linhas;
mod mensagem;
mod original;
mod par;
mod pedido;
mod quadro;
mod resposta;
mod roteiro;
mod servidor;
mod sorteio;
mod transporte;

use crate::banco::Banco;
use crate::relogio::{Carimbo, Relogio};
use crate::tipos::{Operacao, Recusa, Sucesso};

#[cfg(feature = "json")]
pub use banco::banco;
pub use cliente::cliente;
#[cfg(feature = "json")]
pub use conta::conta;
#[cfg(feature = "json")]
pub use diario::diario;
#[cfg(feature = "json")]
pub use disco::{Aberto, Corte, DiscoModelo, Especie, Falha};
pub use mensagem::mensagem;
pub use original::{Diferenca, original};
pub use par::{par, par_sobre};
pub use pedido::pedido;
pub use quadro::quadro;
pub use resposta::resposta;
pub use servidor::servidor;
pub use sorteio::Sorteio;
pub use transporte::{Sentido, Transporte};

/// Looks for a broken law in what any bytes lead to.
pub type Oraculo = fn(&[u8]);

/// Every oracle, with its name.
pub const TODOS: &[(&str, Oraculo)] = &[
    #[cfg(feature = "json")]
    ("banco", banco),
    ("cliente", cliente),
    #[cfg(feature = "json")]
    ("conta", conta),
    #[cfg(feature = "json")]
    ("diario", diario),
    ("mensagem", mensagem),
    ("original", original),
    ("par", par),
    ("pedido", pedido),
    ("quadro", quadro),
    ("resposta", resposta),
    ("servidor", servidor),
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
