//! The trace that a program keeps if its command line says so.

use std::io;
use std::path::Path;
use std::sync::Arc;

use pixson_core::rastro::CabecalhoDoRastro;
use pixson_gravador::{AnelDoRastro, ArquivoDoRastro, DestinosDoRastro, ErroDeGravacao, Gravador};

use crate::portugues::causa;

/// Begins a trace, in a file, in a ring of its last events, or in both. `ao_parar` is called with a sentence if the
/// file takes no more lines.
///
/// # Errors
///
/// A sentence: why the file takes no trace, or that the system gives no thread.
pub fn comecar(
    arquivo: Option<&Path>,
    anel: Option<Arc<AnelDoRastro>>,
    cabecalho: &CabecalhoDoRastro,
    ao_parar: impl FnOnce(&str) + Send + 'static,
) -> Result<Gravador, String> {
    let ao_falhar = move |erro: &io::Error| {
        ao_parar(&format!("O rastro não é mais gravado ({}).", causa(erro)));
    };
    let aberto = arquivo.map(ArquivoDoRastro::abrir).transpose();
    let iniciado = aberto.and_then(|arquivo| {
        let destinos = DestinosDoRastro { arquivo, anel };
        Gravador::iniciar(destinos, cabecalho, ao_falhar).map_err(ErroDeGravacao::Sistema)
    });
    iniciado.map_err(|erro| match (arquivo.map(Path::display), erro) {
        (Some(arquivo), ErroDeGravacao::Sistema(erro)) => {
            format!("Não foi possível gravar o rastro em \"{arquivo}\" ({}).", causa(&erro))
        }
        (Some(arquivo), outro) => {
            format!("O rastro não pode ser gravado em \"{arquivo}\": {outro}.")
        }
        (None, erro) => format!("O rastro não pôde ser iniciado ({erro})."),
    })
}
