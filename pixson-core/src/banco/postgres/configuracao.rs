//! Where the database is, and how long it is waited for.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use thiserror::Error;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::cifra::separar;
use super::senha::senha_de;
use crate::tipos::Culpa;

/// Where PostgreSQL listens unless told otherwise.
const PORTA: u16 = 5432;

/// How long an operation waits for a database by default: 5 s.
const ESPERA: Duration = Duration::from_secs(5);

/// A bank on PostgreSQL: its address, as a URL or in the form `key=value`, and how long to wait for it.
///
/// A database on this machine is spoken to in the clear, and any other with TLS: its certificate and its
/// name are checked, with the roots of the system or those of `sslrootcert`; `sslcert` and `sslkey` are a
/// certificate of one's own. `sslmode` is `verify-full` or `disable`.
///
/// It is shown without the password.
///
/// ```
/// use pixson_core::banco::ConfiguracaoPostgres;
///
/// let url = "postgres://banco:segredo@db1,db2/pixson?sslmode=disable";
/// let configuracao: ConfiguracaoPostgres = url.parse()?;
/// assert!(!format!("{configuracao} {configuracao:?}").contains("segredo"));
/// assert_eq!(configuracao.to_string(), "postgres://banco@db1,db2/pixson");
/// # Ok::<(), pixson_core::banco::ErroEnderecoPostgres>(())
/// ```
#[derive(Clone)]
pub struct ConfiguracaoPostgres {
    pub(super) config: Config,
    /// How to speak TLS; `None` in the clear.
    pub(super) cifra: Option<Arc<ClientConfig>>,
    pub(super) espera: Duration,
}

/// The address of a database cannot be understood.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("endereço do PostgreSQL inválido: {0}")]
pub struct ErroEnderecoPostgres(String);

impl ErroEnderecoPostgres {
    /// Whose fault it is: the caller's.
    pub fn culpa(&self) -> Culpa {
        Culpa::Chamador
    }
}

impl ConfiguracaoPostgres {
    /// The same, with another time that an operation waits for a database before it is refused.
    #[must_use]
    pub fn com_espera(self, espera: Duration) -> Self {
        Self { espera, ..self }
    }

    /// The same, with a password.
    #[must_use]
    pub fn com_senha(mut self, senha: &[u8]) -> Self {
        self.config.password(senha);
        self
    }

    /// The same, with the password for its first server from the text of a file as libpq has it
    /// (`~/.pgpass`), if a line of it fits and there is none yet.
    #[must_use]
    pub fn com_pgpass(self, texto: &str) -> Self {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(nome)) => nome.as_str(),
            _ => "localhost",
        };
        let porta = self.config.get_ports().first().copied().unwrap_or(PORTA);
        let usuario = self.config.get_user().unwrap_or_default();
        let banco = self.config.get_dbname().unwrap_or(usuario);
        match senha_de(texto, host, porta, banco, usuario) {
            Some(senha) if !self.tem_senha() => self.com_senha(senha.as_bytes()),
            _ => self,
        }
    }

    /// Whether it has a password, from the address or from [`ConfiguracaoPostgres::com_senha`].
    pub fn tem_senha(&self) -> bool {
        self.config.get_password().is_some()
    }
}

impl FromStr for ConfiguracaoPostgres {
    type Err = ErroEnderecoPostgres;

    fn from_str(endereco: &str) -> Result<Self, ErroEnderecoPostgres> {
        let (endereco, cifra) = separar(endereco);
        let mut config = Config::from_str(&endereco).map_err(|erro| {
            let causa = std::error::Error::source(&erro).map(ToString::to_string);
            ErroEnderecoPostgres(causa.unwrap_or_else(|| erro.to_string()))
        })?;
        let cifra = cifra.resolver(&config).map_err(ErroEnderecoPostgres)?;
        config.ssl_mode(if cifra.is_some() { SslMode::Require } else { SslMode::Disable });
        if config.get_application_name().is_none() {
            config.application_name("pixson");
        }
        // A network that swallows everything is noticed by the deadline of each answer; these end
        // connections that nobody waits for.
        config.keepalives_idle(Duration::from_secs(10));
        Ok(Self { config, cifra, espera: ESPERA })
    }
}

impl fmt::Display for ConfiguracaoPostgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(usuario) = self.config.get_user() {
            write!(f, "{usuario}@")?;
        }
        for (numero, host) in self.config.get_hosts().iter().enumerate() {
            f.write_str(if numero > 0 { "," } else { "" })?;
            match host {
                Host::Tcp(nome) => f.write_str(nome)?,
                #[cfg(unix)]
                Host::Unix(pasta) => write!(f, "{}", pasta.display())?,
            }
            let portas = self.config.get_ports();
            if let Some(porta) =
                portas.get(numero).or(portas.first()).filter(|porta| **porta != PORTA)
            {
                write!(f, ":{porta}")?;
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for ConfiguracaoPostgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConfiguracaoPostgres({self}, {:?})", self.espera)
    }
}
