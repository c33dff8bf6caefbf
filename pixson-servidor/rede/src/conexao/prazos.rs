//! The deadlines by which a peer must act.

use std::time::{Duration, Instant};

use pixson_core::Ligacao;
use pixson_core::servico::Evento;

use crate::limites::Limites;

/// The deadlines of one connection. They are absolute: a peer that sends a byte now and then does
/// not move them.
#[derive(Debug)]
pub(super) struct Prazos {
    pub(super) limites: Limites,
    conectou: Option<Instant>,
    /// When the message that is not whole yet began.
    comecou: Option<Instant>,
    /// A message was answered since the last call of [`Prazos::falta`], so that an incomplete
    /// message is a new one.
    atendeu: bool,
}

impl Prazos {
    pub(super) fn novos(limites: &Limites) -> Self {
        Self { limites: *limites, conectou: None, comecou: None, atendeu: false }
    }

    /// Starts the deadlines at `agora`, at the first call only.
    pub(super) fn comecar(&mut self, agora: Instant) {
        self.conectou.get_or_insert(agora);
    }

    /// Passes what happens on, and notes when a message was answered.
    pub(super) fn vigiar<'p, O: FnMut(Evento) + 'p>(
        &'p mut self,
        mut observar: O,
    ) -> impl FnMut(Evento) + 'p {
        move |evento| {
            self.atendeu |= matches!(evento, Evento::Respondida(_));
            observar(evento);
        }
    }

    /// How much time the peer has left, or `None` if it has none.
    pub(super) fn falta(&mut self, ligacao: &Ligacao, agora: Instant) -> Option<Duration> {
        let atendeu = std::mem::take(&mut self.atendeu);
        let entrou = ligacao.titular().is_some();
        if !ligacao.mensagem_incompleta() {
            self.comecou = None;
            if entrou {
                // The idle deadline begins anew with every request, and so does this wait.
                return Some(self.limites.prazo_ocioso);
            }
        }
        let conectou = self.conectou.unwrap_or(agora);
        let do_login = (!entrou).then_some((conectou, self.limites.prazo_login));
        let da_mensagem = ligacao.mensagem_incompleta().then(|| {
            let comecou = self.comecou.filter(|_| !atendeu).unwrap_or(agora);
            self.comecou = Some(comecou);
            (comecou, self.limites.prazo_mensagem)
        });
        let faltam = do_login
            .into_iter()
            .chain(da_mensagem)
            .map(|(desde, prazo)| prazo.saturating_sub(agora.saturating_duration_since(desde)));
        faltam.min().filter(|falta| !falta.is_zero())
    }
}

/// Whether so much time has passed since an instant.
pub(super) fn passou(espera: Duration, desde: Instant, agora: Instant) -> bool {
    agora.saturating_duration_since(desde) >= espera
}

/// How much of a time is left, which has not begun to pass if there is no instant.
pub(super) fn resta(espera: Duration, desde: Option<Instant>, agora: Instant) -> Duration {
    let passados = desde.map_or(Duration::ZERO, |desde| agora.saturating_duration_since(desde));
    espera.saturating_sub(passados)
}
