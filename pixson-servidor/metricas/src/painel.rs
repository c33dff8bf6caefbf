//! The visitors of the two pages, side by side: nobody waits for another one.
//!
//! The loop is our own because no small server crate keeps what the pages promise: CONTRIBUTING.md says
//! which were tried, and what failed.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::http;
use crate::observado::Observado;

/// How many visitors there may be at a time: 16, each with a descriptor. Whoever comes then takes the
/// place of the one that has been silent, or is being waited for, longest.
const VISITANTES_MAX: usize = 16;

/// How long a visitor may take to ask, and then to read and to go: 2 s each.
const VISITA_MAX: Duration = Duration::from_secs(2);

/// What is still read of a visitor that was answered, so that the answer is not lost to a reset: 64 KiB.
const ESCOAMENTO_MAX_BYTES: usize = 64 * 1024;

/// How long nobody is accepted after a failed accept: 50 ms.
const PAUSA_APOS_FALHA: Duration = Duration::from_millis(50);

/// Where the counters are served.
#[derive(Debug)]
pub struct Painel {
    ouvinte: TcpListener,
    endereco: SocketAddr,
    encerrado: AtomicBool,
}

impl Painel {
    /// Listens there. Nobody is answered before [`Painel::servir`].
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

    /// Waits for something to do. Says of each visitor, and of the listener as the last, whether there is.
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
        // What fails here is tried again: at worst this thread is never idle.
        let _ = poll(&mut olhados, resta.as_ref());
        olhados.iter().map(|olhado| !olhado.revents().is_empty()).collect()
    }

    /// Lets one visitor in. Returns until when nobody else is.
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
                    // Most have asked already.
                    && novo.avancar(observado)
                {
                    visitantes.push(novo);
                }
                None
            }
            Err(erro) if erro.kind() == ErrorKind::WouldBlock => None,
            Err(_) => {
                // Descriptors may be short: then that of an old visitor is worth more than its visit.
                ceder(visitantes);
                Some(Instant::now() + PAUSA_APOS_FALHA)
            }
        }
    }

    /// Ends [`Painel::servir`], also one that has not begun yet. Whoever is being answered gets no more.
    pub fn encerrar(&self) {
        self.encerrado.store(true, Ordering::Release);
        // Wakes the loop: a listener that is shut down is always ready.
        let _ = rustix::net::shutdown(&self.ouvinte, rustix::net::Shutdown::Read);
    }
}

/// Sends away the oldest visitor that nothing is being written to, or else the oldest.
fn ceder(visitantes: &mut Vec<Visitante>) {
    let calado = |este: &Visitante| !matches!(este.fase, FaseDaVisita::Respondendo { .. });
    let qual = visitantes.iter().position(calado).unwrap_or(0);
    if qual < visitantes.len() {
        visitantes.remove(qual);
    }
}

/// Somebody who asks for a page.
struct Visitante {
    fluxo: TcpStream,
    /// By when it must have asked, or must have gone.
    prazo: Instant,
    fase: FaseDaVisita,
}

enum FaseDaVisita {
    /// So much of its request has come.
    Perguntando(Vec<u8>),
    Respondendo {
        resposta: Vec<u8>,
        escritos: usize,
    },
    /// It may still be reading.
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

    /// Does what can be done without waiting. `false` when the visit is over.
    fn avancar(&mut self, observado: &impl Observado) -> bool {
        loop {
            match self.passo(observado) {
                Ok(true) => {}
                Ok(false) => return false,
                Err(erro) if erro.kind() == ErrorKind::Interrupted => {}
                // A visitor's trouble is the visitor's.
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
