//! The choice between the two drivers of connections: threads and event loops.

use std::io;
use std::net::TcpStream;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::Scope;

use pixson_core::Banco;

use crate::admitida::{Admitida, Contexto};
use crate::fio::Fios;
use crate::lacos::Lacos;
use crate::observador::Observador;

/// Who serves the connections.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Conducao {
    /// A thread for each of them.
    #[default]
    Fios,
    /// So many event loops for all of them, each with a thread.
    Lacos(NonZeroUsize),
}

impl Conducao {
    /// How many event loops serve; 0 if threads do.
    pub fn lacos(self) -> usize {
        match self {
            Self::Fios => 0,
            Self::Lacos(quantos) => quantos.get(),
        }
    }
}

/// Those who serve the connections of one server.
pub(crate) enum Condutores<'s, 'e, B, O> {
    Fios(Fios<'s, 'e, B, O>),
    Lacos(Lacos<'s>),
}

impl<'s, 'e, B: Banco, O: Observador> Condutores<'s, 'e, B, O> {
    /// # Errors
    ///
    /// The system does not give what they need.
    pub(crate) fn novos(
        conducao: Conducao,
        escopo: &'s Scope<'s, 'e>,
        contexto: Contexto<'s, B, O>,
    ) -> io::Result<Self> {
        Ok(match conducao {
            Conducao::Fios => Self::Fios(Fios::novos(escopo, contexto)?),
            Conducao::Lacos(quantos) => Self::Lacos(Lacos::iniciar(escopo, quantos, contexto)?),
        })
    }

    /// Serves a connection to its end, elsewhere. Its socket comes back if the system gives no thread
    /// for it, or no loop is left: it is to be refused then, and the others are served.
    pub(crate) fn receber(&self, admitida: Admitida<'s>) -> Option<Arc<TcpStream>> {
        match self {
            Self::Fios(fios) => fios.receber(admitida),
            Self::Lacos(lacos) => lacos.receber(admitida),
        }
    }
}
