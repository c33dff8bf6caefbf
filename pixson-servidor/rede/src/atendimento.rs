//! How long requests take, for an observer that measures it.

use std::time::Instant;

use pixson_core::servico::Evento;
use pixson_core::sessao::Fim;

use crate::conexao::Encerramento;
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
        self.respondeu |= matches!(evento, Evento::Respondida(_));
    }

    /// The replies are sent. `agora` is asked for if somebody waits to be told.
    pub(crate) fn contar(
        &mut self,
        agora: impl FnOnce() -> Instant,
        observador: &mut impl ObservadorDeConexao,
    ) {
        if let Some(chegada) = self.chegada.take_if(|_| self.respondeu) {
            observador.atendimento(agora().saturating_duration_since(chegada));
        }
    }

    /// The same for the last replies. After a missed deadline the time was spent by the peer, not by
    /// the server, and is not counted.
    pub(crate) fn terminar(
        &mut self,
        fim: Option<Encerramento>,
        agora: impl FnOnce() -> Instant,
        observador: &mut impl ObservadorDeConexao,
    ) {
        if fim != Some(Encerramento::Sessao(Fim::PrazoEsgotado)) {
            self.contar(agora, observador);
        }
    }
}
