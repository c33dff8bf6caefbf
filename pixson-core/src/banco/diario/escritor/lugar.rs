//! Whether the names of the journal still lead to the files that are open.

use std::io;

use crate::banco::diario::PASTA;
use crate::banco::disco::{Disco, ForaDoLugar, nomear};

/// Checks that the journal's folder, and the segment `arquivo` under its name, are still where
/// recovery looks for them.
///
/// # Errors
///
/// [`ForaDoLugar`] with the name that leads elsewhere, or the error of the disk.
pub(super) fn conferir_nomes<D: Disco>(
    disco: &D,
    nome: &str,
    arquivo: Option<&D::Arquivo>,
) -> io::Result<()> {
    let sumiu = |nome: &str| nomear(nome)(ForaDoLugar.into());
    if !disco.pasta_no_lugar(PASTA).map_err(nomear(PASTA))? {
        return Err(sumiu(PASTA));
    }
    match arquivo {
        Some(arquivo) if !disco.arquivo_no_lugar(nome, arquivo).map_err(nomear(nome))? => {
            Err(sumiu(nome))
        }
        _ => Ok(()),
    }
}
