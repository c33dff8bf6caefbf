//! Connections that are served by a few event loops, each with a thread, instead of a thread each.
//!
//! A thread for each connection costs two switches for each deposit, and 12 KiB while nothing happens. A
//! loop serves all connections that are ready, waits for the storage once for all of them, and keeps of a
//! silent one little more than its machine.

mod conduzida;
mod despertador;
mod executor;
mod laco;

use std::io;
use std::net::TcpStream;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SendError, Sender, channel};
use std::thread::Scope;

use mio::{Poll, Token, Waker};
use pixson_core::Banco;

use self::executor::Executor;
use self::laco::LacoDeEventos;
use crate::admitida::{Admitida, Contexto};
use crate::observador::Observador;
use crate::panico::{ParadaAoFim, isolar};
use crate::tarefa::tarefa;

/// The token of the waker; no connection has it.
const ACORDAR: Token = Token(usize::MAX);

/// In place of the number of connections of a loop that has ended by a panic.
const CAIDO: usize = usize::MAX;

/// The loops of a server, for whoever lets connections in.
#[derive(Debug)]
pub(crate) struct Lacos<'s>(Vec<Porta<'s>>);

/// Where connections are left to one loop.
#[derive(Debug)]
struct Porta<'s> {
    admitidas: Sender<Admitida<'s>>,
    acordar: Arc<Waker>,
    /// How many connections it has.
    quantas: Arc<AtomicUsize>,
}

impl<'s> Lacos<'s> {
    /// Starts so many loops.
    ///
    /// # Errors
    ///
    /// The system gives no thread or no selector. Loops that had started end.
    pub(crate) fn iniciar<B: Banco, O: Observador>(
        escopo: &'s Scope<'s, '_>,
        quantos: NonZeroUsize,
        contexto: Contexto<'s, B, O>,
    ) -> io::Result<Self> {
        let mut lacos = Self(Vec::new());
        // A server without loops would serve nobody: the end of the last one is the end of all.
        let fim = Arc::new(ParadaAoFim(contexto.parada));
        for _ in 0..quantos.get() {
            let seletor = Poll::new()?;
            let acordar = Arc::new(Waker::new(seletor.registry(), ACORDAR)?);
            let iniciar = || Executor::iniciar(escopo, contexto.servico, Arc::clone(&acordar));
            let executor = contexto.servico.banco().distante().then(iniciar).transpose()?;
            let rodar = move |vindas, quantas| {
                LacoDeEventos::novo(contexto, seletor, executor, vindas, quantas).rodar();
            };
            lacos.0.push(Porta::nova(escopo, Arc::clone(&fim), acordar, rodar)?);
        }
        Ok(lacos)
    }

    /// Leaves a connection to the loop that has the fewest. Its socket comes back if no loop is left.
    pub(crate) fn receber(&self, mut admitida: Admitida<'s>) -> Option<Arc<TcpStream>> {
        loop {
            let porta = self.0.iter().min_by_key(|porta| porta.quantas.load(Ordering::Relaxed));
            let Some(porta) = porta.filter(|porta| !porta.caiu()) else {
                return Some(admitida.fluxo);
            };
            porta.quantas.fetch_add(1, Ordering::Relaxed);
            match porta.admitidas.send(admitida) {
                Ok(()) => {
                    let _ = porta.acordar.wake();
                    return None;
                }
                // The loop receives for as long as this sender exists, unless it has panicked.
                Err(SendError(de_volta)) => {
                    porta.quantas.store(CAIDO, Ordering::Relaxed);
                    admitida = de_volta;
                }
            }
        }
    }
}

impl Drop for Lacos<'_> {
    /// Nobody arrives any more: each loop ends with its last connection.
    fn drop(&mut self) {
        for Porta { admitidas, acordar, .. } in self.0.drain(..) {
            drop(admitidas);
            let _ = acordar.wake();
        }
    }
}

impl<'s> Porta<'s> {
    /// Starts a loop. `fim` is dropped when it has ended.
    fn nova(
        escopo: &'s Scope<'s, '_>,
        fim: Arc<ParadaAoFim<'s>>,
        acordar: Arc<Waker>,
        rodar: impl FnOnce(Receiver<Admitida<'s>>, Arc<AtomicUsize>) + Send + 's,
    ) -> io::Result<Self> {
        let (admitidas, vindas) = channel();
        let quantas = Arc::new(AtomicUsize::new(0));
        let (dele, acorda) = (Arc::clone(&quantas), Arc::clone(&acordar));
        let rodar = move || {
            // A panic of the loop itself drops its connections, which ends them, and `vindas`, so that
            // nobody waits in it for ever.
            isolar(|| rodar(vindas, dele));
            // The selector forgets the event of a waker that is closed, so that the waker must outlive
            // the loop.
            drop((acorda, fim));
        };
        tarefa(escopo, rodar)?;
        Ok(Self { admitidas, acordar, quantas })
    }

    fn caiu(&self) -> bool {
        self.quantas.load(Ordering::Relaxed) == CAIDO
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::parada::Parada;
    use crate::portaria::Portaria;

    #[test]
    fn a_loop_that_panics_ends_its_connections_and_is_given_no_more_of_them() {
        let (parada, portaria) = (Parada::default(), Portaria::nova(10, 10));
        let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let endereco = ouvinte.local_addr().expect("bound");
        let admitir = || {
            let cliente = TcpStream::connect(endereco).expect("it listens");
            let (fluxo, par) = ouvinte.accept().expect("somebody connects");
            let fluxo = Arc::new(fluxo);
            let passe = portaria.entrar(&fluxo, par.ip()).expect("there is room");
            (cliente, Admitida { fluxo, passe, par })
        };
        let seletor = Poll::new().expect("a selector");
        let acordar = Arc::new(Waker::new(seletor.registry(), ACORDAR).expect("a waker"));
        let cair = |vindas: Receiver<Admitida<'_>>, _| {
            let _uma = vindas.recv();
            // As the fields of a loop: nobody arrives any more before its connections end.
            let _primeiro = vindas;
            panic!("a bug");
        };
        thread::scope(|escopo| {
            let fim = Arc::new(ParadaAoFim(&parada));
            let porta =
                |fim| Porta::nova(escopo, fim, Arc::clone(&acordar), cair).expect("a thread");
            let lacos = Lacos(vec![porta(Arc::clone(&fim)), porta(fim)]);
            for ordem in ["the first loop takes one and falls", "the second does"] {
                let (mut cliente, admitida) = admitir();
                assert!(!parada.pedida(), "{ordem}");
                assert!(lacos.receber(admitida).is_none(), "{ordem}");
                assert!(matches!(cliente.read(&mut [0]), Ok(0)), "{ordem}");
            }
            assert!(parada.esperar(Duration::from_secs(30)), "no loop is left");
            assert!(lacos.receber(admitir().1).is_some(), "it is to be refused");
        });
        assert_eq!(portaria.quantas(), 0);
    }
}
