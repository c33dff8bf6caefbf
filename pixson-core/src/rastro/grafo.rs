//! The graph of a run: processes, their events in order, and which event sent what another received.

use std::ops::Range;

use super::cabecalho::NomeDeProcesso;
use super::evento::EventoDoRelogio;
use crate::relogio::Carimbo;

/// Several traces as one graph. An event is named by its index in [`Grafo::nos`]; those of one process
/// stand together, in the order of the process.
///
/// [`montar`](super::montar) makes it.
#[derive(Clone, Debug)]
pub struct Grafo {
    pub(super) processos: Vec<ProcessoDoGrafo>,
    pub(super) nos: Vec<NoDoGrafo>,
    pub(super) ordem: Vec<usize>,
    pub(super) avisos: Vec<AvisoDoGrafo>,
}

/// A process of a run.
#[derive(Clone, Debug)]
pub struct ProcessoDoGrafo {
    /// Its name.
    pub nome: NomeDeProcesso,
    /// The number of its run, if it is a server.
    pub epoca: Option<u64>,
    /// Where its clock stood when its trace began.
    pub relogio: Carimbo,
    /// Whether its trace has every change of its clock.
    pub inteiro: bool,
    /// The other end of its one connection, if it has no trace of its own.
    pub inferido: Option<OutroLado>,
    /// Its events.
    pub nos: Range<usize>,
}

/// The end of a connection from which the other end is inferred.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OutroLado {
    /// The process that has a trace.
    pub processo: usize,
    /// The number of the connection there.
    pub conexao: u64,
}

/// An event of a run.
#[derive(Clone, Debug)]
pub struct NoDoGrafo {
    /// Its process.
    pub processo: usize,
    /// The number of its line; `None` if it is inferred.
    pub seq: Option<u64>,
    /// What happened.
    pub evento: EventoDoRelogio,
    /// The event that sent what this one received, or the last operation of another server on an account
    /// of this operation.
    pub origem: Option<usize>,
    /// The same for the other account of a transfer.
    pub outra_origem: Option<usize>,
}

impl NoDoGrafo {
    /// The events of other processes that it comes directly after.
    pub fn origens(&self) -> impl Iterator<Item = usize> + Clone + use<> {
        self.origem.into_iter().chain(self.outra_origem)
    }
}

/// Something about the traces that a reader should know, and that is no fault of a process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AvisoDoGrafo {
    /// The trace of this process lacks lines.
    Incompleto {
        /// The process.
        processo: usize,
        /// How many lines it says that it lost.
        perdidas: u64,
    },
    /// Only the last events of this process are here.
    Omitidos {
        /// The process.
        processo: usize,
        /// How many came before them.
        omitidos: u64,
    },
    /// More than one connection of a server would do for this connection of a client.
    Ambigua {
        /// The client.
        processo: usize,
        /// The number of its connection.
        conexao: u64,
    },
    /// Two connections of clients would do for the same connection of a server; this one was left out.
    Disputada {
        /// The client.
        processo: usize,
        /// The number of its connection.
        conexao: u64,
    },
    /// This message came in, and the process at the other end of its connection, whose whole trace is there, says nothing
    /// of it: it has sent another stamp than it says. Only the first of each connection is named.
    SemEnvio {
        /// The process that should have sent it.
        processo: usize,
        /// The event that received it.
        no: usize,
    },
    /// This message would have come before it was sent, and was left out.
    Circulo {
        /// The event that received it.
        no: usize,
    },
}

impl Grafo {
    /// The processes: those with a trace in the order of their headers, then the inferred ones.
    pub fn processos(&self) -> &[ProcessoDoGrafo] {
        &self.processos
    }

    /// The events.
    pub fn nos(&self) -> &[NoDoGrafo] {
        &self.nos
    }

    /// All events in an order in which each comes after those that it depends on; by the values of
    /// their clocks, as far as these are right.
    pub fn ordem(&self) -> &[usize] {
        &self.ordem
    }

    /// What a reader should know.
    pub fn avisos(&self) -> &[AvisoDoGrafo] {
        &self.avisos
    }

    /// The place of an event in its process, from 1: its own component of its vector time.
    pub fn posicao(&self, no: usize) -> usize {
        no - self.processos[self.nos[no].processo].nos.start + 1
    }

    /// The event before it in its process.
    pub fn anterior(&self, no: usize) -> Option<usize> {
        (self.posicao(no) > 1).then(|| no - 1)
    }

    /// Which process an event belongs to, and which line of its trace it is, for a person.
    pub fn onde(&self, no: usize) -> String {
        let NoDoGrafo { processo, seq, evento, .. } = &self.nos[no];
        let nome = self.nome(*processo);
        match seq {
            Some(seq) => format!("{nome}, linha {seq}"),
            None => format!("{nome}, carimbo {}", evento.depois),
        }
    }

    /// A process, for a person: its name, and its época if it has one.
    pub fn nome(&self, processo: usize) -> String {
        let ProcessoDoGrafo { nome, epoca, .. } = &self.processos[processo];
        match epoca {
            Some(epoca) => format!("{nome} (época {epoca})"),
            None => nome.to_string(),
        }
    }
}
