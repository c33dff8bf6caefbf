//! Beginning a run: its number is durable before anything is answered in its name.

use std::io;

use super::BancoJson;
use crate::banco::diario::{PASTA, Ponto, TRAVA};
use crate::banco::disco::{Disco, nomear, sem_volta};
use crate::sincronia::Ordering;

impl<D: Disco> BancoJson<D> {
    /// Begins this run of the bank: from here on its number, [`BancoJson::epoca`], is taken, whether
    /// anything is done in it or not. The first operation does it by itself; whoever serves others
    /// calls it before, so that a start that fails is not noticed by the first client.
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
            // A disk that has failed is not asked again.
            self.diario.esperar_por(0)?;
            self.disco.criar_pasta(PASTA).map_err(nomear(PASTA))?;
            if publicacao.trava.is_none() {
                publicacao.trava = Some(self.disco.travar(TRAVA).map_err(nomear(TRAVA))?);
            }
            // The folder itself is durable before anything that stands in it is promised.
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
