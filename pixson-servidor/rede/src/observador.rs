//! Observers of a server: a screen, a log, counters.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use pixson_core::servico::Evento;

use crate::conexao::Encerramento;

/// An observer of a server. All methods are called by the threads that serve, and should return
/// soon; none is called while an account is locked. `()` ignores everything.
pub trait Observador: Sync {
    /// An observer of one connection.
    type DeConexao<'o>: ObservadorDeConexao
    where
        Self: 'o;

    /// A connection has found a place. `numero` is its own in this run of the server.
    fn aberta(&self, numero: u64, par: SocketAddr) -> Self::DeConexao<'_>;

    /// There was no place for a connection, and the peer is told so. `numero` is its own in this run of the
    /// server.
    fn recusada(&self, numero: u64, par: SocketAddr);

    /// Something happened while the peer of such a connection was told.
    fn evento_de_recusada(&self, numero: u64, par: SocketAddr, evento: Evento);

    /// Accepting a connection failed. It is tried again, after a pause.
    fn sem_aceitar(&self, erro: &io::Error);
}

/// An observer of one connection.
pub trait ObservadorDeConexao {
    /// Something happened in a step of the service.
    fn evento(&mut self, evento: Evento);

    /// The next call of [`ObservadorDeConexao::confirmado`] is about the events so far, and not about those
    /// that come before it.
    fn separado(&mut self) {}

    /// All events so far are durable, or are known to be lost: this is a good moment to show them. After
    /// [`ObservadorDeConexao::separado`] that holds for the events up to there.
    fn confirmado(&mut self);

    /// Whether to read the clock for each request, for [`ObservadorDeConexao::atendimento`].
    fn mede(&self) -> bool;

    /// How long it took from the arrival of bytes until the replies to them were sent.
    fn atendimento(&mut self, duracao: Duration);

    /// The connection is over. An error is one of its transport: nothing is lost on this side.
    fn encerrada(self, fim: &io::Result<Encerramento>);
}

impl Observador for () {
    type DeConexao<'o> = ();

    fn aberta(&self, _: u64, _: SocketAddr) {}
    fn recusada(&self, _: u64, _: SocketAddr) {}
    fn evento_de_recusada(&self, _: u64, _: SocketAddr, _: Evento) {}
    fn sem_aceitar(&self, _: &io::Error) {}
}

impl ObservadorDeConexao for () {
    fn evento(&mut self, _: Evento) {}
    fn confirmado(&mut self) {}
    fn mede(&self) -> bool {
        false
    }
    fn atendimento(&mut self, _: Duration) {}
    fn encerrada(self, _: &io::Result<Encerramento>) {}
}
