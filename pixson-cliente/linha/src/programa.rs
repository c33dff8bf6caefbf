//! A program: its name, its version, and how it ends.

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::{ArgMatches, Command, Parser};

use crate::fala::{dizer, mostrar, sem_saida};
use crate::portugues::{USO_CODIGO, frase};

/// The name of a program, its version, and its exit code if its output cannot be written.
#[derive(Clone, Copy, Debug)]
pub struct Programa {
    nome: &'static str,
    versao: &'static str,
    saida_codigo: u8,
}

impl Programa {
    /// A program with the name that starts it, its version, and the exit code if its output cannot
    /// be written.
    pub const fn novo(nome: &'static str, versao: &'static str, saida_codigo: u8) -> Self {
        Self { nome, versao, saida_codigo }
    }

    /// The name that starts it.
    pub const fn nome(&self) -> &'static str {
        self.nome
    }

    /// Its version, as Cargo has it.
    pub const fn versao(&self) -> &'static str {
        self.versao
    }

    /// Reads the command line.
    ///
    /// # Errors
    ///
    /// The exit code, after the help, the version or the error was written.
    pub fn ler<A: Parser>(&self) -> Result<A, ExitCode> {
        A::try_parse().map_err(|erro| self.terminar(&erro, A::command()))
    }

    /// Writes what clap has to say about the command line: help, version, or what is wrong.
    /// `comando` is what the command line was read as. Returns the exit code.
    pub fn terminar(&self, erro: &clap::Error, comando: Command) -> ExitCode {
        if erro.use_stderr() {
            return self.recusar(&frase(erro, comando.clone()), comando);
        }
        ExitCode::from(self.entregar(&erro.to_string()))
    }

    /// Writes that the command line is wrong, and which help page to read. Returns the exit code.
    pub fn recusar(&self, frase: &str, comando: Command) -> ExitCode {
        // If even this cannot be written, the exit code still reports it.
        let _ = dizer([format!("{frase} Veja {} --help.", self.caminho(comando))]);
        ExitCode::from(USO_CODIGO)
    }

    /// Writes a text that the program was asked for and that changes nothing, such as a help page.
    /// Returns the exit code.
    pub fn entregar(&self, texto: &str) -> u8 {
        match mostrar(texto) {
            Ok(()) => 0,
            // A reader that has gone away, such as a pager, is no failure here.
            Err(erro) if erro.kind() == ErrorKind::BrokenPipe => 0,
            Err(erro) => {
                // If even this cannot be written, the exit code still reports it.
                let _ = dizer([sem_saida(&erro)]);
                self.saida_codigo
            }
        }
    }

    /// The name of the program and of the command that the command line leads to, as far as it is
    /// understood.
    fn caminho(&self, comando: Command) -> String {
        let lidas = comando.ignore_errors(true).try_get_matches();
        let mut nomes = vec![self.nome];
        let mut dentro = lidas.as_ref().ok();
        while let Some((nome, achadas)) = dentro.and_then(ArgMatches::subcommand) {
            nomes.push(nome);
            dentro = Some(achadas);
        }
        nomes.join(" ")
    }
}
