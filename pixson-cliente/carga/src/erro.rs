//! Why a connection of a load was lost, and why there can be no load.

use pixson_conexao::ErroConexao;
use pixson_core::Rg;
use thiserror::Error;

/// Why a connection was lost, in a few words for a list of what went wrong.
#[derive(Debug, Error)]
pub enum ErroCarga {
    /// The connection serves no more.
    #[error(transparent)]
    Conexao(#[from] ErroConexao),
    /// The server keeps the connection and says nothing.
    #[error("o servidor não responde")]
    SemResposta,
    /// The other end was to be an echo, and said more than it heard.
    #[error("o servidor não é um eco")]
    SemEco,
    /// The bank refused an account that was to bear load.
    #[error("{texto}")]
    ContaRecusada {
        /// The account.
        rg: Rg,
        /// The text of the reply.
        texto: String,
    },
}

/// Why what a [`ConfiguracaoDaCarga`](crate::ConfiguracaoDaCarga) says does not go together.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ErroPlano {
    /// So many accounts are to bear the load, and there are not as many.
    #[error("{quentes} é mais do que o número de contas")]
    QuentesDemais {
        /// How many are to.
        quentes: u32,
    },
    /// A transfer has two accounts.
    #[error("transferências precisam de duas contas")]
    UmaContaSo,
    /// More connections than [`CONEXOES_MAX`](crate::CONEXOES_MAX).
    #[error("são conexões demais")]
    ConexoesDemais,
    /// More requests without an answer than [`PIPELINE_MAX`](crate::PIPELINE_MAX).
    #[error("são pedidos sem resposta demais")]
    PipelineDemais,
    /// More requests a second than [`TAXA_MAX`](crate::TAXA_MAX).
    #[error("a taxa é alta demais")]
    TaxaDemais,
    /// Longer than [`DURACAO_MAX`](crate::DURACAO_MAX).
    #[error("a duração é longa demais")]
    DuracaoDemais,
}
