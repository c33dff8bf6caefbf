use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, Parser, Subcommand};
use pixson_core::Rg;

use crate::limites::Limites;
use crate::portugues::MODELO;
use crate::registro::ArgumentosDeRegistro;

/// Servidor de contas bancárias do protocolo Pixson.
#[derive(Debug, Parser)]
#[command(
    name = "pixson-servidor",
    disable_help_flag = true,
    disable_version_flag = true,
    next_help_heading = "Opções",
    disable_help_subcommand = true,
    subcommand_help_heading = "Comandos",
    override_usage = "pixson-servidor [OPÇÕES] [COMANDO]",
    help_template = MODELO,
    after_help = "Sem comando, serve as contas até receber SIGINT ou SIGTERM.\n\nExemplos:\n  \
                  pixson-servidor --porta 5000 --contas contas\n  \
                  pixson-servidor extrato 1111111111\n  pixson-servidor auditar",
    version
)]
pub(crate) struct Argumentos {
    /// Endereço em que escutar [padrão: 127.0.0.1]
    #[arg(long, default_value = "127.0.0.1", hide_default_value = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) host: String,

    /// Porta em que escutar; 0 escolhe uma livre [padrão: 5000]
    #[arg(long, default_value_t = 5000, hide_default_value = true)]
    pub(crate) porta: u16,

    /// Diretório com um arquivo JSON por conta [padrão: contas]
    #[arg(long, value_name = "DIRETÓRIO", default_value = "contas", hide_default_value = true)]
    #[arg(global = true)]
    pub(crate) contas: PathBuf,

    /// Quantos segmentos fechados do diário guardar como livro [padrão: todos]
    #[arg(long, value_name = "N")]
    pub(crate) segmentos: Option<u64>,

    /// Não mostra nada enquanto serve
    #[arg(long)]
    pub(crate) silencioso: bool,

    #[command(flatten)]
    pub(crate) limites: Limites,

    #[command(flatten)]
    pub(crate) registro: ArgumentosDeRegistro,

    /// Endereço em que servir /metrics e /saude, em HTTP [padrão: nenhum]
    #[arg(long, value_name = "HOST:PORTA", help_heading = "Observação")]
    pub(crate) metricas: Option<String>,

    /// Mostra esta ajuda
    #[arg(short = 'h', long = "help", visible_alias = "ajuda", action = ArgAction::Help)]
    #[arg(global = true, help_heading = "Opções")]
    ajuda: Option<bool>,

    /// Mostra a versão
    #[arg(short = 'V', long = "version", visible_alias = "versao", action = ArgAction::Version)]
    #[arg(help_heading = "Opções")]
    versao: Option<bool>,

    #[command(subcommand)]
    pub(crate) comando: Option<Comando>,
}

/// What to do instead of serving, with a bank that nobody has open.
#[derive(Debug, Subcommand)]
pub(crate) enum Comando {
    /// Mostra os lançamentos de uma conta, com o saldo depois de cada um
    #[command(
        override_usage = "pixson-servidor extrato RG [--contas DIRETÓRIO]",
        help_template = MODELO,
        disable_help_flag = true
    )]
    Extrato {
        /// RG da conta, de 1 a 10 dígitos
        #[arg(help_heading = "Argumentos", value_name = "RG")]
        rg: Rg,
    },
    /// Recalcula todos os saldos; o código de saída é 0 se conferem, 1 se não, 3 se não há como ler
    #[command(
        override_usage = "pixson-servidor auditar [--contas DIRETÓRIO]",
        help_template = MODELO,
        disable_help_flag = true
    )]
    Auditar,
}
