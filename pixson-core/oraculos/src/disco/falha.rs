//! The faults of the model disk.

use std::io::{self, ErrorKind};

use super::arquivo::Mudanca;
use crate::sorteio::Sorteio;

/// A planned fault: the call with this number fails, or all calls from it on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FalhaDoDisco {
    /// The number of the call, from 0.
    pub chamada: usize,
    /// How the call fails.
    pub especie: ModoDeFalhar,
    /// Whether all calls after it fail too.
    pub para_sempre: bool,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ModoDeFalhar {
    /// The disk is broken.
    Eio,
    /// The disk is full: calls that need no space succeed.
    SemEspaco,
    /// A write stops half-way with an error; other calls fail like `Eio`.
    EscritaCurta,
    /// A sync finds that the disk is full, and what was to be synced is lost; other calls succeed.
    SincroniaSemEspaco,
}

/// The kind of a call to the disk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Chamada {
    PrecisaDeEspaco,
    Sincroniza,
    Outra,
}

impl ModoDeFalhar {
    /// Every way in which a call may fail.
    pub const TODAS: [Self; 4] =
        [Self::Eio, Self::SemEspaco, Self::EscritaCurta, Self::SincroniaSemEspaco];

    pub(super) fn atinge(self, chamada: Chamada) -> bool {
        match self {
            Self::Eio | Self::EscritaCurta => true,
            Self::SemEspaco => chamada == Chamada::PrecisaDeEspaco,
            Self::SincroniaSemEspaco => chamada == Chamada::Sincroniza,
        }
    }
}

/// What a power cut leaves of the changes that were not synced.
#[derive(Clone, Debug)]
pub enum Corte {
    /// Nothing of it is kept.
    Nada,
    /// All of it is kept, as after a kill.
    Tudo,
    /// Of the bytes written, in order, only this many are kept; all changes of names are kept.
    Bytes(usize),
    /// Any changes are kept, in any combination, whole or torn.
    Sorteado(Sorteio),
}

impl Corte {
    pub(super) fn sobra(&mut self, mudanca: &Mudanca) -> Option<Mudanca> {
        match self {
            Self::Nada => None,
            Self::Tudo => Some(mudanca.clone()),
            Self::Bytes(restam) => {
                let quantos = mudanca.bytes().min(*restam);
                let inteira = quantos == mudanca.bytes();
                *restam -= quantos;
                (quantos > 0 || inteira).then(|| mudanca.rasgada(quantos))
            }
            Self::Sorteado(sorteio) => match sorteio.ate(4) {
                0 => None,
                1 => Some(mudanca.rasgada(sorteio.ate(mudanca.bytes() + 1))),
                _ => Some(mudanca.clone()),
            },
        }
    }

    pub(super) fn sobra_nome(&mut self) -> bool {
        match self {
            Self::Nada => false,
            Self::Tudo | Self::Bytes(_) => true,
            Self::Sorteado(sorteio) => !sorteio.um_em(3),
        }
    }
}

impl From<ModoDeFalhar> for io::Error {
    fn from(especie: ModoDeFalhar) -> Self {
        match especie {
            ModoDeFalhar::SemEspaco | ModoDeFalhar::SincroniaSemEspaco => {
                ErrorKind::StorageFull.into()
            }
            ModoDeFalhar::Eio | ModoDeFalhar::EscritaCurta => Self::other("I/O error"),
        }
    }
}
