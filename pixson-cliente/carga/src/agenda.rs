//! The instants at which requests are due, if a load has a rate.

use std::time::{Duration, Instant};

const NS_POR_SEGUNDO: u128 = 1_000_000_000;

/// The instants at which one connection has to send a request, fixed beforehand, whatever the
/// server does.
///
/// A latency that counts from them includes the time that a request waited because earlier ones
/// took long. One that counts from the sending leaves that time out (coordinated omission).
#[derive(Debug)]
pub(crate) struct Agenda {
    inicio: Instant,
    taxa: u64,
    conexoes: u32,
    /// The number of the next request, among those of all connections.
    proxima: u64,
}

impl Agenda {
    /// The connections take turns at `taxa` requests a second, which are evenly spaced.
    pub(crate) fn nova(inicio: Instant, taxa: u64, conexao: u32, conexoes: u32) -> Self {
        Self { inicio, taxa, conexoes, proxima: conexao.into() }
    }

    /// When the next request is due.
    pub(crate) fn proxima(&self) -> Instant {
        let ns = u128::from(self.proxima) * NS_POR_SEGUNDO / u128::from(self.taxa);
        self.inicio + Duration::from_nanos(u64::try_from(ns).expect("the time is bounded"))
    }

    /// Moves on: the request that was the next one has been sent.
    pub(crate) fn avancar(&mut self) {
        self.proxima += u64::from(self.conexoes);
    }
}

/// How many requests all connections together have to send before `duracao` has passed.
pub(crate) fn agendadas(taxa: u64, duracao: Duration) -> u64 {
    let agendadas = (u128::from(taxa) * duracao.as_nanos()).div_ceil(NS_POR_SEGUNDO);
    u64::try_from(agendadas).expect("time and rate are bounded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_connections_together_keep_the_rate_evenly() {
        const TAXA: u64 = 7;
        let inicio = Instant::now();
        let duracao = Duration::from_millis(3100);
        let mut instantes = Vec::new();
        for conexao in 0..4 {
            let mut agenda = Agenda::nova(inicio, TAXA, conexao, 4);
            while agenda.proxima() < inicio + duracao {
                instantes.push(agenda.proxima() - inicio);
                agenda.avancar();
            }
        }
        instantes.sort_unstable();
        assert_eq!(instantes.len() as u64, agendadas(TAXA, duracao));
        for (numero, instante) in (0..).zip(&instantes) {
            assert_eq!(instante.as_nanos(), numero * NS_POR_SEGUNDO / u128::from(TAXA));
        }
    }
}
