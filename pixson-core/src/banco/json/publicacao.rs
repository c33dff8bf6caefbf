//! Checkpoints: bringing the account files up to the journal (docs/armazenamento.md, section 5).

use std::io;

use super::BancoJson;
use super::arquivo::{ContaArquivo, impressao, nao_e_arquivo};
use super::aviso::Aviso;
use super::contas::{ContaViva, Vaga, trancar};
use crate::banco::diario::{PASTA, Ponto, nome_de_segmento, passageiro, segmentos};
use crate::banco::disco::{Disco, preparar, sem_volta};
use crate::sincronia::Arc;
use crate::tipos::Rg;

/// How far the checkpoints have come.
#[derive(Debug)]
pub(super) struct Publicacao {
    /// The last one.
    pub(super) ponto: Ponto,
    /// What nobody has been told yet.
    avisos: Vec<Aviso>,
    /// One of them failed: something half-written may be left for recovery to remove.
    houve_falha: bool,
    fechada: bool,
}

impl Publicacao {
    /// None since this checkpoint.
    pub(super) fn desde(ponto: Ponto) -> Self {
        Self { ponto, avisos: Vec::new(), houve_falha: false, fechada: false }
    }
}

/// What a checkpoint writes to one file, and what it expects to find there.
pub(super) struct Imagem {
    pub(super) conta: ContaArquivo,
    /// The record that the image comes from.
    pub(super) seq: u64,
    pub(super) esperado: Esperado,
}

/// What a checkpoint expects in the place of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Esperado {
    /// Nothing: the account was opened, and has no file yet.
    Nada,
    /// Content with this checksum, which may be overwritten.
    Este(u32),
    /// A file that is none of the bank's, or that has gone.
    Estranho,
}

impl Esperado {
    /// What was seen last.
    fn visto(visto: Option<u32>) -> Self {
        visto.map_or(Self::Nada, Self::Este)
    }
}

impl<D: Disco> BancoJson<D> {
    /// Checkpoint: brings the files of all accounts that have changed up to what is in memory, and
    /// begins a new segment of the journal if the present one is full. Call it about twice a
    /// second, holding nothing. Once the bank is closed it does nothing.
    ///
    /// The warnings are all since the last call that succeeded.
    ///
    /// # Errors
    ///
    /// If the disk is full or descriptors are short, nothing is lost and the next call tries again.
    /// After any other error [`BancoJson::falhou`] is true.
    pub fn publicar(&self) -> io::Result<Vec<Aviso>> {
        let mut publicacao = trancar(&self.publicacao);
        if self.diario.fechado() {
            return Ok(Vec::new());
        }
        self.ou_desistir(&mut publicacao, |publicacao| {
            self.girar_se_cheio()?;
            let ate = self.gravar_sujas(publicacao)?;
            if publicacao.ponto.seq < ate {
                self.mover_ponto(publicacao, ate, false)?;
            }
            Ok(())
        })
    }

    /// Orderly end: every file is current, and the next start has nothing to recover. Call it
    /// when nobody uses the bank any more; what is asked of it later is refused.
    ///
    /// # Errors
    ///
    /// As for [`BancoJson::publicar`]; the next start recovers.
    pub fn fechar(&self) -> io::Result<Vec<Aviso>> {
        let mut publicacao = trancar(&self.publicacao);
        if publicacao.fechada {
            return Ok(Vec::new());
        }
        self.ou_desistir(&mut publicacao, |publicacao| {
            self.recolher_editadas();
            let ate = self.gravar_sujas(publicacao)?;
            self.diario.fechar()?;
            let limpo = !publicacao.houve_falha;
            self.mover_ponto(publicacao, ate, limpo)?;
            publicacao.fechada = true;
            Ok(())
        })
    }

    /// Takes a step of a checkpoint, and gives the warnings. A disk that has failed is not asked
    /// again.
    fn ou_desistir(
        &self,
        publicacao: &mut Publicacao,
        passo: impl FnOnce(&mut Publicacao) -> io::Result<()>,
    ) -> io::Result<Vec<Aviso>> {
        if let Err(erro) = passo(publicacao) {
            publicacao.houve_falha = true;
            if !passageiro(&erro) {
                self.diario.desistir(&erro);
            }
            return Err(erro);
        }
        Ok(std::mem::take(&mut publicacao.avisos))
    }

    /// Without space or descriptors for a new segment, the present one goes on.
    fn girar_se_cheio(&self) -> io::Result<()> {
        match self.diario.girar_se_cheio() {
            Err(erro) if passageiro(&erro) => Ok(()),
            girado => girado,
        }
    }

    fn mover_ponto(&self, publicacao: &mut Publicacao, seq: u64, limpo: bool) -> io::Result<()> {
        let (epoca, segmento) = (self.diario.epoca(), self.diario.segmento_de(seq + 1));
        let novo = Ponto { seq, epoca, segmento, limpo };
        novo.gravar(&*self.disco)?;
        let anterior = std::mem::replace(&mut publicacao.ponto, novo);
        if novo.segmento > anterior.segmento {
            self.aparar_livro(novo);
        }
        Ok(())
    }

    /// Removes closed segments beyond the number that is kept, none of which recovery needs.
    pub(super) fn aparar_livro(&self, ponto: Ponto) {
        let Some(retidos) = self.segmentos_retidos else { return };
        let primeiro = ponto.segmento.saturating_sub(retidos);
        // What cannot be removed now is removed another time. One by one, durably: a hole in the
        // ledger would look like damage.
        for numero in segmentos(&*self.disco).unwrap_or_default() {
            let removido = numero < primeiro
                && self.disco.apagar(&nome_de_segmento(numero)).is_ok()
                && self.disco.sincronizar_pasta(PASTA).is_ok();
            if !removido {
                break;
            }
        }
    }

    /// Writes every account whose file is behind, some at a time. The files then hold every record
    /// up to the returned one.
    fn gravar_sujas(&self, publicacao: &mut Publicacao) -> io::Result<u64> {
        // An account is in the list before its record is appended: every record up to this one
        // has its account in the list that is taken next, or in one that was written before.
        let ate = self.diario.ultimo();
        let sujas = std::mem::take(&mut *trancar(&self.sujas));
        let mut porcoes = sujas.chunks(self.arquivos_por_vez);
        while let Some(porcao) = porcoes.next() {
            let gravada = self.gravar(porcao, ate, &mut publicacao.avisos);
            // The journal grows while many files are written.
            if let Err(erro) = gravada.and_then(|()| self.girar_se_cheio()) {
                for vaga in porcao {
                    self.sujar(vaga);
                }
                // Those that were not reached are still marked.
                trancar(&self.sujas).extend(porcoes.flatten().cloned());
                return Err(erro);
            }
        }
        Ok(ate)
    }

    /// Lists an account whose file is behind, unless it is in the list.
    fn sujar(&self, vaga: &Arc<Vaga>) {
        if let Some(viva) = trancar(vaga).as_mut() {
            self.sujar_travada(vaga, viva);
        }
    }

    /// The same for an account that is locked.
    pub(super) fn sujar_travada(&self, vaga: &Arc<Vaga>, viva: &mut ContaViva) {
        if !std::mem::replace(&mut viva.suja, true) {
            trancar(&self.sujas).push(Arc::clone(vaga));
        }
    }

    fn gravar(&self, sujas: &[Arc<Vaga>], ate: u64, avisos: &mut Vec<Aviso>) -> io::Result<()> {
        let imagem = |viva: &mut ContaViva| {
            viva.suja = false;
            let esperado = Esperado::visto(viva.visto);
            Imagem { conta: viva.conta.clone(), seq: viva.seq, esperado }
        };
        let (vagas, imagens): (Vec<&Arc<Vaga>>, Vec<Imagem>) = sujas
            .iter()
            .filter_map(|vaga| {
                // An account whose opening failed is in the list for nothing, or twice if it was
                // opened after all.
                let mut conta = trancar(vaga);
                let suja = conta.as_mut().filter(|viva| viva.suja);
                Some((vaga, suja.map(imagem)?))
            })
            .unzip();
        let ultimo = imagens.iter().map(|imagem| imagem.seq).fold(ate, u64::max);
        // No file may be ahead of the journal.
        self.diario.esperar_por(ultimo)?;
        gravar_contas(&*self.disco, &imagens, self.diario.epoca(), avisos)?;
        for (vaga, imagem) in vagas.into_iter().zip(&imagens) {
            if let Some(viva) = trancar(vaga).as_mut() {
                viva.visto = Some(impressao(imagem.conta.para_json().as_bytes()));
            }
        }
        Ok(())
    }

    /// Lists the accounts of this run whose file is not what the bank left in it.
    fn recolher_editadas(&self) {
        for vaga in self.contas.todas().values() {
            let mut conta = trancar(vaga);
            let Some(viva) = conta.as_mut().filter(|viva| viva.seq > 0) else { continue };
            let conteudo = self.disco.ler(&nome_de_arquivo(viva), ContaArquivo::MAX_BYTES);
            let agora = conteudo.ok().flatten().map(|bytes| impressao(&bytes));
            if agora != viva.visto {
                self.sujar_travada(vaga, viva);
            }
        }
    }
}

fn nome_de_arquivo(viva: &ContaViva) -> String {
    ContaArquivo::nome_de_arquivo(viva.conta.rg)
}

/// Replaces the files of these accounts, with one sync of their directory. Durable on return.
pub(super) fn gravar_contas<D: Disco>(
    disco: &D,
    imagens: &[Imagem],
    epoca: u64,
    avisos: &mut Vec<Aviso>,
) -> io::Result<()> {
    if imagens.is_empty() {
        return Ok(());
    }
    // A checkpoint that is tried again finds the same again.
    let mut avisar = |aviso: Option<Aviso>| {
        if let Some(aviso) = aviso.filter(|aviso| !avisos.contains(aviso)) {
            avisos.push(aviso);
        }
    };
    let mut preparados = Vec::with_capacity(imagens.len());
    let todos = imagens.iter().try_for_each(|imagem| {
        let (encontrado, aviso) = guardar_estranho(disco, imagem, imagem.esperado, epoca)?;
        avisar(aviso);
        let nome = ContaArquivo::nome_de_arquivo(imagem.conta.rg);
        let temporario = preparar(disco, &nome, imagem.conta.para_json().as_bytes())?;
        preparados.push((imagem, encontrado, temporario, nome));
        Ok(())
    });
    if let Err(erro) = todos {
        for (_, _, temporario, _) in preparados {
            // What cannot be removed now is replaced by the next checkpoint, or removed by recovery.
            let _ = disco.apagar(&temporario);
        }
        return Err(erro);
    }
    for (imagem, encontrado, temporario, nome) in preparados {
        // Somebody may have edited the file while the others were prepared. From the first file on,
        // a part of them is new: if this fails, only recovery can tell which.
        let esperado = Esperado::visto(encontrado);
        let (_, aviso) = guardar_estranho(disco, imagem, esperado, epoca).map_err(sem_volta)?;
        avisar(aviso);
        disco.renomear(&temporario, &nome).map_err(sem_volta)?;
    }
    disco.sincronizar_pasta("").map_err(sem_volta)
}

/// Keeps what stands in the place of an account file, unless it is what is expected there. Says
/// what it found.
fn guardar_estranho<D: Disco>(
    disco: &D,
    imagem: &Imagem,
    esperado: Esperado,
    epoca: u64,
) -> io::Result<(Option<u32>, Option<Aviso>)> {
    let rg: Rg = imagem.conta.rg;
    let nome = ContaArquivo::nome_de_arquivo(rg);
    let bytes = match disco.ler(&nome, ContaArquivo::MAX_BYTES) {
        Ok(None) if esperado == Esperado::Nada => return Ok((None, None)),
        Ok(None) => return Ok((None, Some(Aviso::ArquivoRefeito { rg }))),
        Ok(Some(bytes)) => Some(bytes),
        Err(erro) if nao_e_arquivo(&erro) => None,
        Err(erro) => return Err(erro),
    };
    let encontrado = bytes.as_deref().map(impressao);
    if encontrado.is_some_and(|encontrado| Esperado::Este(encontrado) == esperado) {
        return Ok((encontrado, None));
    }
    let copia = copiar(disco, &nome, bytes.as_deref(), epoca, imagem.seq)?;
    Ok((encontrado, Some(Aviso::ArquivoEditado { rg, copia })))
}

/// Keeps a file beside itself, under a name that no other copy has. One that was kept before, by a
/// checkpoint that then failed, is not kept again. `bytes` is `None` for what cannot be read.
fn copiar<D: Disco>(
    disco: &D,
    nome: &str,
    bytes: Option<&[u8]>,
    epoca: u64,
    seq: u64,
) -> io::Result<String> {
    let primeira = format!("{nome}.copia-{epoca}-{seq}");
    let mut copia = primeira.clone();
    for numero in 2_u32.. {
        match disco.ler(&copia, ContaArquivo::MAX_BYTES) {
            Ok(None) => break,
            Ok(guardados) if guardados.as_deref() == bytes => return Ok(copia),
            Err(erro) if !nao_e_arquivo(&erro) => return Err(erro),
            _ => copia = format!("{primeira}-{numero}"),
        }
    }
    match bytes {
        Some(bytes) => {
            let temporario = preparar(disco, &copia, bytes)?;
            disco.renomear(&temporario, &copia)?;
        }
        // Whatever it is, it can be moved.
        None => disco.renomear(nome, &copia)?,
    }
    Ok(copia)
}
