//! A scene as a value.

use std::fmt;

use pixson_core::rastro::NomeDeProcesso;
use pixson_core::{Carimbo, Operacao, Rg};

/// A scene that can be played: everybody who acts has a name, nobody receives what was not sent.
///
/// It is made by parsing a text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cena {
    pub(crate) titulo: String,
    pub(crate) atores: Vec<AtorDaCena>,
    pub(crate) passos: Vec<PassoDoAtor>,
    pub(crate) diagnostico: Vec<DiagnosticoEsperado>,
}

impl Cena {
    /// What it is about.
    pub fn titulo(&self) -> &str {
        &self.titulo
    }

    /// The clients that act in it.
    pub fn atores(&self) -> &[AtorDaCena] {
        &self.atores
    }

    /// What they do, in order. A barrier leaves no step: that nothing is on its way there is checked when
    /// the scene is read.
    pub fn passos(&self) -> &[PassoDoAtor] {
        &self.passos
    }

    /// What the diagnosis of the actors' clocks must say, all of it.
    pub fn diagnostico(&self) -> &[DiagnosticoEsperado] {
        &self.diagnostico
    }
}

/// A client: a process with a clock of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AtorDaCena {
    /// Its name.
    pub nome: NomeDeProcesso,
    /// The account for which it acts.
    pub rg: Rg,
    /// Where its clock begins.
    pub relogio: Carimbo,
    /// Which rule of the clock it breaks at each receiving, if it breaks one.
    pub vicio: Option<Vicio>,
}

/// What an actor does wrong at each receiving.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Vicio {
    /// It counts the receiving, and does not merge the stamp: `c + 1`.
    NaoFunde,
    /// It merges, and does not count the receiving: `max(c, t)`.
    EsqueceMaisUm,
}

/// Where something stands in the text of a scene.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Posicao {
    /// The number of the line, from 1.
    pub linha: usize,
    /// The number of the character in the line, from 1.
    pub coluna: usize,
}

impl fmt::Display for Posicao {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "linha {}, coluna {}", self.linha, self.coluna)
    }
}

/// One step of one actor.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PassoDoAtor {
    /// Where it stands in the text.
    pub posicao: Posicao,
    /// The index of the actor in [`Cena::atores`].
    pub ator: usize,
    /// What the actor does.
    pub ato: AtoDaCena,
}

/// What an actor does in one step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AtoDaCena {
    /// Stamps a request. Who has no connection connects first.
    Envia {
        /// What is asked.
        operacao: Operacao,
        /// The stamp that the message bears instead of the value of the clock.
        carimbo: Option<Carimbo>,
        /// The request stays on its way until [`AtoDaCena::Entrega`].
        atrasado: bool,
    },
    /// The delayed requests reach the server.
    Entrega,
    /// The oldest reply that has come reaches the actor, and its clock.
    Recebe,
    /// The last reply received has this text.
    EsperaTexto(String),
    /// The clock of the actor shows this.
    EsperaRelogio(Carimbo),
    /// The clock of the actor is set, which the rules do not allow.
    PoeRelogio(Carimbo),
    /// The actor's connection is cut: what was on its way on it is lost.
    Corta,
}

/// A sentence that the diagnosis must have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DiagnosticoEsperado {
    /// Where it stands in the text.
    pub posicao: Posicao,
    /// The sentence.
    pub frase: String,
}
