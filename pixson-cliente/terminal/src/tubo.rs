//! A pipe or a file instead of a person.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Stdout};

use pixson_conexao::{EntradaInterrompivel, Interrompida, Interrupcao};
use pixson_linha::entrada::LINHA_MAX_BYTES;

use crate::saida::Linhas;
use crate::{Digitado, Terminal, entrada_padrao};

/// A program or a file at the other end. It gets what the original program would show, without an
/// echo of the input.
#[derive(Debug)]
pub struct Tubo<'i> {
    entrada: BufReader<EntradaInterrompivel<'i, File>>,
    saida: Linhas<'i, Stdout>,
    interrupcao: &'i Interrupcao,
}

impl<'i> Tubo<'i> {
    /// Standard input and standard output.
    ///
    /// # Errors
    ///
    /// There is no standard input.
    pub fn novo(interrupcao: &'i Interrupcao) -> io::Result<Self> {
        let entrada = BufReader::new(EntradaInterrompivel::nova(entrada_padrao()?, interrupcao));
        Ok(Self { entrada, saida: Linhas::nova(io::stdout(), interrupcao), interrupcao })
    }
}

impl Terminal for Tubo<'_> {
    fn mostrar(&mut self, linha: &str) {
        self.saida.escrever(format_args!("{linha}\n"));
    }

    fn falha(&self) -> Option<&io::Error> {
        self.saida.falha()
    }

    /// A last line without LF may be cut off in the middle of an amount, and is not taken.
    fn perguntar(&mut self, pergunta: &str) -> io::Result<Digitado> {
        self.saida.escrever(format_args!("{pergunta}"));
        if self.falha().is_some() {
            return Ok(Digitado::Fim);
        }
        if self.interrupcao.veio() {
            return Ok(Digitado::Interrompido);
        }
        let mut bytes = Vec::new();
        match (&mut self.entrada).take(LINHA_MAX_BYTES as u64).read_until(b'\n', &mut bytes) {
            Err(erro) if Interrompida::em(&erro) => return Ok(Digitado::Interrompido),
            lido => lido?,
        };
        if bytes.last() == Some(&b'\n') {
            return Ok(Digitado::Linha(String::from_utf8_lossy(&bytes).trim().to_owned()));
        }
        if bytes.len() == LINHA_MAX_BYTES {
            return self.recusar_longa();
        }
        self.mostrar("");
        Ok(Digitado::Fim)
    }
}

impl Tubo<'_> {
    /// Skips the rest of a line that is too long: taken as the next line, it could be an amount. What
    /// stands for the line answers no question.
    fn recusar_longa(&mut self) -> io::Result<Digitado> {
        match self.entrada.skip_until(b'\n') {
            Err(erro) if Interrompida::em(&erro) => Ok(Digitado::Interrompido),
            lido => lido.map(|_| Digitado::Linha("(linha longa demais)".into())),
        }
    }
}
