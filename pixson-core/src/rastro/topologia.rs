//! An order of all events that agrees with every process and every message.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::grafo::{AvisoDoGrafo, Grafo};

/// Orders the events, and drops messages that no order allows: a process that tells nonsense of itself
/// may have received what was sent later.
pub(super) fn ordenar(grafo: &mut Grafo) {
    let mut seguintes = vec![Vec::new(); grafo.nos.len()];
    for (no, descrito) in grafo.nos.iter().enumerate() {
        descrito.origens().for_each(|origem| seguintes[origem].push(no));
    }
    let mut pronto = Prontidoes { feitos: vec![false; grafo.nos.len()], ..Prontidoes::default() };
    for processo in 0..grafo.processos.len() {
        let nos = grafo.processos[processo].nos.clone();
        if !nos.is_empty() {
            pronto.chegar(grafo, nos.start);
        }
    }
    let mut ordem = Vec::with_capacity(grafo.nos.len());
    while let Some(no) = pronto.proximo(grafo) {
        pronto.feitos[no] = true;
        ordem.push(no);
        let processo = grafo.nos[no].processo;
        if no + 1 < grafo.processos[processo].nos.end {
            pronto.chegar(grafo, no + 1);
        }
        for &seguinte in &seguintes[no] {
            let chegou = grafo.anterior(seguinte).is_none_or(|anterior| pronto.feitos[anterior]);
            if chegou && !pronto.feitos[seguinte] && pronto.livre(grafo, seguinte) {
                pronto.livres.push(prioridade(grafo, seguinte));
            }
        }
    }
    grafo.ordem = ordem;
}

type Prioridade = Reverse<(u64, usize)>;

/// Events whose process has come as far as them.
#[derive(Default)]
struct Prontidoes {
    feitos: Vec<bool>,
    /// They can happen.
    livres: BinaryHeap<Prioridade>,
    /// They wait for a message, or did when they came here.
    presos: BinaryHeap<Prioridade>,
}

impl Prontidoes {
    fn chegar(&mut self, grafo: &Grafo, no: usize) {
        if self.livre(grafo, no) { &mut self.livres } else { &mut self.presos }
            .push(prioridade(grafo, no));
    }

    fn livre(&self, grafo: &Grafo, no: usize) -> bool {
        grafo.nos[no].origens().all(|origem| self.feitos[origem])
    }

    fn proximo(&mut self, grafo: &mut Grafo) -> Option<usize> {
        loop {
            if let Some(Reverse((_, no))) = self.livres.pop() {
                if !self.feitos[no] {
                    return Some(no);
                }
                continue;
            }
            // Whatever is left waits for itself in a circle.
            let Reverse((_, no)) = self.presos.pop()?;
            if !self.feitos[no] {
                let descrito = &mut grafo.nos[no];
                (descrito.origem, descrito.outra_origem) = (None, None);
                grafo.avisos.push(AvisoDoGrafo::Circulo { no });
                return Some(no);
            }
        }
    }
}

fn prioridade(grafo: &Grafo, no: usize) -> Prioridade {
    Reverse((grafo.nos[no].evento.depois.valor(), no))
}
