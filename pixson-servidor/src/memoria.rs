//! How many connections fit into the address space that the system allows (`ulimit -v`, `ulimit -d`).
//! An allocation that fails ends the process, also in the first steps of a thread, when its connection
//! is counted already: what cannot fit must not be let in.

use std::env;
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::param::page_size;
use rustix::process::{Resource, getrlimit};

use crate::limites::Limites;

/// What may still be taken beside the connections: 32 MiB. Lines for screen and log may wait in 16 of
/// them; the others are for the threads that serve nobody, the journal and the accounts.
const RESERVA_BYTES: u64 = 32 * 1024 * 1024;

/// What one connection may take: 1.25 MiB. Its stack and what the system puts around it are 284 KiB;
/// the rest is for the replies and the lines on the screen of a peer that pipelines.
const POR_CONEXAO_BYTES: u64 = 1280 * 1024;

/// The variable by which glibc is told how many heaps it may have.
const HEAPS: &str = "MALLOC_ARENA_MAX";

/// By itself glibc gives a thread a heap of its own, of 64 MiB of address space, up to eight for each
/// core. Where that space is limited, this starts the program once more, in the same process, and with
/// one heap for all. If the system does not allow it, fewer connections fit.
#[expect(clippy::disallowed_methods, reason = "the program is no test")]
pub(crate) fn poupar() {
    if restantes().is_none() || env::var_os(HEAPS).is_some() {
        return;
    }
    let mut argumentos = env::args_os();
    let (Some(nome), Ok(programa)) = (argumentos.next(), env::current_exe()) else { return };
    // Only a failure returns.
    let _ = Command::new(programa).arg0(nome).args(argumentos).env(HEAPS, "1").exec();
}

/// The connections for which there is space, if it is limited; the log says if they are fewer.
pub(crate) fn caber_no_espaco(limites: Limites) -> Limites {
    let Some(restam) = restantes() else { return limites };
    let cabem = (restam.saturating_sub(RESERVA_BYTES) / POR_CONEXAO_BYTES).max(1);
    match usize::try_from(cabem) {
        Ok(cabem) if cabem < limites.max_conexoes => {
            tracing::warn!(
                pedidas = limites.max_conexoes,
                max_conexoes = cabem,
                "o sistema dá pouca memória virtual (ulimit -v ou -d): menos conexões serão atendidas"
            );
            Limites { max_conexoes: cabem, ..limites }
        }
        _ => limites,
    }
}

/// How many bytes of address space the process may still take, or `None` if nothing limits it.
fn restantes() -> Option<u64> {
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
