use clap::{CommandFactory, Parser, Subcommand, ValueHint};
use pixson_core::tipos::ErroQuantia;
use pixson_core::{Operacao, Rg, Valor};

use crate::portugues::{self, MODELO};

/// What can be asked of an account in one line.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum ComandoDeConta {
    /// Mostra o saldo da conta
    #[command(
        override_usage = "pixson-cliente [OPÇÕES] saldo",
        help_template = MODELO,
        disable_help_flag = true,
        after_help = "Exemplo:\n  pixson-cliente --rg 1111111111 saldo"
    )]
    Saldo,
    /// Retira da conta
    #[command(
        override_usage = "pixson-cliente [OPÇÕES] saque VALOR",
        help_template = MODELO,
        disable_help_flag = true,
        after_help = "Exemplo:\n  pixson-cliente --rg 1111111111 saque 8,50"
    )]
    Saque {
        /// Quanto, com ponto ou vírgula, como 8.50 ou 8,50
        #[arg(help_heading = "Argumentos", value_name = "VALOR", value_parser = ler_valor)]
        #[arg(allow_negative_numbers = true, value_hint = ValueHint::Other)]
        valor: Valor,
    },
    /// Põe na conta
    #[command(
        override_usage = "pixson-cliente [OPÇÕES] deposito VALOR",
        help_template = MODELO,
        disable_help_flag = true,
        after_help = "Exemplo:\n  pixson-cliente --rg 1111111111 deposito 14"
    )]
    Deposito {
        /// Quanto, com ponto ou vírgula, como 8.50 ou 8,50
        #[arg(help_heading = "Argumentos", value_name = "VALOR", value_parser = ler_valor)]
        #[arg(allow_negative_numbers = true, value_hint = ValueHint::Other)]
        valor: Valor,
    },
    /// Passa da conta para outra
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

        /// Quanto, com ponto ou vírgula, como 8.50 ou 8,50
        #[arg(help_heading = "Argumentos", value_name = "VALOR", value_parser = ler_valor)]
        #[arg(allow_negative_numbers = true, value_hint = ValueHint::Other)]
        valor: Valor,
    },
}

impl ComandoDeConta {
    /// The operation that asks for it on behalf of an account.
    pub(crate) fn operacao(self, rg: Rg) -> Operacao {
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

/// A command in one line. `Err` is a sentence.
pub(crate) fn ler_palavras(linha: &str) -> Result<ComandoDeConta, String> {
    let lidas = Palavras::try_parse_from(linha.split_whitespace());
    lidas
        .map(|palavras| palavras.comando)
        .map_err(|erro| portugues::frase(&erro, Palavras::command()))
}

/// An amount as a person writes it, with a decimal point or a decimal comma. `Err` says how to
/// write one.
pub(crate) fn ler_valor(texto: &str) -> Result<Valor, String> {
    texto.replacen(',', ".", 1).parse().map_err(|erro| match erro {
        ErroQuantia::Forma { .. } => "digite um número como 8.50 ou 8,50".into(),
        ErroQuantia::Zero => format!("o menor é {}", Valor::MIN),
        ErroQuantia::AcimaDoLimite => format!("o maior é {}", Valor::MAX),
    })
}
