//! What other programs need to know of the command line: completions for shells, and pages for man.
//! Both programs can compile this file. Their help pages do not name these commands.

use std::env;
use std::process::ExitCode;

use clap::{ArgAction, Command, Parser};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::fala::entregar;
use crate::portugues::{self, MODELO};

/// The titles that man pages have, most of them in English, and those that they get.
const TITULOS: [(&str, &str); 6] = [
    (".SH NAME", ".SH NOME"),
    (".SH SYNOPSIS", ".SH SINOPSE"),
    (".SH DESCRIPTION", ".SH DESCRIÇÃO"),
    (".SH Comandos", ".SH COMANDOS"),
    (".SH EXTRA", ".SH NOTAS"),
    (".SH VERSION", ".SH VERSÃO"),
];

/// The program that a page belongs to.
const FONTE: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// The commands of this module alone.
#[derive(Debug, Parser)]
#[command(
    name = env!("CARGO_PKG_NAME"),
    about = "Gera arquivos que acompanham o programa",
    disable_help_flag = true,
    disable_help_subcommand = true,
    next_help_heading = "Opções",
    subcommand_help_heading = "Comandos",
    override_usage = concat!(
        env!("CARGO_PKG_NAME"), " completar SHELL\n     ",
        env!("CARGO_PKG_NAME"), " manual [COMANDO]..."
    ),
    help_template = MODELO
)]
enum Gerar {
    /// Gera o que um shell precisa para completar a linha de comando
    #[command(
        override_usage = concat!(env!("CARGO_PKG_NAME"), " completar SHELL"),
        help_template = MODELO,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Completar {
        /// O shell: bash, elvish, fish, powershell ou zsh
        #[arg(help_heading = "Argumentos", value_name = "SHELL", hide_possible_values = true)]
        shell: Shell,

        /// Mostra esta ajuda
        #[arg(short = 'h', long = "help", visible_alias = "ajuda", action = ArgAction::Help)]
        ajuda: Option<bool>,
    },
    /// Gera a página de manual do programa ou de um de seus comandos
    #[command(
        override_usage = concat!(env!("CARGO_PKG_NAME"), " manual [COMANDO]..."),
        help_template = MODELO,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Manual {
        /// De qual comando; um subcomando vem depois do comando dele
        #[arg(help_heading = "Argumentos", value_name = "COMANDO")]
        comandos: Vec<String>,

        /// Mostra esta ajuda
        #[arg(short = 'h', long = "help", visible_alias = "ajuda", action = ArgAction::Help)]
        ajuda: Option<bool>,
    },
}

/// Does one of these commands, if the command line asks for one. Returns the exit code.
pub(crate) fn atender<A: Parser>() -> Option<ExitCode> {
    let primeira = env::args_os().nth(1)?;
    if primeira != "completar" && primeira != "manual" {
        return None;
    }
    Some(gerar::<A>().unwrap_or_else(|fim| fim))
}

fn gerar<A: Parser>() -> Result<ExitCode, ExitCode> {
    let texto = match portugues::ler()? {
        Gerar::Completar { shell, .. } => complementos(A::command(), shell),
        Gerar::Manual { comandos, .. } => {
            pagina(A::command(), &comandos).map_err(|frase| portugues::recusar::<Gerar>(&frase))?
        }
    };
    Ok(ExitCode::from(entregar(&texto)))
}

fn complementos(mut programa: Command, shell: Shell) -> String {
    const NOME: &str = env!("CARGO_PKG_NAME");
    let mut texto = Vec::new();
    clap_complete::generate(shell, &mut programa, NOME, &mut texto);
    let texto = String::from_utf8_lossy(&texto);
    // Of a program with a hyphen in its name, clap_complete looks for the options of a command under
    // a label that it never sets (https://github.com/clap-rs/clap/issues/6421).
    let [errado, certo] =
        ["__subcmd__", "__"].map(|hifen| format!("{}__subcmd__", NOME.replace('-', hifen)));
    texto.replace(&errado, &certo)
}

/// The page of the program, or of the command that these words lead to. `Err` is a sentence.
fn pagina(mut comando: Command, caminho: &[String]) -> Result<String, String> {
    comando.build();
    for palavra in caminho {
        let achado = comando.find_subcommand(palavra).cloned();
        comando = achado.ok_or_else(|| format!("Comando desconhecido: {palavra}."))?;
    }
    let mut roff = Vec::new();
    let pagina = Man::new(comando).source(FONTE).manual("Pixson");
    pagina.render(&mut roff).map_err(|erro| format!("{}.", portugues::causa(&erro)))?;
    let roff = String::from_utf8_lossy(&roff);
    let linhas = roff.lines().map(|linha| {
        let titulo = TITULOS.iter().find(|(ingles, _)| *ingles == linha);
        format!("{}\n", titulo.map_or(linha, |(_, portugues)| portugues))
    });
    Ok(linhas.collect())
}
