//! Saying no to a connection for which there is no place.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

/// How many refused peers are waited for; each keeps a descriptor. Beyond that, one that has sent
/// something may lose the reply.
const RECUSADAS_MAX: usize = 16;

/// How many more may come between two looks.
const NOVAS_MAX: usize = 8;

/// How often those who were refused are looked at: every 10 ms.
const RONDA: Duration = Duration::from_millis(10);

/// How long a refused peer may take to read its reply and to go: 1 s, or 64 KiB.
const ESPERA_MAX: Duration = Duration::from_secs(1);
const ESPERA_MAX_BYTES: usize = 64 * 1024;

/// Where refused connections end.
#[derive(Debug)]
pub(crate) struct Recusas(SyncSender<TcpStream>);

impl Recusas {
    /// Where to leave them, and for the thread that [`despedir`]s them, where they come from.
    pub(crate) fn novas() -> (Self, Receiver<TcpStream>) {
        let (deixar, recusadas) = sync_channel(NOVAS_MAX);
        (Self(deixar), recusadas)
    }

    /// Sends the last words and half-closes. Never waits for the peer.
    pub(crate) fn recusar(&self, fluxo: TcpStream, palavras: &[u8]) {
        if dizer(&fluxo, palavras).is_ok() {
            match self.0.try_send(fluxo) {
                // In a flood the connection ends at once.
                Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
            }
        }
    }
}

/// Sends the last words and closes at once, for want of descriptors: a peer that has spoken already
/// may lose them.
pub(crate) fn recusar_ja(fluxo: &TcpStream, palavras: &[u8]) {
    let _ = dizer(fluxo, palavras);
}

fn dizer(mut fluxo: &TcpStream, palavras: &[u8]) -> io::Result<()> {
    // There is room for a line in the buffer of a new socket.
    fluxo.set_nonblocking(true)?;
    fluxo.write_all(palavras)?;
    fluxo.shutdown(Shutdown::Write)
}

/// Reads what refused peers still send, so that closing does not reset the connection before
/// they have read why. Returns when nobody can be refused any more.
pub(crate) fn despedir(recusadas: &Receiver<TcpStream>) {
    let mut esperadas: VecDeque<Esperada> = VecDeque::new();
    loop {
        let nova = if esperadas.is_empty() {
            recusadas.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            recusadas.recv_timeout(RONDA)
        };
        match nova {
            Ok(fluxo) => {
                let prazo = Instant::now() + ESPERA_MAX;
                esperadas.push_back(Esperada { fluxo, prazo, restam: ESPERA_MAX_BYTES });
                if esperadas.len() > RECUSADAS_MAX {
                    esperadas.pop_front();
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let agora = Instant::now();
        esperadas.retain_mut(|esperada| esperada.prazo > agora && esperada.ainda_ha());
    }
}

/// A refused peer that may still be reading.
struct Esperada {
    fluxo: TcpStream,
    prazo: Instant,
    restam: usize,
}

impl Esperada {
    /// Reads what there is. `false` when the peer has gone, or sends on and on.
    fn ainda_ha(&mut self) -> bool {
        let mut lixo = [0; 4096];
        loop {
            match self.fluxo.read(&mut lixo) {
                Ok(0) => return false,
                Ok(bytes) if bytes < self.restam => self.restam -= bytes,
                Ok(_) => return false,
                Err(erro) if erro.kind() == ErrorKind::Interrupted => {}
                Err(erro) => return erro.kind() == ErrorKind::WouldBlock,
            }
        }
    }
}
