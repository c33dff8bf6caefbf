//! Traces from readers, a line at a time.

use std::io::{self, BufRead, Read};

use pixson_core::rastro::{
    ErroDeRastro, LINHA_MAX_BYTES, Rastros, SemRastro, diagnosticar, montar,
};
use thiserror::Error;

use crate::estudo::Estudo;

/// The traces that are studied together.
#[derive(Debug, Default)]
pub struct Coleta {
    rastros: Rastros,
}

impl Coleta {
    /// Reads one file to its end. However long a line is, little of it is kept.
    ///
    /// # Errors
    ///
    /// [`ErroDeLeitura`]; what was read before it stays.
    pub fn ler(&mut self, mut entrada: impl BufRead) -> Result<(), ErroDeLeitura> {
        let mut leitor = self.rastros.linhas();
        let limite = LINHA_MAX_BYTES as u64 + 2;
        let mut linha = Vec::new();
        loop {
            linha.clear();
            if entrada.by_ref().take(limite).read_until(b'\n', &mut linha)? == 0 {
                return Ok(());
            }
            let inteira = linha.pop_if(|byte| *byte == b'\n').is_some();
            leitor.linha(&linha, inteira)?;
        }
    }

    /// Joins what was read, and looks for processes that broke the rules.
    pub fn estudar(self, sem_rastro: SemRastro) -> Estudo {
        let grafo = montar(self.rastros);
        let infracoes = diagnosticar(&grafo, sem_rastro);
        Estudo::novo(grafo, infracoes)
    }
}

/// Why a file was not read.
#[derive(Debug, Error)]
pub enum ErroDeLeitura {
    /// The system gives no more of it.
    #[error(transparent)]
    Entrada(#[from] io::Error),
    /// It is no trace.
    #[error(transparent)]
    Rastro(#[from] ErroDeRastro),
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use pixson_core::rastro::ErroDeLinha;

    use super::*;

    const CABECALHO: &str = r#"{"formato":"pixson-rastro","versao":1,"processo":"ana"}"#;

    #[test]
    fn a_line_without_an_end_is_refused_before_it_fills_the_memory() {
        let sem_fim = io::repeat(b'x');
        let mut coleta = Coleta::default();
        let erro = coleta.ler(BufReader::new(sem_fim)).expect_err("no trace");
        let longa = ErroDeRastro { linha: 1, erro: ErroDeLinha::Longa };
        assert!(matches!(erro, ErroDeLeitura::Rastro(erro) if erro == longa), "{erro:?}");
    }

    #[test]
    fn the_longest_line_is_read_and_the_next_one_has_its_number() {
        let espaco = " ".repeat(LINHA_MAX_BYTES - CABECALHO.len());
        let texto = format!("{CABECALHO}{espaco}\n{CABECALHO}\n{{\n\n");
        let erro = Coleta::default().ler(texto.as_bytes()).expect_err("no trace");
        assert!(matches!(erro, ErroDeLeitura::Rastro(erro) if erro.linha == 3), "{erro:?}");
    }
}
