//! The Pixson bank protocol as a library: bytes in, bytes out, and an exact account of the money
//! in between.
//!
//! A Pixson server keeps bank accounts; a client logs in, reads a balance, withdraws, deposits
//! and transfers, over text messages that each carry a Lamport stamp:
//!
//! ```text
//! C: t:10|op:4|rg_origem:1111111111|rg_destino:987654321|valor:10.5
//! S: t:12|s:0|resposta:Transferência realizada com sucesso
//! ```
//!
//! ```text
//!  bytes ──► SessaoServidor ──► Operacao ──► Banco ──► Execucao ──► SessaoServidor ──► bytes
//!            who is logged in               locks, rules,           the reply,
//!            framing, stamps                stamp, storage          when it is durable
//!            └────────────────── Servico, for each Ligacao ─────────┘
//! ```
//!
//! # What it does not do
//!
//! It opens no socket, reads no clock on the wall, prints nothing and spawns no thread: bytes,
//! pauses and ends of input are values that the program brings. Only `banco::BancoJson`
//! touches files, and only `banco::BancoPostgres`, which no program has that does not ask for it, talks
//! to a database and knows time. There is no unsafe code, and no float.
//!
//! The protocol itself has no encryption, and its login is a name without a password: serve
//! it where every peer is trusted.
//!
//! # A whole conversation
//!
//! ```
//! use pixson_core::banco::BancoMemoria;
//! use pixson_core::sessao::SaidaCliente;
//! use pixson_core::{Operacao, Saldo, Servico, SessaoCliente};
//!
//! let rg = "1111111111".parse()?;
//! let servico = Servico::novo(BancoMemoria::com_contas([(rg, Saldo::de_centavos(1000)?)]));
//! let mut servidor = servico.ligacao();
//! let mut cliente = SessaoCliente::default();
//! let mut bytes = Vec::new();
//!
//! for (operacao, texto) in [
//!     (Operacao::Login { rg }, "Login realizado com sucesso"),
//!     (Operacao::Saldo { rg }, "Saldo: 10.0"),
//! ] {
//!     cliente.enviar(operacao)?;
//!     cliente.retirar_saida(&mut bytes); // what a socket would carry to the server
//!     servidor.receber(&bytes);
//!     servico.avancar(&mut servidor, |_| {});
//!     let _ = servico.confirmar(&mut servidor, &mut bytes); // durable, and back
//!     cliente.receber(&bytes);
//!     let resposta = loop {
//!         if let SaidaCliente::RespostaRecebida(resposta) = cliente.proxima_saida()? {
//!             break resposta;
//!         }
//!     };
//!     assert_eq!(resposta.texto(), texto);
//! }
//! assert_eq!(cliente.relogio().valor(), 8); // 1, 4 (login), 5, 8 (saldo)
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Modules
//!
//! | module | holds | knows |
//! |---|---|---|
//! | [`tipos`] | RGs, money, operations, refusals: values that cannot be illegal | std |
//! | [`relogio`] | the Lamport clock | `tipos` |
//! | [`protocolo`] | messages, grammar, serializer, framing | `tipos`, `relogio` |
//! | [`sessao`] | both sides of a conversation, without IO | `tipos`, `relogio`, `protocolo` |
//! | [`banco`] | the trait [`Banco`], a bank in memory, one in JSON files, one on PostgreSQL | `tipos`, `relogio` |
//! | [`servico`] | sessions and bank together | `tipos`, `relogio`, `sessao`, `banco` |
//! | `rastro` | traces of clocks, and what they tell | `tipos`, `relogio` |
//!
//! For tests the crate `pixson-oraculos`, in `oraculos`, has the laws as functions, a disk that fails, and a
//! judge of what a bank answered.
//!
//! # Features
//!
//! | feature | default | gives |
//! |---|---|---|
//! | `json` | yes | `banco::BancoJson`, its disk, ledger and administration, with serde, `serde_json`, crc32fast and rustix |
//! | `postgres` | no | `banco::BancoPostgres`, a bank that several servers may stand on, and its administration, with tokio-postgres, tokio and fastrand; and `json`, whose accounts and balance it shares |
//! | `rastro` | no | `rastro`: traces of logical clocks, diagnosis and pictures, with serde and `serde_json` |
//! | `arbitrary` | no | `Arbitrary` for the values of the protocol, for property tests and fuzzing, with arbitrary |
//!
//! Without them the crate uses itoa, memchr, nom and thiserror only. Features add to the interface
//! and change no behaviour.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "arbitrary")]
mod arbitrarios;
pub mod banco;
pub mod protocolo;
#[cfg(feature = "rastro")]
pub mod rastro;
pub mod relogio;
pub mod servico;
pub mod sessao;
mod sincronia;
pub mod tipos;

pub use banco::Banco;
pub use protocolo::{Pedido, Resposta};
pub use relogio::{Carimbo, Relogio};
pub use servico::{Ligacao, Servico};
pub use sessao::{SessaoCliente, SessaoServidor};
pub use tipos::{Operacao, Recusa, Rg, Saldo, Sucesso, Valor};

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[doc = include_str!("../../README.pt-BR.md")]
struct ReadmeDoctests;
