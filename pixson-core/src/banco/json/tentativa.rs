//! What the bank does with an account whose file cannot be replaced. The journal keeps its balance
//! meanwhile.

use super::BancoJson;
use super::aviso::Aviso;
use super::contas::{ContaViva, Vaga};
use super::presa::Presa;
use super::troca::NaoTrocado;
use crate::banco::arquivo::ContaArquivo;
use crate::banco::disco::Disco;
use crate::sincronia::{Arc, Ordering};
use crate::tipos::Rg;

impl<D: Disco> BancoJson<D> {
    /// The accounts whose file cannot be replaced, in RG order.
    pub fn presas(&self) -> Vec<Presa> {
        self.presas.trancar().todas()
    }

    /// Reads again the file of an account that could not be read when the bank was opened. Its
    /// content counts as what the bank left in it, and the holder's name stands nowhere else.
    pub(super) fn reler(&self, viva: &mut ContaViva) {
        if !self.presas.trancar().por_reler(viva.conta.rg) {
            return;
        }
        if let Ok(Some((arquivo, visto))) = ContaArquivo::abrir(&*self.disco, viva.conta.rg) {
            viva.conta.nome = arquivo.nome;
            viva.visto = Some(visto);
            self.presas.trancar().relida(viva.conta.rg);
        }
    }

    /// Notes an account whose file cannot be replaced. It stays in memory, marked as `suja`.
    pub(super) fn prender(&self, vaga: &Arc<Vaga>, rg: Rg, preso: &NaoTrocado) -> Option<Aviso> {
        if let Some(viva) = vaga.trancar().as_mut() {
            viva.suja = true;
            viva.visto = preso.encontrado.or(viva.visto);
        }
        self.falhas.fetch_add(1, Ordering::Relaxed);
        self.presas.trancar().prender(Presa::nova(rg, &preso.erro), Arc::clone(vaga))
    }
}
