//! Whole traces, from the lines of any number of files.

use thiserror::Error;

use super::cabecalho::CabecalhoDoRastro;
use super::evento::EventoDoRelogio;
use super::leitura::{ErroDeLinha, ler_linha};
use super::linha::{LinhaDoRastro, RelatoDoRastro};
use crate::tipos::Culpa;

/// How many events may be read together.
pub const EVENTOS_MAX: usize = 1_000_000;

/// What one process has told of itself.
#[derive(Clone, Debug)]
pub struct Rastro {
    cabecalho: CabecalhoDoRastro,
    /// The events, with the numbers of their lines.
    eventos: Vec<(u64, EventoDoRelogio)>,
    ultimo_seq: u64,
    perdidas: u64,
    encerrado: bool,
    com_furos: bool,
    /// How many events before these were left out, if these are the last ones of a trace that goes on.
    omitidos: Option<u64>,
}

impl Rastro {
    fn novo(cabecalho: CabecalhoDoRastro) -> Self {
        let (eventos, encerrado, com_furos) = (Vec::new(), false, false);
        Self {
            cabecalho,
            eventos,
            ultimo_seq: 0,
            perdidas: 0,
            encerrado,
            com_furos,
            omitidos: None,
        }
    }

    /// Whose trace it is.
    pub fn cabecalho(&self) -> &CabecalhoDoRastro {
        &self.cabecalho
    }

    /// How many lines could not be written, as far as it says.
    pub fn perdidas(&self) -> u64 {
        self.perdidas
    }

    /// Whether every change of the clock is in it: it ended in order, and no line is missing.
    pub fn inteiro(&self) -> bool {
        self.encerrado && !self.com_furos && self.perdidas == 0
    }

    /// How many events before these were left out, if these are the last ones of a trace that goes on.
    pub fn omitidos(&self) -> Option<u64> {
        self.omitidos
    }

    pub(super) fn abrir(self) -> (CabecalhoDoRastro, Vec<(u64, EventoDoRelogio)>) {
        (self.cabecalho, self.eventos)
    }

    fn tomar(&mut self, seq: u64, relato: RelatoDoRastro) {
        self.com_furos |= seq != self.ultimo_seq.saturating_add(1);
        self.ultimo_seq = seq;
        self.encerrado = matches!(relato, RelatoDoRastro::Perda { .. });
        match relato {
            RelatoDoRastro::Evento(evento) => self.eventos.push((seq, evento)),
            RelatoDoRastro::Perda { perdidas, .. } => {
                self.perdidas = self.perdidas.saturating_add(perdidas);
            }
        }
    }
}

/// Traces that are read together.
///
/// ```
/// use pixson_core::rastro::{CabecalhoDoRastro, Rastros, RedatorDoRastro};
///
/// let mut bytes = Vec::new();
/// let cabecalho = CabecalhoDoRastro::novo("ana".parse()?);
/// RedatorDoRastro::novo(&cabecalho, &mut bytes).perda(17, 0, &mut bytes);
/// bytes.extend(b"{\"seq\":2,\"proc"); // killed while it wrote
///
/// let mut rastros = Rastros::default();
/// rastros.arquivo(&bytes)?;
/// assert_eq!(rastros.todos().len(), 1);
/// assert!(!rastros.todos()[0].inteiro());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Rastros {
    todos: Vec<Rastro>,
    eventos: usize,
}

impl Rastros {
    /// The last events of a trace that goes on: `omitidos` others came before them, and `perdidas` more were lost
    /// among these. It is never whole: its next events may have happened already.
    pub fn ultimos(
        cabecalho: CabecalhoDoRastro,
        omitidos: u64,
        perdidas: u64,
        eventos: impl IntoIterator<Item = EventoDoRelogio>,
    ) -> Self {
        let numerados: Vec<_> = (omitidos.saturating_add(1)..).zip(eventos).collect();
        let eventos = numerados.len();
        let ultimos = Rastro {
            ultimo_seq: omitidos.saturating_add(eventos as u64),
            perdidas,
            eventos: numerados,
            omitidos: Some(omitidos),
            ..Rastro::novo(cabecalho)
        };
        Self { todos: vec![ultimos], eventos }
    }

    /// Reads a whole file.
    ///
    /// # Errors
    ///
    /// [`ErroDeRastro`] at the first line that is none.
    pub fn arquivo(&mut self, bytes: &[u8]) -> Result<(), ErroDeRastro> {
        let mut leitor = self.linhas();
        for linha in bytes.split_inclusive(|&byte| byte == b'\n') {
            let inteira = linha.strip_suffix(b"\n");
            leitor.linha(inteira.unwrap_or(linha), inteira.is_some())?;
        }
        Ok(())
    }

    /// Begins a file that is read line by line.
    pub fn linhas(&mut self) -> LeitorDeRastros<'_> {
        LeitorDeRastros { rastros: self, linha: 0, com_cabecalho: false }
    }

    /// Those that were read so far, in the order of their headers.
    pub fn todos(&self) -> &[Rastro] {
        &self.todos
    }

    pub(super) fn tirar(self) -> Vec<Rastro> {
        self.todos
    }
}

/// One file of traces, line by line.
#[derive(Debug)]
pub struct LeitorDeRastros<'r> {
    rastros: &'r mut Rastros,
    linha: usize,
    com_cabecalho: bool,
}

impl LeitorDeRastros<'_> {
    /// Takes the next line, without its LF. `inteira` says whether it had one: the last line may be torn,
    /// and is left out then.
    ///
    /// # Errors
    ///
    /// [`ErroDeRastro`], with the number of the line.
    pub fn linha(&mut self, bytes: &[u8], inteira: bool) -> Result<(), ErroDeRastro> {
        self.linha += 1;
        if bytes.trim_ascii().is_empty() {
            return Ok(());
        }
        let tomada = ler_linha(bytes).and_then(|linha| self.tomar(linha));
        match tomada {
            Err(ErroDeLinha::Json { .. }) if !inteira => {
                if let Some(rastro) = self.rastros.todos.last_mut() {
                    rastro.encerrado = false;
                }
                Ok(())
            }
            tomada => tomada.map_err(|erro| ErroDeRastro { linha: self.linha, erro }),
        }
    }

    fn tomar(&mut self, linha: LinhaDoRastro) -> Result<(), ErroDeLinha> {
        let (processo, epoca, seq, relato) = match linha {
            LinhaDoRastro::Cabecalho(cabecalho) => {
                self.com_cabecalho = true;
                self.rastros.todos.push(Rastro::novo(cabecalho));
                return Ok(());
            }
            LinhaDoRastro::Numerada { processo, epoca, seq, relato } => {
                (processo, epoca, seq, relato)
            }
        };
        let rastro = self.rastros.todos.last_mut().filter(|_| self.com_cabecalho);
        let rastro = rastro.ok_or(ErroDeLinha::SemCabecalho)?;
        if rastro.cabecalho.processo() != &processo || rastro.cabecalho.epoca() != epoca {
            return Err(ErroDeLinha::OutroProcesso);
        }
        if self.rastros.eventos == EVENTOS_MAX {
            return Err(ErroDeLinha::Demais { maximo: EVENTOS_MAX });
        }
        self.rastros.eventos += 1;
        rastro.tomar(seq, relato);
        Ok(())
    }
}

/// A file that is no trace: which line is wrong, and why.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("linha {linha}: {erro}")]
pub struct ErroDeRastro {
    /// The number of the line, from 1.
    pub linha: usize,
    /// What is wrong with it.
    pub erro: ErroDeLinha,
}

impl ErroDeRastro {
    /// Whose fault it is: that of whoever gives the file.
    pub fn culpa(&self) -> Culpa {
        self.erro.culpa()
    }
}
