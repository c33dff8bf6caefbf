//! The command line of the server.

use std::num::NonZeroUsize;
use std::path::PathBuf;
#[cfg(feature = "postgres")]
use std::time::Duration;

use clap::{ArgAction, Parser, ValueHint};
use pixson_administracao::ComandoDaAdministracao;
#[cfg(feature = "postgres")]
use pixson_core::banco::ConfiguracaoPostgres;
use pixson_linha::endereco::{self, ler_host};
use pixson_linha::gerados;
use pixson_linha::lacos;
use pixson_linha::portugues::MODELO;
#[cfg(feature = "postgres")]
use pixson_linha::prazo;
use pixson_linha::versao;
use pixson_observacao::registro::{Formato, Nivel};
use pixson_rede::Conducao;

use crate::limites::ArgumentosDeLimites;
use crate::programa::PROGRAMA;
#[cfg(feature = "postgres")]
use crate::senha;

const DEPOIS: &str = "\
Sem comando, atende clientes até receber SIGINT (Ctrl-C), SIGTERM, SIGQUIT ou SIGHUP. Os comandos
precisam do servidor parado, a menos que o banco esteja no PostgreSQL; cada um tem sua ajuda, com
exemplos.

Variáveis: PIXSON_HOST, PIXSON_PORTA, PIXSON_CONTAS, PIXSON_BANCO e PIXSON_LACOS valem o mesmo que
--host, --porta, --contas, --banco e --lacos; a opção tem precedência sobre a variável. Uma senha do
PostgreSQL vem de PGPASSWORD ou do arquivo PGPASSFILE (padrão: ~/.pgpass).

O código de saída é 0 se tudo foi feito, 1 se algo foi recusado ou diverge, ou se o servidor não
conseguiu iniciar ou continuar, e 2 se a linha de comando é inválida; nos comandos, é 3 se o banco
ou um arquivo não pode ser lido ou está em uso, ou se a saída não pode ser escrita, e 5 se não se
sabe se a operação foi feita. O segundo Ctrl-C encerra o servidor na hora, com o código 130.

Exemplos:
  pixson-servidor --porta 5000 --contas contas
  pixson-servidor --banco postgres://banco@localhost/pixson
  pixson-servidor conta criar 1234567890 --nome \"Ana Souza\" --saldo 10,50
  pixson-servidor extrato 1111111111
  pixson-servidor auditar";

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
    after_help = DEPOIS,
    subcommands = gerados::comandos(&PROGRAMA),
    version = versao!()
)]
pub(crate) struct Argumentos {
    /// Endereço em que escutar [padrão: 127.0.0.1]
    #[arg(long, default_value = "127.0.0.1", hide_default_value = true)]
    #[arg(env = "PIXSON_HOST", hide_env = true)]
    #[arg(value_parser = ler_host)]
    pub(crate) host: String,

    /// Porta em que escutar; 0 escolhe uma livre [padrão: 5000]
    #[arg(long, default_value_t = 5000, hide_default_value = true)]
    #[arg(env = "PIXSON_PORTA", hide_env = true, value_parser = ler_porta)]
    pub(crate) porta: u16,

    /// Diretório com um arquivo JSON por conta [padrão: contas]
    #[arg(long, value_name = "DIRETÓRIO", default_value = "contas", hide_default_value = true)]
    #[arg(env = "PIXSON_CONTAS", hide_env = true, global = true, value_hint = ValueHint::DirPath)]
    pub(crate) contas: PathBuf,

    /// Banco de contas no PostgreSQL, em lugar de arquivos: `postgres://USUÁRIO@HOST/BANCO`
    #[cfg(feature = "postgres")]
    #[arg(long, value_name = "URL", env = "PIXSON_BANCO", hide_env = true, hide_env_values = true)]
    #[arg(global = true, help_heading = "PostgreSQL")]
    banco: Option<ConfiguracaoPostgres>,

    /// Quantos segundos uma operação espera pelo PostgreSQL antes de ser recusada [padrão: 5]
    #[cfg(feature = "postgres")]
    #[arg(long = "espera-banco", value_name = "SEGUNDOS", value_parser = prazo::ler)]
    #[arg(help_heading = "PostgreSQL")]
    espera_banco: Option<Duration>,

    /// Quantos segmentos fechados do diário guardar como livro; os mais antigos são apagados, e o
    /// extrato passa a começar depois deles [padrão: todos]
    #[arg(long, value_name = "N")]
    pub(crate) segmentos: Option<u64>,

    /// Não mostra nada na saída padrão enquanto atende
    #[arg(long)]
    pub(crate) silencioso: bool,

    /// Quantos laços de eventos atendem as conexões; com 0, cada uma tem sua thread
    /// [padrão: 0, e 1 com --banco]
    #[arg(long, value_name = "N", env = "PIXSON_LACOS", hide_env = true, value_parser = lacos::ler)]
    lacos: Option<usize>,

    #[command(flatten)]
    pub(crate) limites: ArgumentosDeLimites,

    /// O que registrar na saída de erros: nada, erro, aviso, info ou detalhe [padrão: aviso]
    #[arg(long = "log", value_name = "NÍVEL", default_value = "aviso")]
    #[arg(hide_default_value = true, hide_possible_values = true, help_heading = "Monitoramento")]
    pub(crate) nivel: Nivel,

    /// Forma do registro: texto ou json [padrão: texto]
    #[arg(long = "log-formato", value_name = "FORMATO", default_value = "texto")]
    #[arg(hide_default_value = true, hide_possible_values = true, help_heading = "Monitoramento")]
    pub(crate) formato: Formato,

    /// Arquivo em que gravar o rastro do relógio lógico, para pixson-cliente diagrama; tem RGs e
    /// saldos [padrão: nenhum]
    #[arg(long, value_name = "ARQUIVO", help_heading = "Monitoramento")]
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) rastro: Option<PathBuf>,

    /// Endereço em que oferecer /metrics e /saude, por HTTP [padrão: nenhum]
    #[arg(long, value_name = "HOST:PORTA", help_heading = "Monitoramento", value_parser = do_painel)]
    pub(crate) metricas: Option<String>,

    /// Oferece também /tempo, o diagrama dos últimos eventos e os saldos das suas contas, a quem alcançar o
    /// endereço de --metricas
    #[arg(long = "painel-tempo", requires = "metricas", help_heading = "Monitoramento")]
    pub(crate) painel_tempo: bool,

    /// Mostra esta ajuda
    #[arg(short = 'h', long = "help", visible_alias = "ajuda", action = ArgAction::Help)]
    #[arg(global = true, help_heading = "Opções")]
    ajuda: Option<bool>,

    /// Mostra a versão
    #[arg(short = 'V', long = "version", visible_alias = "versao", action = ArgAction::Version)]
    #[arg(help_heading = "Opções")]
    versao: Option<bool>,

    #[command(subcommand)]
    pub(crate) comando: Option<ComandoDaAdministracao>,
}

impl Argumentos {
    /// Who serves the connections. A thread for each would wait for a bank that is far away, and gather
    /// no requests meanwhile.
    pub(crate) fn conducao(&self, distante: bool) -> Conducao {
        let lacos = self.lacos.unwrap_or(usize::from(distante));
        NonZeroUsize::new(lacos).map_or(Conducao::Fios, Conducao::Lacos)
    }

    /// The bank on PostgreSQL, if one was named, and what is to be said of its password.
    #[cfg(feature = "postgres")]
    pub(crate) fn postgres(&self) -> Option<(ConfiguracaoPostgres, Option<String>)> {
        let (banco, aviso) = senha::completar(self.banco.clone()?);
        let banco = match self.espera_banco {
            Some(espera) => banco.com_espera(espera),
            None => banco,
        };
        Some((banco, aviso))
    }
}

/// A port; 0 stands for any that is free.
fn ler_porta(texto: &str) -> Result<u16, String> {
    endereco::ler_porta(texto, 0)
}

/// A host, which may be an address of IPv6 in brackets, and a port.
fn do_painel(texto: &str) -> Result<String, &'static str> {
    let certo = |(host, porta): (&str, &str)| !host.is_empty() && porta.parse::<u16>().is_ok();
    match texto.rsplit_once(':').filter(|partes| certo(*partes)) {
        Some(_) => Ok(texto.into()),
        None => Err("use HOST:PORTA, como 127.0.0.1:9100 ou [::1]:9100"),
    }
}
