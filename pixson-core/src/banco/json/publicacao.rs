//! How far the checkpoints of a run have come, and the warnings that are still to be given.

use std::collections::VecDeque;
use std::io;

use super::aviso::Aviso;
use crate::banco::diario::{Ponto, Trava};
use crate::banco::disco::{Causa, e_sem_volta, passageiro};

/// How far the checkpoints have come.
#[derive(Debug)]
pub(super) struct Publicacao<A> {
    /// The last checkpoint.
    pub(super) ponto: Ponto,
    /// The warnings that were not given yet.
    pub(super) avisos: Vec<Aviso>,
    pub(super) ditos: Ditos,
    pub(super) retrato: RetratoFeito,
    /// A checkpoint failed: half-written files may be left for recovery to remove.
    pub(super) houve_falha: bool,
    pub(super) fechada: bool,
    pub(super) por_indexar: PorIndexar,
    /// The lock of the directory, held as long as the bank lives.
    _diretorio: A,
    /// The lock of the file, the only one that earlier versions look at. A directory that was never
    /// served has none yet.
    pub(super) trava: Option<A>,
}

/// The segments that this run has closed, and that have no index yet.
#[derive(Debug, Default)]
pub(super) struct PorIndexar {
    /// The segment that was being written at the last call.
    presente: Option<u64>,
    /// Closed segments, oldest first.
    fechados: VecDeque<u64>,
    /// How many calls came since the journal turned.
    calmas: u32,
}

impl PorIndexar {
    /// The segment whose index comes next, if the journal has not turned in this call and in so many
    /// before it. `presente` is the segment that is being written.
    pub(super) fn proximo(&mut self, presente: u64, depois_de: u32) -> Option<u64> {
        let antes = self.presente.replace(presente).unwrap_or(presente);
        self.fechados.extend(antes..presente);
        self.calmas = if antes == presente { self.calmas.saturating_add(1) } else { 0 };
        if self.calmas >= depois_de.max(1) { self.fechados.pop_front() } else { None }
    }
}

/// The warnings that were given already.
#[derive(Debug)]
pub(super) struct Ditos {
    /// At the last check the directory's name did not lead to it.
    pub(super) fora: bool,
    /// New files belong to another user than the directory does.
    pub(super) alheio: bool,
    /// The checkpoint cannot be replaced.
    pub(super) ponto: bool,
}

/// The snapshot that lies on the disk, and when the next one is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct RetratoFeito {
    /// Its record; `None` if there is none.
    pub(super) seq: Option<u64>,
    /// Its size.
    pub(super) bytes: u64,
    /// How many bytes the journal had written in this run when it, or a later checkpoint, was made.
    pub(super) desde: u64,
    /// The segment that was being written then, or when one was tried last.
    pub(super) segmento: u64,
    /// A warning was given that it cannot be replaced.
    pub(super) dito: bool,
}

impl RetratoFeito {
    /// The snapshot with this record that the start has found, or none. `segmento` is the first of the run.
    pub(super) fn encontrado(seq: Option<u64>, segmento: u64) -> Self {
        Self { seq, bytes: 0, desde: 0, segmento, dito: false }
    }
}

impl<A> Publicacao<A> {
    /// The beginning of a run, with no checkpoint since `ponto`.
    pub(super) fn desde(
        ponto: Ponto,
        retrato: RetratoFeito,
        trava: Trava<A>,
        alheio: bool,
    ) -> Self {
        Self {
            ponto,
            avisos: Vec::new(),
            ditos: Ditos { fora: false, alheio, ponto: false },
            retrato,
            houve_falha: false,
            fechada: false,
            por_indexar: PorIndexar::default(),
            _diretorio: trava.diretorio,
            trava: trava.arquivo,
        }
    }

    /// The warnings that were not given yet.
    pub(super) fn dizer(&mut self) -> Vec<Aviso> {
        Aviso::resumir(std::mem::take(&mut self.avisos))
    }

    /// A checkpoint file that cannot be replaced is treated like an account file that cannot: the
    /// journal is kept from the last checkpoint on, and one warning is given.
    pub(super) fn dizer_do_ponto(&mut self, movido: io::Result<()>) -> io::Result<()> {
        match movido {
            Err(erro) if !passageiro(&erro) && !e_sem_volta(&erro) => {
                self.houve_falha = true;
                if !std::mem::replace(&mut self.ditos.ponto, true) {
                    self.avisos.push(Aviso::PontoPreso { causa: Causa::de(&erro) });
                }
                Ok(())
            }
            movido => movido.inspect(|()| self.ditos.ponto = false),
        }
    }

    /// The same for a snapshot, without which a start takes longer. If space is short, the next one may
    /// succeed, and nothing is said.
    pub(super) fn dizer_do_retrato(&mut self, feito: io::Result<()>) -> io::Result<()> {
        match feito {
            Err(erro) if e_sem_volta(&erro) => Err(erro),
            Err(erro) => {
                self.houve_falha = true;
                let calar = passageiro(&erro) || std::mem::replace(&mut self.retrato.dito, true);
                let aviso = Aviso::RetratoPreso { causa: Causa::de(&erro) };
                self.avisos.extend((!calar).then_some(aviso));
                Ok(())
            }
            Ok(()) => {
                self.retrato.dito = false;
                Ok(())
            }
        }
    }
}
