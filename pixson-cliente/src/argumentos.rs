use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand};
use pixson_core::Rg;

use crate::carga;
use crate::portugues::{self, MODELO};
use crate::servidor::Servidor;

/// What the load's help page says after the options.
const AJUDA_DA_CARGA: &str = "\
Cada depósito e cada transferência move um centavo; cada conexão move o da conta em que entrou.
Ninguém mais deve usar essas contas enquanto a carga corre.

O código de saída é 0 se tudo foi respondido e o dinheiro confere, 1 se não confere ou se o banco
recusa uma conta, 2 se a linha de comando é inválida, 3 se uma conexão se perdeu, 4 se o servidor
não segue o protocolo e 5 se não se sabe de uma operação se foi feita.

Exemplos:
  pixson-cliente carga --operacao saldo --conexoes 10 --pipeline 32
  pixson-cliente carga --operacao deposito --taxa 1000
  pixson-cliente carga --operacao transferencia --rgs 1000000000-1000000063 --conexoes 64";

/// Cliente de contas bancárias do protocolo Pixson.
#[derive(Debug, Parser)]
#[command(
    name = "pixson-cliente",
    disable_help_flag = true,
    disable_version_flag = true,
    next_help_heading = "Opções",
    disable_help_subcommand = true,
    subcommand_help_heading = "Comandos",
    override_usage = "pixson-cliente [RG] [OPÇÕES]\n     pixson-cliente carga [OPÇÕES]",
    help_template = MODELO,
    after_help = "Exemplos:\n  pixson-cliente 1111111111 --porta 5000\n  \
                  pixson-cliente carga --operacao transferencia --conexoes 50",
    version
)]
pub(crate) struct Argumentos {
    /// RG da conta, de 1 a 10 dígitos; sem ele, o programa pergunta
    #[arg(help_heading = "Argumentos", value_name = "RG")]
    pub(crate) rg: Option<Rg>,

    #[command(flatten)]
    pub(crate) servidor: Servidor,

    /// Mostra esta ajuda
    #[arg(short = 'h', long = "help", visible_alias = "ajuda", action = ArgAction::Help)]
    #[arg(global = true)]
    ajuda: Option<bool>,

    /// Mostra a versão
    #[arg(short = 'V', long = "version", visible_alias = "versao", action = ArgAction::Version)]
    versao: Option<bool>,

    #[command(subcommand)]
    pub(crate) comando: Option<Comando>,
}

/// What to do instead of the interactive session.
#[derive(Debug, Subcommand)]
pub(crate) enum Comando {
    /// Mede o servidor sob carga, e confere se o dinheiro se conservou
    #[command(
        override_usage = "pixson-cliente carga [OPÇÕES]",
        help_template = MODELO,
        after_help = AJUDA_DA_CARGA,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Carga(Box<carga::Argumentos>),
}

/// Reads the command line. `Err` is the exit code of a program that has said what it had to say.
pub(crate) fn ler(palavras: impl Iterator<Item = OsString>) -> Result<Argumentos, ExitCode> {
    let argumentos: Argumentos = portugues::ler(palavras)?;
    match argumentos.rg {
        Some(rg) if argumentos.comando.is_some() => {
            Err(portugues::recusar(&format!("Valor que não se esperava: \"{rg}\".")))
        }
        _ => Ok(argumentos),
    }
}
