//! One process for each bank.

use std::io;

use super::PASTA;
use crate::banco::disco::{Disco, nomear};

/// The file that locks the bank.
pub(in crate::banco) const TRAVA: &str = "diario/trava";

/// What keeps everybody else out of a bank, as long as it lives.
#[derive(Debug)]
pub(in crate::banco) struct Trava<A> {
    /// The lock of the directory itself: whoever removes the file lets nobody in.
    pub(in crate::banco) diretorio: A,
    /// The lock of the file, which is all that earlier versions and some network file systems know.
    /// `None` if there is no journal yet.
    pub(in crate::banco) arquivo: Option<A>,
}

/// Locks a bank.
///
/// # Errors
///
/// [`io::ErrorKind::WouldBlock`], without a name, if somebody else has it.
pub(in crate::banco) fn travar<D: Disco>(disco: &D) -> io::Result<Trava<D::Arquivo>> {
    let diretorio = disco.travar("")?;
    let arquivo = match disco.travar(TRAVA) {
        Err(erro) if erro.kind() == io::ErrorKind::NotFound => None,
        Err(erro) if erro.kind() == io::ErrorKind::WouldBlock => return Err(erro),
        // The folder itself is something else.
        Err(erro) if erro.kind() == io::ErrorKind::NotADirectory => {
            return Err(nomear(PASTA)(erro));
        }
        travado => Some(travado.map_err(nomear(TRAVA))?),
    };
    Ok(Trava { diretorio, arquivo })
}
