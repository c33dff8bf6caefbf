//! What can go wrong on the side of a client.

use thiserror::Error;

use crate::protocolo::{ErroResposta, QuadroLongo, Resposta};
use crate::relogio::RelogioEsgotado;
use crate::tipos::Culpa;

/// Why the session failed. Every further call gives the same error, since replies can no longer be
/// matched to requests.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ErroSessao {
    /// The server sent bytes that are no reply.
    #[error("o servidor enviou uma mensagem que não é do protocolo")]
    RespostaInvalida(#[from] ErroResposta),
    /// The server sent a message beyond the length limit.
    #[error("o servidor enviou uma mensagem longa demais")]
    RespostaLonga(#[from] QuadroLongo),
    /// The server said something without being asked, such as `Servidor lotado`.
    #[error("o servidor avisou: {}", .0.texto())]
    RespostaInesperada(Resposta),
    /// The connection ended before the answer: whether the requests were done is **unknown**. Only
    /// those whose [`Operacao::move_dinheiro`](crate::tipos::Operacao::move_dinheiro) is true may
    /// have changed a balance.
    #[error("a conexão terminou antes da resposta")]
    Interrompida {
        /// How many requests have no answer.
        pendentes: usize,
    },
}

impl ErroSessao {
    /// Whose fault it is: in all cases the peer's, or of the network towards it.
    pub fn culpa(&self) -> Culpa {
        Culpa::Par
    }
}

/// Why a request was not sent. Nothing has changed, and the clock did not tick.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ErroEnvio {
    /// The allowed number of requests already waits for answers.
    #[error("há pedidos demais à espera de resposta")]
    PendentesDemais,
    /// The session is over.
    #[error("a sessão já terminou")]
    Encerrada,
    /// No stamp is left.
    #[error(transparent)]
    RelogioEsgotado(#[from] RelogioEsgotado),
}

impl ErroEnvio {
    /// Whose fault it is: the caller's, unless a server drove the clock to its end.
    pub fn culpa(&self) -> Culpa {
        match self {
            Self::PendentesDemais | Self::Encerrada => Culpa::Chamador,
            Self::RelogioEsgotado(_) => Culpa::Par,
        }
    }
}
