//! Every transition of the client's side. This file knows no bytes and no clock.

use std::num::NonZeroUsize;

use super::ErroSessao;
use crate::protocolo::Resposta;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Estado {
    Ociosa,
    AguardaResposta { pendentes: NonZeroUsize },
    Encerrada,
    Falhou(ErroSessao),
}

#[derive(Clone, Debug)]
pub(super) enum Entrada {
    Enviado,
    Resposta(Resposta),
    Falha(ErroSessao),
    Fim,
}

#[derive(Clone, Debug)]
pub(super) enum Acao {
    Nada,
    Entregar(Resposta),
}

/// The whole table of the client's side.
///
/// ```text
///            enviado                      enviado, ou resposta com outras pendentes
///   Ociosa ───────────► AguardaResposta ◄──┐
///    │  ▲                │   │      └──────┘
///    │  └────────────────┘   │
///    │  última resposta      │ fim, falha
///    │ fim                   ▼
///    ├──────► Encerrada   Falhou ◄── resposta que ninguém pediu, falha (de Ociosa)
/// ```
///
/// `Falhou` is final: after a failure no reply can be matched to a request.
pub(super) fn transitar(estado: Estado, entrada: Entrada) -> (Estado, Acao) {
    use Acao::{Entregar, Nada};
    use Estado::{AguardaResposta, Encerrada, Falhou, Ociosa};

    match (estado, entrada) {
        (Falhou(erro), _) => (Falhou(erro), Nada),
        (Encerrada, _) => (Encerrada, Nada),
        (_, Entrada::Falha(erro)) => (Falhou(erro), Nada),

        (Ociosa, Entrada::Enviado) => (AguardaResposta { pendentes: NonZeroUsize::MIN }, Nada),
        (Ociosa, Entrada::Resposta(resposta)) => {
            (Falhou(ErroSessao::RespostaInesperada(resposta)), Nada)
        }
        (Ociosa, Entrada::Fim) => (Encerrada, Nada),

        (AguardaResposta { pendentes }, Entrada::Enviado) => {
            (AguardaResposta { pendentes: pendentes.saturating_add(1) }, Nada)
        }
        (AguardaResposta { pendentes }, Entrada::Resposta(resposta)) => {
            let estado = match NonZeroUsize::new(pendentes.get() - 1) {
                Some(pendentes) => AguardaResposta { pendentes },
                None => Ociosa,
            };
            (estado, Entregar(resposta))
        }
        (AguardaResposta { pendentes }, Entrada::Fim) => {
            (Falhou(ErroSessao::Interrompida { pendentes: pendentes.get() }), Nada)
        }
    }
}
