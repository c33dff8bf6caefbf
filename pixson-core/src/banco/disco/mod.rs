//! The seam between the bank in files and a disk: nothing else touches files. Needs the feature
//! `json`.

mod erro;
mod identidade;
mod real;

use std::borrow::Cow;
use std::fmt::Debug;
use std::io;

pub use self::erro::{Causa, ErroDeArquivo, ForaDoLugar};
pub(super) use self::erro::{e_sem_volta, nomear, passageiro, repetir, sem_volta};
pub use self::real::DiscoReal;

/// What the JSON bank asks of a disk. What it assumes of the answers is in section 1 of
/// `docs/armazenamento.md`.
///
/// Names are relative to the bank's directory, with `/` between folder and file. An implementation
/// may fail any call, and may forget what was not synced: the bank's tests do so. It must not
/// panic: the threads that wait for its sync would wait for ever.
pub trait Disco: Debug + Send + Sync {
    /// A file that is open for writing.
    type Arquivo: Debug + Send + Sync;

    /// Takes the advisory lock of a file, which is created if need be, or of the bank's own
    /// directory (`""`). It is held as long as the value lives.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] if it is held already, and [`io::ErrorKind::InvalidData`] if
    /// the name is not that of a regular file.
    fn travar(&self, nome: &str) -> io::Result<Self::Arquivo>;

    /// Creates a folder, if it is not there yet.
    ///
    /// # Errors
    ///
    /// Any error of the disk.
    fn criar_pasta(&self, pasta: &str) -> io::Result<()>;

    /// The names in a folder (`""` for the bank's own directory), in no order.
    ///
    /// # Errors
    ///
    /// Any error of the disk.
    fn listar(&self, pasta: &str) -> io::Result<Vec<String>>;

    /// The content of a regular file, or `None` if there is nothing of that name.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::FileTooLarge`] beyond `max_bytes`, and [`io::ErrorKind::InvalidData`] for
    /// anything but a regular file: a link may lead elsewhere, and a pipe is never waited for.
    fn ler(&self, nome: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>>;

    /// Appends a part of a regular file to `destino`: so many bytes from `posicao` on, or fewer if the file
    /// ends before. `false` if there is nothing of that name. A disk that does not say how is asked for the
    /// whole file each time.
    ///
    /// # Errors
    ///
    /// As for [`Disco::ler`].
    fn ler_parte(
        &self,
        nome: &str,
        posicao: u64,
        bytes: usize,
        destino: &mut Vec<u8>,
    ) -> io::Result<bool> {
        let Some(inteiro) = self.ler(nome, u64::MAX)? else { return Ok(false) };
        let desde = usize::try_from(posicao).ok().and_then(|desde| inteiro.get(desde..));
        let desde = desde.unwrap_or_default();
        destino.extend_from_slice(&desde[..desde.len().min(bytes)]);
        Ok(true)
    }

    /// Creates an empty file for writing, in place of one that has the name. It has the
    /// permissions of the file `como`, if there is one, and else can be read by its owner only.
    ///
    /// # Errors
    ///
    /// Any error of the disk.
    fn criar(&self, nome: &str, como: Option<&str>) -> io::Result<Self::Arquivo>;

    /// Writes all of `bytes` from `posicao` on. Durable only after [`Disco::sincronizar`].
    ///
    /// # Errors
    ///
    /// Any error of the disk; any part may have been written (short write).
    fn escrever(&self, arquivo: &Self::Arquivo, posicao: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts a file to so many bytes.
    ///
    /// # Errors
    ///
    /// Any error of the disk.
    fn cortar(&self, arquivo: &Self::Arquivo, bytes: u64) -> io::Result<()>;

    /// Makes durable what was written to a file before this call.
    ///
    /// # Errors
    ///
    /// Any error of the disk; after it, nothing is known about what was not synced before.
    fn sincronizar(&self, arquivo: &Self::Arquivo) -> io::Result<()>;

    /// Gives a file another name, atomically, in place of what had that name.
    ///
    /// # Errors
    ///
    /// Any error of the disk.
    fn renomear(&self, de: &str, para: &str) -> io::Result<()>;

    /// Makes durable the names in a folder.
    ///
    /// # Errors
    ///
    /// As for [`Disco::sincronizar`].
    fn sincronizar_pasta(&self, pasta: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    ///
    /// Any error of the disk.
    fn apagar(&self, nome: &str) -> io::Result<()>;

    /// Whether the name of a folder still leads to the folder that is in use; `""` is the name by
    /// which the bank's own directory was opened. A disk whose names no other process can change
    /// need not check.
    ///
    /// # Errors
    ///
    /// Any error of the disk.
    fn pasta_no_lugar(&self, _pasta: &str) -> io::Result<bool> {
        Ok(true)
    }

    /// The same for a file that is open for writing.
    ///
    /// # Errors
    ///
    /// Any error of the disk.
    fn arquivo_no_lugar(&self, _nome: &str, _arquivo: &Self::Arquivo) -> io::Result<bool> {
        Ok(true)
    }

    /// Whether what this process creates belongs to another user than the bank's directory does, so
    /// that the user who normally serves the bank could not use it.
    fn dono_alheio(&self) -> bool {
        false
    }

    /// The mark that distinguishes a file that is open for writing from every copy of it. A disk
    /// that cannot tell them apart gives all files the same mark, and copies of a bank go
    /// unnoticed.
    ///
    /// # Errors
    ///
    /// Any error of the disk.
    fn marca(&self, _arquivo: &Self::Arquivo) -> io::Result<Marca> {
        Ok(Marca::default())
    }

    /// The same for the file that has a name, or `None` if there is none.
    ///
    /// # Errors
    ///
    /// As for [`Disco::ler`].
    fn marca_de_nome(&self, _nome: &str) -> io::Result<Option<Marca>> {
        Ok(Some(Marca::default()))
    }

    /// When the content of a file was written last, in nanoseconds since 1970 as in [`Marca`]; `None` if
    /// there is no such file, or the disk does not know. Only compared with other instants of files.
    ///
    /// # Errors
    ///
    /// As for [`Disco::ler`].
    fn escrito(&self, _nome: &str) -> io::Result<Option<u64>> {
        Ok(None)
    }

    /// The size of a file and the instant of [`Disco::escrito`], taken together; `None` if there is no such
    /// file, or the disk does not know. Whatever writes to a file changes one of the two: a disk that
    /// cannot promise that does not know, and every statement then reads the whole ledger.
    ///
    /// # Errors
    ///
    /// As for [`Disco::ler`].
    fn aspecto(&self, _nome: &str) -> io::Result<Option<Aspecto>> {
        Ok(None)
    }
}

/// What tells a file from one that was written since.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Aspecto {
    /// Its size.
    pub bytes: u64,
    /// When its content was written last, in nanoseconds since 1970.
    pub escrito: u64,
}

/// What distinguishes a file from every copy of it, also from a copy that was written into the same
/// file later.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Marca {
    /// The number of the bank's directory: a copy may be made of links to the same files.
    pub diretorio: u64,
    /// The file's number in its file system (`st_ino`).
    pub numero: u64,
    /// When the file was created, in nanoseconds since 1970; 0 where the file system does not know.
    pub nascido: u64,
}

/// How the name of a half-written file begins. None of them is ever read.
pub(super) const TEMPORARIO: &str = ".tmp-";

/// The temporary name of a file, in its own folder.
pub(super) fn temporario(nome: &str) -> String {
    match nome.rsplit_once('/') {
        Some((pasta, arquivo)) => format!("{pasta}/{TEMPORARIO}{arquivo}"),
        None => format!("{TEMPORARIO}{nome}"),
    }
}

/// Writes a whole file under a temporary name in its own folder, and syncs it. The name that it
/// returns is then for [`Disco::renomear`].
pub(super) fn preparar<D: Disco>(disco: &D, nome: &str, conteudo: &[u8]) -> io::Result<String> {
    preparar_de(disco, nome, |_| Ok(conteudo.into()))
}

/// The same for a content that depends on the file that it stands in.
fn preparar_de<'c, D: Disco>(
    disco: &D,
    nome: &str,
    conteudo: impl FnOnce(&D::Arquivo) -> io::Result<Cow<'c, [u8]>>,
) -> io::Result<String> {
    let temporario = temporario(nome);
    let escrito = disco.criar(&temporario, Some(nome)).and_then(|arquivo| {
        disco.escrever(&arquivo, 0, &conteudo(&arquivo)?)?;
        disco.sincronizar(&arquivo).map_err(sem_volta)
    });
    if escrito.is_err() {
        // On a full disk the temporary file would hold the little space that it got. If it cannot
        // be removed now, the next try replaces it, or recovery removes it.
        let _ = disco.apagar(&temporario);
    }
    match escrito {
        Ok(()) => Ok(temporario),
        Err(erro) => Err(nomear(&temporario)(erro)),
    }
}

/// Replaces a file: after a crash at any point it holds the old content or the new, whole.
/// Durable on return.
pub(super) fn substituir<D: Disco>(disco: &D, nome: &str, conteudo: &[u8]) -> io::Result<()> {
    trocar(disco, &preparar(disco, nome, conteudo)?, nome)
}

/// The same for a content that bears the mark of the file that it stands in.
pub(super) fn substituir_marcado<D: Disco>(
    disco: &D,
    nome: &str,
    conteudo: impl FnOnce(Marca) -> Vec<u8>,
) -> io::Result<()> {
    let marcado = |arquivo: &D::Arquivo| Ok(conteudo(disco.marca(arquivo)?).into());
    trocar(disco, &preparar_de(disco, nome, marcado)?, nome)
}

fn trocar<D: Disco>(disco: &D, temporario: &str, nome: &str) -> io::Result<()> {
    disco.renomear(temporario, nome).map_err(nomear(nome))?;
    let pasta = nome.rsplit_once('/').map_or("", |(pasta, _)| pasta);
    disco.sincronizar_pasta(pasta).map_err(sem_volta)
}
