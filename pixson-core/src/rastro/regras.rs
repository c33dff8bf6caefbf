//! What one event must do to its clock (docs/rastro.md, section 5).

use super::evento::{EventoDoRelogio, Fato};
use crate::relogio::{Carimbo, Relogio};

/// A rule of the clock that a process has broken.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum RegraQuebrada {
    /// A stamp that came in was not merged, though the clock was behind it.
    NaoFunde,
    /// A receiving was not counted: the clock went to the larger value, and no further.
    EsqueceMaisUm,
    /// A stamp was merged that is too far ahead.
    FundeDemais,
    /// A sending was not counted.
    NaoContaEnvio,
    /// A message bears another stamp than the clock shows.
    OutroCarimbo,
    /// The clock goes back.
    Volta,
    /// A value is given to two events, or a stamp to two messages.
    Repete,
    /// The clock goes to any other value than it must.
    Salta,
    /// The clock stood at a value to which no event has taken it.
    Falta,
}

/// The value to which the clock must go at an event, which the clock itself says.
pub(super) fn devido(evento: &EventoDoRelogio) -> Carimbo {
    let relogio = Relogio::desde(evento.antes);
    let devido = match &evento.fato {
        Fato::Envio(_) => relogio.tique(),
        Fato::Recebimento(mensagem) => Ok(relogio.receber(mensagem.carimbo).depois),
        Fato::Execucao { linhas, .. } => relogio.tique_apos(linhas.unwrap_or_default()),
    };
    devido.unwrap_or(evento.antes)
}

/// Holds an event against the rules: which it breaks, and to which value the clock should have gone.
pub(super) fn conferir(evento: &EventoDoRelogio) -> Result<(), (RegraQuebrada, Carimbo)> {
    let EventoDoRelogio { antes, depois, .. } = *evento;
    let devia = devido(evento);
    if depois != devia {
        let regra = if depois < antes { RegraQuebrada::Volta } else { quebrada(evento, devia) };
        return Err((regra, devia));
    }
    match &evento.fato {
        Fato::Envio(mensagem) if mensagem.carimbo != depois => {
            Err((RegraQuebrada::OutroCarimbo, depois))
        }
        _ => Ok(()),
    }
}

/// Which rule an event breaks that takes the clock to another value than it must, and not back.
fn quebrada(evento: &EventoDoRelogio, devia: Carimbo) -> RegraQuebrada {
    let EventoDoRelogio { antes, depois, .. } = *evento;
    match &evento.fato {
        Fato::Envio(_) if depois == antes => RegraQuebrada::NaoContaEnvio,
        Fato::Recebimento(_) if devia == antes => RegraQuebrada::FundeDemais,
        Fato::Recebimento(mensagem) if depois == antes.max(mensagem.carimbo) => {
            RegraQuebrada::EsqueceMaisUm
        }
        Fato::Recebimento(_) if depois <= seguinte(antes) => RegraQuebrada::NaoFunde,
        _ => RegraQuebrada::Salta,
    }
}

/// The next value; after the last one there is none, and the clock stays.
pub(super) fn seguinte(carimbo: Carimbo) -> Carimbo {
    carimbo.seguinte().unwrap_or(carimbo)
}
