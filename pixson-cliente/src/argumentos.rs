use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::builder::NonEmptyStringValueParser;
use clap::error::{ContextKind, ErrorKind};
use clap::{ArgAction, Parser};
use pixson_core::Rg;

/// The exit code for words on the command line that are not understood.
const USO: u8 = 2;

/// Cliente de contas bancárias do protocolo Pixson.
#[derive(Debug, Parser)]
#[command(
    name = "pixson-cliente",
    disable_help_flag = true,
    disable_version_flag = true,
    next_help_heading = "Opções",
    override_usage = "pixson-cliente [RG] [OPÇÕES]",
    help_template = "{about}\n\nUso: {usage}\n\n{all-args}{after-help}",
    after_help = "Exemplo:\n  pixson-cliente 1111111111 --porta 5000",
    version
)]
pub(crate) struct Argumentos {
    /// RG da conta, de 1 a 10 dígitos; sem ele, o programa pergunta
    #[arg(help_heading = "Argumentos", value_name = "RG")]
    pub(crate) rg: Option<Rg>,

    /// Endereço do servidor [padrão: localhost]
    #[arg(long, default_value = "localhost", hide_default_value = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) host: String,

    /// Porta do servidor [padrão: 5000]
    #[arg(long, default_value_t = 5000, hide_default_value = true)]
    pub(crate) porta: u16,

    /// Mostra esta ajuda
    #[arg(short = 'h', long = "help", visible_alias = "ajuda", action = ArgAction::Help)]
    ajuda: Option<bool>,

    /// Mostra a versão
    #[arg(short = 'V', long = "version", visible_alias = "versao", action = ArgAction::Version)]
    versao: Option<bool>,
}

/// Reads the command line. `Err` is the exit code of a program that has said what it had to say.
pub(crate) fn ler(palavras: impl Iterator<Item = OsString>) -> Result<Argumentos, ExitCode> {
    Argumentos::try_parse_from(palavras).map_err(|erro| {
        if matches!(erro.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            let _ = write!(io::stdout(), "{erro}");
            return ExitCode::SUCCESS;
        }
        let _ = writeln!(io::stderr(), "{} Veja pixson-cliente --help.", frase(&erro));
        ExitCode::from(USO)
    })
}

/// clap speaks English only.
fn frase(erro: &clap::Error) -> String {
    let contexto = |tipo| erro.get(tipo).map(ToString::to_string).unwrap_or_default();
    let argumento = contexto(ContextKind::InvalidArg);
    let valor = contexto(ContextKind::InvalidValue);
    match erro.kind() {
        ErrorKind::UnknownArgument => format!("Argumento desconhecido: {argumento}."),
        ErrorKind::InvalidValue if valor.is_empty() => format!("Falta o valor de {argumento}."),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("Valor inválido para {argumento}: \"{valor}\".")
        }
        ErrorKind::ArgumentConflict => format!("Argumento repetido: {argumento}."),
        ErrorKind::TooManyValues => format!("Valor que não se esperava: \"{valor}\"."),
        _ => "Linha de comando inválida.".into(),
    }
}
