//! The laws of `pixson-core` as functions that take any bytes and panic if a law is broken.
//!
//! Fuzz targets call an oracle, and tests call it again for each input that was kept. Its name is
//! that of the fuzz target; [`TODOS`] has all of them.
//!
//! | oracle | the bytes are | needs the feature |
//! |---|---|---|
//! | [`pedido`], [`resposta`] | one message | |
//! | [`original`] | one message, for the core and for the original program | |
//! | [`mensagem`] | what public constructors are asked to build | |
//! | [`quadro`] | a stream, and where it is cut | |
//! | [`servidor`], [`cliente`] | what happens to one side of a connection | |
//! | [`par`] | a conversation of both sides, and where it is cut | |
//! | `rastro` | a file of traces | `rastro` |
//! | `conta` | the file of an account | `json` |
//! | `diario` | a bank's life, and what becomes of its journal | `json` |
//! | `forjado` | the numbers of a journal whose checksums are right | `json` |
//! | `banco` | several lives of a bank on a disk that fails | `json` |
//!
//! What concerns the bank in files, or shares a type with it, needs the feature `json`, which is on
//! by default and turns on that of the core: the four oracles of the table, the judge `juiz` and
//! the disk `DiscoModelo`. The oracle of traces needs the feature `rastro`, which is on by default, too, and
//! turns on that of the core. Without both the crate uses the core, arbitrary and regex only.
//!
//! It uses only the public interface of the core.
//!
//! # Testing one's own code
//!
//! No oracle needs a fuzzer: any test may call it with any bytes.
//!
//! * **A transport**, that is, whatever carries bytes between the two sides: implement
//!   [`Transporte`] and call [`par_sobre`]. `examples/transporte.rs` does it for packets with
//!   checksums.
//! * **A bank**: call [`conformidade::conferir`], and [`conformidade::conferir_sem_armazenamento`] if
//!   its storage can fail. `examples/banco_proprio.rs` does it for a bank with a lock for each account.
//! * **What stands around a bank**, such as a server under load: `juiz` decides from the replies
//!   that clients got whether it was right (feature `json`).
//! * **A disk under `BancoJson`**, or code that uses one: `DiscoModelo` fails when it is told to,
//!   and loses in a power cut what was not synced (feature `json`).
//! * **Values of the protocol** implement `Arbitrary` of the crate `arbitrary`: the feature
//!   `arbitrary` of the core, which this crate turns on. [`Sorteio`] draws random numbers that a
//!   seed repeats.
//!
//! # Fuzzing it
//!
//! The crate is in no registry: a program that uses it has the repository beside its own, and so has
//! its fuzz crate. In the folder of the program:
//!
//! ```sh
//! cargo fuzz init
//! cargo add --manifest-path fuzz/Cargo.toml --path ../pixson/pixson-core/oraculos
//! cargo fuzz add meu_alvo
//! ```
//!
//! In `fuzz/fuzz_targets/meu_alvo.rs` the last line is the whole target:
//!
//! ```text
//! #![no_main]
//!
//! use pixson_oraculos::{Sentido, Transporte, par_sobre};
//!
//! /// Whatever carries your bytes.
//! #[derive(Default)]
//! struct MeuTransporte;
//!
//! impl Transporte for MeuTransporte {
//!     fn levar(&mut self, _: Sentido, bytes: &[u8], chegar: &mut dyn FnMut(&[u8])) {
//!         chegar(bytes);
//!     }
//! }
//!
//! libfuzzer_sys::fuzz_target!(|dados: &[u8]| par_sobre(&mut MeuTransporte::default(), dados));
//! ```
//!
//! It runs on stable Rust:
//!
//! ```sh
//! cargo fuzz run --sanitizer none meu_alvo
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

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
mod execucao;
#[cfg(feature = "json")]
mod forjado;
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
#[cfg(feature = "rastro")]
mod rastro;
mod resposta;
mod roteiro;
mod servidor;
mod sincronia;
mod sorteio;
mod transporte;

#[cfg(feature = "json")]
pub use banco::banco;
pub use cliente::cliente;
#[cfg(feature = "json")]
pub use conta::conta;
#[cfg(feature = "json")]
pub use diario::diario;
#[cfg(feature = "json")]
pub use disco::{Aberto, Corte, DiscoModelo, FalhaDoDisco, ModoDeFalhar};
pub use execucao::fazer;
#[cfg(feature = "json")]
pub use forjado::forjado;
pub use mensagem::mensagem;
pub use original::{Diferenca, original};
pub use par::{par, par_sobre};
pub use pedido::pedido;
pub use quadro::quadro;
#[cfg(feature = "rastro")]
pub use rastro::rastro;
pub use resposta::resposta;
pub use servidor::servidor;
pub use sorteio::Sorteio;
pub use transporte::{Sentido, Transporte};

/// A function that takes any bytes and panics if a law is broken.
pub type Oraculo = fn(&[u8]);

/// Every oracle, with its name. Without the features `json` and `rastro`, the oracles that need them are
/// missing.
pub const TODOS: &[(&str, Oraculo)] = &[
    #[cfg(feature = "json")]
    ("banco", banco),
    ("cliente", cliente),
    #[cfg(feature = "json")]
    ("conta", conta),
    #[cfg(feature = "json")]
    ("diario", diario),
    #[cfg(feature = "json")]
    ("forjado", forjado),
    ("mensagem", mensagem),
    ("original", original),
    ("par", par),
    ("pedido", pedido),
    ("quadro", quadro),
    #[cfg(feature = "rastro")]
    ("rastro", rastro),
    ("resposta", resposta),
    ("servidor", servidor),
];
