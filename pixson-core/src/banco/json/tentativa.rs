//! What the bank does with an account whose file cannot be replaced. The journal keeps its balance
//! meanwhile.

use std::io;

use super::BancoJson;
use super::aviso::Aviso;
use super::contas::{ContaViva, Vaga};
use super::presa::Presa;
use super::recuperada::{EstadoDoArquivo, Recuperada};
use super::troca::NaoTrocado;
use crate::banco::disco::Disco;
use crate::sincronia::{Arc, Ordering};
use crate::tipos::Rg;

impl<D: Disco> BancoJson<D> {
    /// The accounts whose file cannot be replaced, in RG order.
    pub fn presas(&self) -> Vec<Presa> {
        self.presas.trancar().todas()
    }

    /// Reads again the file of an account that could not be read when it was recovered. The holder's name
    /// stands nowhere else: as long as the disk cannot read the file, it must not be replaced.
    ///
    /// # Errors
    ///
    /// That of the disk.
    pub(super) fn reler(&self, viva: &mut ContaViva) -> io::Result<()> {
        let Some(atrasada) = &viva.por_reler else { return Ok(()) };
        let Recuperada { conta, esperado, arquivo } =
            Recuperada::olhar(&*self.disco, viva.conta.rg, atrasada)?;
        if let EstadoDoArquivo::NaoLido(erro) = arquivo {
            return Err(erro);
        }
        (viva.conta.nome, viva.visto, viva.por_reler) = (conta.nome, esperado, None);
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
