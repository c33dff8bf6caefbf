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
    let onde = arquivo.map(|arquivo| format!(" em \"{}\"", arquivo.display())).unwrap_or_default();
    let nao_deu =
        |erro: &io::Error| format!("Não foi possível gravar o rastro{onde} ({}).", causa(erro));
    let aberto = arquivo.map(ArquivoDoRastro::abrir).transpose();
    let arquivo = aberto.map_err(|erro| match erro {
        ErroDeGravacao::Sistema(erro) => nao_deu(&erro),
        outro => format!("O rastro não pode ser gravado{onde}: {outro}."),
    })?;
    let destinos = DestinosDoRastro { arquivo, anel };
    Gravador::iniciar(destinos, cabecalho, ao_falhar).map_err(|erro| nao_deu(&erro))
}
