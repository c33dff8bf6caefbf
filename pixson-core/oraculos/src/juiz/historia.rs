//! What a judge is told: who asked for what, what was heard, what the administration did.

use pixson_core::banco::Feito;
use pixson_core::relogio::Carimbo;
use pixson_core::tipos::{Desfecho, Operacao};

/// One operation, as the client that asked for it knows it.
#[derive(Clone, Copy, Debug)]
pub struct Ouvida {
    /// The run of the bank.
    pub epoca: u64,
    /// The stamp of the reply.
    pub carimbo: Carimbo,
    /// What was asked for.
    pub operacao: Operacao,
    /// What the reply says.
    pub desfecho: Desfecho,
    /// The reply was sent.
    pub confirmada: bool,
}

/// One act of the administration, as whoever asked for it knows it.
#[derive(Clone, Debug)]
pub struct Gerida {
    /// The run of the bank.
    pub epoca: u64,
    /// Its stamp.
    pub carimbo: Carimbo,
    /// What was done.
    pub feito: Feito,
    /// It was said to be done.
    pub confirmada: bool,
}

/// All that was asked of a bank.
#[derive(Clone, Debug, Default)]
pub struct Historia {
    /// Operations that were answered, at least by the bank itself.
    pub ouvidas: Vec<Ouvida>,
    /// Operations of which not even that is known.
    pub perguntas: Vec<Pergunta>,
    /// What the administration did.
    pub geridas: Vec<Gerida>,
}

/// An operation that was asked for in an epoch, and never answered: not even its stamp is known.
pub type Pergunta = (u64, Operacao);
