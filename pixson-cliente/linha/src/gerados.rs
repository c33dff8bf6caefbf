//! Files about the command line for other programs: completions for shells, and pages for man.

use std::env;
use std::process::ExitCode;

use clap::{
    Arg, ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches, Parser, ValueHint,
};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::Programa;
use crate::portugues::{MODELO, causa};

/// The titles that `clap_mangen` gives to man pages, most of them in English, and their
/// replacements.
const TITULOS: [(&str, &str); 6] = [
    (".SH NAME", ".SH NOME"),
    (".SH SYNOPSIS", ".SH SINOPSE"),
    (".SH DESCRIPTION", ".SH DESCRIÇÃO"),
    (".SH Comandos", ".SH COMANDOS"),
    (".SH EXTRA", ".SH NOTAS"),
    (".SH VERSION", ".SH VERSÃO"),
];

/// The `display_order` that puts the commands of this module behind those of the program.
const ULTIMO: usize = 100;

/// The commands of this module alone.
#[derive(Debug, Parser)]
#[command(
    about = "Gera arquivos que acompanham o programa",
    disable_help_flag = true,
    disable_help_subcommand = true,
    next_help_heading = "Opções",
    subcommand_help_heading = "Comandos",
    help_template = MODELO
)]
enum Gerar {
    /// Gera o arquivo de que o shell precisa para completar a linha de comando
    #[command(
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

/// These commands, for the help page of the program. [`atender`] does them before the program reads
/// its command line, since they take none of its options.
pub fn comandos(programa: &Programa) -> Vec<Command> {
    let ultimo = |comando: &Command| comando.clone().display_order(ULTIMO);
    gerar_de(programa).get_subcommands().map(ultimo).collect()
}

/// [`Gerar`] with the help texts that name the program.
fn gerar_de(programa: &Programa) -> Command {
    let nome = programa.nome();
    let completar = format!("{nome} completar SHELL");
    let manual = format!("{nome} manual [COMANDO]...");
    Gerar::command()
        .name(nome)
        .override_usage(format!("{completar}\n     {manual}"))
        .mut_subcommand("completar", |comando| {
            comando.override_usage(completar).after_help(format!(
                "O arquivo é escrito na saída padrão.\n\nExemplos:\n  \
                 {nome} completar bash > ~/.local/share/bash-completion/completions/{nome}\n  \
                 {nome} completar fish > ~/.config/fish/completions/{nome}.fish"
            ))
        })
        .mut_subcommand("manual", |comando| {
            comando.override_usage(manual).after_help(format!(
                "A página é escrita na saída padrão, no formato que o comando man lê.\n\n\
                 Exemplos:\n  {nome} manual | man -l -\n  \
                 {nome} manual > ~/.local/share/man/man1/{nome}.1"
            ))
        })
}

/// Does one of these commands, if the command line asks for one. Returns the exit code.
pub fn atender<A: Parser>(programa: &Programa) -> Option<ExitCode> {
    let lidas = A::command().ignore_errors(true).try_get_matches();
    let achado = lidas.as_ref().ok().and_then(ArgMatches::subcommand_name);
    let e_daqui = |nome: &str| Gerar::command().find_subcommand(nome).is_some();
    let primeira = env::args_os().nth(1)?;
    if primeira.to_str().is_some_and(e_daqui) {
        return Some(gerar::<A>(programa).unwrap_or_else(|fim| fim));
    }
    let nome = achado.filter(|nome| e_daqui(nome))?;
    Some(programa.recusar(&format!("{nome} deve ser a primeira palavra."), A::command()))
}

fn gerar<A: Parser>(programa: &Programa) -> Result<ExitCode, ExitCode> {
    let comando = gerar_de(programa);
    let lidas = comando.clone().try_get_matches();
    let lidas = lidas.and_then(|lidas| Gerar::from_arg_matches(&lidas));
    let texto = match lidas.map_err(|erro| programa.terminar(&erro, comando.clone()))? {
        Gerar::Completar { shell, .. } => complementos(programa, A::command(), shell),
        Gerar::Manual { comandos, .. } => pagina(programa, A::command(), &comandos)
            .map_err(|frase| programa.recusar(&frase, comando))?,
    };
    Ok(ExitCode::from(programa.entregar(&texto)))
}

fn complementos(programa: &Programa, comando: Command, shell: Shell) -> String {
    let nome = programa.nome();
    let mut comando = com_dicas(sem_opcoes_alheias(comando));
    let mut texto = Vec::new();
    clap_complete::generate(shell, &mut comando, nome, &mut texto);
    let texto = String::from_utf8_lossy(&texto);
    if shell == Shell::Fish {
        return para_fish(&texto, &comando);
    }
    // For a program with a hyphen in its name, clap_complete looks for the options of a command
    // under a label that it never sets (https://github.com/clap-rs/clap/issues/6421).
    let [errado, certo] =
        ["__subcmd__", "__"].map(|hifen| format!("{}__subcmd__", nome.replace('-', hifen)));
    texto.replace(&errado, &certo)
}

/// Hides the options of the program in the commands of this module, which do not take them. clap
/// gives global options to every command that has none of the same name.
fn sem_opcoes_alheias(mut programa: Command) -> Command {
    let globais: Vec<_> =
        programa.get_arguments().filter(|este| este.is_global_set()).cloned().collect();
    for comando in Gerar::command().get_subcommands() {
        programa = programa.mut_subcommand(comando.get_name(), |comando| {
            let dele = |id| comando.get_arguments().any(|este| este.get_id() == id);
            let alheias: Vec<_> = globais.iter().filter(|este| !dele(este.get_id())).collect();
            let alheias = alheias.into_iter().map(|este| este.clone().hide(true));
            comando.clone().args(alheias)
        });
    }
    programa
}

/// Keeps shells from offering files for values that are no files: clap itself knows only paths and
/// lists of values.
fn com_dicas(comando: Command) -> Command {
    let livre = |este: &Arg| {
        este.get_action().takes_values()
            && este.get_value_hint() == ValueHint::Unknown
            && este.get_value_parser().possible_values().is_none()
    };
    comando
        .mut_args(|este| if livre(&este) { este.value_hint(ValueHint::Other) } else { este })
        .mut_subcommands(com_dicas)
}

/// Corrects two faults of the completion that `clap_complete` writes for fish: while the value of
/// an option is typed, it forgets all options of the program, and it offers files where no command
/// takes one.
fn para_fish(texto: &str, programa: &Command) -> String {
    let nome = programa.get_name();
    let funcao = format!("__fish_{}", nome.replace('-', "_"));
    let leitura =
        |ate| format!("argparse -s ({funcao}_global_optspecs) -- $cmd{ate} 2>/dev/null\n");
    let [inteira, sem_a_ultima] = ["", "[1..-2]"].map(leitura);
    let mut texto = texto.replace(&inteira, &format!("{inteira}    or {sem_a_ultima}"));
    let toma_arquivos = |comando: &Command| {
        let caminhos = [ValueHint::AnyPath, ValueHint::FilePath, ValueHint::DirPath];
        comando.get_positionals().any(|este| caminhos.contains(&este.get_value_hint()))
    };
    let mut calar = |comando: &Command, condicao: &str| {
        if !toma_arquivos(comando) {
            texto += &["complete -c ", nome, " -n \"", &funcao, "_", condicao, "\" -f\n"].concat();
        }
    };
    calar(programa, "needs_command");
    for comando in programa.get_subcommands() {
        let dele = format!("using_subcommand {}", comando.get_name());
        if !comando.has_subcommands() {
            calar(comando, &dele);
        }
        for acao in comando.get_subcommands() {
            let nome = acao.get_name();
            calar(acao, &format!("{dele}; and __fish_seen_subcommand_from {nome}"));
        }
    }
    texto
}

/// The page of the program, or of the command that these words lead to. `Err` is a sentence.
fn pagina(programa: &Programa, comando: Command, caminho: &[String]) -> Result<String, String> {
    let mut comando = sem_opcoes_alheias(comando);
    comando.build();
    for palavra in caminho {
        let achado = comando.find_subcommand(palavra).cloned();
        comando = achado.ok_or_else(|| format!("Comando desconhecido: {palavra}."))?;
    }
    let mut roff = Vec::new();
    let fonte = format!("{} {}", programa.nome(), programa.versao());
    let pagina = Man::new(comando).source(fonte).manual("Pixson");
    pagina.render(&mut roff).map_err(|erro| format!("{}.", causa(&erro)))?;
    Ok(como_esta(&String::from_utf8_lossy(&roff)))
}

/// Gives a page titles in Portuguese, and keeps its lines as they are: man would stretch lines to
/// the margin, divide words by the rules of another language, and join the lines of examples.
fn como_esta(roff: &str) -> String {
    let mut pagina = String::new();
    let mut exemplo = false;
    for linha in roff.lines() {
        if exemplo != linha.starts_with("  ") {
            exemplo = !exemplo;
            pagina += if exemplo { ".EX\n" } else { ".EE\n" };
        }
        let titulo = TITULOS.iter().find(|(ingles, _)| *ingles == linha);
        pagina += titulo.map_or(linha, |(_, portugues)| portugues);
        pagina += if linha.starts_with(".TH ") { "\n.ad l\n.nh\n" } else { "\n" };
    }
    if exemplo {
        pagina += ".EE\n";
    }
    pagina
}
