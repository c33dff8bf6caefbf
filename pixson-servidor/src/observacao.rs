use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pixson_core::servico::Evento;
use pixson_core::{Carimbo, Recusa};

use crate::metricas::{self, Metricas};
use crate::tela::Linhas;

/// Who looks on while a connection is served: the screen, the log, and the counters if they are
/// asked for.
#[derive(Debug)]
pub(crate) struct Observacao<'s> {
    pub(crate) conexao: u64,
    pub(crate) linhas: Linhas<'s>,
    pub(crate) metricas: Option<&'s Metricas>,
    /// Set when the storage has refused a request, of whatever connection.
    pub(crate) recusou: &'s AtomicBool,
}

impl Observacao<'_> {
    pub(crate) fn evento(&mut self, evento: Evento) {
        let conexao = self.conexao;
        match evento {
            Evento::RelogioAtualizado(carimbo) => self.linhas.juntar(Relogio(carimbo)),
            Evento::Executada { operacao, desfecho } => {
                tracing::debug!(
                    conexao,
                    operacao = metricas::nome(&operacao),
                    recusa = desfecho.err().map(tracing::field::display),
                    "pedido atendido"
                );
                if desfecho == Err(Recusa::ServidorIndisponivel) {
                    self.recusou.store(true, Ordering::Relaxed);
                }
            }
            Evento::Recusada(recusa) => tracing::debug!(conexao, %recusa, "mensagem recusada"),
        }
        if let Some(metricas) = self.metricas {
            metricas.evento(evento);
        }
    }

    /// Everything that has happened by now is shown.
    pub(crate) fn mostrar(&mut self) {
        self.linhas.mostrar();
    }

    /// Whether [`Observacao::atendimento`] is worth the look at the clock.
    pub(crate) fn mede(&self) -> bool {
        self.metricas.is_some()
    }

    /// So long it took from the arrival of bytes to the sending of the replies.
    pub(crate) fn atendimento(&self, duracao: Duration) {
        if let Some(metricas) = self.metricas {
            metricas.atendimento(duracao);
        }
    }
}

/// The seed's line for a change of the clock.
pub(crate) struct Relogio(pub(crate) Carimbo);

impl fmt::Display for Relogio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relógio Lógico Atualizado: {}", self.0)
    }
}
