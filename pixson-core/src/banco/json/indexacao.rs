//! The indices of the segments that this run has closed, written while there is little else to do.

use std::io;

use super::BancoJson;
use super::publicacao::Publicacao;
use crate::banco::diario::criar_indice;
use crate::banco::disco::{Disco, e_sem_volta};

impl<D: Disco> BancoJson<D> {
    /// Writes the index of one segment, if the journal has not turned for a while: that takes as long as
    /// some ten thousand transfers, and a bank that is busy has better things to do. Without an index
    /// nothing is lost but the time of the next statement.
    ///
    /// # Errors
    ///
    /// That of a sync, which is final. Any other leaves the segment without an index.
    pub(super) fn indexar(&self, publicacao: &mut Publicacao<D::Arquivo>) -> io::Result<()> {
        let presente = self.diario.segmento();
        let numero = publicacao.por_indexar.proximo(presente, self.indexar_depois_de);
        let Some(numero) = numero else { return Ok(()) };
        match criar_indice(&*self.disco, numero) {
            Err(erro) if e_sem_volta(&erro) => Err(erro),
            _ => Ok(()),
        }
    }
}
