//! Accepting connections, also when file descriptors are short.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use rustix::io::Errno;

use crate::parada::Parada;

/// The back-off after a failed accept: 10 ms at first, twice as long each time, up to 100 ms.
const PAUSA_MIN: Duration = Duration::from_millis(10);
const PAUSA_MAX: Duration = Duration::from_millis(100);

/// What an accept brought.
#[derive(Debug)]
pub(crate) enum Aceito {
    Lugar(TcpStream, SocketAddr),
    /// The connection took the last file descriptor, and can only be told that the server is full.
    SemDescritor(TcpStream, SocketAddr),
    /// The accept failed, with this error.
    Nenhuma(io::Error),
}

/// The arrivals at a listener, until the server stops.
#[derive(Debug)]
pub(crate) struct Aceitacao<'s> {
    ouvinte: &'s TcpListener,
    parada: &'s Parada,
    /// A file descriptor that is given up when there is no other, so that a waiting peer can be
    /// accepted and told. Without it every accept fails, and peers wait in vain.
    reserva: Option<File>,
    pausa: Duration,
}

impl<'s> Aceitacao<'s> {
    pub(crate) fn nova(ouvinte: &'s TcpListener, parada: &'s Parada) -> Self {
        Self { ouvinte, parada, reserva: reservar(), pausa: PAUSA_MIN }
    }

    /// The next arrival, or `None` when the server stops.
    pub(crate) fn proxima(&mut self) -> Option<Aceito> {
        while !self.parada.pedida() {
            match self.ouvinte.accept() {
                Ok(_) if self.parada.pedida() => break,
                Ok((fluxo, par)) => {
                    self.pausa = PAUSA_MIN;
                    // Other connections may have freed a descriptor meanwhile.
                    self.reserva = self.reserva.take().or_else(reservar);
                    return Some(match self.reserva {
                        Some(_) => Aceito::Lugar(fluxo, par),
                        None => Aceito::SemDescritor(fluxo, par),
                    });
                }
                Err(_) if self.parada.pedida() => break,
                Err(erro) if da_conexao(&erro) => {}
                Err(erro) => {
                    self.descansar(&erro);
                    return Some(Aceito::Nenhuma(erro));
                }
            }
        }
        None
    }

    /// Prepares the next try after a failed accept: gives up the reserve at first, then pauses.
    fn descansar(&mut self, erro: &io::Error) {
        let sem_descritor = matches!(Errno::from_io_error(erro), Some(Errno::MFILE | Errno::NFILE));
        if sem_descritor && self.reserva.take().is_some() {
            return;
        }
        self.parada.esperar(self.pausa);
        self.pausa = PAUSA_MAX.min(self.pausa * 2);
    }
}

fn reservar() -> Option<File> {
    File::open("/dev/null").ok()
}

/// Whether an accept failed because of the connection that was to be accepted, which is gone
/// already (accept(2), "Error handling").
fn da_conexao(erro: &io::Error) -> bool {
    let da_rede = [
        Errno::NETDOWN,
        Errno::PROTO,
        Errno::NOPROTOOPT,
        Errno::HOSTDOWN,
        Errno::NONET,
        Errno::HOSTUNREACH,
        Errno::OPNOTSUPP,
        Errno::NETUNREACH,
        Errno::PERM,
    ];
    matches!(
        erro.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted
    ) || Errno::from_io_error(erro).is_some_and(|erro| da_rede.contains(&erro))
}
