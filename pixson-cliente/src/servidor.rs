//! Which server to use, and whether a trace is kept: options, variables of the environment, and defaults.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use pixson_conexao::ServidorDistante;
use pixson_linha::ambiente::ou_variavel;
use pixson_linha::endereco::{self, ler_host};
use pixson_linha::prazo;

/// The default address of a server.
const HOST: &str = "localhost";
const PORTA: u16 = 5000;

/// The server that is meant, as far as the command line says which.
#[derive(Args, Clone, Debug)]
pub(crate) struct Opcoes {
    #[arg(help = "Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]")]
    #[arg(long, value_parser = ler_host, global = true)]
    #[arg(value_hint = ValueHint::Other, display_order = 101)]
    host: Option<String>,

    #[arg(help = "Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]")]
    #[arg(long, value_parser = ler_porta, allow_negative_numbers = true, global = true)]
    #[arg(value_hint = ValueHint::Other, display_order = 102)]
    porta: Option<u16>,

    /// Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]
    #[arg(long, value_name = "SEGUNDOS", default_value = "30", hide_default_value = true)]
    #[arg(value_parser = prazo::ler, allow_negative_numbers = true, global = true)]
    #[arg(value_hint = ValueHint::Other, display_order = 103)]
    tempo_limite: Duration,

    /// Arquivo em que gravar o rastro do relógio lógico, para o comando diagrama [padrão: nenhum]
    #[arg(long, value_name = "ARQUIVO", global = true)]
    #[arg(value_hint = ValueHint::FilePath, display_order = 104)]
    pub(crate) rastro: Option<PathBuf>,
}

impl Opcoes {
    /// An option takes precedence over its variable, and a variable over the default. `Err` is a
    /// sentence about the environment.
    pub(crate) fn servidor(&self) -> Result<ServidorDistante, String> {
        let host = ou_variavel(self.host.clone(), "PIXSON_HOST", ler_host)?;
        let porta = ou_variavel(self.porta, "PIXSON_PORTA", ler_porta)?;
        let host = host.unwrap_or_else(|| HOST.to_owned());
        Ok(ServidorDistante::novo(host, porta.unwrap_or(PORTA), self.tempo_limite))
    }

    /// An option that was given and is about a server, if one was.
    pub(crate) fn opcao_dada(&self) -> Option<&'static str> {
        let host = self.host.as_ref().map(|_| "--host");
        let porta = self.porta.map(|_| "--porta");
        host.or(porta).or_else(|| self.rastro.as_ref().map(|_| "--rastro"))
    }
}

fn ler_porta(texto: &str) -> Result<u16, String> {
    endereco::ler_porta(texto, 1)
}
