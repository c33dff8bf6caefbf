//! An event loop: many connections under load in one thread, so that a crowd does not measure the
//! scheduler.

use std::io;
use std::ops::ControlFlow;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

use crate::ErroCarga;
use crate::carregada::Carregada;
use crate::medida::Medida;

/// How many events one call of the selector returns at most.
const EVENTOS_MAX: usize = 1024;

/// How long nothing may happen before all connections are looked at: 100 ms. Somebody may have asked for
/// the end.
const ATENCAO: Duration = Duration::from_millis(100);

/// What became of a connection.
type Concluida = (Medida, Option<ErroCarga>);

/// A connection that goes on.
struct Viva<'a> {
    carregada: Carregada<'a>,
    /// When it is looked at, whatever happens to its socket.
    prazo: Option<Instant>,
}

/// What is new of a socket.
#[derive(Clone, Copy, Default)]
struct Mudou {
    legivel: bool,
    /// The server sends nothing more, or the connection has failed.
    acabou: bool,
}

/// Drives these connections until all have ended.
pub(crate) fn correr(carregadas: Vec<Carregada<'_>>, inicio: Instant) -> Vec<Concluida> {
    let mut fins = Vec::new();
    let mut seletor = match Poll::new() {
        Ok(seletor) => seletor,
        Err(erro) => {
            let perder = |carregada: Carregada<'_>| {
                let perda = carregada.sem_recursos(&erro);
                carregada.concluir(Some(perda))
            };
            return carregadas.into_iter().map(perder).collect();
        }
    };
    let mut vivas: Vec<Option<Viva<'_>>> = Vec::new();
    for mut carregada in carregadas {
        carregada.largar(inicio);
        match registrar(&seletor, &mut carregada, vivas.len()) {
            Ok(()) => vivas.push(Some(Viva { carregada, prazo: Some(inicio) })),
            Err(erro) => {
                let perda = carregada.sem_recursos(&erro);
                fins.push(carregada.concluir(Some(perda)));
            }
        }
    }
    let mut eventos = Events::with_capacity(EVENTOS_MAX);
    while vivas.iter().any(Option::is_some) {
        let agora = Instant::now();
        let prazos = vivas.iter().flatten().filter_map(|viva| viva.prazo);
        let falta = prazos.min().map(|prazo| prazo.saturating_duration_since(agora));
        if seletor
            .poll(&mut eventos, Some(falta.map_or(ATENCAO, |falta| falta.min(ATENCAO))))
            .is_err()
        {
            // A signal came (EINTR): a live selector has no other error.
            eventos.clear();
        }
        let agora = Instant::now();
        for evento in &eventos {
            let acabou = evento.is_read_closed() || evento.is_error();
            let mudou = Mudou { legivel: evento.is_readable() || acabou, acabou };
            avancar(&mut vivas[evento.token().0], &mut fins, mudou, agora);
        }
        let vence = |viva: &Viva<'_>| viva.prazo.is_none_or(|prazo| prazo <= agora);
        for viva in vivas.iter_mut().filter(|viva| viva.as_ref().is_some_and(vence)) {
            avancar(viva, &mut fins, Mudou::default(), agora);
        }
    }
    fins
}

/// Lets a connection go on, and takes it away if it has ended.
fn avancar(lugar: &mut Option<Viva<'_>>, fins: &mut Vec<Concluida>, mudou: Mudou, agora: Instant) {
    let Some(viva) = lugar else { return };
    let fim = match passo(viva, mudou, agora) {
        Ok(ControlFlow::Continue(())) => return,
        Ok(ControlFlow::Break(())) => None,
        Err(erro) => Some(erro),
    };
    fins.extend(lugar.take().map(|viva| viva.carregada.concluir(fim)));
}

fn passo(viva: &mut Viva<'_>, mudou: Mudou, agora: Instant) -> Result<ControlFlow<()>, ErroCarga> {
    let Viva { carregada, prazo } = viva;
    let mut mais = mudou.legivel;
    while mais {
        mais = carregada.canal().ler_o_que_ha(mudou.acabou);
        carregada.colher(agora)?;
    }
    carregada.canal().vencer(agora)?;
    carregada.colher(agora)?;
    let ControlFlow::Continue(ate) = carregada.encher(agora)? else {
        return Ok(ControlFlow::Break(()));
    };
    *prazo = carregada.canal().empurrar(ate);
    Ok(ControlFlow::Continue(()))
}

fn registrar(seletor: &Poll, carregada: &mut Carregada<'_>, qual: usize) -> io::Result<()> {
    let descritor = carregada.canal().sem_esperar()?.as_raw_fd();
    let interesse = Interest::READABLE | Interest::WRITABLE;
    seletor.registry().register(&mut SourceFd(&descritor), Token(qual), interesse)
}
