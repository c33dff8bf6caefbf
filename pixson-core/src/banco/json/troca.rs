//! Replacing account files in batches, where one that cannot be replaced does not hold up the
//! others.

use std::io;

use super::aviso::Aviso;
use crate::banco::arquivo::{ContaArquivo, impressao, nao_e_arquivo};
use crate::banco::disco::{Disco, e_sem_volta, nomear, passageiro, preparar, sem_volta};
use crate::tipos::Rg;

/// The content that a checkpoint writes to one file, and the content that it expects there.
pub(super) struct Imagem {
    pub(super) conta: ContaArquivo,
    /// The record that the image comes from.
    pub(super) seq: u64,
    pub(super) esperado: LugarEsperado,
}

/// The content that a checkpoint expects in the place of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum LugarEsperado {
    /// Nothing: the account was opened, and has no file yet.
    Nada,
    /// Content with this checksum, which may be overwritten.
    Este(u32),
    /// A file that the bank did not write, or whose absence is worth a warning.
    Estranho,
}

impl LugarEsperado {
    /// The content with this checksum, or nothing.
    pub(super) fn visto(visto: Option<u32>) -> Self {
        visto.map_or(Self::Nada, Self::Este)
    }
}

/// Whether one file was replaced, or why not.
pub(super) type Trocado = Result<(), NaoTrocado>;

/// A file that cannot be replaced.
#[derive(Debug)]
pub(super) struct NaoTrocado {
    pub(super) erro: io::Error,
    /// What stands in its place, if that could be read. It was expected there or is kept as a copy, so
    /// that no other copy is needed.
    pub(super) encontrado: Option<LugarEsperado>,
}

impl NaoTrocado {
    pub(super) fn antes_de_olhar(erro: io::Error) -> Self {
        Self { erro, encontrado: None }
    }
}

/// A new file that is written, still under its temporary name.
struct Preparado {
    /// What stands in the place of the new file.
    encontrado: LugarEsperado,
    temporario: String,
}

/// Replaces the files of these accounts, with one sync of their directory. Those that were replaced
/// are durable on return. A file that cannot be replaced stays as it is, and does not hold up the
/// others.
///
/// # Errors
///
/// If space or descriptors are short, nothing was replaced. Any other error is that of a failed
/// sync: which files were replaced is unknown.
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
        Err(erro) => Err(NaoTrocado { erro, encontrado: Some(encontrado) }),
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
    let encontrado = guardar_estranho(disco, imagem, *encontrado, epoca, avisos)
        .map_err(|erro| NaoTrocado { erro, encontrado: Some(*encontrado) })?;
    let nome = ContaArquivo::nome_de_arquivo(imagem.conta.rg);
    let trocado = disco.renomear(temporario, &nome).map_err(nomear(&nome));
    trocado.map_err(|erro| NaoTrocado { erro, encontrado: Some(encontrado) })
}

/// Removes a temporary file. If that fails, the next checkpoint replaces it, or recovery removes
/// it.
fn descartar<D: Disco>(disco: &D, preparado: &Preparado) {
    let _ = disco.apagar(&preparado.temporario);
}

/// Keeps a copy of what stands in the place of an account file, unless that is what is expected
/// there. Returns what stands there then.
fn guardar_estranho<D: Disco>(
    disco: &D,
    imagem: &Imagem,
    esperado: LugarEsperado,
    epoca: u64,
    avisos: &mut Vec<Aviso>,
) -> io::Result<LugarEsperado> {
    // A checkpoint that is tried again finds the same file, and must not warn twice.
    let mut avisar = |aviso: Aviso| {
        if !avisos.contains(&aviso) {
            avisos.push(aviso);
        }
    };
    let rg: Rg = imagem.conta.rg;
    let nome = ContaArquivo::nome_de_arquivo(rg);
    let bytes = match disco.ler(&nome, ContaArquivo::MAX_BYTES) {
        Ok(None) if esperado == LugarEsperado::Nada => return Ok(LugarEsperado::Nada),
        Ok(None) => {
            avisar(Aviso::ArquivoRefeito { rg });
            return Ok(LugarEsperado::Nada);
        }
        Ok(Some(bytes)) => Some(bytes),
        Err(erro) if nao_e_arquivo(&erro) => None,
        Err(erro) => return Err(nomear(&nome)(erro)),
    };
    // What cannot be read is moved away, so that nothing stands there then.
    let encontrado = LugarEsperado::visto(bytes.as_deref().map(impressao));
    if bytes.is_some() && encontrado == esperado {
        return Ok(encontrado);
    }
    let copia = copiar(disco, &nome, bytes.as_deref(), epoca, imagem.seq)?;
    avisar(Aviso::ArquivoEditado { rg, copia });
    Ok(encontrado)
}

/// Keeps a copy of a file beside it, under a name that no other copy has. A copy that was made by a
/// checkpoint that then failed is not made again. `bytes` is `None` for what cannot be read.
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
        // What cannot be read can still be moved.
        None => disco.renomear(nome, &copia).map_err(nomear(nome))?,
    }
    Ok(copia)
}
