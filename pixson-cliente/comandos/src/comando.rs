//! One command as words of a line.

use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, Parser, Subcommand, ValueHint};
use pixson_core::{Operacao, Rg, Valor};
use pixson_linha::portugues::{self, MODELO};
use pixson_linha::quantia;

/// What can be asked of an account in one line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Subcommand)]
pub enum ComandoDeConta {
    /// Mostra o saldo da conta
    #[command(
        override_usage = "pixson-cliente [OPÇÕES] saldo",
        help_template = MODELO,
        disable_help_flag = true,
        after_help = "Exemplo:\n  pixson-cliente --rg 1111111111 saldo"
    )]
    Saldo,
    /// Saca um valor da conta
    #[command(
        override_usage = "pixson-cliente [OPÇÕES] saque VALOR",
        help_template = MODELO,
        disable_help_flag = true,
        after_help = "Exemplo:\n  pixson-cliente --rg 1111111111 saque 8,50"
    )]
    Saque {
        /// O valor, com ponto ou vírgula: 8.50 ou 8,50
        #[arg(help_heading = "Argumentos", value_name = "VALOR", value_parser = quantia::ler::<Valor>)]
        #[arg(allow_negative_numbers = true, value_hint = ValueHint::Other)]
        valor: Valor,
    },
    /// Deposita um valor na conta
    #[command(
        override_usage = "pixson-cliente [OPÇÕES] deposito VALOR",
        help_template = MODELO,
        disable_help_flag = true,
        after_help = "Exemplo:\n  pixson-cliente --rg 1111111111 deposito 14"
    )]
    Deposito {
        /// O valor, com ponto ou vírgula: 8.50 ou 8,50
        #[arg(help_heading = "Argumentos", value_name = "VALOR", value_parser = quantia::ler::<Valor>)]
        #[arg(allow_negative_numbers = true, value_hint = ValueHint::Other)]
        valor: Valor,
    },
    /// Transfere um valor para outra conta
    #[command(
        override_usage = "pixson-cliente [OPÇÕES] transferencia --para RG VALOR",
        help_template = MODELO,
        disable_help_flag = true,
        after_help = "Exemplo:\n  pixson-cliente --rg 1111111111 transferencia --para 2222222222 5.5"
    )]
    Transferencia {
        /// RG da conta que recebe
        #[arg(long, value_name = "RG", help_heading = "Argumentos", value_hint = ValueHint::Other)]
        para: Rg,

        /// O valor, com ponto ou vírgula: 8.50 ou 8,50
        #[arg(help_heading = "Argumentos", value_name = "VALOR", value_parser = quantia::ler::<Valor>)]
        #[arg(allow_negative_numbers = true, value_hint = ValueHint::Other)]
        valor: Valor,
    },
}

impl ComandoDeConta {
    /// The operation that does this command on behalf of an account.
    pub fn operacao(self, rg: Rg) -> Operacao {
        match self {
            Self::Saldo => Operacao::Saldo { rg },
            Self::Saque { valor } => Operacao::Saque { rg, valor },
            Self::Deposito { valor } => Operacao::Deposito { rg, valor },
            Self::Transferencia { para, valor } => {
                Operacao::Transferencia { rg_origem: rg, rg_destino: para, valor }
            }
        }
    }
}

/// The words of one line.
#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true, disable_help_subcommand = true)]
struct Palavras {
    #[command(subcommand)]
    comando: ComandoDeConta,
}

/// Reads a command from one line, which has no comment.
///
/// # Errors
///
/// A sentence that says what is wrong with the line, and what to write instead.
pub fn ler_palavras(linha: &str) -> Result<ComandoDeConta, String> {
    let lidas = Palavras::try_parse_from(linha.split_whitespace());
    lidas.map(|palavras| palavras.comando).map_err(|erro| {
        let frase = portugues::frase(&erro, Palavras::command());
        match conselho(&erro, linha.split_whitespace()) {
            Some(conselho) => format!("{frase} {conselho}"),
            None => frase,
        }
    })
}

/// Advice that clap cannot give, for a common mistake in `palavras`: the account that receives a
/// transfer written beside the amount, without `--para`.
pub fn conselho<'a>(
    erro: &clap::Error,
    palavras: impl Iterator<Item = &'a str>,
) -> Option<&'static str> {
    let errada = erro.get(ContextKind::InvalidArg)?.to_string();
    let a_mais = match erro.kind() {
        ErrorKind::UnknownArgument => !errada.starts_with('-'),
        ErrorKind::ValueValidation => errada == "<VALOR>",
        _ => false,
    };
    let depois: Vec<_> =
        palavras.skip_while(|palavra| *palavra != "transferencia").skip(1).collect();
    let sem_para = !depois.iter().any(|palavra| palavra.starts_with("--para"));
    let soltas = depois.iter().filter(|palavra| !palavra.starts_with('-')).count();
    (a_mais && sem_para && soltas > 1)
        .then_some("A conta que recebe vem com --para: transferencia --para RG VALOR.")
}

#[cfg(test)]
mod tests {
    use pixson_core::tipos::TipoDeOperacao;

    use super::*;

    #[test]
    fn every_operation_but_the_login_has_a_command_of_its_name() {
        let comando = Palavras::command();
        for tipo in TipoDeOperacao::TODOS {
            let tem = comando.find_subcommand(tipo.palavra()).is_some();
            assert_eq!(tem, *tipo != TipoDeOperacao::Login, "{tipo:?}");
        }
    }
}
