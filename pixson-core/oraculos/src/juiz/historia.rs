//! The input of the judge: the operations, their replies, and the acts of the administration.

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
    /// Whether the reply was sent.
    pub confirmada: bool,
}

/// One act of the administration, as the program that asked for it knows it.
#[derive(Clone, Debug)]
pub struct Gerida {
    /// The run of the bank.
    pub epoca: u64,
    /// Its stamp.
    pub carimbo: Carimbo,
    /// What was done.
    pub feito: Feito,
    /// Whether it was confirmed.
    pub confirmada: bool,
}

/// Everything that was asked of a bank.
#[derive(Clone, Debug, Default)]
pub struct Historia {
    /// Operations that the bank itself answered, even if no reply was sent.
    pub ouvidas: Vec<Ouvida>,
    /// Operations of which not even that answer is known.
    pub perguntas: Vec<Pergunta>,
    /// What the administration did.
    pub geridas: Vec<Gerida>,
}

/// An operation that was asked for in an epoch, and never answered: not even its stamp is known.
pub type Pergunta = (u64, Operacao);
