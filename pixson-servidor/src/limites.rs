//! The limits as options of the command line.

use std::time::Duration;

use clap::Args;
use pixson_core::protocolo::MENSAGEM_MAX_BYTES;
use pixson_linha::prazo;
use pixson_rede::Limites;

/// The smallest limit for a message, in bytes: every request of the grammar fits into 100.
const MENSAGEM_MIN_BYTES: u64 = 100;

/// How much a peer may take, in numbers and in time.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Limites")]
pub(crate) struct ArgumentosDeLimites {
    /// Quantas conexões atender ao mesmo tempo [padrão: 1024]
    #[arg(long, value_name = "N", default_value_t = 1024, hide_default_value = true)]
    #[arg(value_parser = ao_menos_uma)]
    max_conexoes: usize,

    /// Quantas conexões de um mesmo endereço [padrão: 512]
    #[arg(long, value_name = "N", default_value_t = 512, hide_default_value = true)]
    #[arg(value_parser = ao_menos_uma)]
    max_por_endereco: usize,

    /// Tamanho da maior mensagem, de 100 a 1024 bytes [padrão: 1024]
    #[arg(long, value_name = "BYTES", default_value_t = MENSAGEM_MAX_BYTES)]
    #[arg(hide_default_value = true, value_parser = tamanho)]
    max_mensagem: usize,

    /// Segundos do primeiro byte de uma mensagem até o fim dela [padrão: 10]
    #[arg(long, value_name = "SEGUNDOS", default_value = "10", hide_default_value = true)]
    #[arg(value_parser = prazo::ler)]
    prazo_mensagem: Duration,

    /// Segundos da conexão até o login [padrão: 60]
    #[arg(long, value_name = "SEGUNDOS", default_value = "60", hide_default_value = true)]
    #[arg(value_parser = prazo::ler)]
    prazo_login: Duration,

    /// Segundos sem nenhum pedido depois do login [padrão: 900]
    #[arg(long, value_name = "SEGUNDOS", default_value = "900", hide_default_value = true)]
    #[arg(value_parser = prazo::ler)]
    prazo_ocioso: Duration,

    /// Segundos que um cliente tem para receber as respostas [padrão: 5]
    #[arg(long, value_name = "SEGUNDOS", default_value = "5", hide_default_value = true)]
    #[arg(value_parser = prazo::ler)]
    prazo_escrita: Duration,
}

impl ArgumentosDeLimites {
    pub(crate) fn valores(self) -> Limites {
        Limites {
            max_conexoes: self.max_conexoes,
            max_por_endereco: self.max_por_endereco,
            max_mensagem: self.max_mensagem,
            prazo_mensagem: self.prazo_mensagem,
            prazo_login: self.prazo_login,
            prazo_ocioso: self.prazo_ocioso,
            prazo_escrita: self.prazo_escrita,
        }
    }
}

fn ao_menos_uma(texto: &str) -> Result<usize, &'static str> {
    texto.parse().ok().filter(|&quantas| quantas > 0).ok_or("não é um número acima de zero")
}

fn tamanho(texto: &str) -> Result<usize, &'static str> {
    let limites = MENSAGEM_MIN_BYTES..=MENSAGEM_MAX_BYTES as u64;
    let bytes = texto.parse::<u64>().ok().filter(|bytes| limites.contains(bytes));
    bytes.and_then(|bytes| usize::try_from(bytes).ok()).ok_or("não está entre 100 e 1024")
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    #[test]
    fn without_options_the_limits_are_those_of_the_library() {
        let comando = ArgumentosDeLimites::augment_args(Command::new("servidor"));
        let lidos = comando.try_get_matches_from(["servidor"]).expect("nothing is needed");
        let lidos = ArgumentosDeLimites::from_arg_matches(&lidos).expect("all have defaults");
        assert_eq!(lidos.valores(), Limites::default());
    }
}
