//! The observers of a server: the screen, the log, the trace if there is one, and the counters if they are
//! read.
//!
//! No client waits for them: threads of their own write, and what a slow reader does not take in
//! time is dropped.
//!
//! ```no_run
//! use std::net::TcpListener;
//!
//! use pixson_core::Servico;
//! use pixson_core::banco::BancoMemoria;
//! use pixson_observacao::{Observacao, Tela, registro};
//! use pixson_rede::{Limites, Parada, Servidor};
//!
//! registro::iniciar(registro::Nivel::Info, registro::Formato::Texto);
//! let parada = Parada::default();
//! let observacao = Observacao::nova(parada.clone(), Tela::nova());
//! let servico = Servico::novo(BancoMemoria::default());
//! let ouvinte = TcpListener::bind("127.0.0.1:5000")?;
//! let servidor = Servidor::novo(servico, ouvinte, Limites::default(), parada, observacao);
//! servidor.servir(|| Ok::<(), std::io::Error>(()))?;
//! let (_banco, observacao) = servidor.desfazer();
//! observacao.despedir();
//! registro::despedir();
//! # Ok::<(), std::io::Error>(())
//! ```

mod escritor;
mod observacao;
mod queixa;
mod rastreio;
pub mod registro;
mod tela;

pub use self::escritor::Escritor;
pub use self::observacao::{DeConexao, Observacao};
pub use self::queixa::Queixa;
pub use self::rastreio::Rastreio;
pub use self::tela::Tela;
