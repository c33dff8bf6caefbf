//! Which processes broke the rules of the clock, where, and what the clock should have been
//! (docs/rastro.md, section 8).

use std::cell::LazyCell;
use std::collections::HashMap;

use super::evento::EventoDoRelogio;
use super::grafo::{Grafo, ProcessoDoGrafo};
use super::infracao::{Infracao, SemRastro, primeira_e_quantas};
use super::ordem::via;
use super::regras::{RegraQuebrada, conferir};
use super::sem_rastro::conferir_de_fora;
use crate::relogio::Carimbo;

/// Holds every process of a graph against the rules. A correct process is never accused: an
/// [`Infracao`] that is not [`Infracao::condicional`] is certain.
///
/// What a client without a trace did is known by the stamps of its requests only.
pub fn diagnosticar(grafo: &Grafo, sem_rastro: SemRastro) -> Vec<Infracao> {
    let mut infracoes = Vec::new();
    for (processo, descrito) in grafo.processos().iter().enumerate() {
        match descrito.inferido {
            Some(outro_lado) => {
                infracoes.extend(conferir_de_fora(grafo, processo, outro_lado, sem_rastro));
            }
            None => infracoes.extend(ExameDoRelogio { grafo, processo, descrito }.infracoes()),
        }
    }
    infracoes
}

/// A process that has a trace.
struct ExameDoRelogio<'g> {
    grafo: &'g Grafo,
    processo: usize,
    descrito: &'g ProcessoDoGrafo,
}

impl ExameDoRelogio<'_> {
    fn infracoes(&self) -> Vec<Infracao> {
        let mut achadas = self.de_um_evento();
        let volta = |infracao: &Infracao| infracao.regra == RegraQuebrada::Volta;
        if achadas.iter().any(volta) {
            // What is wrong with the sequence of values follows from it.
            return achadas;
        }
        let em_vias = self.voltas_em_conexoes();
        let em_sequencia = self.sobrepostos();
        let sequencia_certa = em_vias.is_none() && em_sequencia.is_none();
        achadas.extend(em_vias.or(em_sequencia));
        if sequencia_certa && self.descrito.inteiro {
            achadas.extend(self.faltas());
        }
        achadas
    }

    fn evento(&self, no: usize) -> &EventoDoRelogio {
        &self.grafo.nos()[no].evento
    }

    fn infracao(&self, no: usize, regra: RegraQuebrada, devia: Carimbo) -> Infracao {
        let (processo, estava) = (self.processo, self.evento(no).antes);
        Infracao { processo, no, regra, devia, estava, outras: 0, condicional: false }
    }

    fn de_um_evento(&self) -> Vec<Infracao> {
        let conferidos = self.descrito.nos.clone().filter_map(|no| {
            let (regra, devia) = conferir(self.evento(no)).err()?;
            Some(self.infracao(no, regra, devia))
        });
        conferidos.collect()
    }

    /// On a connection what is sent happens in the order of its lines, and so does what is received.
    fn voltas_em_conexoes(&self) -> Option<Infracao> {
        let mut ultimos: HashMap<_, Carimbo> = HashMap::new();
        let voltas = self.pelas_linhas().into_iter().filter_map(|no| {
            let evento = self.evento(no);
            let via = via(evento);
            via.0?;
            let estava = ultimos.insert(via, evento.depois)?;
            let volta = self.infracao(no, RegraQuebrada::Volta, estava);
            (evento.depois < estava).then_some(Infracao { estava, ..volta })
        });
        primeira_e_quantas(voltas)
    }

    /// Two changes of one clock share no value.
    fn sobrepostos(&self) -> Option<Infracao> {
        let mut por_valor: Vec<usize> = self.mudancas().collect();
        por_valor.sort_by_key(|&no| (self.evento(no).depois, self.grafo.nos()[no].seq));
        let pares = por_valor.iter().zip(por_valor.iter().skip(1));
        // Seldom needed: most clocks share no value.
        let vistos = LazyCell::new(|| self.vistos_na_conexao());
        let mut sobrepostos: Vec<Infracao> = pares
            .filter_map(|(&um, &outro)| {
                let (um_evento, outro_evento) = (self.evento(um), self.evento(outro));
                if um_evento.depois <= outro_evento.antes {
                    return None;
                }
                let mesmo = um_evento.depois == outro_evento.depois
                    || um_evento.antes == outro_evento.antes;
                let regra = if mesmo { RegraQuebrada::Repete } else { RegraQuebrada::Volta };
                let no =
                    if self.grafo.nos()[um].seq > self.grafo.nos()[outro].seq { um } else { outro };
                let estava = if no == um { outro_evento.depois } else { um_evento.depois };
                // The lines before it say more than the event with which it shares a value.
                let (regra, estava) = match vistos.get(&no) {
                    Some(&visto) if visto > estava => (RegraQuebrada::Volta, visto),
                    _ => (regra, estava),
                };
                Some(Infracao { estava, ..self.infracao(no, regra, estava) })
            })
            .collect();
        sobrepostos.sort_by_key(|infracao| self.grafo.nos()[infracao.no].seq);
        primeira_e_quantas(sobrepostos.into_iter())
    }

    /// The highest value that an earlier line of the same connection has.
    fn vistos_na_conexao(&self) -> HashMap<usize, Carimbo> {
        let mut maiores: HashMap<u64, Carimbo> = HashMap::new();
        let mut vistos = HashMap::new();
        for no in self.pelas_linhas() {
            let evento = self.evento(no);
            let Some(conexao) = evento.conexao() else { continue };
            let maior = maiores.entry(conexao.numero).or_default();
            vistos.insert(no, *maior);
            *maior = evento.depois.max(*maior);
        }
        vistos
    }

    /// In a whole trace each change begins where another one has ended.
    fn faltas(&self) -> Vec<Infracao> {
        let mut por_valor: Vec<usize> = self.mudancas().collect();
        por_valor.sort_by_key(|&no| self.evento(no).depois);
        let mut estava = self.descrito.relogio;
        let mut faltas = Vec::new();
        for no in por_valor {
            let evento = self.evento(no);
            if evento.antes != estava {
                let falta = self.infracao(no, RegraQuebrada::Falta, estava);
                faltas.push(Infracao { estava, devia: estava, ..falta });
            }
            estava = evento.depois;
        }
        faltas
    }

    /// The changes of the clock, in the order of their lines.
    fn pelas_linhas(&self) -> Vec<usize> {
        let mut mudancas: Vec<usize> = self.mudancas().collect();
        mudancas.sort_by_key(|&no| self.grafo.nos()[no].seq);
        mudancas
    }

    fn mudancas(&self) -> impl Iterator<Item = usize> + '_ {
        self.descrito.nos.clone().filter(|&no| {
            let evento = self.evento(no);
            evento.antes != evento.depois
        })
    }
}
