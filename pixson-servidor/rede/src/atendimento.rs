//! How long requests take, for an observer that measures it.

use std::time::Instant;

use pixson_core::servico::Evento;

use crate::observador::ObservadorDeConexao;

/// The input that is being served, for measuring how long that takes.
#[derive(Debug, Default)]
pub(crate) struct Atendimento {
    /// When it arrived, if that is measured and was not reported yet.
    chegada: Option<Instant>,
    /// Part of it was answered.
    respondeu: bool,
}

impl Atendimento {
    pub(crate) fn desde(chegada: Option<Instant>) -> Self {
        Self { chegada, respondeu: false }
    }

    pub(crate) fn ver(&mut self, evento: Evento) {
        self.respondeu |= !matches!(evento, Evento::RelogioAtualizado(_));
    }

    /// Whether somebody waits to be told.
    pub(crate) fn conta(&self) -> bool {
        self.respondeu && self.chegada.is_some()
    }

    pub(crate) fn contar(&mut self, agora: Instant, observador: &mut impl ObservadorDeConexao) {
        if let Some(chegada) = self.chegada.take_if(|_| self.respondeu) {
            observador.atendimento(agora.saturating_duration_since(chegada));
        }
    }
}
