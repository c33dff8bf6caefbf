//! What happens in a service, for whoever watches it.

use crate::relogio::{Carimbo, Recebimento};
use crate::sessao::RespostaEscrita;
use crate::tipos::{Desfecho, Operacao, Recusa};

/// Something that happened in [`Servico::avancar`](super::Servico::avancar), for a program that shows, logs,
/// traces or counts it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Evento {
    /// A message with a stamp has come in.
    Recebida {
        /// What its stamp has done to the clock.
        recebimento: Recebimento,
        /// What it asks for; `None` if it is otherwise not understood.
        pedido: Option<Operacao>,
    },
    /// The bank has executed an operation.
    Executada {
        /// What was asked.
        operacao: Operacao,
        /// What became of it. It is not durable yet; if the storage fails, a refusal follows.
        desfecho: Desfecho,
    },
    /// The session has refused a message by itself.
    Recusada(Recusa),
    /// A reply was stamped and written. It does not leave before it is durable.
    Respondida(RespostaEscrita),
}

impl Evento {
    /// The value that the clock has changed to; `None` if this says nothing of the clock, or if a stamp came
    /// in that must not be merged.
    pub fn relogio(&self) -> Option<Carimbo> {
        match self {
            Self::Recebida { recebimento, .. } => recebimento.fundido(),
            Self::Respondida(escrita) => Some(escrita.carimbo),
            Self::Executada { .. } | Self::Recusada(_) => None,
        }
    }
}
