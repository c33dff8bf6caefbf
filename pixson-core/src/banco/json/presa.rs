//! One account whose file cannot be replaced.

use std::io;

use crate::banco::disco::{Causa, ErroDeArquivo};
use crate::tipos::Rg;

/// An account whose file cannot be replaced: the file is immutable or a mount point, or the disk
/// cannot read it. The account is served; its balance is in the journal, which is kept until the
/// file can be written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Presa {
    /// The account.
    pub rg: Rg,
    /// The file that stands in the way, relative to the bank's directory.
    pub arquivo: String,
    /// The error that the disk gives.
    pub causa: Causa,
}

impl Presa {
    pub(super) fn nova(rg: Rg, erro: &io::Error) -> Self {
        let nomeado = ErroDeArquivo::em(erro);
        let arquivo = nomeado.map_or_else(|| format!("{rg}.json"), |erro| erro.arquivo.clone());
        Self { rg, arquivo, causa: Causa::de(erro) }
    }
}
