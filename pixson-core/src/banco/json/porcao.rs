//! One batch of account files: its images, their writing, and what becomes of those that cannot be written.

use std::io;

use super::BancoJson;
use super::aviso::Aviso;
use super::contas::{ContaViva, Vaga};
use super::publicacao::Publicacao;
use super::troca::{Imagem, LugarEsperado, NaoTrocado, gravar_contas};
use crate::banco::arquivo::impressao;
use crate::banco::disco::{Disco, e_sem_volta, passageiro};
use crate::sincronia::Arc;

impl<D: Disco> BancoJson<D> {
    /// Writes the files of one batch. If that fails, its accounts are listed again.
    pub(super) fn gravar_porcao(
        &self,
        publicacao: &mut Publicacao<D::Arquivo>,
        porcao: &[Arc<Vaga>],
        ate: u64,
    ) -> io::Result<()> {
        let gravada = self.gravar(porcao, ate, &mut publicacao.avisos);
        // The journal grows while many files are written.
        let gravada = gravada.and_then(|()| self.girar_se_cheio());
        gravada.inspect_err(|_| self.listar_de_novo(porcao))
    }

    /// Lists accounts again whose files could not be written.
    pub(super) fn listar_de_novo(&self, porcao: &[Arc<Vaga>]) {
        for vaga in porcao {
            if let Some(viva) = vaga.trancar().as_mut() {
                viva.suja = true;
            }
        }
        self.sujas.trancar().extend_from_slice(porcao);
    }

    /// Lists an account that is locked and whose file is behind, unless it is listed already.
    pub(super) fn sujar_trancada(&self, vaga: &Arc<Vaga>, viva: &mut ContaViva) {
        if !std::mem::replace(&mut viva.suja, true) {
            self.sujas.trancar().push(Arc::clone(vaga));
        }
    }

    fn gravar(&self, sujas: &[Arc<Vaga>], ate: u64, avisos: &mut Vec<Aviso>) -> io::Result<()> {
        let (mut vagas, mut imagens) = (Vec::new(), Vec::new());
        for vaga in sujas {
            // The place of an account whose opening failed is listed without an account, or
            // twice if the account was opened after all.
            let mut conta = vaga.trancar();
            let descansa = |viva: &ContaViva| self.presas.trancar().descansa(viva.conta.rg);
            let Some(viva) = conta.as_mut().filter(|viva| viva.suja && !descansa(viva)) else {
                continue;
            };
            let rg = viva.conta.rg;
            match self.reler(viva) {
                Ok(()) => {}
                Err(erro) if passageiro(&erro) => return Err(erro),
                Err(erro) => {
                    drop(conta);
                    avisos.extend(self.prender(vaga, rg, &NaoTrocado::antes_de_olhar(erro)));
                    continue;
                }
            }
            viva.suja = false;
            let (conta, seq, esperado) = (viva.conta.clone(), viva.seq, viva.visto);
            imagens.push(Imagem { conta, seq, esperado });
            vagas.push(vaga);
        }
        let ultimo = imagens.iter().map(|imagem| imagem.seq).fold(ate, u64::max);
        // Write-ahead: no file may be ahead of the journal.
        self.diario.esperar_por(ultimo)?;
        let trocados = gravar_contas(&*self.disco, &imagens, self.diario.epoca(), avisos)?;
        for ((vaga, imagem), trocado) in vagas.into_iter().zip(&imagens).zip(trocados) {
            let aviso = match trocado {
                Ok(()) => {
                    if let Some(viva) = vaga.trancar().as_mut() {
                        let escrito = impressao(imagem.conta.para_json().as_bytes());
                        viva.visto = LugarEsperado::Este(escrito);
                    }
                    self.presas.trancar().soltar(imagem.conta.rg)
                }
                Err(preso) => self.prender(vaga, imagem.conta.rg, &preso),
            };
            avisos.extend(aviso);
        }
        Ok(())
    }

    /// Without space or file descriptors for a new segment, the current one stays in use.
    pub(super) fn girar_se_cheio(&self) -> io::Result<()> {
        match self.diario.girar_se_cheio() {
            Err(erro) if !e_sem_volta(&erro) => Ok(()),
            girado => girado,
        }
    }
}
