//! The indices of the segments that this run has closed, written while there is little else to do.

use std::io;

use super::BancoJson;
use super::publicacao::Publicacao;
use crate::banco::diario::criar_indice;
use crate::banco::disco::{Disco, e_sem_volta};

impl<D: Disco> BancoJson<D> {
    /// Writes the index of one segment, unless the journal has turned since the last call: reading a
    /// segment takes some hundredths of a second, and a bank that fills one in each checkpoint has
    /// better things to do. Without an index nothing is lost but the time of the next statement.
    ///
    /// # Errors
    ///
    /// That of a sync, which is final. Any other leaves the segment without an index.
    pub(super) fn indexar(&self, publicacao: &mut Publicacao<D::Arquivo>) -> io::Result<()> {
        let Some(numero) = publicacao.por_indexar.proximo(self.diario.segmento()) else {
            return Ok(());
        };
        match criar_indice(&*self.disco, numero) {
            Err(erro) if e_sem_volta(&erro) => Err(erro),
            _ => Ok(()),
        }
    }
}
