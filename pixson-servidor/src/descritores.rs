use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::limites::Limites;
use crate::memoria::caber_no_espaco;

/// Descriptors for everything but connections: journal, account files, refusals, log.
const RESERVA: u64 = 64;

/// Asks the system for as many descriptors as the connections need. If it gives fewer, fewer
/// connections are served, and the log says so: to run out of descriptors would keep the bank
/// from reading accounts.
pub(crate) fn ajustar(limites: Limites) -> Limites {
    let limites = caber_no_espaco(caber_na_memoria(limites));
    let quer = u64::try_from(limites.max_conexoes).unwrap_or(u64::MAX).saturating_add(RESERVA);
    let tem = elevar(quer);
    if tem >= quer {
        return limites;
    }
    // Of very few descriptors, half are for connections.
    let cabem = tem.saturating_sub(RESERVA).max(tem / 2).max(1);
    let max_conexoes = usize::try_from(cabem).unwrap_or(limites.max_conexoes);
    tracing::warn!(
        pedidas = limites.max_conexoes,
        max_conexoes,
        descritores = tem,
        "o sistema permite poucos descritores: menos conexões serão atendidas"
    );
    Limites { max_conexoes, ..limites }
}

/// Each thread takes four areas of the address space, and without one the runtime gives up the whole
/// process. The system allows so many, and the program itself needs some.
fn caber_na_memoria(limites: Limites) -> Limites {
    const DO_PROGRAMA: usize = 2048;
    const POR_CONEXAO: usize = 4;
    let permitidas = std::fs::read_to_string("/proc/sys/vm/max_map_count").ok();
    let Some(permitidas) = permitidas.and_then(|texto| texto.trim().parse::<usize>().ok()) else {
        return limites;
    };
    let cabem = (permitidas.saturating_sub(DO_PROGRAMA) / POR_CONEXAO).max(1);
    if cabem >= limites.max_conexoes {
        return limites;
    }
    tracing::warn!(
        pedidas = limites.max_conexoes,
        max_conexoes = cabem,
        "o sistema permite poucas áreas de memória (vm.max_map_count): menos conexões serão atendidas"
    );
    Limites { max_conexoes: cabem, ..limites }
}

/// Raises the soft limit as far as the hard one allows. Returns what it is then.
fn elevar(quer: u64) -> u64 {
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
