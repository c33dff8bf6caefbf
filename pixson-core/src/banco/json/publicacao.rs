//! How far the checkpoints of a run have come, and what is still to be said of them.

use std::io;

use super::aviso::Aviso;
use crate::banco::diario::{Ponto, Trava};
use crate::banco::disco::{Causa, e_sem_volta, passageiro};

/// How far the checkpoints have come.
#[derive(Debug)]
pub(super) struct Publicacao<A> {
    /// The last one.
    pub(super) ponto: Ponto,
    /// What nobody has been told yet.
    pub(super) avisos: Vec<Aviso>,
    pub(super) ditos: Ditos,
    /// One of them failed: something half-written may be left for recovery to remove.
    pub(super) houve_falha: bool,
    pub(super) fechada: bool,
    /// The lock of the directory, held as long as the bank lives.
    _diretorio: A,
    /// The lock of the file that earlier versions look at. A directory that was never served has
    /// none yet.
    pub(super) trava: Option<A>,
}

/// What was said of the directory already.
#[derive(Debug)]
pub(super) struct Ditos {
    /// At the last look its name led to another one.
    pub(super) fora: bool,
    /// What is created belongs to somebody else.
    pub(super) alheio: bool,
    /// The checkpoint cannot be replaced.
    pub(super) ponto: bool,
}

impl<A> Publicacao<A> {
    /// None since this checkpoint.
    pub(super) fn desde(ponto: Ponto, trava: Trava<A>, alheio: bool) -> Self {
        Self {
            ponto,
            avisos: Vec::new(),
            ditos: Ditos { fora: false, alheio, ponto: false },
            houve_falha: false,
            fechada: false,
            _diretorio: trava.diretorio,
            trava: trava.arquivo,
        }
    }

    /// What nobody has been told yet.
    pub(super) fn dizer(&mut self) -> Vec<Aviso> {
        Aviso::resumir(std::mem::take(&mut self.avisos))
    }

    /// A checkpoint that cannot be replaced is as any file that cannot: the journal is kept from the
    /// last one on, and that is said once.
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
}
