//! Torn write or damage: the one place that judges what stands behind the last good record of a
//! segment.

use super::leitura::{Cauda, Segmento};
use super::ponto::Ponto;
use super::registro::Cabecalho;

/// What is known of a segment from elsewhere. By default nothing is.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::banco) struct Prova {
    /// Every record up to this one was durable.
    pub(in crate::banco) duravel: u64,
    /// The segment was closed in order, so that nothing may stand behind its records.
    pub(in crate::banco) fechado: bool,
    /// The space that the segment took in advance must still be there, unless it is full.
    pub(in crate::banco) com_espaco: bool,
}

/// How a segment ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) enum Veredito {
    /// The segment ends with its last record.
    Inteiro,
    /// Its creation was cut short: it has neither a header nor records.
    Comecado,
    /// The segment ends with this many bytes of a torn write, of which nothing can have been
    /// acknowledged.
    Rasgado { bytes: usize },
    /// Behind [`Segmento::validos`], bytes that had been synced have changed or are missing.
    Danificado,
}

impl Prova {
    /// What recovery knows: the checkpoint, the last record of the snapshot or else of the checkpoint, and
    /// the header of the segment that follows.
    ///
    /// The bank frees the space of a segment when another follows, or when the checkpoint covers
    /// all its records. In all other cases a segment without that space has lost its end, and
    /// records with it.
    pub(in crate::banco) fn da_recuperacao(
        segmento: &Segmento,
        ponto: Ponto,
        retratado: u64,
        seguinte: Option<Cabecalho>,
    ) -> Self {
        let Ponto { seq: publicado, limpo, .. } = ponto;
        let devolvido = limpo || seguinte.is_some() || publicado + 1 == segmento.proximo();
        let pelo_seguinte = seguinte.map_or(0, |seguinte| seguinte.seq - 1);
        Self {
            duravel: publicado.max(retratado).max(pelo_seguinte),
            fechado: false,
            com_espaco: !devolvido,
        }
    }

    /// What the ledger knows: whether the segment is the last one. The ledger reports any bad bytes
    /// in a closed segment, even if no record is missing there, and finds missing records by their
    /// numbers.
    pub(in crate::banco) fn do_livro(ultimo: bool) -> Self {
        Self { fechado: !ultimo, ..Self::default() }
    }
}

impl Segmento {
    /// Judges the end of a segment: bad bytes that cannot have been acknowledged are a torn write,
    /// and all others are damage.
    pub(in crate::banco) fn julgar(&self, prova: Prova) -> Veredito {
        let (ruim, sinc) = match self.cauda {
            Cauda::Limpa => (false, None),
            Cauda::Ruim { sinc } => (true, sinc),
        };
        if ruim && prova.fechado {
            return Veredito::Danificado;
        }
        if self.cabecalho.is_none() {
            // Only a segment whose creation was cut short may lack its header: it has no record.
            return if sinc.is_some() { Veredito::Danificado } else { Veredito::Comecado };
        }
        let duravel = prova.duravel.max(sinc.unwrap_or(0));
        if duravel >= self.proximo() {
            return Veredito::Danificado;
        }
        if prova.com_espaco && self.encurtado(duravel.max(self.sinc)) {
            return Veredito::Danificado;
        }
        if ruim {
            Veredito::Rasgado { bytes: self.tamanho - self.validos }
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

    /// A segment with records 5 and 6, and `cauda` behind them.
    fn segmento(cauda: Cauda) -> Segmento {
        let registro = |seq| {
            let rg = "1".parse().expect("legal RG");
            let feito = Feito::Ajuste(Movimento { rg, antes: Saldo::ZERO, depois: Saldo::MAX });
            Registro { seq, epoca: 1, carimbo: Carimbo::ZERO, feito, sinc: seq - 1 }
        };
        let cabecalho = Cabecalho { segmento: 2, epoca: 1, seq: 5, reserva: 1000 };
        let registros = vec![registro(5), registro(6)];
        Segmento::de_teste(Some(cabecalho), &registros, cauda)
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
        let sem = |cauda| Segmento::de_teste(None, &[], cauda);
        let nada = Prova::default();
        assert_eq!(sem(Cauda::Limpa).julgar(nada), Veredito::Comecado);
        assert_eq!(sem(Cauda::Ruim { sinc: None }).julgar(nada), Veredito::Comecado);
        assert_eq!(sem(Cauda::Ruim { sinc: Some(0) }).julgar(nada), Veredito::Danificado);
        let fechado = Prova { fechado: true, ..nada };
        assert_eq!(sem(Cauda::Ruim { sinc: None }).julgar(fechado), Veredito::Danificado);
    }
}
