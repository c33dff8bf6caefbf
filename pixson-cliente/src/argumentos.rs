//! The command line: options, commands, pages of help.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ContextKind;
use clap::{
    Arg, ArgAction, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint, value_parser,
};
use pixson_comandos::{ComandoDeConta, conselho};
use pixson_conexao::ServidorDistante;
use pixson_core::Rg;
use pixson_core::tipos::ErroRg;
use pixson_linha::ambiente::ou_variavel;
use pixson_linha::endereco::ler_host;
use pixson_linha::gerados;
use pixson_linha::portugues::{self, MODELO};
use pixson_linha::prazo;
use pixson_linha::versao;
use pixson_terminal::ColorChoice;

use crate::ajuda::{
    AJUDA, AJUDA_DA_CARGA, AJUDA_DA_CENA, AJUDA_DO_DIAGRAMA, AJUDA_DO_PING, AJUDA_DO_SCRIPT,
};
use crate::carga;
use crate::cena;
use crate::diagrama;
use crate::programa::PROGRAMA;
use crate::script;
use crate::servidor::Opcoes;

/// When the menu is shown in colour.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum Cor {
    #[default]
    Auto,
    Sempre,
    Nunca,
}

impl From<Cor> for ColorChoice {
    fn from(cor: Cor) -> Self {
        match cor {
            Cor::Auto => Self::Auto,
            Cor::Sempre => Self::Always,
            Cor::Nunca => Self::Never,
        }
    }
}

/// Cliente de contas bancárias do protocolo Pixson.
#[derive(Debug, Parser)]
#[command(
    name = "pixson-cliente",
    disable_help_flag = true,
    disable_version_flag = true,
    next_help_heading = "Opções",
    disable_help_subcommand = true,
    subcommand_help_heading = "Comandos",
    override_usage = "pixson-cliente [RG] [OPÇÕES]\n     pixson-cliente [OPÇÕES] COMANDO",
    help_template = MODELO,
    after_help = AJUDA,
    subcommands = gerados::comandos(&PROGRAMA),
    version = versao!()
)]
pub(crate) struct Argumentos {
    // `display_order` puts the options that every command has behind those of the one command.
    /// RG da conta para o menu, de 1 a 10 dígitos
    #[arg(help_heading = "Argumentos", value_name = "RG", value_hint = ValueHint::Other)]
    rg_do_menu: Option<Rg>,

    #[arg(help = "RG da conta, de 1 a 10 dígitos [ambiente: PIXSON_RG]")]
    #[arg(long, value_name = "RG", global = true, value_hint = ValueHint::Other)]
    #[arg(display_order = 100)]
    rg: Option<Rg>,

    #[command(flatten)]
    pub(crate) servidor: Opcoes,

    /// Responde em JSON, um objeto por linha
    #[arg(long, global = true, display_order = 105)]
    pub(crate) json: bool,

    /// Cores do menu no terminal: auto, sempre ou nunca [padrão: auto]
    #[arg(long, value_name = "QUANDO", value_enum, hide_possible_values = true)]
    #[arg(display_order = 106)]
    pub(crate) cor: Option<Cor>,

    /// Mostra esta ajuda
    #[arg(short = 'h', long = "help", visible_alias = "ajuda", action = ArgAction::Help)]
    #[arg(global = true, display_order = 107)]
    ajuda: Option<bool>,

    /// Mostra a versão
    #[arg(short = 'V', long = "version", visible_alias = "versao", action = ArgAction::Version)]
    #[arg(display_order = 108)]
    versao: Option<bool>,

    #[command(subcommand)]
    pub(crate) comando: Option<Comando>,
}

/// What to do instead of the interactive session.
#[derive(Debug, Subcommand)]
pub(crate) enum Comando {
    #[command(flatten)]
    Conta(ComandoDeConta),
    /// Executa comandos de um arquivo ou da entrada padrão, um por linha
    #[command(
        override_usage = "pixson-cliente [OPÇÕES] script [ARQUIVO]",
        help_template = MODELO,
        after_help = AJUDA_DO_SCRIPT,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Script(script::OpcoesDeScript),
    /// Mede o tempo de ida e volta até o servidor, e mostra o relógio dele
    #[command(
        override_usage = "pixson-cliente [OPÇÕES] ping",
        help_template = MODELO,
        after_help = AJUDA_DO_PING,
        arg = rg_que_nao_serve(),
        disable_help_flag = true
    )]
    Ping,
    /// Mede o servidor sob carga, e confere se nenhum dinheiro surgiu ou sumiu
    #[command(
        override_usage = "pixson-cliente carga [OPÇÕES]",
        help_template = MODELO,
        after_help = AJUDA_DA_CARGA,
        arg = rg_que_nao_serve(),
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Carga(Box<carga::OpcoesDeCarga>),
    /// Encena, passo a passo, o que clientes pedem e recebem, e escreve os rastros deles
    #[command(
        override_usage = "pixson-cliente [OPÇÕES] cena ARQUIVO",
        help_template = MODELO,
        after_help = AJUDA_DA_CENA,
        args = [rg_que_nao_serve(), rastro_que_nao_serve(), json_que_nao_serve()],
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Cena(cena::OpcoesDeCena),
    /// Desenha o que aconteceu, a partir dos rastros de quem participou, e confere os relógios
    #[command(
        override_usage = "pixson-cliente diagrama ARQUIVO... [OPÇÕES]",
        help_template = MODELO,
        after_help = AJUDA_DO_DIAGRAMA,
        args = opcoes_que_nao_servem(),
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Diagrama(diagrama::OpcoesDeDiagrama),
}

impl Comando {
    /// Whether it acts for one account, that of `--rg`.
    fn tem_conta(&self) -> bool {
        match self {
            Self::Conta(_) | Self::Script(_) => true,
            Self::Ping | Self::Carga(_) | Self::Cena(_) | Self::Diagrama(_) => false,
        }
    }
}

impl Argumentos {
    /// The server to use. `Err` is a sentence about the environment.
    pub(crate) fn servidor(&self) -> Result<ServidorDistante, String> {
        self.servidor.servidor()
    }

    /// The account to use, if one is given. `Err` is a sentence about the environment.
    pub(crate) fn rg(&self) -> Result<Option<Rg>, String> {
        ou_variavel(self.rg.or(self.rg_do_menu), "PIXSON_RG", |texto| {
            texto.parse().map_err(|erro: ErroRg| erro.to_string())
        })
    }

    /// The account, for commands that need one. `Err` is a sentence.
    pub(crate) fn rg_necessario(&self) -> Result<Rg, String> {
        self.rg()?.ok_or_else(|| "Falta o RG da conta: use --rg ou PIXSON_RG.".into())
    }

    /// Checks the combinations that clap does not know to be wrong.
    fn conferir(&self) -> Result<(), String> {
        match (&self.comando, self.rg, self.rg_do_menu) {
            (None, Some(_), Some(_)) => Err("Argumento repetido: [RG] e --rg <RG>.".into()),
            (Some(_), ..) if self.cor.is_some() => Err("--cor só serve para o menu.".into()),
            (None, ..) if self.json => Err("--json precisa de um comando.".into()),
            (Some(Comando::Diagrama(_)), ..) if self.json => {
                Err("--json não serve para este comando: use --formato json.".into())
            }
            (Some(Comando::Cena(_)), ..) if self.json => {
                Err("--json não serve para este comando: um rastro já é JSON.".into())
            }
            (Some(Comando::Diagrama(_)), ..) if let Some(opcao) = self.servidor.opcao_dada() => {
                Err(format!("{opcao} não serve para este comando."))
            }
            (Some(Comando::Cena(_)), ..) if self.servidor.rastro.is_some() => {
                Err("--rastro não serve para este comando: o rastro sai na saída padrão.".into())
            }
            (Some(Comando::Carga(carga)), ..) if carga.eco && self.servidor.rastro.is_some() => {
                Err("--rastro não serve com --eco: um eco não tem relógio.".into())
            }
            (Some(comando), Some(_), _) if !comando.tem_conta() => {
                Err("--rg não serve para este comando.".into())
            }
            (Some(comando), _, Some(rg)) if !comando.tem_conta() => {
                Err(format!("Valor inesperado: \"{rg}\"."))
            }
            (Some(_), _, Some(rg)) => {
                Err(format!("O RG de um comando vem com --rg: use --rg {rg}."))
            }
            _ => Ok(()),
        }
    }
}

/// An option of all commands, for one for which it is not. It replaces that of all commands, so that no help
/// page names it and its use is refused with a sentence of its own.
fn que_nao_serve(id: &'static str, longa: &'static str) -> Arg {
    // It has a help text because completions show hidden options, too.
    Arg::new(id).long(longa).global(true).hide(true).help("Não serve para este comando")
}

fn rg_que_nao_serve() -> Arg {
    let rg = que_nao_serve("rg", "rg").value_name("RG").value_parser(value_parser!(Rg));
    rg.value_hint(ValueHint::Other)
}

fn rastro_que_nao_serve() -> Arg {
    que_nao_serve("rastro", "rastro").value_parser(value_parser!(PathBuf))
}

fn json_que_nao_serve() -> Arg {
    que_nao_serve("json", "json").action(ArgAction::SetTrue)
}

/// Each option that is about a server or about replies, for a command that asks nobody.
fn opcoes_que_nao_servem() -> [Arg; 6] {
    [
        rg_que_nao_serve(),
        que_nao_serve("host", "host").value_parser(ler_host),
        que_nao_serve("porta", "porta").value_parser(value_parser!(u16)),
        que_nao_serve("tempo_limite", "tempo-limite").value_parser(prazo::ler),
        rastro_que_nao_serve(),
        json_que_nao_serve(),
    ]
}

/// The error that clap gives if only a command may stand in the place of the menu's RG. A wrong
/// word there is more often a misspelt command than an RG, unless it begins with a digit.
fn comando_errado() -> Option<clap::Error> {
    let programa = Argumentos::command().mut_arg("rg_do_menu", |rg| rg.long("rg-do-menu"));
    let erro = programa.try_get_matches().err()?;
    let palavra = erro.get(ContextKind::InvalidSubcommand)?.to_string();
    (!palavra.starts_with(|letra: char| letra.is_ascii_digit())).then_some(erro)
}

/// Reads the command line. `Err` is the exit code, after the help or the error was written.
pub(crate) fn ler() -> Result<Argumentos, ExitCode> {
    let argumentos = Argumentos::try_parse().map_err(|erro| {
        let errado = erro.use_stderr().then(comando_errado).flatten();
        let erro = errado.unwrap_or(erro);
        let palavras: Vec<_> = env::args_os().map(OsString::into_string).collect();
        let palavras = palavras.iter().flatten().map(String::as_str);
        match conselho(&erro, palavras) {
            Some(conselho) => {
                let frase = portugues::frase(&erro, Argumentos::command());
                PROGRAMA.recusar(&format!("{frase} {conselho}"), Argumentos::command())
            }
            None => PROGRAMA.terminar(&erro, Argumentos::command()),
        }
    })?;
    argumentos.conferir().map_err(|frase| PROGRAMA.recusar(&frase, Argumentos::command()))?;
    Ok(argumentos)
}
