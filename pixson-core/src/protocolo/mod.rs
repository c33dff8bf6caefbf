//! The wire format: messages, their grammar, their serializer, and framing.
//!
//! Laws, each tested as a property:
//!
//! 1. `decodificar(codificar(m)) == m` for every message that can be built.
//! 2. An accepted message re-encodes to the same bytes, but for the spelling of an amount: `10`,
//!    `10.0` and `10.00` are one amount, written `10.0`.
//! 3. Decoding is total: any bytes give a message or an error, never a panic.
//! 4. No constructor builds a message that the parser refuses, or one longer than
//!    [`MENSAGEM_MAX_BYTES`].

mod escrita;
mod gramatica;
mod pedido;
mod prefixo;
mod quadro;
mod resposta;

pub use pedido::{ErroPedido, Pedido};
pub use quadro::{Enquadrador, Modo, Quadro, QuadroLongo};
pub use resposta::{ErroResposta, ErroTexto, Resposta, Situacao};

/// The longest message, without its terminator, in bytes (protocolo.md, section 2).
pub const MENSAGEM_MAX_BYTES: usize = 1024;
