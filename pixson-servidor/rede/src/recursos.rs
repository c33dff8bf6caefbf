//! How many connections the system allows: file descriptors, areas of memory, address space.
//!
//! Connections that do not fit must not be let in: an allocation that fails ends the process, even
//! in the first steps of a thread, when its connection is counted already, and a bank without file
//! descriptors cannot read accounts.

use std::fs;

use rustix::param::page_size;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::conducao::Conducao;
use crate::limites::Limites;

/// File descriptors for everything but connections: journal, account files, refusals, log.
const RESERVA_DESCRITORES: u64 = 64;

/// Descriptors of an event loop: its selector, and what wakes it.
const DESCRITORES_POR_LACO: u64 = 2;

/// Areas of memory of the program itself, and of the thread of a connection.
const AREAS_DO_PROGRAMA: usize = 2048;
const AREAS_POR_CONEXAO: usize = 4;

/// Address space for everything but connections: 32 MiB. Of these, 16 are for lines that wait for
/// screen and log; the others are for the other threads, the journal and the accounts.
const RESERVA_BYTES: u64 = 32 * 1024 * 1024;

/// Address space for one connection: 1.25 MiB. Its stack and what the system puts around it take
/// 284 KiB; the rest is for the replies and the screen lines of a peer that pipelines. A connection
/// of an event loop has no stack.
const POR_CONEXAO_BYTES: u64 = 1280 * 1024;
const POR_CONEXAO_DE_LACO_BYTES: u64 = 1024 * 1024;

/// Address space for an event loop, of which its stack takes half: 1 MiB.
const POR_LACO_BYTES: u64 = 1024 * 1024;

/// A resource of which the system gives less than the connections need.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Escassez {
    /// File descriptors (`ulimit -n`), and how many there are.
    Descritores(u64),
    /// Areas of memory (`vm.max_map_count`): each thread takes four.
    AreasDeMemoria,
    /// Address space (`ulimit -v` or `-d`).
    EspacoDeEnderecos,
}

impl Limites {
    /// The same limits, with no more connections than the system allows if they are served in this
    /// way. First it asks the system for enough file descriptors. `avisar` is told what is short, how
    /// many connections were to be served, and the limits that result.
    #[must_use]
    pub fn ajustados(
        self,
        conducao: Conducao,
        mut avisar: impl FnMut(Escassez, usize, &Self),
    ) -> Self {
        let mut limites = self;
        let mut caber = |limites: &mut Self, cabem: Option<usize>, escassez| {
            let pedidas = limites.max_conexoes;
            if let Some(cabem) = cabem.filter(|&cabem| cabem < pedidas) {
                limites.max_conexoes = cabem;
                avisar(escassez, pedidas, limites);
            }
        };
        let por_conexao = match conducao {
            Conducao::Fios => {
                caber(&mut limites, cabem_em_areas(), Escassez::AreasDeMemoria);
                POR_CONEXAO_BYTES
            }
            Conducao::Lacos(_) => POR_CONEXAO_DE_LACO_BYTES,
        };
        let lacos = conducao.lacos() as u64;
        let reserva = RESERVA_BYTES + lacos * POR_LACO_BYTES;
        caber(&mut limites, cabem_no_espaco(reserva, por_conexao), Escassez::EspacoDeEnderecos);
        let dos_lacos = lacos * DESCRITORES_POR_LACO;
        let (cabem, ha) = cabem_em_descritores(dos_lacos, limites.max_conexoes);
        caber(&mut limites, Some(cabem), Escassez::Descritores(ha));
        limites
    }
}

/// How many connections the limit of memory areas allows. Each thread takes four areas, and if one
/// is denied, the runtime aborts the whole process. The program itself needs some, too.
fn cabem_em_areas() -> Option<usize> {
    let permitidas = fs::read_to_string("/proc/sys/vm/max_map_count").ok()?;
    let permitidas: usize = permitidas.trim().parse().ok()?;
    Some((permitidas.saturating_sub(AREAS_DO_PROGRAMA) / AREAS_POR_CONEXAO).max(1))
}

fn cabem_no_espaco(reserva: u64, por_conexao: u64) -> Option<usize> {
    let cabem = espaco_restante()?.saturating_sub(reserva) / por_conexao;
    usize::try_from(cabem.max(1)).ok()
}

/// Asks the system for as many file descriptors as these connections need. Returns how many
/// connections can have one, and how many descriptors there are.
fn cabem_em_descritores(dos_lacos: u64, conexoes: usize) -> (usize, u64) {
    let dos_outros = RESERVA_DESCRITORES + dos_lacos;
    let quer = u64::try_from(conexoes).unwrap_or(u64::MAX).saturating_add(dos_outros);
    let tem = elevar_descritores(quer);
    if tem >= quer {
        return (conexoes, tem);
    }
    // Of very few descriptors, half of what the loops leave are for connections.
    let resta = tem.saturating_sub(dos_lacos);
    let cabem = resta.saturating_sub(RESERVA_DESCRITORES).max(resta / 2).max(1);
    (usize::try_from(cabem).unwrap_or(conexoes), tem)
}

/// Raises the soft limit to `quer`, or as far as the hard one allows. Returns the limit that
/// results.
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
    // proc(5), `statm`: the first number is all pages, the sixth those of data and stack.
    let paginas = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let usadas = |qual: usize| {
        let paginas = paginas.split_whitespace().nth(qual).and_then(|texto| texto.parse().ok());
        paginas.unwrap_or(0_u64).saturating_mul(page_size() as u64)
    };
    let resta = |limite: Option<u64>, qual| limite.map(|bytes| bytes.saturating_sub(usadas(qual)));
    resta(espaco, 0).into_iter().chain(resta(dados, 5)).min()
}
