//! What one event must do to its clock (docs/rastro.md, section 5).

use super::evento::{EventoDoRelogio, Fato, MensagemVista};
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

/// Holds an event against the rules: which it breaks, and to which value the clock should have gone.
pub(super) fn conferir(evento: &EventoDoRelogio) -> Result<(), (RegraQuebrada, Carimbo)> {
    match &evento.fato {
        Fato::Envio(mensagem) => conferir_envio(evento, mensagem),
        Fato::Recebimento(mensagem) => conferir_recebimento(evento, mensagem.carimbo),
        Fato::Execucao { linhas, .. } => {
            let devia = Relogio::desde(evento.antes).tique_apos(linhas.unwrap_or_default());
            exigir(evento, devia.unwrap_or(evento.antes), |_| RegraQuebrada::Salta)
        }
    }
}

fn conferir_envio(
    evento: &EventoDoRelogio,
    mensagem: &MensagemVista,
) -> Result<(), (RegraQuebrada, Carimbo)> {
    let devia = Relogio::desde(evento.antes).tique().unwrap_or(evento.antes);
    exigir(evento, devia, |depois| {
        if depois == evento.antes { RegraQuebrada::NaoContaEnvio } else { RegraQuebrada::Salta }
    })?;
    if mensagem.carimbo == evento.depois {
        Ok(())
    } else {
        Err((RegraQuebrada::OutroCarimbo, evento.depois))
    }
}

fn conferir_recebimento(
    evento: &EventoDoRelogio,
    recebido: Carimbo,
) -> Result<(), (RegraQuebrada, Carimbo)> {
    let antes = evento.antes;
    let certo = Relogio::desde(antes).receber(recebido);
    exigir(evento, certo.depois, |depois| {
        if certo.fundido().is_none() {
            RegraQuebrada::FundeDemais
        } else if depois == antes.max(recebido) {
            RegraQuebrada::EsqueceMaisUm
        } else if depois <= seguinte(antes) {
            RegraQuebrada::NaoFunde
        } else {
            RegraQuebrada::Salta
        }
    })
}

fn exigir(
    evento: &EventoDoRelogio,
    devia: Carimbo,
    regra: impl FnOnce(Carimbo) -> RegraQuebrada,
) -> Result<(), (RegraQuebrada, Carimbo)> {
    if evento.depois == devia {
        Ok(())
    } else if evento.depois < evento.antes {
        Err((RegraQuebrada::Volta, devia))
    } else {
        Err((regra(evento.depois), devia))
    }
}

/// The next value; after the last one there is none, and the clock stays.
pub(super) fn seguinte(carimbo: Carimbo) -> Carimbo {
    carimbo.seguinte().unwrap_or(carimbo)
}
