//! Saying no to connections for which there is no place: one thread drives all of them.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use pixson_core::servico::Evento;
use pixson_core::{Banco, Servico};

use crate::conexao::{Acao, ConexaoServidor};

/// How many refused peers are waited for; each keeps a descriptor. Beyond that, one that has sent
/// something may lose the reply.
const RECUSADAS_MAX: usize = 16;

/// How many more may come between two looks.
const NOVAS_MAX: usize = 8;

/// How often those who were refused are looked at: every 10 ms.
const RONDA: Duration = Duration::from_millis(10);

/// Where refused connections end.
#[derive(Debug)]
pub(crate) struct Recusas(SyncSender<Recusada>);

/// A connection without a place, on its way out.
#[derive(Debug)]
pub(crate) struct Recusada {
    fluxo: TcpStream,
    conexao: ConexaoServidor,
}

impl Recusada {
    pub(crate) fn nova(fluxo: TcpStream, conexao: ConexaoServidor) -> Self {
        Self { fluxo, conexao }
    }

    /// Writes the last words and half-closes. Never waits for the peer. An error: it has gone.
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
                // Nothing was asked of the bank: there is nothing to wait for.
                Acao::Confirmar => self.conexao.confirmar(servico),
                Acao::Escrever { bytes, .. } => {
                    // There is room for a line in the buffer of a new socket.
                    let escritos = self.fluxo.write(bytes)?;
                    self.conexao.escritos(escritos);
                }
                Acao::MeioFechar => {
                    self.fluxo.shutdown(Shutdown::Write)?;
                    self.conexao.meio_fechada();
                }
                Acao::Ler { .. } | Acao::Fechar(_) => return Ok(()),
            }
        }
    }

    /// Reads what there is, so that closing does not reset the connection before the peer has read
    /// why. `false` when the peer has gone, or has had its time.
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
    /// Where to leave them, and for the thread that [`despedir`]s them, where they come from.
    pub(crate) fn novas() -> (Self, Receiver<Recusada>) {
        let (deixar, recusadas) = sync_channel(NOVAS_MAX);
        (Self(deixar), recusadas)
    }

    /// Leaves one to the thread that looks after them.
    pub(crate) fn deixar(&self, recusada: Recusada) {
        match self.0.try_send(recusada) {
            // In a flood the connection ends at once.
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }
}

/// Looks after refused peers. Returns when nobody can be refused any more.
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
