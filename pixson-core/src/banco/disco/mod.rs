//! The seam between the bank and a disk: ten operations, and nothing else touches files.

mod real;

use std::fmt::Debug;
use std::io;

pub use real::DiscoReal;

/// What the JSON bank asks of a disk. What it assumes of the answers is in section 1 of
/// `docs/armazenamento.md`.
///
/// Names are relative to the bank's directory, with `/` between folder and file. An
/// implementation may fail any call, and may forget what was not synced: the bank's tests do so. It
/// must not panic: whoever waits for that sync would wait for ever.
pub trait Disco: Debug + Send + Sync {
    /// A file that is open for writing.
    type Arquivo: Debug + Send + Sync;

    /// Takes the advisory lock of a file, which is created if need be. It is held as long as the
    /// value lives.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] if somebody else holds it.
    fn travar(&self, nome: &str) -> io::Result<Self::Arquivo>;

    /// Creates a folder, if it is not there yet.
    ///
    /// # Errors
    ///
    /// As the disk has them.
    fn criar_pasta(&self, pasta: &str) -> io::Result<()>;

    /// The names in a folder (`""` for the bank's own directory), in no order.
    ///
    /// # Errors
    ///
    /// As the disk has them.
    fn listar(&self, pasta: &str) -> io::Result<Vec<String>>;

    /// The content of a regular file, or `None` if there is nothing of that name.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::FileTooLarge`] beyond `max_bytes`, and [`io::ErrorKind::InvalidData`] for
    /// anything but a regular file, which is never opened: a link may lead elsewhere, and to open
    /// a pipe would block.
    fn ler(&self, nome: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>>;

    /// Creates an empty file for writing, in place of one that has the name. It has the
    /// permissions of the file `como`, if there is one, and else can be read by its owner only.
    ///
    /// # Errors
    ///
    /// As the disk has them.
    fn criar(&self, nome: &str, como: Option<&str>) -> io::Result<Self::Arquivo>;

    /// Writes all of `bytes` from `posicao` on. Durable only after [`Disco::sincronizar`].
    ///
    /// # Errors
    ///
    /// As the disk has them; any part may have been written.
    fn escrever(&self, arquivo: &Self::Arquivo, posicao: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts a file to so many bytes.
    ///
    /// # Errors
    ///
    /// As the disk has them.
    fn cortar(&self, arquivo: &Self::Arquivo, bytes: u64) -> io::Result<()>;

    /// Makes durable what was written to a file before this call.
    ///
    /// # Errors
    ///
    /// As the disk has them; after one, nothing is known about what was not synced before.
    fn sincronizar(&self, arquivo: &Self::Arquivo) -> io::Result<()>;

    /// Gives a file another name, atomically, in place of what had that name.
    ///
    /// # Errors
    ///
    /// As the disk has them.
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
    /// As the disk has them.
    fn apagar(&self, nome: &str) -> io::Result<()>;
}

/// How the name of a half-written file begins. None of them is ever read.
pub(super) const TEMPORARIO: &str = ".tmp-";

/// Writes a whole file under a temporary name in its own folder, and syncs it. The name that it
/// returns is then for [`Disco::renomear`].
pub(super) fn preparar<D: Disco>(disco: &D, nome: &str, conteudo: &[u8]) -> io::Result<String> {
    let temporario = match nome.rsplit_once('/') {
        Some((pasta, arquivo)) => format!("{pasta}/{TEMPORARIO}{arquivo}"),
        None => format!("{TEMPORARIO}{nome}"),
    };
    let escrito = disco.criar(&temporario, Some(nome)).and_then(|arquivo| {
        disco.escrever(&arquivo, 0, conteudo)?;
        disco.sincronizar(&arquivo).map_err(sem_volta)
    });
    if escrito.is_err() {
        // On a full disk it would keep the little space it got; what cannot be removed now is
        // replaced by the next try, or removed by recovery.
        let _ = disco.apagar(&temporario);
    }
    escrito.map(|()| temporario)
}

/// Replaces a file: after a crash at any point it holds the old content or the new, whole.
/// Durable on return.
pub(super) fn substituir<D: Disco>(disco: &D, nome: &str, conteudo: &[u8]) -> io::Result<()> {
    let temporario = preparar(disco, nome, conteudo)?;
    disco.renomear(&temporario, nome)?;
    let pasta = nome.rsplit_once('/').map_or("", |(pasta, _)| pasta);
    disco.sincronizar_pasta(pasta).map_err(sem_volta)
}

/// An error after which the disk must not be asked again, whatever it says of itself: a sync that
/// failed for want of space has failed.
pub(super) fn sem_volta(erro: io::Error) -> io::Error {
    io::Error::other(erro)
}
