//! Where the database is, and how long it is waited for.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use thiserror::Error;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, LoadBalanceHosts, SslMode};

use super::cifra::separar;
use super::senha::senha_de;
use crate::tipos::Culpa;

/// Where PostgreSQL listens unless told otherwise.
const PORTA: u16 = 5432;

/// After how long a silent connection is looked after at the latest: 10 s.
const OCIOSA_MAX: Duration = Duration::from_secs(10);

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
    /// One for each server that the address names, in its order.
    pub(super) hosts: Vec<Config>,
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
        for host in &mut self.hosts {
            host.password(senha);
        }
        self
    }

    /// The same, with the password of each server from the text of a file as libpq has it (`~/.pgpass`), if
    /// a line of it fits and there is none yet.
    #[must_use]
    pub fn com_pgpass(mut self, texto: &str) -> Self {
        for host in self.hosts.iter_mut().filter(|host| host.get_password().is_none()) {
            let nome = match host.get_hosts().first() {
                Some(Host::Tcp(nome)) => nome.as_str(),
                _ => "localhost",
            };
            let porta = host.get_ports().first().copied().unwrap_or(PORTA);
            let usuario = host.get_user().unwrap_or_default();
            let banco = host.get_dbname().unwrap_or(usuario);
            if let Some(senha) = senha_de(texto, nome, porta, banco, usuario) {
                host.password(senha);
            }
        }
        self
    }

    /// Whether it has a password, from the address or from [`ConfiguracaoPostgres::com_senha`].
    pub fn tem_senha(&self) -> bool {
        self.hosts.iter().any(|host| host.get_password().is_some())
    }
}

/// One configuration for each server that this one names.
fn um_a_um(config: &Config) -> Vec<Config> {
    let (hosts, enderecos) = (config.get_hosts(), config.get_hostaddrs());
    let portas = config.get_ports();
    let um = |numero: usize| {
        let mut um = Config::new();
        hosts.get(numero).map(|host| match host {
            Host::Tcp(nome) => um.host(nome),
            #[cfg(unix)]
            Host::Unix(pasta) => um.host_path(pasta),
        });
        enderecos.get(numero).map(|endereco| um.hostaddr(*endereco));
        um.port(portas.get(numero).or(portas.first()).copied().unwrap_or(PORTA));
        config.get_user().map(|usuario| um.user(usuario));
        config.get_password().map(|senha| um.password(senha));
        config.get_dbname().map(|banco| um.dbname(banco));
        config.get_options().map(|opcoes| um.options(opcoes));
        um.application_name(config.get_application_name().unwrap_or("pixson"));
        um.ssl_negotiation(config.get_ssl_negotiation());
        um.channel_binding(config.get_channel_binding());
        um.target_session_attrs(config.get_target_session_attrs());
        config.get_connect_timeout().map(|prazo| um.connect_timeout(*prazo));
        config.get_tcp_user_timeout().map(|prazo| um.tcp_user_timeout(*prazo));
        // A network that swallows everything is noticed by the deadline of each answer; these end
        // connections that nobody waits for.
        um.keepalives(config.get_keepalives());
        um.keepalives_idle(config.get_keepalives_idle().min(OCIOSA_MAX));
        config.get_keepalives_interval().map(|intervalo| um.keepalives_interval(intervalo));
        config.get_keepalives_retries().map(|vezes| um.keepalives_retries(vezes));
        um
    };
    (0..hosts.len().max(enderecos.len())).map(um).collect()
}

impl FromStr for ConfiguracaoPostgres {
    type Err = ErroEnderecoPostgres;

    fn from_str(endereco: &str) -> Result<Self, ErroEnderecoPostgres> {
        let (endereco, cifra) = separar(endereco);
        let config = Config::from_str(&endereco).map_err(|erro| {
            let causa = std::error::Error::source(&erro).map(ToString::to_string);
            ErroEnderecoPostgres(causa.unwrap_or_else(|| erro.to_string()))
        })?;
        let com_arroba = |host: &Host| matches!(host, Host::Tcp(nome) if nome.contains('@'));
        if config.get_hosts().iter().any(com_arroba) {
            // It would be shown as a part of the name.
            let frase = "um @ no usuário ou na senha se escreve %40";
            return Err(ErroEnderecoPostgres(frase.into()));
        }
        let cifra = cifra.resolver(&config).map_err(ErroEnderecoPostgres)?;
        let mut hosts = um_a_um(&config);
        if hosts.is_empty() {
            return Err(ErroEnderecoPostgres(
                "falta a máquina, como em postgres://localhost/pixson".into(),
            ));
        }
        if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
            fastrand::shuffle(&mut hosts);
        }
        let modo = if cifra.is_some() { SslMode::Require } else { SslMode::Disable };
        for host in &mut hosts {
            host.ssl_mode(modo);
        }
        Ok(Self { hosts, cifra, espera: ESPERA })
    }
}

impl fmt::Display for ConfiguracaoPostgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let primeiro = self.hosts.first();
        f.write_str("postgres://")?;
        if let Some(usuario) = primeiro.and_then(Config::get_user) {
            write!(f, "{usuario}@")?;
        }
        for (numero, host) in self.hosts.iter().enumerate() {
            f.write_str(if numero > 0 { "," } else { "" })?;
            match (host.get_hosts(), host.get_hostaddrs()) {
                ([Host::Tcp(nome), ..], _) => f.write_str(nome)?,
                #[cfg(unix)]
                ([Host::Unix(pasta), ..], _) => write!(f, "{}", pasta.display())?,
                (_, enderecos) => enderecos.iter().try_for_each(|endereco| endereco.fmt(f))?,
            }
            if let Some(porta) = host.get_ports().first().filter(|porta| **porta != PORTA) {
                write!(f, ":{porta}")?;
            }
        }
        write!(f, "/{}", primeiro.and_then(Config::get_dbname).unwrap_or_default())
    }
}

impl fmt::Debug for ConfiguracaoPostgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConfiguracaoPostgres({self}, {:?})", self.espera)
    }
}
