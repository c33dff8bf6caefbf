//! Torn tail or damage? The one place that tells what stands behind the last good record of a segment.

use super::leitura::{Cauda, Segmento};
use super::ponto::Ponto;
use super::registro::Cabecalho;

/// What is known of a segment besides what it says itself. By default nothing is.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::banco) struct Prova {
    /// Every record up to this one was durable.
    pub(in crate::banco) duravel: u64,
    /// It was closed in order: nothing stands behind its records.
    pub(in crate::banco) fechado: bool,
    /// The space that it took in advance must still be there, if it is not full.
    pub(in crate::banco) com_espaco: bool,
}

/// How a segment ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) enum Veredito {
    /// With its last record.
    Inteiro,
    /// It was just being begun: it has neither a header nor records.
    Comecado,
    /// With so many bytes of a write that was cut short, of which nobody can have been told.
    Rasgado { bytes: usize },
    /// Behind [`Segmento::validos`] something is not as it was when it was synced.
    Danificado,
}

impl Prova {
    /// What recovery knows: the checkpoint, and the header of the segment that follows.
    ///
    /// A segment gives back its space when another follows, or when the checkpoint speaks of all its
    /// records; otherwise one without it has lost its end, and records with it.
    pub(in crate::banco) fn da_recuperacao(
        segmento: &Segmento,
        ponto: Ponto,
        seguinte: Option<Cabecalho>,
    ) -> Self {
        let Ponto { seq: publicado, limpo, .. } = ponto;
        let devolvido = limpo || seguinte.is_some() || publicado + 1 == segmento.proximo();
        let pelo_seguinte = seguinte.map_or(0, |seguinte| seguinte.seq - 1);
        Self { duravel: publicado.max(pelo_seguinte), fechado: false, com_espaco: !devolvido }
    }

    /// What the ledger knows: whether the segment is the last one. It shows whatever stands in a closed
    /// segment, also if no record is missing there, and tells missing records by their numbers.
    pub(in crate::banco) fn do_livro(ultimo: bool) -> Self {
        Self { fechado: !ultimo, ..Self::default() }
    }
}

impl Segmento {
    /// Judges the end of a segment: bad bytes of which nobody can have been told are a torn tail, and
    /// all others are damage.
    pub(in crate::banco) fn julgar(&self, prova: Prova) -> Veredito {
        let (ruim, sinc) = match self.cauda {
            Cauda::Limpa => (false, None),
            Cauda::Ruim { sinc } => (true, sinc),
        };
        if ruim && prova.fechado {
            return Veredito::Danificado;
        }
        if self.cabecalho.is_none() {
            // Only one that was just being begun may lack its header: it has no record.
            return if sinc.is_some() { Veredito::Danificado } else { Veredito::Comecado };
        }
        let duravel = prova.duravel.max(sinc.unwrap_or(0));
        if duravel >= self.proximo() {
            return Veredito::Danificado;
        }
        let conhecidos = self.registros.iter().map(|registro| registro.sinc);
        if prova.com_espaco && self.encurtado(conhecidos.fold(duravel, u64::max)) {
            return Veredito::Danificado;
        }
        if ruim {
            Veredito::Rasgado { bytes: self.bytes.len() - self.validos }
        } else {
            Veredito::Inteiro
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::banco::diario::Registro;
    use crate::banco::{Feito, Movimento};
    use crate::relogio::Carimbo;
    use crate::tipos::Saldo;

    /// Records 5 and 6, and what stands behind them.
    fn segmento(cauda: Cauda) -> Segmento {
        let registro = |seq| {
            let rg = "1".parse().expect("legal RG");
            let feito = Feito::Ajuste(Movimento { rg, antes: Saldo::ZERO, depois: Saldo::MAX });
            Registro { seq, epoca: 1, carimbo: Carimbo::ZERO, feito, sinc: seq - 1 }
        };
        let cabecalho = Cabecalho { segmento: 2, epoca: 1, seq: 5, reserva: 100 };
        let registros = vec![registro(5), registro(6)];
        Segmento::de_teste(Some(cabecalho), registros, cauda)
    }

    #[test]
    fn bad_bytes_are_a_torn_tail_unless_something_says_that_they_were_more() {
        let nada = Prova::default();
        let ruim = |sinc| segmento(Cauda::Ruim { sinc });
        assert_eq!(segmento(Cauda::Limpa).julgar(nada), Veredito::Inteiro);
        assert!(matches!(ruim(None).julgar(nada), Veredito::Rasgado { bytes: 1 }));
        assert!(matches!(ruim(Some(6)).julgar(nada), Veredito::Rasgado { .. }));
        assert_eq!(ruim(Some(7)).julgar(nada), Veredito::Danificado, "a record behind knows of it");
        for prova in [Prova { duravel: 7, ..nada }, Prova { fechado: true, ..nada }] {
            assert_eq!(ruim(None).julgar(prova), Veredito::Danificado, "{prova:?}");
        }
        let publicado = Prova { duravel: 7, ..nada };
        assert_eq!(segmento(Cauda::Limpa).julgar(publicado), Veredito::Danificado, "7 is missing");
        let com_espaco = Prova { com_espaco: true, ..nada };
        assert_eq!(segmento(Cauda::Limpa).julgar(com_espaco), Veredito::Danificado, "cut short");
    }

    #[test]
    fn a_segment_without_a_header_was_just_begun_unless_it_holds_records() {
        let sem = |cauda| Segmento::de_teste(None, Vec::new(), cauda);
        let nada = Prova::default();
        assert_eq!(sem(Cauda::Limpa).julgar(nada), Veredito::Comecado);
        assert_eq!(sem(Cauda::Ruim { sinc: None }).julgar(nada), Veredito::Comecado);
        assert_eq!(sem(Cauda::Ruim { sinc: Some(0) }).julgar(nada), Veredito::Danificado);
        let fechado = Prova { fechado: true, ..nada };
        assert_eq!(sem(Cauda::Ruim { sinc: None }).julgar(fechado), Veredito::Danificado);
    }
}
