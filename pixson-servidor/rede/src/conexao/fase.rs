//! The states of a connection.

use std::time::{Duration, Instant};

use pixson_core::servico::Passo;
use pixson_core::sessao::Fim;

use super::acao::Encerramento;

/// What a connection is doing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fase {
    /// Input waits to be served.
    Avancando,
    /// Requests are on their way to a bank that is far away. Meanwhile so many bytes have arrived.
    Executando {
        recebidos: usize,
    },
    /// All input so far is served, and the replies wait for the storage.
    Confirmando,
    /// `desde`: when the driver was first asked to write the replies; their deadline counts from
    /// then.
    Escrevendo {
        escritos: usize,
        desde: Option<Instant>,
        depois: Passo,
    },
    /// `em_silencio`: the wait is for the end of a quiet period and not for a deadline.
    Lendo {
        desde: Instant,
        espera: Duration,
        em_silencio: bool,
    },
    MeioFechando(Fim),
    Escoando {
        fim: Fim,
        desde: Option<Instant>,
        restam: usize,
    },
    Fechada(Encerramento),
}
