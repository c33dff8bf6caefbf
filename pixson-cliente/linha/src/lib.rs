//! What the two programs of Pixson share at the command line: Portuguese for what clap and the
//! system say in English, output that is harmless whatever others put into it, amounts and
//! addresses as people write them, JSON in lines, and the files that accompany a program.
//!
//! A program describes itself once, as a [`Programa`], and reads its command line with it:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use clap::Parser;
//! use pixson_linha::{Programa, gerados};
//!
//! const PROGRAMA: Programa =
//!     Programa::novo(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), 6);
//!
//! /// Faz uma coisa só.
//! #[derive(Parser)]
//! #[command(name = PROGRAMA.nome(), subcommands = gerados::comandos(&PROGRAMA))]
//! struct Argumentos {
//!     /// Com que nome
//!     #[arg(long)]
//!     nome: String,
//! }
//!
//! fn main() -> ExitCode {
//!     if let Some(fim) = gerados::atender::<Argumentos>(&PROGRAMA) {
//!         return fim;
//!     }
//!     match PROGRAMA.ler::<Argumentos>() {
//!         Ok(argumentos) => ExitCode::from(PROGRAMA.entregar(&argumentos.nome)),
//!         Err(fim) => fim,
//!     }
//! }
//! ```

pub mod ambiente;
pub mod endereco;
pub mod entrada;
pub mod fala;
pub mod gerados;
pub mod lacos;
pub mod objeto;
pub mod portugues;
pub mod prazo;
mod programa;
pub mod quantia;
pub mod rastro;
pub mod sinais;
pub mod visivel;

pub use self::programa::Programa;

/// The version of the crate in which this stands, and that of the protocol, as `--version` shows them.
#[macro_export]
macro_rules! versao {
    () => {
        concat!(env!("CARGO_PKG_VERSION"), " (protocolo Pixson 1)")
    };
}
