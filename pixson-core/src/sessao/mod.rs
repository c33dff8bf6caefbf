//! The conversation of one connection, on both sides, without IO.
//!
//! A session machine is a plain value. It has methods of four kinds:
//!
//! * **inputs**: bytes that arrived (`receber`), the end of the quiet period (`silencio`), of the
//!   time that a server waits (`prazo_esgotado`), and of the input (`fim_de_entrada`);
//! * **commands** of the program: `enviar` on the client's side, `responder`, `anular`, `encerrar`
//!   and `lotada` on the server's;
//! * **outputs**: `proxima_saida`, to be called until it needs data, and `retirar_saida`, the
//!   bytes to send;
//! * **getters**, which change nothing.
//!
//! How to drive a session: after an input or a command, call `proxima_saida` until it answers
//! `PrecisaDeDados`, `Encerrada`, or on the server's side `EsperaResposta`, then send what
//! `retirar_saida` gives. The same bytes give the same outputs, however they are cut into chunks; if
//! several requests may be in flight, the stamps also depend on when they are answered.
//!
//! When `PrecisaDeDados` says `acordar_apos`, and no byte arrives for that long, call
//! `silencio`: a peer of the original program ends its messages with a pause only.

mod cliente;
mod servidor;

use std::time::Duration;

pub use cliente::{ConfiguracaoCliente, ErroEnvio, ErroSessao, SaidaCliente, SessaoCliente};
pub use servidor::{
    ConfiguracaoServidor, ErroResponder, Fim, RespostaEscrita, SaidaServidor, SessaoServidor,
};

/// How long a legacy peer must be silent for its unterminated message to count as whole: 20 ms
/// (protocolo.md, section 2).
pub const PAUSA_LEGADA: Duration = Duration::from_millis(20);
