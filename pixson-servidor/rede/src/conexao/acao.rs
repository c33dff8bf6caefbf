//! What a connection asks of its driver, and how it ends.

use std::time::Duration;

use pixson_core::sessao::Fim;

/// What a driver has to do next.
#[derive(Debug, Eq, PartialEq)]
#[must_use = "an action that is not taken stalls the connection"]
pub enum Acao<'c> {
    /// Call [`ConexaoServidor::avancar`](super::ConexaoServidor::avancar): there may be something to serve.
    Avancar,
    /// Wait until the [`Lote`](pixson_core::servico::Lote) is done that
    /// [`ConexaoServidor::reunir`](super::ConexaoServidor::reunir) gave, and call
    /// [`ConexaoServidor::responder`](super::ConexaoServidor::responder).
    Esperar,
    /// Call [`ConexaoServidor::confirmar`](super::ConexaoServidor::confirmar), which waits for the storage.
    Confirmar,
    /// Write these bytes, or some of them (a short write is fine).
    Escrever {
        /// What is left to write; never empty.
        bytes: &'c [u8],
        /// How long that may take; never zero.
        no_maximo: Duration,
    },
    /// Read something.
    Ler {
        /// How long to wait for it; never zero.
        no_maximo: Duration,
    },
    /// Half-close: shut down the sending side, so that the peer sees that nothing more will come.
    MeioFechar,
    /// Close the socket: all is over.
    Fechar(Encerramento),
}

/// How a connection ended, if its transport did not fail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encerramento {
    /// The session is over, and its last replies are written.
    Sessao(Fim),
    /// The peer did not take its replies in time.
    EscritaEsgotada,
    /// The bank or an observer panicked while it served the connection: a bug. What was asked last
    /// may have been done or not.
    Panico,
}
