//! A blocking connection to a server of the Pixson bank protocol: where a server is, one request at
//! a time, and why a connection can no longer be used.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use pixson_conexao::{ConexaoCliente, ErroConexao, Interrupcao, ServidorDistante};
//! use pixson_core::{Operacao, Rg};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let servidor = ServidorDistante::novo("localhost", 5000, Duration::from_secs(30));
//! let interrupcao = Interrupcao::por_ctrl_c(130);
//! let mut conexao = ConexaoCliente::abrir(&servidor, &interrupcao)?;
//! let rg: Rg = "1111111111".parse()?;
//! for operacao in [Operacao::Login { rg }, Operacao::Saldo { rg }] {
//!     let resposta = conexao.pedir::<ErroConexao>(operacao, |_carimbo| Ok(()))?;
//!     assert!(resposta.responde(&operacao));
//! }
//! # Ok(())
//! # }
//! ```

mod conexao;
mod erro;
mod interrupcao;
mod servidor;

pub use self::conexao::ConexaoCliente;
pub use self::erro::ErroConexao;
pub use self::interrupcao::{
    EntradaInterrompivel, FimDaEspera, Interrompida, Interrupcao, SaidaInterrompivel,
};
pub use self::servidor::ServidorDistante;
