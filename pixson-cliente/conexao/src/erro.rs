//! Why a connection can no longer be used, and what that means for money.

use std::io;
use std::time::Duration;

use pixson_core::sessao::{ErroEnvio, ErroSessao};
use pixson_core::{Operacao, Resposta};
use pixson_linha::portugues::causa;
use thiserror::Error;

/// Why a request has no answer, in a few words for a list of what went wrong.
#[derive(Debug, Error)]
pub enum ErroConexao {
    /// There is no server at that address.
    #[error("{}", causa(erro))]
    SemConexao {
        /// The address that was tried.
        endereco: String,
        /// The error that the system gave.
        erro: io::Error,
    },
    /// The server sent a reply without being asked, and ends the connection.
    #[error("{}", .0.texto())]
    Aviso(Resposta),
    /// The connection ended, and the request could not move money.
    #[error("o servidor encerrou a conexão")]
    Encerrada,
    /// The reply did not come in time, and the connection was shut down.
    #[error("o servidor não responde")]
    TempoEsgotado {
        /// How long the client waited for it.
        limite: Duration,
        /// Whether the request could move money, so that its outcome is unknown and matters.
        desconhecido: bool,
    },
    /// The server had gone before the request was sent.
    #[error("o pedido não foi enviado")]
    NaoEnviado,
    /// The server had begun to send something unasked before the request was sent.
    #[error("o servidor enviou algo que não foi pedido")]
    Adiantado,
    /// The reply is the success of another kind of operation.
    #[error("o servidor respondeu a outro pedido")]
    OutroPedido {
        /// The reply.
        resposta: Resposta,
        /// Whether the request could move money, so that its outcome is unknown and matters.
        desconhecido: bool,
    },
    /// The server does not speak the protocol.
    #[error(transparent)]
    Protocolo(ErroSessao),
    /// The connection failed after a request that could move money was sent.
    #[error(transparent)]
    ResultadoDesconhecido(ErroSessao),
    /// The request could not be sent.
    #[error(transparent)]
    Envio(ErroEnvio),
    /// An interruption came before the reply.
    #[error("interrompido antes da resposta")]
    Interrompida {
        /// The request that is on its way, if it was sent.
        a_caminho: Option<Operacao>,
    },
}

impl ErroConexao {
    /// The error of a request whose session failed with `erro`.
    pub fn de_sessao(erro: ErroSessao, move_dinheiro: bool) -> Self {
        match erro {
            ErroSessao::RespostaInesperada(resposta) => Self::Aviso(resposta),
            _ if move_dinheiro => Self::ResultadoDesconhecido(erro),
            ErroSessao::Interrompida { .. } => Self::Encerrada,
            _ => Self::Protocolo(erro),
        }
    }
}
