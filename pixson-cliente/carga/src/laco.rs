//! An event loop: many connections under load in one thread, so that a crowd does not measure the
//! scheduler.

use std::io;
use std::ops::ControlFlow;
use std::os::fd::AsRawFd;
use std::time::Instant;

use mio::event::Event;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

use crate::ErroCarga;
use crate::carregada::{ATENCAO, Carregada, Concluida, Ritmo};

/// How many events one call of the selector returns at most.
const EVENTOS_MAX: usize = 1024;

/// The connections of a loop, by their tokens.
struct Multidao<'a> {
    vivas: Vec<Option<(Carregada<'a>, Ritmo)>>,
    /// When each is looked at, whatever happens to its socket: `None` once it has ended. Apart from the
    /// connections, since all of them are looked through after each wait.
    prazos: Vec<Option<Instant>>,
    concluidas: Vec<Concluida>,
}

/// What is new of a socket.
#[derive(Clone, Copy, Default)]
struct Mudou {
    legivel: bool,
    /// The server sends nothing more, or the connection has failed.
    acabou: bool,
}

impl From<&Event> for Mudou {
    fn from(evento: &Event) -> Self {
        let acabou = evento.is_read_closed() || evento.is_error();
        Self { legivel: evento.is_readable() || acabou, acabou }
    }
}

/// Drives these connections until all have ended.
pub(crate) fn correr(carregadas: Vec<Carregada<'_>>, inicio: Instant) -> Vec<Concluida> {
    let mut seletor = match Poll::new() {
        Ok(seletor) => seletor,
        Err(erro) => return carregadas.into_iter().map(|uma| perder(uma, &erro)).collect(),
    };
    let mut multidao = Multidao { vivas: vec![], prazos: vec![], concluidas: vec![] };
    for mut carregada in carregadas {
        match registrar(&seletor, &mut carregada, multidao.vivas.len()) {
            Ok(()) => {
                let ritmo = carregada.ritmo(inicio);
                multidao.vivas.push(Some((carregada, ritmo)));
                multidao.prazos.push(Some(inicio));
            }
            Err(erro) => multidao.concluidas.push(perder(carregada, &erro)),
        }
    }
    let mut eventos = Events::with_capacity(EVENTOS_MAX);
    while let Some(prazo) = multidao.prazos.iter().flatten().min() {
        let falta = prazo.saturating_duration_since(Instant::now());
        if seletor.poll(&mut eventos, Some(falta.min(ATENCAO))).is_err() {
            // A signal came (EINTR): a live selector has no other error.
            eventos.clear();
        }
        let agora = Instant::now();
        for evento in &eventos {
            multidao.avancar(evento.token().0, evento.into(), agora);
        }
        for qual in 0..multidao.prazos.len() {
            if multidao.prazos[qual].is_some_and(|prazo| prazo <= agora) {
                multidao.avancar(qual, Mudou::default(), agora);
            }
        }
    }
    multidao.concluidas
}

impl Multidao<'_> {
    /// Lets a connection go on, and takes it away if it has ended.
    fn avancar(&mut self, qual: usize, mudou: Mudou, agora: Instant) {
        let Some((carregada, ritmo)) = &mut self.vivas[qual] else { return };
        let fim = match passo(carregada, ritmo, mudou, agora) {
            Ok(ControlFlow::Continue(prazo)) => {
                self.prazos[qual] = Some(prazo);
                return;
            }
            Ok(ControlFlow::Break(())) => None,
            Err(erro) => Some(erro),
        };
        self.prazos[qual] = None;
        let viva = self.vivas[qual].take();
        self.concluidas.extend(viva.map(|(carregada, _)| carregada.concluir(fim)));
    }
}

/// Reads and sends what is possible. Gives the instant at which the connection is to be looked at again.
fn passo(
    carregada: &mut Carregada<'_>,
    ritmo: &mut Ritmo,
    mudou: Mudou,
    agora: Instant,
) -> Result<ControlFlow<(), Instant>, ErroCarga> {
    let mut mais = mudou.legivel || carregada.canal().venceu(agora);
    while mais {
        mais = carregada.canal().ler_o_que_ha(mudou.acabou);
        carregada.colher(agora)?;
    }
    carregada.canal().vencer(agora)?;
    carregada.colher(agora)?;
    let ControlFlow::Continue(ate) = carregada.encher(ritmo, agora)? else {
        return Ok(ControlFlow::Break(()));
    };
    let prazo = carregada.canal().empurrar(ate);
    Ok(ControlFlow::Continue(prazo.unwrap_or(agora + ATENCAO)))
}

fn registrar(seletor: &Poll, carregada: &mut Carregada<'_>, qual: usize) -> io::Result<()> {
    let descritor = carregada.canal().sem_esperar()?.as_raw_fd();
    let interesse = Interest::READABLE | Interest::WRITABLE;
    seletor.registry().register(&mut SourceFd(&descritor), Token(qual), interesse)
}

/// The system does not give what a connection needs in a loop.
fn perder(carregada: Carregada<'_>, erro: &io::Error) -> Concluida {
    let perda = carregada.sem_recursos(erro);
    carregada.concluir(Some(perda))
}
