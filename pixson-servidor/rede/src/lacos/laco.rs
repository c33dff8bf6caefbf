//! One loop: it waits for sockets, deadlines and arrivals, and does what the connections ask for.
//!
//! Each round has three steps. First every connection that has something to do goes on until it has to wait:
//! for its peer, or for the storage. Then the loop waits for the storage, once for all of them: what
//! they have appended to the journal is synced together, with what other loops append meanwhile.
//! Finally their replies are written.

use std::io;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use pixson_core::servico::Lote;
use pixson_core::{Banco, Servico};
use slab::Slab;

use super::conduzida::{Conduzida, Parou, Rodada};
use super::despertador::Despertador;
use super::executor::{Executor, Remetente};
use crate::admitida::{Admitida, Contexto};
use crate::conexao::{ConexaoServidor, Encerramento};
use crate::observador::Observador;
use crate::panico::isolar;
use crate::preparo::{LEITURA_MAX_BYTES, preparar};

/// How many events one call of the selector returns at most.
const EVENTOS_MAX: usize = 1024;

/// How much is read in one round of peers that pipeline: 64 KiB, which are served in a few milliseconds.
/// Whoever asks one thing at a time waits no longer than that for its turn. A connection that nobody
/// else is in the round with may be read until its replies fill a batch.
const RODADA_BYTES: usize = 64 * 1024;

/// A loop, and the connections that it serves.
pub(super) struct LacoDeEventos<'s, B, O: Observador> {
    contexto: Contexto<'s, B, O>,
    seletor: Poll,
    /// Only if the bank is far away.
    executor: Option<Executor>,
    admitidas: Receiver<Admitida<'s>>,
    /// How many connections it has, for those who let them in.
    quantas: Arc<AtomicUsize>,
    conexoes: Slab<Conduzida<'s, O::DeConexao<'s>>>,
    despertador: Despertador,
    leitura: Vec<u8>,
    /// Those that go on in this round, and in the next.
    fila: Vec<usize>,
    seguintes: Vec<usize>,
    /// Those of this round whose replies wait for the storage.
    confirmam: Vec<usize>,
}

impl<'s, B: Banco, O: Observador> LacoDeEventos<'s, B, O> {
    pub(super) fn novo(
        contexto: Contexto<'s, B, O>,
        seletor: Poll,
        executor: Option<Executor>,
        admitidas: Receiver<Admitida<'s>>,
        quantas: Arc<AtomicUsize>,
    ) -> Self {
        Self {
            contexto,
            seletor,
            executor,
            admitidas,
            quantas,
            conexoes: Slab::new(),
            despertador: Despertador::default(),
            leitura: vec![0; LEITURA_MAX_BYTES],
            fila: Vec::new(),
            seguintes: Vec::new(),
            confirmam: Vec::new(),
        }
    }

    /// Serves until nobody can arrive any more and the last connection has ended.
    pub(super) fn rodar(mut self) {
        let mut eventos = Events::with_capacity(EVENTOS_MAX);
        loop {
            self.esperar(&mut eventos);
            let agora = Instant::now();
            for evento in &eventos {
                if let Some(conduzida) = self.conexoes.get_mut(evento.token().0) {
                    conduzida.notar(evento);
                    enfileirar(&mut self.fila, evento.token().0, conduzida);
                }
            }
            while let Some(qual) = self.despertador.tocar(agora) {
                let conduzida = &mut self.conexoes[qual];
                conduzida.despertar();
                enfileirar(&mut self.fila, qual, conduzida);
            }
            self.recolher();
            let aberto = self.acolher(agora);
            self.atender();
            if !aberto && self.conexoes.is_empty() {
                return;
            }
        }
    }

    /// Waits for something to do.
    fn esperar(&mut self, eventos: &mut Events) {
        std::mem::swap(&mut self.fila, &mut self.seguintes);
        let no_maximo = if self.fila.is_empty() {
            self.despertador.falta(Instant::now())
        } else {
            Some(Duration::ZERO)
        };
        if self.seletor.poll(eventos, no_maximo).is_err() {
            // A signal came (EINTR): a live selector has no other error. The next round finds what there is
            // to do.
            eventos.clear();
        }
    }

    /// Answers the requests that have come back from the bank.
    fn recolher(&mut self) {
        let Some(executor) = self.executor.take() else { return };
        for (Remetente { qual, numero }, feito) in executor.recolher() {
            // It may have ended meanwhile, and another one have its place.
            let Some(conduzida) = self.conexoes.get_mut(qual) else { continue };
            if conduzida.numero() != numero {
                continue;
            }
            let servico = self.contexto.servico;
            match feito.and_then(|feito| isolar(|| conduzida.responder(servico, feito))) {
                Some(()) => enfileirar(&mut self.fila, qual, conduzida),
                None => self.despedir(qual, &Ok(Encerramento::Panico)),
            }
        }
        self.executor = Some(executor);
    }

    fn pedir(&mut self, qual: usize, lote: Lote) {
        let quem = Remetente { qual, numero: self.conexoes[qual].numero() };
        if !self.executor.as_ref().is_some_and(|executor| executor.pedir(quem, lote)) {
            self.despedir(qual, &Ok(Encerramento::Panico));
        }
    }

    /// Takes in those who have arrived. `false` when nobody can arrive any more.
    fn acolher(&mut self, agora: Instant) -> bool {
        loop {
            match self.admitidas.try_recv() {
                Ok(admitida) => self.receber(admitida, agora),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn receber(&mut self, admitida: Admitida<'s>, agora: Instant) {
        let Contexto { servico, limites, observador, .. } = self.contexto;
        let aberta = isolar(|| observador.aberta(admitida.passe.numero(), admitida.par));
        let Some(observador) = aberta else {
            self.quantas.fetch_sub(1, Ordering::Relaxed);
            return;
        };
        let mut conexao = ConexaoServidor::nova(servico.ligacao(), limites);
        // Its time begins now, whenever its turn comes.
        let _ = conexao.acao(agora);
        let vaga = self.conexoes.vacant_entry();
        let qual = vaga.key();
        let registrado = registrar(&self.seletor, &admitida, qual);
        let conduzida = vaga.insert(Conduzida::nova(admitida, conexao, observador));
        match registrado {
            Ok(()) => enfileirar(&mut self.fila, qual, conduzida),
            Err(erro) => self.despedir(qual, &Err(erro)),
        }
    }

    /// One round of all that have something to do.
    fn atender(&mut self) {
        let mut fila = std::mem::take(&mut self.fila);
        let mut confirmam = std::mem::take(&mut self.confirmam);
        let mut leitura = std::mem::take(&mut self.leitura);
        let restam = if fila.len() > 1 { RODADA_BYTES } else { usize::MAX };
        let mut rodada = Rodada { leitura: &mut leitura, restam, so_escreve: false };
        for qual in fila.drain(..) {
            self.conexoes[qual].na_fila = false;
            if self.conduzir(qual, &mut rodada) {
                confirmam.push(qual);
            }
        }
        if !confirmam.is_empty() {
            let servico: &Servico<B> = self.contexto.servico;
            // Each of them asks again, and learns of its own replies, also if this panics.
            isolar(|| {
                servico.esperar(confirmam.iter().map(|&qual| self.conexoes[qual].ligacao()));
            });
            rodada.so_escreve = true;
            for qual in confirmam.drain(..) {
                self.conduzir(qual, &mut rodada);
            }
        }
        (self.fila, self.confirmam, self.leitura) = (fila, confirmam, leitura);
    }

    /// Lets a connection go on. `true` if it waits for the storage.
    fn conduzir(&mut self, qual: usize, rodada: &mut Rodada<'_>) -> bool {
        let Contexto { servico, parada, .. } = self.contexto;
        let conduzida = &mut self.conexoes[qual];
        let parou = isolar(|| conduzida.conduzir(servico, parada, rodada));
        match parou.unwrap_or(Parou::Encerrada(Ok(Encerramento::Panico))) {
            Parou::NoArmazenamento => return true,
            Parou::NoBanco(lote) => self.pedir(qual, lote),
            Parou::Espera => {}
            Parou::NaVez => self.seguir(qual),
            Parou::NoPar(prazo) => {
                self.despertador.marcar(qual, &mut conduzida.marcado, prazo);
            }
            Parou::Encerrada(fim) => self.despedir(qual, &fim),
        }
        false
    }

    fn seguir(&mut self, qual: usize) {
        enfileirar(&mut self.seguintes, qual, &mut self.conexoes[qual]);
    }

    fn despedir(&mut self, qual: usize, fim: &io::Result<Encerramento>) {
        let mut conduzida = self.conexoes.remove(qual);
        self.despertador.desmarcar(qual, &mut conduzida.marcado);
        let descritor = conduzida.fluxo().as_raw_fd();
        // `Portaria` holds the socket open until the place is given back.
        let _ = self.seletor.registry().deregister(&mut SourceFd(&descritor));
        isolar(|| conduzida.encerrar(fim));
        self.quantas.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Prepares the socket of a connection, and has its changes told.
fn registrar(seletor: &Poll, admitida: &Admitida<'_>, qual: usize) -> io::Result<()> {
    preparar(&admitida.fluxo)?;
    admitida.fluxo.set_nonblocking(true)?;
    let descritor = admitida.fluxo.as_raw_fd();
    let interesse = Interest::READABLE | Interest::WRITABLE | Interest::PRIORITY;
    seletor.registry().register(&mut SourceFd(&descritor), Token(qual), interesse)
}

fn enfileirar<D>(fila: &mut Vec<usize>, qual: usize, conduzida: &mut Conduzida<'_, D>) {
    if !std::mem::replace(&mut conduzida.na_fila, true) {
        fila.push(qual);
    }
}
