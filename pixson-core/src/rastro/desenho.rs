//! What of a run stands where in a picture that a person reads at a glance.

use std::collections::HashMap;

use thiserror::Error;

use super::causalidade::Causalidade;
use super::recorte::Recorte;
use crate::tipos::Culpa;

/// How many processes such a picture may have.
pub const DESENHO_PROCESSOS_MAX: usize = 12;

/// A run that no such picture shows in a way that one can read.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "{eventos} eventos de {processos} processos são demais para esta figura, que mostra até \
     {eventos_max} de {DESENHO_PROCESSOS_MAX}: escolha uma parte com --conta, --conexao, --de e --ate"
)]
pub struct DesenhoGrande {
    /// How many events there are.
    pub eventos: usize,
    /// Of how many processes.
    pub processos: usize,
    /// How many events it may have.
    pub eventos_max: usize,
}

impl DesenhoGrande {
    /// Whose fault it is: that of whoever asks for so much in one picture.
    pub fn culpa(&self) -> Culpa {
        Culpa::Solicitante
    }
}

/// The places of events: a column for each process, and rows in which every message goes down.
#[derive(Debug)]
pub(super) struct Desenho {
    pub(super) processos: Vec<usize>,
    pub(super) nos: Vec<usize>,
    fileiras: HashMap<usize, usize>,
    chegam: Vec<usize>,
}

impl Desenho {
    pub(super) fn de(
        causalidade: &Causalidade,
        recorte: &Recorte,
        eventos_max: usize,
    ) -> Result<Self, DesenhoGrande> {
        let grafo = causalidade.grafo();
        let (processos, nos) = (recorte.processos(grafo), recorte.nos(grafo).collect::<Vec<_>>());
        let (quantos, de_quantos) = (nos.len(), processos.len());
        if quantos > eventos_max || de_quantos > DESENHO_PROCESSOS_MAX {
            return Err(DesenhoGrande { eventos: quantos, processos: de_quantos, eventos_max });
        }
        let (mut fileiras, mut ultimas) = (HashMap::new(), HashMap::new());
        let mut chegam = Vec::new();
        for &no in &nos {
            let descrito = &grafo.nos()[no];
            let origens = descrito.origens().filter(|&origem| recorte.tem(origem));
            let da_origem = origens.clone().filter_map(|origem| fileiras.get(&origem)).max();
            let anterior = ultimas.get(&descrito.processo);
            let fileira = da_origem.max(anterior).map_or(0, |fileira: &usize| fileira + 1);
            fileiras.insert(no, fileira);
            ultimas.insert(descrito.processo, fileira);
            chegam.extend(origens);
        }
        Ok(Self { processos, nos, fileiras, chegam })
    }

    /// The column of a process.
    pub(super) fn coluna(&self, processo: usize) -> usize {
        self.processos.iter().position(|&um| um == processo).unwrap_or_default()
    }

    /// The row of an event.
    pub(super) fn fileira(&self, no: usize) -> usize {
        self.fileiras.get(&no).copied().unwrap_or_default()
    }

    /// How many rows there are.
    pub(super) fn altura(&self) -> usize {
        self.fileiras.values().max().map_or(0, |fileira| fileira + 1)
    }

    /// Whether a message of this event is received by another one that is shown.
    pub(super) fn chega(&self, no: usize) -> bool {
        self.chegam.contains(&no)
    }
}
