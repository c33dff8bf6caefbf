//! Replacing account files: some at a time, each for itself.

use std::io;

use super::aviso::Aviso;
use crate::banco::arquivo::{ContaArquivo, impressao, nao_e_arquivo};
use crate::banco::disco::{Disco, e_sem_volta, nomear, passageiro, preparar, sem_volta};
use crate::tipos::Rg;

/// What a checkpoint writes to one file, and what it expects to find there.
pub(super) struct Imagem {
    pub(super) conta: ContaArquivo,
    /// The record that the image comes from.
    pub(super) seq: u64,
    pub(super) esperado: LugarEsperado,
}

/// What a checkpoint expects in the place of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum LugarEsperado {
    /// Nothing: the account was opened, and has no file yet.
    Nada,
    /// Content with this checksum, which may be overwritten.
    Este(u32),
    /// A file that is none of the bank's, or that has gone.
    Estranho,
}

impl LugarEsperado {
    /// What was seen last.
    pub(super) fn visto(visto: Option<u32>) -> Self {
        visto.map_or(Self::Nada, Self::Este)
    }
}

/// Why one file could not be replaced, or nothing if it was.
pub(super) type Trocado = Result<(), NaoTrocado>;

/// A file that cannot be replaced.
#[derive(Debug)]
pub(super) struct NaoTrocado {
    pub(super) erro: io::Error,
    /// What stands in its place, and was expected there or is kept aside: it need not be kept again.
    pub(super) encontrado: Option<u32>,
}

impl NaoTrocado {
    fn antes_de_olhar(erro: io::Error) -> Self {
        Self { erro, encontrado: None }
    }
}

/// A file that is written under its temporary name.
struct Preparado {
    /// What stands in its place.
    encontrado: Option<u32>,
    temporario: String,
}

/// Replaces the files of these accounts, with one sync of their directory. Those that were replaced
/// are durable on return. One that cannot be replaced holds no other up, and stays as it is.
///
/// # Errors
///
/// If space or descriptors are short, nothing was replaced. After any other error, a sync has
/// failed: nobody can say what was.
pub(super) fn gravar_contas<D: Disco>(
    disco: &D,
    imagens: &[Imagem],
    epoca: u64,
    avisos: &mut Vec<Aviso>,
) -> io::Result<Vec<Trocado>> {
    if imagens.is_empty() {
        return Ok(Vec::new());
    }
    let mut preparados = Vec::with_capacity(imagens.len());
    for imagem in imagens {
        let preparado = preparar_conta(disco, imagem, epoca, avisos);
        match preparado {
            Err(NaoTrocado { erro, .. }) if passageiro(&erro) || e_sem_volta(&erro) => {
                preparados.into_iter().flatten().for_each(|feito| descartar(disco, &feito));
                return Err(erro);
            }
            preparado => preparados.push(preparado),
        }
    }
    let mut trocados = Vec::with_capacity(imagens.len());
    for (imagem, preparado) in imagens.iter().zip(preparados) {
        let trocado = preparado.and_then(|preparado| {
            trocar(disco, imagem, &preparado, epoca, avisos)
                .inspect_err(|_| descartar(disco, &preparado))
        });
        match trocado {
            Err(NaoTrocado { erro, .. }) if e_sem_volta(&erro) => return Err(erro),
            trocado => trocados.push(trocado),
        }
    }
    disco.sincronizar_pasta("").map_err(sem_volta)?;
    Ok(trocados)
}

fn preparar_conta<D: Disco>(
    disco: &D,
    imagem: &Imagem,
    epoca: u64,
    avisos: &mut Vec<Aviso>,
) -> Result<Preparado, NaoTrocado> {
    let encontrado = guardar_estranho(disco, imagem, imagem.esperado, epoca, avisos)
        .map_err(NaoTrocado::antes_de_olhar)?;
    let nome = ContaArquivo::nome_de_arquivo(imagem.conta.rg);
    match preparar(disco, &nome, imagem.conta.para_json().as_bytes()) {
        Ok(temporario) => Ok(Preparado { encontrado, temporario }),
        Err(erro) => Err(NaoTrocado { erro, encontrado }),
    }
}

fn trocar<D: Disco>(
    disco: &D,
    imagem: &Imagem,
    preparado: &Preparado,
    epoca: u64,
    avisos: &mut Vec<Aviso>,
) -> Trocado {
    // Somebody may have edited the file while the others were prepared.
    let Preparado { encontrado, temporario } = preparado;
    let encontrado =
        guardar_estranho(disco, imagem, LugarEsperado::visto(*encontrado), epoca, avisos)
            .map_err(|erro| NaoTrocado { erro, encontrado: *encontrado })?;
    let nome = ContaArquivo::nome_de_arquivo(imagem.conta.rg);
    let trocado = disco.renomear(temporario, &nome).map_err(nomear(&nome));
    trocado.map_err(|erro| NaoTrocado { erro, encontrado })
}

/// What cannot be removed now is replaced by the next checkpoint, or removed by recovery.
fn descartar<D: Disco>(disco: &D, preparado: &Preparado) {
    let _ = disco.apagar(&preparado.temporario);
}

/// Keeps what stands in the place of an account file, unless it is what is expected there. Returns
/// what it found.
fn guardar_estranho<D: Disco>(
    disco: &D,
    imagem: &Imagem,
    esperado: LugarEsperado,
    epoca: u64,
    avisos: &mut Vec<Aviso>,
) -> io::Result<Option<u32>> {
    // A checkpoint that is tried again finds the same again.
    let mut avisar = |aviso: Aviso| {
        if !avisos.contains(&aviso) {
            avisos.push(aviso);
        }
    };
    let rg: Rg = imagem.conta.rg;
    let nome = ContaArquivo::nome_de_arquivo(rg);
    let bytes = match disco.ler(&nome, ContaArquivo::MAX_BYTES) {
        Ok(None) if esperado == LugarEsperado::Nada => return Ok(None),
        Ok(None) => {
            avisar(Aviso::ArquivoRefeito { rg });
            return Ok(None);
        }
        Ok(Some(bytes)) => Some(bytes),
        Err(erro) if nao_e_arquivo(&erro) => None,
        Err(erro) => return Err(nomear(&nome)(erro)),
    };
    let encontrado = bytes.as_deref().map(impressao);
    if encontrado.is_some_and(|encontrado| LugarEsperado::Este(encontrado) == esperado) {
        return Ok(encontrado);
    }
    let copia = copiar(disco, &nome, bytes.as_deref(), epoca, imagem.seq)?;
    avisar(Aviso::ArquivoEditado { rg, copia });
    Ok(encontrado)
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
            Err(erro) if !nao_e_arquivo(&erro) => return Err(nomear(&copia)(erro)),
            _ => copia = format!("{primeira}-{numero}"),
        }
    }
    match bytes {
        Some(bytes) => {
            let temporario = preparar(disco, &copia, bytes)?;
            disco.renomear(&temporario, &copia).map_err(nomear(&copia))?;
        }
        // Whatever it is, it can be moved.
        None => disco.renomear(nome, &copia).map_err(nomear(nome))?,
    }
    Ok(copia)
}
