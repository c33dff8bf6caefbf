//! What the sessions of a server have in common.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::protocolo::MENSAGEM_MAX_BYTES;
use crate::sessao::PAUSA_LEGADA;

/// What a [`SessaoServidor`](super::SessaoServidor) may be told about its peer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ConfiguracaoServidor {
    /// The quiet period that ends a message without LF, at least a millisecond; `None` serves
    /// framed peers only.
    pub pausa_legada: Option<Duration>,
    /// The longest message, in bytes without its terminator; at most [`MENSAGEM_MAX_BYTES`]. No
    /// request of the grammar needs more than 100.
    pub mensagem_max_bytes: usize,
    /// How many requests may have come out and wait for their answers. The answers are written in the order
    /// of the requests; a login is always answered before the next request comes out.
    pub em_voo_max: NonZeroUsize,
}

impl Default for ConfiguracaoServidor {
    /// Legacy peers are served, after [`PAUSA_LEGADA`]; messages have up to
    /// [`MENSAGEM_MAX_BYTES`]; each request is answered before the next one comes out.
    fn default() -> Self {
        Self {
            pausa_legada: Some(PAUSA_LEGADA),
            mensagem_max_bytes: MENSAGEM_MAX_BYTES,
            em_voo_max: NonZeroUsize::MIN,
        }
    }
}
