//! Who looks on while a server serves: a screen, a log, counters.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use pixson_core::servico::Evento;

use crate::conexao::Encerramento;

/// Who looks on. All methods are called by the threads that serve, and should return soon; none is
/// called while an account is locked. `()` looks away.
pub trait Observador: Sync {
    /// Who looks on at one connection.
    type DeConexao<'o>: ObservadorDeConexao
    where
        Self: 'o;

    /// A connection has found a place. `numero` is its own in this run of the server.
    fn aberta(&self, numero: u64, par: SocketAddr) -> Self::DeConexao<'_>;

    /// There was no place for a connection, which is told so.
    fn recusada(&self, par: SocketAddr);

    /// What happens while such a connection is told.
    fn evento_de_recusada(&self, evento: Evento);

    /// The system gives no connection just now. It is tried again, after a pause.
    fn sem_aceitar(&self, erro: &io::Error);
}

/// Who looks on at one connection.
pub trait ObservadorDeConexao {
    /// Something happened in a step of the service.
    fn evento(&mut self, evento: Evento);

    /// All that has happened by now was confirmed, or is known to be lost: a good moment to show it.
    fn confirmado(&mut self);

    /// Whether [`ObservadorDeConexao::atendimento`] is worth a look at the clock for each request.
    fn mede(&self) -> bool;

    /// So long it took from the arrival of bytes until the replies to them were sent.
    fn atendimento(&mut self, duracao: Duration);

    /// The connection is over. An error is of its transport: nothing is lost on this side.
    fn encerrada(self, fim: &io::Result<Encerramento>);
}

impl Observador for () {
    type DeConexao<'o> = ();

    fn aberta(&self, _: u64, _: SocketAddr) {}
    fn recusada(&self, _: SocketAddr) {}
    fn evento_de_recusada(&self, _: Evento) {}
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
