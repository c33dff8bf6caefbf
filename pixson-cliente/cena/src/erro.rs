//! Why a text is no scene.

use pixson_core::tipos::Culpa;
use thiserror::Error;

use crate::cena::Posicao;

/// A text that is no scene: where, and why.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{posicao}: {motivo}")]
pub struct ErroDeCena {
    /// Where in the text.
    pub posicao: Posicao,
    /// Why.
    pub motivo: MotivoDaCena,
}

/// What is wrong with a line of a scene.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum MotivoDaCena {
    /// Something else should stand there.
    #[error("esperava {0}")]
    Esperava(&'static str),
    /// No actor has this name.
    #[error("nenhum ator se chama {0}")]
    AtorDesconhecido(String),
    /// Two actors have the same name, or one has the name of the server.
    #[error("o nome {0} já está em uso")]
    NomeEmUso(String),
    /// An actor comes after the first step.
    #[error("os atores vêm antes do primeiro passo")]
    AtorAtrasado,
    /// A request is sent while an earlier one is delayed on the same connection, which keeps the order.
    #[error("{0} tem um pedido atrasado: ele vem antes, com \"{0} entrega\"")]
    PedidoAtrasado(String),
    /// Nothing is delayed.
    #[error("{0} não tem pedido atrasado")]
    NadaParaEntregar(String),
    /// Every reply was received.
    #[error("{0} não tem resposta a receber")]
    NadaParaReceber(String),
    /// No reply was received yet.
    #[error("{0} ainda não recebeu nenhuma resposta")]
    NadaRecebido(String),
    /// There is no connection to cut.
    #[error("{0} não tem conexão")]
    SemConexao(String),
    /// A message is on its way at a barrier.
    #[error("{0} tem uma mensagem a caminho nesta barreira")]
    ACaminho(String),
    /// The text is longer than a scene may be.
    #[error("a cena tem mais de {0} linhas")]
    Longa(usize),
}

impl ErroDeCena {
    /// Whose fault it is: that of the person who wrote the scene.
    pub fn culpa(&self) -> Culpa {
        Culpa::Solicitante
    }
}
