//! What the bank does with an account whose file cannot be replaced. The journal keeps its balance
//! meanwhile.

use std::io;

use super::BancoJson;
use super::aviso::Aviso;
use super::contas::{ContaViva, Vaga};
use super::presa::Presa;
use super::troca::{LugarEsperado, NaoTrocado};
use crate::banco::arquivo::{ContaArquivo, FalhaDeLeitura};
use crate::banco::disco::{Disco, nomear};
use crate::sincronia::{Arc, Ordering};
use crate::tipos::Rg;

impl<D: Disco> BancoJson<D> {
    /// The accounts whose file cannot be replaced, in RG order.
    pub fn presas(&self) -> Vec<Presa> {
        self.presas.trancar().todas()
    }

    /// Reads again the file of an account that could not be read when it was recovered. Its content counts
    /// as what the bank left in it, and the holder's name stands nowhere else: as long as the disk cannot
    /// read it, it must not be replaced.
    ///
    /// # Errors
    ///
    /// That of the disk.
    pub(super) fn reler(&self, viva: &mut ContaViva) -> io::Result<()> {
        if !viva.por_reler {
            return Ok(());
        }
        match ContaArquivo::abrir(&*self.disco, viva.conta.rg) {
            Ok(Some((arquivo, visto))) => {
                viva.conta.nome = arquivo.nome;
                viva.visto = LugarEsperado::Este(visto);
            }
            Ok(None) | Err(FalhaDeLeitura::Ilegivel) => {}
            Err(FalhaDeLeitura::Disco(erro)) => {
                return Err(nomear(&ContaArquivo::nome_de_arquivo(viva.conta.rg))(erro));
            }
        }
        viva.por_reler = false;
        Ok(())
    }

    /// Notes an account whose file cannot be replaced. It stays in memory, marked as `suja`.
    pub(super) fn prender(&self, vaga: &Arc<Vaga>, rg: Rg, preso: &NaoTrocado) -> Option<Aviso> {
        if let Some(viva) = vaga.trancar().as_mut() {
            viva.suja = true;
            viva.visto = preso.encontrado.unwrap_or(viva.visto);
        }
        self.falhas.fetch_add(1, Ordering::Relaxed);
        self.presas.trancar().prender(Presa::nova(rg, &preso.erro), Arc::clone(vaga))
    }
}
