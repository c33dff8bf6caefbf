//! How many connections the system allows: descriptors, areas of memory, address space.
//!
//! An allocation that fails ends the process, also in the first steps of a thread, when its connection
//! is counted already, and a bank without descriptors cannot read accounts: what cannot fit must not be
//! let in.

use std::fs;

use rustix::param::page_size;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::limites::Limites;

/// Descriptors for everything but connections: journal, account files, refusals, log.
const RESERVA_DESCRITORES: u64 = 64;

/// Areas of memory of the program itself, and of the thread of a connection.
const AREAS_DO_PROGRAMA: usize = 2048;
const AREAS_POR_CONEXAO: usize = 4;

/// What may still be taken beside the connections: 32 MiB. Lines for screen and log may wait in 16 of
/// them; the others are for the threads that serve nobody, the journal and the accounts.
const RESERVA_BYTES: u64 = 32 * 1024 * 1024;

/// What one connection may take: 1.25 MiB. Its stack and what the system puts around it are 284 KiB;
/// the rest is for the replies and the lines on the screen of a peer that pipelines.
const POR_CONEXAO_BYTES: u64 = 1280 * 1024;

/// Something of which the system gives less than the connections need.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Escassez {
    /// Descriptors (`ulimit -n`): so many there are.
    Descritores(u64),
    /// Areas of memory (`vm.max_map_count`): each thread takes four.
    AreasDeMemoria,
    /// Address space (`ulimit -v` or `-d`).
    EspacoDeEnderecos,
}

impl Limites {
    /// The same limits, with as many connections as the system allows; before that it is asked for more
    /// descriptors. `avisar` is told what is short, how many connections were to be served, and what the
    /// limits then are.
    #[must_use]
    pub fn ajustados(self, mut avisar: impl FnMut(Escassez, usize, &Self)) -> Self {
        let mut limites = self;
        let mut caber = |limites: &mut Self, cabem: Option<usize>, escassez| {
            let pedidas = limites.max_conexoes;
            if let Some(cabem) = cabem.filter(|&cabem| cabem < pedidas) {
                limites.max_conexoes = cabem;
                avisar(escassez, pedidas, limites);
            }
        };
        caber(&mut limites, cabem_em_areas(), Escassez::AreasDeMemoria);
        caber(&mut limites, cabem_no_espaco(), Escassez::EspacoDeEnderecos);
        let (cabem, ha) = cabem_em_descritores(limites.max_conexoes);
        caber(&mut limites, Some(cabem), Escassez::Descritores(ha));
        limites
    }
}

/// Each thread takes four areas of the address space, and without one the runtime gives up the whole
/// process. The system allows so many, and the program itself needs some.
fn cabem_em_areas() -> Option<usize> {
    let permitidas = fs::read_to_string("/proc/sys/vm/max_map_count").ok()?;
    let permitidas: usize = permitidas.trim().parse().ok()?;
    Some((permitidas.saturating_sub(AREAS_DO_PROGRAMA) / AREAS_POR_CONEXAO).max(1))
}

fn cabem_no_espaco() -> Option<usize> {
    let cabem = espaco_restante()?.saturating_sub(RESERVA_BYTES) / POR_CONEXAO_BYTES;
    usize::try_from(cabem.max(1)).ok()
}

/// Asks the system for as many descriptors as so many connections need. Returns how many connections
/// have one, and how many descriptors there are.
fn cabem_em_descritores(conexoes: usize) -> (usize, u64) {
    let quer = u64::try_from(conexoes).unwrap_or(u64::MAX).saturating_add(RESERVA_DESCRITORES);
    let tem = elevar_descritores(quer);
    if tem >= quer {
        return (conexoes, tem);
    }
    // Of very few descriptors, half are for connections.
    let cabem = tem.saturating_sub(RESERVA_DESCRITORES).max(tem / 2).max(1);
    (usize::try_from(cabem).unwrap_or(conexoes), tem)
}

/// Raises the soft limit as far as the hard one allows. Returns what it is then.
fn elevar_descritores(quer: u64) -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let tem = current.unwrap_or(u64::MAX);
    let pode = maximum.unwrap_or(u64::MAX).min(quer);
    if pode <= tem {
        return tem;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(pode), maximum }) {
        Ok(()) => pode,
        Err(_) => tem,
    }
}

/// How many bytes of address space the process may still take (`ulimit -v`, `ulimit -d`), or `None` if
/// nothing limits it.
pub fn espaco_restante() -> Option<u64> {
    let limite = |qual| getrlimit(qual).current;
    let (espaco, dados) = (limite(Resource::As), limite(Resource::Data));
    if espaco.is_none() && dados.is_none() {
        return None;
    }
    // proc(5), `statm`: all pages, and as the sixth number those of data and stack.
    let paginas = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let usadas = |qual: usize| {
        let paginas = paginas.split_whitespace().nth(qual).and_then(|texto| texto.parse().ok());
        paginas.unwrap_or(0_u64).saturating_mul(page_size() as u64)
    };
    let resta = |limite: Option<u64>, qual| limite.map(|bytes| bytes.saturating_sub(usadas(qual)));
    resta(espaco, 0).into_iter().chain(resta(dados, 5)).min()
}
