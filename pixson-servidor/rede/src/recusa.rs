//! Refusing connections for which there is no place: one thread drives all of them.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use pixson_core::servico::Evento;
use pixson_core::{Banco, Servico};

use crate::conexao::{Acao, ConexaoServidor};

/// How many refused connections are drained at a time; each keeps a file descriptor. Beyond that
/// the oldest is closed, and if its peer has sent something, a reset may destroy the reply.
const RECUSADAS_MAX: usize = 16;

/// How many more may be queued for the thread that drains them.
const NOVAS_MAX: usize = 8;

/// How often the refused connections are read: every 10 ms.
const RONDA: Duration = Duration::from_millis(10);

/// The queue of refused connections.
#[derive(Debug)]
pub(crate) struct Recusas(SyncSender<Recusada>);

/// A refused connection that is being ended.
#[derive(Debug)]
pub(crate) struct Recusada {
    fluxo: TcpStream,
    conexao: ConexaoServidor,
}

impl Recusada {
    pub(crate) fn nova(fluxo: TcpStream, conexao: ConexaoServidor) -> Self {
        Self { fluxo, conexao }
    }

    /// Writes the refusal and half-closes, without waiting for the peer. An error means that the
    /// peer has gone.
    pub(crate) fn dizer<B: Banco>(
        &mut self,
        servico: &Servico<B>,
        mut observar: impl FnMut(Evento),
    ) -> io::Result<()> {
        self.fluxo.set_nonblocking(true)?;
        let agora = Instant::now();
        loop {
            match self.conexao.acao(agora) {
                Acao::Avancar => self.conexao.avancar(servico, &mut observar),
                Acao::Confirmar => self.conexao.confirmar(servico),
                Acao::Escrever { bytes, .. } => {
                    // The send buffer of a new socket has room for one line.
                    let escritos = self.fluxo.write(bytes)?;
                    self.conexao.escritos(escritos);
                }
                Acao::MeioFechar => {
                    self.fluxo.shutdown(Shutdown::Write)?;
                    self.conexao.meio_fechada();
                }
                // The bank is asked for nothing, so that nothing is waited for.
                Acao::Esperar | Acao::Ler { .. } | Acao::Fechar(_) => return Ok(()),
            }
        }
    }

    /// Drains what has arrived, so that closing does not reset the connection before the peer has
    /// read the refusal. `false` when the peer has gone, or its time is over.
    fn ainda_ha(&mut self, agora: Instant) -> bool {
        let mut lixo = [0; 4096];
        while let Acao::Ler { .. } = self.conexao.acao(agora) {
            match self.fluxo.read(&mut lixo) {
                Ok(0) => self.conexao.fim_de_entrada(),
                Ok(bytes) => self.conexao.receber(&lixo[..bytes]),
                Err(erro) if erro.kind() == ErrorKind::Interrupted => {}
                Err(erro) => return erro.kind() == ErrorKind::WouldBlock,
            }
        }
        false
    }
}

impl Recusas {
    /// The queue, and its other end for the thread that calls [`despedir`].
    pub(crate) fn novas() -> (Self, Receiver<Recusada>) {
        let (deixar, recusadas) = sync_channel(NOVAS_MAX);
        (Self(deixar), recusadas)
    }

    /// Leaves a refused connection to the thread that drains them.
    pub(crate) fn deixar(&self, recusada: Recusada) {
        match self.0.try_send(recusada) {
            // If the queue is full, dropping the connection closes it at once.
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }
}

/// Drains refused connections. Returns when the queue is dropped.
pub(crate) fn despedir(recusadas: &Receiver<Recusada>) {
    let mut esperadas: VecDeque<Recusada> = VecDeque::new();
    loop {
        let nova = if esperadas.is_empty() {
            recusadas.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            recusadas.recv_timeout(RONDA)
        };
        match nova {
            Ok(recusada) => {
                esperadas.push_back(recusada);
                if esperadas.len() > RECUSADAS_MAX {
                    esperadas.pop_front();
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let agora = Instant::now();
        esperadas.retain_mut(|esperada| esperada.ainda_ha(agora));
    }
}
