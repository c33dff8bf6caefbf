//! Accounts whose files were behind when the bank was opened: each is recovered when an operation needs it,
//! or by a checkpoint.

use std::io;

use super::BancoJson;
use super::contas::{ContaViva, Trancada, Vaga};
use super::publicacao::Publicacao;
use super::recuperada::{EstadoDoArquivo, Recuperada};
use crate::banco::disco::Disco;
use crate::sincronia::Arc;

/// How many batches of these accounts one checkpoint recovers, so that the files of accounts that are in use do
/// not have to wait for all of them.
const PORCOES_POR_VEZ: usize = 8;

/// What one checkpoint is to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Quanto {
    /// What can be done without holding up the files of accounts that are in use.
    Parte,
    /// Everything, also the files that could not be replaced before.
    Tudo,
}

impl<D: Disco> BancoJson<D> {
    /// How many accounts the start has left to be recovered, since their files may be behind the journal. An
    /// operation that needs one of them recovers it, and checkpoints recover the others.
    pub fn contas_por_recuperar(&self) -> usize {
        self.atrasadas.trancar().quantas()
    }

    /// Recovers an account, if it is one of these. If its file is behind, `listar` has it written: the
    /// account is marked as `suja` already.
    ///
    /// # Errors
    ///
    /// That of the disk, if it is transient; the account is then recovered by a later call.
    pub(super) fn recuperar(
        &self,
        trancada: &mut Trancada<'_>,
        listar: impl FnOnce(&Arc<Vaga>),
    ) -> io::Result<bool> {
        let rg = trancada.rg;
        let atrasada = self.atrasadas.trancar().uma(rg);
        let Some(atrasada) = atrasada else { return Ok(false) };
        let Recuperada { conta, esperado, arquivo } =
            Recuperada::olhar(&*self.disco, rg, &atrasada)?;
        let suja = !matches!(arquivo, EstadoDoArquivo::Atual);
        let (seq, nao_lido) = (atrasada.seq, matches!(arquivo, EstadoDoArquivo::NaoLido(_)));
        let por_reler = nao_lido.then(|| Box::new(atrasada));
        *trancada.conta = Some(ContaViva { conta, seq, suja, visto: esperado, por_reler });
        if suja {
            listar(trancada.vaga);
        }
        // Only now does it leave the table: a checkpoint that finds the table empty finds its accounts in the
        // list, and a snapshot looks into the table first.
        self.atrasadas.trancar().remover(rg);
        Ok(true)
    }

    /// Recovers the accounts of one batch after the other, with their files.
    pub(super) fn gravar_atrasadas(
        &self,
        publicacao: &mut Publicacao<D::Arquivo>,
        ate: u64,
        quanto: Quanto,
    ) -> io::Result<()> {
        let mut porcoes = 0;
        while quanto == Quanto::Tudo || porcoes < PORCOES_POR_VEZ {
            let rgs = self.atrasadas.trancar().primeiras(self.arquivos_por_vez);
            if rgs.is_empty() {
                break;
            }
            let mut porcao: Vec<Arc<Vaga>> = Vec::with_capacity(rgs.len());
            for rg in rgs {
                let recuperada = self.contas.com_trancada(rg, |trancada| {
                    self.recuperar(trancada, |vaga| porcao.push(Arc::clone(vaga)))
                });
                if let Err(erro) = recuperada {
                    self.listar_de_novo(&porcao);
                    return Err(erro);
                }
            }
            self.gravar_porcao(publicacao, &porcao, ate)?;
            porcoes += 1;
        }
        Ok(())
    }
}
