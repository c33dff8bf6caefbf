//! The trace that a program keeps if its command line says so.

use std::io;
use std::path::Path;

use pixson_core::rastro::CabecalhoDoRastro;
use pixson_gravador::{ArquivoDoRastro, ErroDeGravacao, Gravador};

use crate::portugues::causa;

/// Begins a trace in a file. `ao_parar` is called with a sentence if the file takes no more lines.
///
/// # Errors
///
/// A sentence: why the file takes no trace.
pub fn comecar(
    arquivo: &Path,
    cabecalho: &CabecalhoDoRastro,
    ao_parar: impl FnOnce(&str) + Send + 'static,
) -> Result<Gravador, String> {
    let ao_falhar = move |erro: &io::Error| {
        ao_parar(&format!("O rastro não é mais gravado ({}).", causa(erro)));
    };
    let iniciado = ArquivoDoRastro::abrir(arquivo).and_then(|aberto| {
        Gravador::iniciar(aberto, cabecalho, ao_falhar).map_err(ErroDeGravacao::Sistema)
    });
    iniciado.map_err(|erro| {
        let arquivo = arquivo.display();
        match erro {
            ErroDeGravacao::Sistema(erro) => {
                format!("Não foi possível gravar o rastro em \"{arquivo}\" ({}).", causa(&erro))
            }
            outro => format!("O rastro não pode ser gravado em \"{arquivo}\": {outro}."),
        }
    })
}
