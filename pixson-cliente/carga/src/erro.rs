//! Why a connection of a load was lost, and why a load cannot be planned.

use pixson_conexao::ErroConexao;
use pixson_core::Rg;
use thiserror::Error;

/// Why a connection was lost, in a few words for a list of what went wrong.
#[derive(Debug, Error)]
pub enum ErroCarga {
    /// The connection can no longer be used.
    #[error(transparent)]
    Conexao(#[from] ErroConexao),
    /// The server keeps the connection open, but does not answer.
    #[error("o servidor não responde")]
    SemResposta,
    /// The other end should be an echo, but sent more lines than it received.
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

/// Why the values of a [`ConfiguracaoDaCarga`](crate::ConfiguracaoDaCarga) do not go together.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ErroPlano {
    /// More accounts are to bear the load than there are.
    #[error("{quentes} é mais do que o número de contas")]
    QuentesDemais {
        /// How many are to bear it.
        quentes: u32,
    },
    /// A transfer needs two accounts.
    #[error("transferências precisam de duas contas")]
    UmaContaSo,
    /// More connections than [`CONEXOES_MAX`](crate::CONEXOES_MAX).
    #[error("são conexões demais")]
    ConexoesDemais,
    /// More requests without an answer than [`PIPELINE_MAX`](crate::PIPELINE_MAX).
    #[error("são pedidos sem resposta demais")]
    PipelineDemais,
    /// More event loops than [`LACOS_MAX`](crate::LACOS_MAX).
    #[error("são laços demais")]
    LacosDemais,
    /// More requests a second than [`TAXA_MAX`](crate::TAXA_MAX).
    #[error("a taxa é alta demais")]
    TaxaDemais,
    /// An echo has no clock of which a trace could be kept.
    #[error("não há rastro de um eco")]
    RastroDeEco,
    /// Longer than [`DURACAO_MAX`](crate::DURACAO_MAX).
    #[error("a duração é longa demais")]
    DuracaoDemais,
}
