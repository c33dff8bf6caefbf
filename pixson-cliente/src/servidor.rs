use std::fmt;
use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueHint};

use crate::ambiente::ou_variavel;
use crate::falha::Falha;

/// Where a server is if nobody says otherwise.
const HOST: &str = "localhost";
const PORTA: u16 = 5000;

/// The longest time limit, in seconds: a day.
const TEMPO_MAX_SEGUNDOS: f64 = 86_400.0;

/// The server that is meant, as far as the command line says which.
#[derive(Args, Clone, Debug)]
pub(crate) struct Opcoes {
    #[arg(help = "Endereço do servidor [padrão: localhost; ambiente: PIXSON_HOST]")]
    #[arg(long, value_parser = NonEmptyStringValueParser::new(), global = true)]
    #[arg(value_hint = ValueHint::Hostname, display_order = 101)]
    host: Option<String>,

    #[arg(help = "Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]")]
    #[arg(long, global = true, value_hint = ValueHint::Other, display_order = 102)]
    porta: Option<u16>,

    /// Quanto esperar por uma conexão, e depois por cada resposta [padrão: 30]
    #[arg(long, value_name = "SEGUNDOS", default_value = "30", hide_default_value = true)]
    #[arg(value_parser = segundos, allow_negative_numbers = true, global = true)]
    #[arg(value_hint = ValueHint::Other, display_order = 103)]
    tempo_limite: Duration,
}

impl Opcoes {
    /// The option goes before the environment, and that before what holds for everybody. `Err` is
    /// a sentence about the environment.
    pub(crate) fn servidor(&self) -> Result<Servidor, String> {
        let host = ou_variavel(self.host.clone(), "PIXSON_HOST", |texto| match texto {
            "" => Err("está vazia".into()),
            host => Ok(host.to_owned()),
        })?;
        let porta = ou_variavel(self.porta, "PIXSON_PORTA", |texto| {
            texto.parse().map_err(|_| format!("não está entre 0 e {}", u16::MAX))
        })?;
        Ok(Servidor {
            host: host.unwrap_or_else(|| HOST.to_owned()),
            porta: porta.unwrap_or(PORTA),
            tempo_limite: self.tempo_limite,
        })
    }
}

/// A server, and how long it may take.
#[derive(Clone, Debug)]
pub(crate) struct Servidor {
    host: String,
    porta: u16,
    pub(crate) tempo_limite: Duration,
}

impl Servidor {
    /// A socket that sends each request at once.
    pub(crate) fn conectar(&self) -> Result<TcpStream, Falha> {
        let conectar = || {
            let fluxo = self.alcancar()?;
            fluxo.set_nodelay(true)?;
            fluxo.set_write_timeout(Some(self.tempo_limite))?;
            Ok(fluxo)
        };
        conectar().map_err(|erro| Falha::SemConexao { endereco: self.to_string(), erro })
    }

    /// Tries one address of the name after the other, all of them within the time limit.
    fn alcancar(&self) -> io::Result<TcpStream> {
        let prazo = Instant::now() + self.tempo_limite;
        let mut ultimo = io::Error::from(io::ErrorKind::TimedOut);
        for endereco in (self.host.as_str(), self.porta).to_socket_addrs()? {
            let resta = prazo.saturating_duration_since(Instant::now());
            if resta.is_zero() {
                break;
            }
            match TcpStream::connect_timeout(&endereco, resta) {
                Ok(fluxo) => return Ok(fluxo),
                Err(erro) => ultimo = erro,
            }
        }
        Err(ultimo)
    }
}

impl fmt::Display for Servidor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.porta)
    }
}

fn segundos(texto: &str) -> Result<Duration, &'static str> {
    let segundos = texto.parse().ok().filter(|&s: &f64| s > 0.0 && s <= TEMPO_MAX_SEGUNDOS);
    segundos
        .and_then(|segundos| Duration::try_from_secs_f64(segundos).ok())
        .filter(|tempo| !tempo.is_zero())
        .ok_or("não é um número de segundos, acima de zero e até 86400")
}
