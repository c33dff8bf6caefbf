//! Beginning a run: its number is durable before any reply of the run.

use std::io;

use super::BancoJson;
use crate::banco::diario::{PASTA, Ponto, TRAVA};
use crate::banco::disco::{Disco, nomear, sem_volta};
use crate::sincronia::Ordering;

impl<D: Disco> BancoJson<D> {
    /// Begins this run of the bank: from here on its number, [`BancoJson::epoca`], is taken,
    /// whether anything is done in it or not. The first operation does this by itself; a server
    /// calls it before, so that a failing start is noticed before the first client comes.
    ///
    /// # Errors
    ///
    /// As for [`BancoJson::publicar`], and if the bank is closed.
    pub fn iniciar(&self) -> io::Result<()> {
        if self.iniciado.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut publicacao = self.publicacao.trancar();
        if self.iniciado.load(Ordering::Acquire) {
            return Ok(());
        }
        if publicacao.fechada {
            return Err(io::Error::other("o banco está fechado"));
        }
        self.ou_desistir(&mut publicacao, |publicacao| {
            // A disk that has failed is not used again.
            self.diario.esperar_por(0)?;
            self.disco.criar_pasta(PASTA).map_err(nomear(PASTA))?;
            if publicacao.trava.is_none() {
                publicacao.trava = Some(self.disco.travar(TRAVA).map_err(nomear(TRAVA))?);
            }
            // The folder's name is durable before anything relies on a file in it.
            self.disco.sincronizar_pasta("").map_err(sem_volta)?;
            let ponto = Ponto { epoca: self.diario.epoca(), limpo: false, ..publicacao.ponto };
            ponto.gravar(&*self.disco)?;
            publicacao.ponto = ponto;
            self.aparar_livro(ponto);
            Ok(())
        })?;
        self.iniciado.store(true, Ordering::Release);
        Ok(())
    }
}
