//! One line of a trace, as a value.

use super::cabecalho::{CabecalhoDoRastro, NomeDeProcesso};
use super::evento::EventoDoRelogio;

/// How the first line says what the file is.
pub(super) const FORMATO: &str = "pixson-rastro";

/// The version of docs/rastro.md that is read and written here.
pub const VERSAO_DO_RASTRO: u64 = 1;

/// The longest line, in bytes without its LF.
pub const LINHA_MAX_BYTES: usize = 4096;

/// One line of a trace.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LinhaDoRastro {
    /// What follows is the trace of this process.
    Cabecalho(CabecalhoDoRastro),
    /// A line of the process that the header before it names.
    Numerada {
        /// The process.
        processo: NomeDeProcesso,
        /// The number of its run, if it is a server.
        epoca: Option<u64>,
        /// The number of the line in the trace, from 1.
        seq: u64,
        /// What it tells.
        relato: RelatoDoRastro,
    },
}

/// What a numbered line of a trace tells.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RelatoDoRastro {
    /// An event.
    Evento(EventoDoRelogio),
    /// How many lines were lost since the last line of this kind.
    Perda {
        /// Microseconds since the trace began.
        us: u64,
        /// How many.
        perdidas: u64,
    },
}
