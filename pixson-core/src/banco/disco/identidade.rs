//! Which file a name leads to, by its numbers.

use std::io;
use std::path::Path;

use rustix::fd::AsFd;
use rustix::fs::{AtFlags, fstat, major, minor, statat};
#[cfg(target_os = "linux")]
use rustix::fs::{StatxFlags, statx};
use rustix::io::Errno;

/// Which file or folder something is: the numbers of its device, and its own.
pub(super) type Identidade = (u32, u32, u64);

/// The identity of the file or folder that a name leads to; `""` is the open folder itself.
///
/// Only the numbers are asked for, not the timestamps: a file whose timestamps were read gets a
/// fine-grained one at the next write (since 6.13, `Documentation/filesystems/multigrain-ts.rst`),
/// and the sync of that write has more to do: asking between two groups of the journal made each
/// group half as slow again.
#[cfg(target_os = "linux")]
pub(super) fn identidade(
    pasta: impl AsFd,
    nome: &Path,
    como: AtFlags,
) -> Result<Identidade, Errno> {
    match statx(&pasta, nome, como | AtFlags::EMPTY_PATH, StatxFlags::INO) {
        Ok(dados) => Ok((dados.stx_dev_major, dados.stx_dev_minor, dados.stx_ino)),
        Err(Errno::NOSYS) => identidade_inteira(pasta, nome, como),
        Err(erro) => Err(erro),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) use identidade_inteira as identidade;

fn identidade_inteira(pasta: impl AsFd, nome: &Path, como: AtFlags) -> Result<Identidade, Errno> {
    let dados =
        if nome.as_os_str().is_empty() { fstat(pasta)? } else { statat(pasta, nome, como)? };
    Ok((major(dados.st_dev), minor(dados.st_dev), dados.st_ino))
}

/// Whether a name leads to the file that is held open: `achado` is what was found there. A name
/// that leads nowhere does not.
pub(super) fn leva_a(achado: Result<Identidade, Errno>, aberto: impl AsFd) -> io::Result<bool> {
    match achado {
        Ok(achado) => Ok(achado == identidade(aberto, Path::new(""), AtFlags::empty())?),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(false),
        Err(erro) => Err(erro.into()),
    }
}
