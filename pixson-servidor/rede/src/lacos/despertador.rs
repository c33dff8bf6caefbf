//! The deadlines of the connections of one loop.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// For each connection at most one instant at which the loop looks at it, the earliest first.
#[derive(Debug, Default)]
pub(super) struct Despertador(BTreeSet<(Instant, usize)>);

impl Despertador {
    /// Has the connection looked at by `prazo` at the latest. `marcado` is when it was to be looked at
    /// until now, and is kept if it is earlier: a deadline that moves on with every request then costs
    /// nothing but one look that finds nothing to do.
    pub(super) fn marcar(&mut self, qual: usize, marcado: &mut Option<Instant>, prazo: Instant) {
        if marcado.is_some_and(|marcado| marcado <= prazo) {
            return;
        }
        self.desmarcar(qual, marcado);
        self.0.insert((prazo, qual));
        *marcado = Some(prazo);
    }

    /// Takes back what was marked.
    pub(super) fn desmarcar(&mut self, qual: usize, marcado: &mut Option<Instant>) {
        if let Some(antes) = marcado.take() {
            self.0.remove(&(antes, qual));
        }
    }

    /// How long there is nothing to look at; `None` if nothing is marked.
    pub(super) fn falta(&self, agora: Instant) -> Option<Duration> {
        let (prazo, _) = self.0.first()?;
        Some(prazo.saturating_duration_since(agora))
    }

    /// The next connection whose instant has come. It is marked no more.
    pub(super) fn tocar(&mut self, agora: Instant) -> Option<usize> {
        let (prazo, qual) = *self.0.first()?;
        (prazo <= agora).then(|| {
            self.0.pop_first();
            qual
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_deadline_costs_nothing_and_an_earlier_one_takes_its_place() {
        let agora = Instant::now();
        let em = |segundos| agora + Duration::from_secs(segundos);
        let (mut despertador, mut um, mut outro) = (Despertador::default(), None, None);
        despertador.marcar(1, &mut um, em(10));
        despertador.marcar(2, &mut outro, em(5));
        despertador.marcar(1, &mut um, em(20));
        assert_eq!(um, Some(em(10)), "it is looked at too early, and then marked anew");
        despertador.marcar(1, &mut um, em(3));
        assert_eq!(despertador.falta(agora), Some(Duration::from_secs(3)));
        assert_eq!(despertador.tocar(em(2)), None);
        despertador.desmarcar(2, &mut outro);
        assert_eq!([despertador.tocar(em(30)), despertador.tocar(em(30))], [Some(1), None]);
        assert_eq!(despertador.falta(agora), None);
    }
}
