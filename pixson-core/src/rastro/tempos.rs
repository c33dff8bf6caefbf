//! Vector times, computed from processes and messages alone.

use thiserror::Error;

use super::grafo::Grafo;
use crate::tipos::Culpa;

/// How many entries the vector times of a graph may have together: 2^26, which take 256 MiB.
pub const ENTRADAS_MAX: usize = 1 << 26;

/// The vector time of every event: for each process, how many of its events could have influenced this
/// one, itself included.
///
/// Source: F. Mattern, "Virtual Time and Global States of Distributed Systems", 1989.
#[derive(Clone, Debug)]
pub struct TemposVetoriais {
    processos: usize,
    entradas: Vec<u32>,
}

impl TemposVetoriais {
    /// Those of a graph.
    ///
    /// # Errors
    ///
    /// [`GrafoGrande`] beyond [`ENTRADAS_MAX`].
    ///
    /// # Panics
    ///
    /// Never: a graph within that limit has fewer events than a `u32` can count.
    pub fn de(grafo: &Grafo) -> Result<Self, GrafoGrande> {
        let (eventos, processos) = (grafo.nos().len(), grafo.processos().len());
        let grande = GrafoGrande { eventos, processos };
        let entradas = eventos.checked_mul(processos).filter(|&quantas| quantas <= ENTRADAS_MAX);
        let mut tempos = Self { processos, entradas: vec![0; entradas.ok_or(grande)?] };
        for &no in grafo.ordem() {
            if let Some(anterior) = grafo.anterior(no) {
                tempos.juntar(no, anterior);
            }
            for origem in grafo.nos()[no].origens() {
                tempos.juntar(no, origem);
            }
            let proprio = u32::try_from(grafo.posicao(no)).expect("fewer events than 2^26");
            tempos.entradas[no * processos + grafo.nos()[no].processo] = proprio;
        }
        Ok(tempos)
    }

    /// The vector time of an event.
    pub fn vetor(&self, no: usize) -> &[u32] {
        &self.entradas[no * self.processos..][..self.processos]
    }

    fn juntar(&mut self, no: usize, outro: usize) {
        let (para, de) = (no * self.processos, outro * self.processos);
        for lugar in 0..self.processos {
            let maior = self.entradas[para + lugar].max(self.entradas[de + lugar]);
            self.entradas[para + lugar] = maior;
        }
    }
}

/// A graph with too many events and processes for vector times.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "{eventos} eventos de {processos} processos são demais para tempos vetoriais: junte menos rastros"
)]
pub struct GrafoGrande {
    /// How many events it has.
    pub eventos: usize,
    /// How many processes.
    pub processos: usize,
}

impl GrafoGrande {
    /// Whose fault it is: that of whoever asks for so much at once.
    pub fn culpa(&self) -> Culpa {
        Culpa::Solicitante
    }
}
