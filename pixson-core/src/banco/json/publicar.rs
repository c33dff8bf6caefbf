//! Checkpoints: bringing the account files up to the journal (docs/armazenamento.md, section 5).

use std::io;

use super::BancoJson;
use super::aviso::Aviso;
use super::contas::ContaViva;
use super::publicacao::Publicacao;
use super::recuperar::Quanto;
use super::troca::LugarEsperado;
use crate::banco::arquivo::{ContaArquivo, impressao};
use crate::banco::diario::{PASTA, Ponto};
use crate::banco::diario::{apagar_indice, nome_de_segmento, segmento_vazio, segmentos};
use crate::banco::disco::{Disco, passageiro};
use crate::sincronia::Ordering;

impl<D: Disco> BancoJson<D> {
    /// Checkpoint: brings the files of all accounts that have changed up to what is in memory, and
    /// begins a new segment of the journal if the present one is full. Call it about twice a
    /// second, holding no lock. Once the bank is closed it does nothing.
    ///
    /// Returns all warnings since the last call that succeeded.
    ///
    /// # Errors
    ///
    /// If the disk is full or file descriptors are short, nothing is lost and the next call tries
    /// again. After any other error [`BancoJson::falhou`] is true.
    pub fn publicar(&self) -> io::Result<Vec<Aviso>> {
        let mut publicacao = self.publicacao.trancar();
        if publicacao.fechada || self.diario.fechado() {
            return Ok(Vec::new());
        }
        self.ou_desistir(&mut publicacao, |publicacao| {
            self.conferir_lugar(publicacao)?;
            self.girar_se_cheio()?;
            let (ate, tudo) = self.gravar_sujas(publicacao, Quanto::Parte)?;
            if tudo && publicacao.ponto.seq < ate && self.iniciado.load(Ordering::Acquire) {
                let movido = self.mover_ponto(publicacao, ate, false);
                publicacao.dizer_do_ponto(movido)?;
            }
            if publicacao.ponto.seq < ate {
                self.retratar_se_preciso(publicacao)?;
            }
            self.indexar(publicacao)
        })?;
        Ok(publicacao.dizer())
    }

    /// Orderly end: every file is current, and the next start has nothing to recover. Call it when
    /// nothing uses the bank any more; later operations are refused. Afterwards
    /// [`BancoJson::presas`] are the accounts whose file is not current, since it cannot be
    /// replaced: the next run takes their balances from the journal.
    ///
    /// # Errors
    ///
    /// As for [`BancoJson::publicar`]; the next start recovers.
    pub fn fechar(&self) -> io::Result<Vec<Aviso>> {
        let mut publicacao = self.publicacao.trancar();
        if publicacao.fechada {
            return Ok(Vec::new());
        }
        if !self.iniciado.load(Ordering::Acquire) {
            publicacao.fechada = true;
            return Ok(publicacao.dizer());
        }
        self.ou_desistir(&mut publicacao, |publicacao| {
            self.conferir_lugar(publicacao)?;
            self.recolher_editadas();
            let (ate, tudo) = self.gravar_sujas(publicacao, Quanto::Tudo)?;
            self.diario.fechar()?;
            if !tudo {
                self.retratar(publicacao)?;
            }
            let seq = if tudo { ate } else { publicacao.ponto.seq };
            let limpo = !publicacao.houve_falha;
            self.mover_ponto(publicacao, seq, limpo)?;
            if tudo && ate == self.diario.ultimo() {
                self.diario.arrumar()?;
            }
            publicacao.fechada = true;
            Ok(())
        })?;
        Ok(publicacao.dizer())
    }

    /// Checks whether the names still lead to what is open. A journal without a name would be lost
    /// when this process ends, which is an error; a directory that was moved as a whole is served
    /// on, with a warning.
    fn conferir_lugar(&self, publicacao: &mut Publicacao<D::Arquivo>) -> io::Result<()> {
        if self.iniciado.load(Ordering::Acquire) {
            self.diario.conferir_lugar()?;
        }
        // If the disk cannot say where the name leads now, the last answer stands until the next
        // check.
        let fora = self.disco.pasta_no_lugar("").map(|no_lugar| !no_lugar);
        let fora = fora.unwrap_or(publicacao.ditos.fora);
        if std::mem::replace(&mut publicacao.ditos.fora, fora) != fora {
            let mudou = if fora { Aviso::DiretorioMudou } else { Aviso::DiretorioVoltou };
            publicacao.avisos.push(mudou);
        }
        if self.disco.dono_alheio() && !std::mem::replace(&mut publicacao.ditos.alheio, true) {
            publicacao.avisos.push(Aviso::DonoAlheio);
        }
        Ok(())
    }

    /// Takes a step of a checkpoint. After an error that is not transient the disk is not used
    /// again.
    pub(super) fn ou_desistir(
        &self,
        publicacao: &mut Publicacao<D::Arquivo>,
        passo: impl FnOnce(&mut Publicacao<D::Arquivo>) -> io::Result<()>,
    ) -> io::Result<()> {
        let feito = passo(publicacao);
        if let Err(erro) = &feito {
            publicacao.houve_falha = true;
            self.falhas.fetch_add(1, Ordering::Relaxed);
            if !passageiro(erro) {
                self.diario.desistir(erro);
            }
        }
        feito
    }

    fn mover_ponto(
        &self,
        publicacao: &mut Publicacao<D::Arquivo>,
        seq: u64,
        limpo: bool,
    ) -> io::Result<()> {
        let segmento = if seq > publicacao.ponto.seq {
            self.diario.segmento_de(seq + 1)
        } else {
            publicacao.ponto.segmento
        };
        let novo = Ponto { seq, epoca: self.diario.epoca(), segmento, limpo };
        novo.gravar(&*self.disco)?;
        let anterior = std::mem::replace(&mut publicacao.ponto, novo);
        self.publicado.store(seq, Ordering::Relaxed);
        if novo.seq > anterior.seq {
            self.esquecer_retrato(publicacao);
        }
        if novo.segmento > anterior.segmento {
            self.aparar_livro(novo);
        }
        Ok(())
    }

    /// Removes closed segments beyond the number that is kept, none of which recovery needs.
    /// Segments without a record, which earlier versions left, are not kept at all.
    pub(super) fn aparar_livro(&self, ponto: Ponto) {
        let Some(retidos) = self.segmentos_retidos else { return };
        let mut fechados = segmentos(&*self.disco).unwrap_or_default();
        fechados.retain(|&numero| numero < ponto.segmento);
        let retidos = usize::try_from(retidos).unwrap_or(usize::MAX);
        let mut cheios = 0;
        let sobra = |&numero: &u64| {
            let vazio = segmento_vazio(&*self.disco, numero);
            cheios += usize::from(!vazio);
            vazio || cheios > retidos
        };
        // The segments are counted from the newest on, and removed from the oldest on, each durably
        // before the next: a gap in the ledger would look like damage. One that cannot be removed
        // now is removed by a later call.
        let sobram: Vec<u64> = fechados.into_iter().rev().filter(sobra).collect();
        for numero in sobram.into_iter().rev() {
            apagar_indice(&*self.disco, numero);
            let removido = self.disco.apagar(&nome_de_segmento(numero)).is_ok()
                && self.disco.sincronizar_pasta(PASTA).is_ok();
            if !removido {
                break;
            }
        }
    }

    /// Writes the files of accounts that are behind, in batches. Of the files that could not be
    /// replaced before, it tries all, or those whose back-off is over. Gives the last record at its beginning,
    /// and whether the files hold every record up to that one.
    fn gravar_sujas(
        &self,
        publicacao: &mut Publicacao<D::Arquivo>,
        quanto: Quanto,
    ) -> io::Result<(u64, bool)> {
        // An account is in the list before its record is appended, and before it leaves the table of those
        // that are still to be recovered: every record up to this one has its account in the table, or in the
        // list that is taken next, or in one that was written before.
        let ate = self.diario.ultimo();
        self.gravar_atrasadas(publicacao, ate, quanto)?;
        let recuperadas = self.contas_por_recuperar() == 0;
        let mut sujas = std::mem::take(&mut *self.sujas.trancar());
        sujas.extend(self.presas.trancar().chamar(quanto == Quanto::Tudo));
        let mut porcoes = sujas.chunks(self.arquivos_por_vez).peekable();
        while let Some(porcao) = porcoes.next() {
            let gravada = self.gravar_porcao(publicacao, porcao, ate);
            let gravada = match porcoes.peek() {
                // The checkpoint takes long, and does not move meanwhile.
                Some(_) => gravada.and_then(|()| self.retratar_se_preciso(publicacao)),
                None => gravada,
            };
            if let Err(erro) = gravada {
                // The accounts that were not reached are still marked as `suja`, and only go back
                // to the list.
                self.sujas.trancar().extend(porcoes.flatten().cloned());
                return Err(erro);
            }
        }
        Ok((ate, recuperadas && self.presas.trancar().vazias()))
    }

    /// Lists the accounts of this run whose file is not what the bank left in it.
    fn recolher_editadas(&self) {
        for vaga in self.contas.todas().values() {
            let mut conta = vaga.trancar();
            let Some(viva) = conta.as_mut().filter(|viva| viva.seq > 0) else { continue };
            let conteudo = self.disco.ler(&nome_de_arquivo(viva), ContaArquivo::MAX_BYTES);
            let agora = conteudo.ok().flatten().map(|bytes| impressao(&bytes));
            let agora = LugarEsperado::visto(agora);
            if agora != viva.visto {
                self.sujar_trancada(vaga, viva);
            }
        }
    }
}

fn nome_de_arquivo(viva: &ContaViva) -> String {
    ContaArquivo::nome_de_arquivo(viva.conta.rg)
}
