//! The way to a server, and the trace of it.

use std::env;
use std::path::Path;
use std::sync::Arc;

use pixson_conexao::{ConexaoCliente, ErroConexao, Interrupcao, ServidorDistante};
use pixson_core::rastro::{CabecalhoDoRastro, NomeDeProcesso};
use pixson_gravador::{Gravador, comando_digitado};
use pixson_linha::fala::dizer;
use pixson_linha::rastro;

/// The way to a server. Whatever is said on it goes to the trace, if one is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caminho<'c> {
    pub(crate) servidor: &'c ServidorDistante,
    pub(crate) interrupcao: &'c Interrupcao,
    pub(crate) gravador: Option<&'c Arc<Gravador>>,
}

impl<'c> Caminho<'c> {
    /// Connects, and sends nothing yet.
    pub(crate) fn conectar(self) -> Result<ConexaoCliente<'c>, ErroConexao> {
        let conexao = ConexaoCliente::abrir(self.servidor, self.interrupcao)?;
        Ok(match self.gravador {
            Some(gravador) => conexao.com_rastro(gravador),
            None => conexao,
        })
    }
}

/// Begins the trace of this client. `Err` is a sentence.
pub(crate) fn gravar(arquivo: &Path) -> Result<Gravador, String> {
    let cabecalho =
        CabecalhoDoRastro::novo(nome(arquivo)).com_comando(&comando_digitado(env::args_os()));
    rastro::comecar(Some(arquivo), None, &cabecalho, |frase| {
        // If even this cannot be written, nothing is left that could.
        let _ = dizer([frase]);
    })
}

/// A name for the process: that of the file without its ending, so that whoever names files names the lines
/// of a diagram.
fn nome(arquivo: &Path) -> NomeDeProcesso {
    let do_arquivo = arquivo.file_stem().and_then(|nome| nome.to_str()?.parse().ok());
    do_arquivo.unwrap_or_else(|| "cliente".parse().expect("a name of letters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_called_as_its_file_if_that_is_a_name() {
        let chamado = |arquivo: &str| nome(Path::new(arquivo)).to_string();
        assert_eq!(chamado("rastros/ana.jsonl"), "ana");
        assert_eq!(chamado("João"), "João");
        assert_eq!(chamado("duas\nlinhas.jsonl"), "cliente");
        assert_eq!(chamado(&"x".repeat(70)), "cliente");
    }
}
