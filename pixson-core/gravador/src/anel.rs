//! The last events of a trace, for whoever looks on while the process goes on.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pixson_core::Rg;
use pixson_core::rastro::{CabecalhoDoRastro, EventoDoRelogio, Rastros};

/// How many events are kept: 600, which are 300 requests of a server with their replies.
pub const ANEL_MAX: usize = 600;

/// The last events of a trace: at most [`ANEL_MAX`], from which the oldest are dropped.
#[derive(Debug)]
pub struct AnelDoRastro {
    cabecalho: CabecalhoDoRastro,
    recentes: Mutex<Recentes>,
}

#[derive(Debug, Default)]
struct Recentes {
    eventos: VecDeque<EventoDoRelogio>,
    /// The number of the last event, from 1.
    ate: u64,
    /// After which event how many were lost.
    perdas: VecDeque<(u64, u64)>,
}

/// The events of a ring at one moment.
#[derive(Debug)]
pub struct JanelaDoAnel {
    /// The number of the last event; 0 before there is one.
    pub ate: u64,
    /// The accounts that the events are about.
    pub contas: BTreeSet<Rg>,
    /// The events, as a trace that is not at its end yet.
    pub rastros: Rastros,
}

impl AnelDoRastro {
    /// An empty ring of the trace with this header.
    pub fn novo(cabecalho: CabecalhoDoRastro) -> Self {
        Self { cabecalho, recentes: Mutex::default() }
    }

    /// Whose trace it is.
    pub fn cabecalho(&self) -> &CabecalhoDoRastro {
        &self.cabecalho
    }

    /// What it holds now.
    pub fn janela(&self) -> JanelaDoAnel {
        let recentes = self.trancar();
        let (ate, omitidos) = (recentes.ate, recentes.omitidos());
        let perdidas = recentes.perdas.iter().map(|&(_, quantas)| quantas).sum();
        let eventos: Vec<_> = recentes.eventos.iter().cloned().collect();
        drop(recentes);
        let contas = eventos.iter().flat_map(EventoDoRelogio::contas).collect();
        let rastros = Rastros::ultimos(self.cabecalho.clone(), omitidos, perdidas, eventos);
        JanelaDoAnel { ate, contas, rastros }
    }

    pub(crate) fn tomar(&self, eventos: Vec<EventoDoRelogio>) {
        let mut recentes = self.trancar();
        recentes.ate += eventos.len() as u64;
        let nao_cabem = eventos.len().saturating_sub(ANEL_MAX);
        let cabem = eventos.len() - nao_cabem;
        let saem = (recentes.eventos.len() + cabem).saturating_sub(ANEL_MAX);
        recentes.eventos.drain(..saem);
        recentes.eventos.extend(eventos.into_iter().skip(nao_cabem));
        let omitidos = recentes.omitidos();
        // What was lost before the oldest event is not missing among these.
        recentes.perdas.retain(|&(depois_de, _)| depois_de > omitidos);
    }

    pub(crate) fn perder(&self, quantas: u64) {
        let mut recentes = self.trancar();
        let ate = recentes.ate;
        match recentes.perdas.back_mut() {
            Some((depois_de, perdidas)) if *depois_de == ate => *perdidas += quantas,
            _ => recentes.perdas.push_back((ate, quantas)),
        }
    }

    /// A poisoned lock is ignored: whole events stand there whatever panics.
    fn trancar(&self) -> MutexGuard<'_, Recentes> {
        self.recentes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recentes {
    /// How many events came before the oldest that is kept.
    fn omitidos(&self) -> u64 {
        self.ate - self.eventos.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use pixson_core::rastro::Fato;
    use pixson_core::{Carimbo, Relogio};

    use super::*;

    fn eventos(relogio: &Relogio, quantos: usize) -> Vec<EventoDoRelogio> {
        let evento = || {
            let (antes, depois) = (relogio.agora(), relogio.tique().expect("far from the end"));
            let fato = Fato::Execucao { linhas: None, resposta: None };
            EventoDoRelogio { us: 0, antes, depois, fato }
        };
        (0..quantos).map(|_| evento()).collect()
    }

    fn anel() -> AnelDoRastro {
        AnelDoRastro::novo(CabecalhoDoRastro::novo("servidor".parse().expect("a name")))
    }

    fn valores(janela: JanelaDoAnel) -> Vec<Carimbo> {
        let grafo = pixson_core::rastro::montar(janela.rastros);
        grafo.nos().iter().map(|no| no.evento.depois).collect()
    }

    #[test]
    fn the_last_events_are_kept_in_their_order_however_they_come() {
        let (anel, relogio) = (anel(), Relogio::novo());
        for quantos in [1, ANEL_MAX - 1, 7, 2 * ANEL_MAX + 3, 0, 5] {
            anel.tomar(eventos(&relogio, quantos));
            let (janela, agora) = (anel.janela(), relogio.agora().valor());
            assert_eq!(janela.ate, agora);
            let vistos = valores(janela);
            let primeiro = agora.saturating_sub(ANEL_MAX as u64) + 1;
            assert!(vistos.iter().map(|carimbo| carimbo.valor()).eq(primeiro..=agora));
        }
    }

    #[test]
    fn what_was_lost_is_told_as_long_as_it_is_missing_among_the_events_that_are_there() {
        let (anel, relogio) = (anel(), Relogio::novo());
        let perdidas = || anel.janela().rastros.todos()[0].perdidas();
        anel.tomar(eventos(&relogio, 10));
        anel.perder(3);
        anel.perder(4);
        assert_eq!(perdidas(), 7);
        anel.tomar(eventos(&relogio, ANEL_MAX - 1));
        assert_eq!(perdidas(), 7);
        anel.tomar(eventos(&relogio, 1));
        assert_eq!(perdidas(), 0);
        assert_eq!(anel.janela().rastros.todos()[0].omitidos(), Some(10));
    }
}
