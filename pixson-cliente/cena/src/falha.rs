//! Why a scene was not played to its end, or ended otherwise than it says.

use pixson_conexao::ErroConexao;
use pixson_core::Carimbo;
use thiserror::Error;

use crate::cena::Posicao;

/// A scene that went wrong: at which step, and why.
#[derive(Debug, Error)]
#[error("{posicao}: {motivo}")]
pub struct FalhaDaCena {
    /// The step; of a complaint that the scene does not expect, its last line.
    pub posicao: Posicao,
    /// Why.
    pub motivo: MotivoDaFalha,
}

/// What went wrong at a step.
#[derive(Debug, Error)]
pub enum MotivoDaFalha {
    /// The server cannot be reached, or does not answer as it should.
    #[error(transparent)]
    Conexao(#[from] ErroConexao),
    /// The reply says something else.
    #[error("{ator} esperava \"{esperado}\", e recebeu \"{recebido}\"")]
    Texto {
        /// Who.
        ator: String,
        /// What the scene says.
        esperado: String,
        /// What the reply says.
        recebido: String,
    },
    /// The clock shows something else.
    #[error("{ator} esperava o relógio em {esperado}, e ele marca {marca}")]
    Relogio {
        /// Who.
        ator: String,
        /// What the scene says.
        esperado: Carimbo,
        /// What the clock shows.
        marca: Carimbo,
    },
    /// The clock of an actor can go no further.
    #[error("o relógio de {0} chegou ao fim")]
    Esgotado(String),
    /// The diagnosis does not have a sentence that the scene expects.
    #[error("o diagnóstico não diz isto, e sim: {achado}")]
    SemDiagnostico {
        /// What it says at this place.
        achado: String,
    },
    /// The diagnosis has a sentence that the scene does not expect.
    #[error("o diagnóstico diz o que a cena não espera: {achado}")]
    OutroDiagnostico {
        /// The sentence.
        achado: String,
    },
}
