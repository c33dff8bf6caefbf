//! One process for each bank.

use std::io;

use super::PASTA;
use crate::banco::disco::{Disco, nomear};

/// The file that locks the bank.
pub(in crate::banco) const TRAVA: &str = "diario/trava";

/// The locks that keep all others out of a bank, as long as this value lives.
#[derive(Debug)]
pub(in crate::banco) struct Trava<A> {
    /// The lock of the directory itself, which holds even if the lock file is removed.
    pub(in crate::banco) diretorio: A,
    /// The lock of the file, the only one that earlier versions and some network file systems know.
    /// `None` if there is no journal yet.
    pub(in crate::banco) arquivo: Option<A>,
}

/// Locks a bank.
///
/// # Errors
///
/// [`io::ErrorKind::WouldBlock`], without a name, if the bank is locked already.
pub(in crate::banco) fn travar<D: Disco>(disco: &D) -> io::Result<Trava<D::Arquivo>> {
    let diretorio = disco.travar("")?;
    let arquivo = match disco.travar(TRAVA) {
        Err(erro) if erro.kind() == io::ErrorKind::NotFound => None,
        Err(erro) if erro.kind() == io::ErrorKind::WouldBlock => return Err(erro),
        // Something else than a folder has the name `diario`.
        Err(erro) if erro.kind() == io::ErrorKind::NotADirectory => {
            return Err(nomear(PASTA)(erro));
        }
        travado => Some(travado.map_err(nomear(TRAVA))?),
    };
    Ok(Trava { diretorio, arquivo })
}
