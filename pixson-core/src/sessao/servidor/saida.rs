//! What a server's session asks of the program that drives it.

use std::time::Duration;

use thiserror::Error;

use super::estado::Fim;
use crate::relogio::Carimbo;
use crate::tipos::{Culpa, Operacao, Recusa};

/// What the program has to do next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "an output that is not acted on stalls the connection"]
pub enum SaidaServidor {
    /// The clock has changed to this value, for a program that shows the clock.
    RelogioAtualizado(Carimbo),
    /// The session has refused a message by itself, and written the reply; for a program that
    /// counts refusals.
    PedidoRecusado(Recusa),
    /// A request has passed the session's checks: do it, then call
    /// [`SessaoServidor::responder`](super::SessaoServidor::responder).
    PedidoRecebido(Operacao),
    /// Requests came out and have no answer yet, and no more comes out before the first of them has:
    /// one of them is a login, as many are out as
    /// [`em_voo_max`](super::ConfiguracaoServidor::em_voo_max) allows, or the input has ended.
    EsperaResposta,
    /// Send what there is to send, then bring the next input.
    PrecisaDeDados {
        /// Call [`SessaoServidor::silencio`](super::SessaoServidor::silencio) if nothing arrives for this long.
        acordar_apos: Option<Duration>,
    },
    /// Send what there is to send, then close.
    Encerrada(Fim),
}

/// [`SessaoServidor::responder`](super::SessaoServidor::responder) was called and no request waits for an answer.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("nenhum pedido espera resposta")]
pub struct ErroResponder;

impl ErroResponder {
    /// Whose fault it is: the caller's.
    pub fn culpa(&self) -> Culpa {
        Culpa::Chamador
    }
}
