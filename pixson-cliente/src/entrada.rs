//! Files that a command reads, which may be standard input or a pipe.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use pixson_conexao::{EntradaInterrompivel, Interrupcao};
use pixson_terminal::entrada_padrao;

/// The name that stands for standard input.
pub(crate) const ENTRADA_PADRAO: &str = "-";

/// Opens a file, or standard input. Ctrl-C ends the waiting for either.
pub(crate) fn abrir<'i>(
    arquivo: &Path,
    interrupcao: &'i Interrupcao,
) -> io::Result<BufReader<EntradaInterrompivel<'i, File>>> {
    let aberto = if arquivo == Path::new(ENTRADA_PADRAO) {
        entrada_padrao()?
    } else {
        let arquivo = arquivo.to_owned();
        // Opening a named pipe blocks until it has a writer.
        interrupcao.durante(None, move || File::open(arquivo))?
    };
    Ok(BufReader::new(EntradaInterrompivel::nova(aberto, interrupcao)))
}
