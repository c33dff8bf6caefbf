use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::limites::Limites;

/// Descriptors for everything but connections: journal, account files, refusals, log.
const RESERVA: u64 = 64;

/// Asks the system for as many descriptors as the connections need. If it gives fewer, fewer
/// connections are served, and the log says so: to run out of descriptors would keep the bank
/// from reading accounts.
pub(crate) fn ajustar(limites: Limites) -> Limites {
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
        "o sistema dá poucos descritores: menos conexões serão atendidas"
    );
    Limites { max_conexoes, ..limites }
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
