//! The visitors of the pages, served side by side: none waits for another.
//!
//! The loop is our own because no small server crate keeps what the pages promise: CONTRIBUTING.md
//! names those that were tried, and what failed.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::http;
use crate::observado::Observado;

/// How many visitors there may be at a time: 16, each with a file descriptor. A further visitor
/// takes the place of the oldest one that is not being answered, or else of the oldest.
const VISITANTES_MAX: usize = 16;

/// How long a visitor may take to ask, and then again to read the answer and go: 2 s each.
const VISITA_MAX: Duration = Duration::from_secs(2);

/// How much is still read from a visitor after its answer (drain), so that a reset does not destroy
/// the answer: 64 KiB.
const ESCOAMENTO_MAX_BYTES: usize = 64 * 1024;

/// How long no visitor is accepted after a failed accept: 50 ms.
const PAUSA_APOS_FALHA: Duration = Duration::from_millis(50);

/// The listener on which the pages are served.
#[derive(Debug)]
pub struct Painel {
    ouvinte: TcpListener,
    endereco: SocketAddr,
    encerrado: AtomicBool,
}

impl Painel {
    /// Listens at this address. No visitor is answered before [`Painel::servir`].
    ///
    /// # Errors
    ///
    /// The address cannot be found, is in use, or is not allowed.
    pub fn abrir(endereco: impl ToSocketAddrs) -> io::Result<Self> {
        let ouvinte = TcpListener::bind(endereco)?;
        ouvinte.set_nonblocking(true)?;
        let endereco = ouvinte.local_addr()?;
        Ok(Self { ouvinte, endereco, encerrado: AtomicBool::new(false) })
    }

    /// Where it listens.
    pub fn endereco(&self) -> SocketAddr {
        self.endereco
    }

    /// Serves visitors until [`Painel::encerrar`].
    pub fn servir(&self, observado: &impl Observado) {
        // From the oldest to the newest.
        let mut visitantes: Vec<Visitante> = Vec::new();
        let mut pausa: Option<Instant> = None;
        while !self.encerrado.load(Ordering::Acquire) {
            let agora = Instant::now();
            visitantes.retain(|visitante| visitante.prazo > agora);
            pausa = pausa.filter(|&fim| fim > agora);
            let prontos = self.esperar(&visitantes, pausa, agora);
            let mut prontos = prontos.into_iter();
            let ha_novos = prontos.next_back().unwrap_or(false);
            visitantes.retain_mut(|visitante| {
                !prontos.next().unwrap_or(false) || visitante.avancar(observado)
            });
            if ha_novos && pausa.is_none() {
                pausa = self.receber(&mut visitantes, observado);
            }
        }
    }

    /// Waits for something to do. Returns for each visitor, and as the last for the listener,
    /// whether it is ready.
    fn esperar(
        &self,
        visitantes: &[Visitante],
        pausa: Option<Instant>,
        agora: Instant,
    ) -> Vec<bool> {
        let ouvinte = if pausa.is_some() { PollFlags::empty() } else { PollFlags::IN };
        let espera = |visitante: &Visitante| match visitante.fase {
            FaseDaVisita::Respondendo { .. } => PollFlags::OUT,
            FaseDaVisita::Perguntando(_) | FaseDaVisita::Saindo { .. } => PollFlags::IN,
        };
        let mut olhados: Vec<_> =
            visitantes.iter().map(|este| PollFd::new(&este.fluxo, espera(este))).collect();
        olhados.push(PollFd::new(&self.ouvinte, ouvinte));
        let prazo = visitantes.iter().map(|este| este.prazo).chain(pausa).min();
        let resta = prazo.map(|prazo| prazo.saturating_duration_since(agora));
        let resta = resta.and_then(|resta| Timespec::try_from(resta).ok());
        // A failed `poll` is tried again by the loop: at worst this thread is never idle.
        let _ = poll(&mut olhados, resta.as_ref());
        olhados.iter().map(|olhado| !olhado.revents().is_empty()).collect()
    }

    /// Accepts one visitor. After a failed accept, returns the instant until which no other is
    /// accepted.
    fn receber(
        &self,
        visitantes: &mut Vec<Visitante>,
        observado: &impl Observado,
    ) -> Option<Instant> {
        match self.ouvinte.accept() {
            Ok((fluxo, _)) => {
                if visitantes.len() >= VISITANTES_MAX {
                    ceder(visitantes);
                }
                if let Ok(mut novo) = Visitante::novo(fluxo)
                    // The requests of most visitors have arrived already.
                    && novo.avancar(observado)
                {
                    visitantes.push(novo);
                }
                None
            }
            Err(erro) if erro.kind() == ErrorKind::WouldBlock => None,
            Err(_) => {
                // File descriptors may be short: the server needs one more than an old visitor
                // does.
                ceder(visitantes);
                Some(Instant::now() + PAUSA_APOS_FALHA)
            }
        }
    }

    /// Ends [`Painel::servir`], even if it has not begun yet. Answers that are being sent are cut
    /// off.
    pub fn encerrar(&self) {
        self.encerrado.store(true, Ordering::Release);
        // Wakes the loop: a listener that is shut down is always ready.
        let _ = rustix::net::shutdown(&self.ouvinte, rustix::net::Shutdown::Read);
    }
}

/// Drops the oldest visitor that is not being answered, or else the oldest.
fn ceder(visitantes: &mut Vec<Visitante>) {
    let calado = |este: &Visitante| !matches!(este.fase, FaseDaVisita::Respondendo { .. });
    let qual = visitantes.iter().position(calado).unwrap_or(0);
    if qual < visitantes.len() {
        visitantes.remove(qual);
    }
}

/// One connection that asks for a page.
struct Visitante {
    fluxo: TcpStream,
    /// The deadline for its request, or for reading the answer and going.
    prazo: Instant,
    fase: FaseDaVisita,
}

enum FaseDaVisita {
    /// The part of its request that has come.
    Perguntando(Vec<u8>),
    Respondendo {
        resposta: Vec<u8>,
        escritos: usize,
    },
    /// The answer is written, and the visitor may still be reading it.
    Saindo {
        restam: usize,
    },
}

impl Visitante {
    fn novo(fluxo: TcpStream) -> io::Result<Self> {
        fluxo.set_nonblocking(true)?;
        let prazo = Instant::now() + VISITA_MAX;
        Ok(Self { fluxo, prazo, fase: FaseDaVisita::Perguntando(Vec::new()) })
    }

    /// Does what is possible without waiting. `false` when the visit is over.
    fn avancar(&mut self, observado: &impl Observado) -> bool {
        loop {
            match self.passo(observado) {
                Ok(true) => {}
                Ok(false) => return false,
                Err(erro) if erro.kind() == ErrorKind::Interrupted => {}
                // An error of one connection ends that visit only.
                Err(erro) => return erro.kind() == ErrorKind::WouldBlock,
            }
        }
    }

    fn passo(&mut self, observado: &impl Observado) -> io::Result<bool> {
        let mut pedaco = [0; 1024];
        match &mut self.fase {
            FaseDaVisita::Perguntando(bytes) => {
                let lidos = self.fluxo.read(&mut pedaco)?;
                bytes.extend_from_slice(&pedaco[..lidos]);
                let resposta = match lidos {
                    0 if bytes.is_empty() => return Ok(false),
                    0 => Some(http::cortado()),
                    _ => http::responder(bytes, observado),
                };
                if let Some(resposta) = resposta {
                    self.prazo = Instant::now() + VISITA_MAX;
                    self.fase = FaseDaVisita::Respondendo { resposta, escritos: 0 };
                }
            }
            FaseDaVisita::Respondendo { resposta, escritos } => {
                *escritos += self.fluxo.write(&resposta[*escritos..])?;
                if *escritos == resposta.len() {
                    self.fluxo.shutdown(Shutdown::Write)?;
                    self.fase = FaseDaVisita::Saindo { restam: ESCOAMENTO_MAX_BYTES };
                }
            }
            FaseDaVisita::Saindo { restam } => {
                let lidos = self.fluxo.read(&mut pedaco)?;
                *restam = restam.saturating_sub(lidos);
                return Ok(lidos > 0 && *restam > 0);
            }
        }
        Ok(true)
    }
}
