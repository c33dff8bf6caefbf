//! The recorder of a process that keeps a trace of its logical clock (docs/rastro.md): whoever records
//! never waits, and a thread of its own writes.
//!
//! A trace goes to a file, and its last events to a ring ([`AnelDoRastro`]) for whoever looks on, or to one of
//! them. What does not fit in memory, because the disk is slow, is lost and counted there. A disk that
//! fails ends the file, and nothing else.
//!
//! ```
//! use pixson_core::rastro::{CabecalhoDoRastro, Rastros};
//! use pixson_core::{Operacao, Pedido, Relogio};
//! use pixson_gravador::{ArquivoDoRastro, Gravador};
//!
//! let pasta = tempfile::tempdir()?;
//! let caminho = pasta.path().join("ana.jsonl");
//! let cabecalho = CabecalhoDoRastro::novo("ana".parse()?);
//! let gravador = Gravador::iniciar(ArquivoDoRastro::abrir(&caminho)?, &cabecalho, |_| {})?;
//!
//! let relogio = Relogio::novo();
//! let mut conexao = gravador.proxima_conexao(Some(40_112));
//! let operacao = Operacao::Login { rg: "1".parse()? };
//! conexao.enviou_pedido(&Pedido { carimbo: relogio.tique()?, operacao });
//! drop(conexao);
//! gravador.encerrar();
//!
//! let mut rastros = Rastros::default();
//! rastros.arquivo(&std::fs::read(&caminho)?)?;
//! assert!(rastros.todos()[0].inteiro());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod anel;
mod arquivo;
mod carimbos;
mod comando;
mod conexao;
mod destinos;
mod escrivao;
mod gravador;
mod mesa;
mod sessao;

pub use self::anel::{ANEL_MAX, AnelDoRastro, JanelaDoAnel};
pub use self::arquivo::{ArquivoDoRastro, ErroDeGravacao};
pub use self::carimbos::CarimbosDoBanco;
pub use self::comando::comando_digitado;
pub use self::conexao::ConexaoGravada;
pub use self::destinos::DestinosDoRastro;
pub use self::gravador::Gravador;
pub use self::sessao::SessaoGravada;
