//! Connections that are served by a few event loops, each with a thread, instead of a thread each.
//!
//! A thread for each connection costs two switches for each deposit, and 12 KiB while nothing happens. A
//! loop serves all connections that are ready, waits for the storage once for all of them, and keeps of a
//! silent one little more than its machine.

mod conduzida;
mod despertador;
mod laco;

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::Scope;

use mio::{Poll, Token, Waker};
use pixson_core::Banco;

use self::laco::LacoDeEventos;
use crate::admitida::{Admitida, Contexto};
use crate::observador::Observador;
use crate::tarefa::tarefa;

/// The token of the waker; no connection has it.
const ACORDAR: Token = Token(usize::MAX);

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
        for _ in 0..quantos.get() {
            lacos.0.push(Porta::nova(escopo, contexto)?);
        }
        Ok(lacos)
    }

    /// Leaves a connection to the loop that has the fewest.
    pub(crate) fn receber(&self, admitida: Admitida<'s>) {
        let porta = self.0.iter().min_by_key(|porta| porta.quantas.load(Ordering::Relaxed));
        if let Some(porta) = porta {
            porta.quantas.fetch_add(1, Ordering::Relaxed);
            // The loop receives for as long as this sender exists.
            let _ = porta.admitidas.send(admitida);
            let _ = porta.acordar.wake();
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
    fn nova<B: Banco, O: Observador>(
        escopo: &'s Scope<'s, '_>,
        contexto: Contexto<'s, B, O>,
    ) -> io::Result<Self> {
        let seletor = Poll::new()?;
        let acordar = Arc::new(Waker::new(seletor.registry(), ACORDAR)?);
        let (admitidas, vindas) = channel();
        let quantas = Arc::new(AtomicUsize::new(0));
        let (dele, acorda) = (Arc::clone(&quantas), Arc::clone(&acordar));
        let rodar = move || {
            LacoDeEventos::novo(contexto, seletor, vindas, dele).rodar();
            // The selector forgets the event of a waker that is closed, so that the waker must outlive
            // the loop.
            drop(acorda);
        };
        tarefa(escopo, rodar)?;
        Ok(Self { admitidas, acordar, quantas })
    }
}
