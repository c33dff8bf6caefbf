//! A server, and the ways to reach it within a time limit.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use crate::{ErroConexao, Interrompida, Interrupcao};

/// The shortest time limit, since sockets do not accept a time-out of zero.
const TEMPO_MIN: Duration = Duration::from_micros(1);

/// The longest time limit, a year of 365 days: adding it to an instant does not overflow.
const TEMPO_MAX: Duration = Duration::from_hours(365 * 24);

/// A server, and how long it may take.
#[derive(Clone, Debug)]
pub struct ServidorDistante {
    host: String,
    porta: u16,
    tempo_limite: Duration,
}

impl ServidorDistante {
    /// The server at a name or an address, which may take `tempo_limite` for a connection, and then
    /// for each reply. A limit below one microsecond is one, and one above a year is a year.
    pub fn novo(host: impl Into<String>, porta: u16, tempo_limite: Duration) -> Self {
        let tempo_limite = tempo_limite.clamp(TEMPO_MIN, TEMPO_MAX);
        Self { host: host.into(), porta, tempo_limite }
    }

    /// How long the server may take for a connection, and then for each reply.
    pub fn tempo_limite(&self) -> Duration {
        self.tempo_limite
    }

    /// Connects, and gives a socket that sends each request at once (`TCP_NODELAY`).
    ///
    /// # Errors
    ///
    /// [`ErroConexao::SemConexao`], or [`ErroConexao::Interrompida`].
    pub fn conectar(&self, interrupcao: &Interrupcao) -> Result<TcpStream, ErroConexao> {
        let conectar = || {
            let fluxo = self.alcancar(interrupcao)?;
            fluxo.set_nodelay(true)?;
            fluxo.set_write_timeout(Some(self.tempo_limite))?;
            Ok(fluxo)
        };
        conectar().map_err(|erro| {
            if Interrompida::em(&erro) {
                return ErroConexao::Interrompida { a_caminho: None };
            }
            ErroConexao::SemConexao { endereco: self.to_string(), erro }
        })
    }

    fn alcancar(&self, interrupcao: &Interrupcao) -> io::Result<TcpStream> {
        let prazo = Instant::now() + self.tempo_limite;
        let enderecos = if let Ok(ip) = self.host.parse::<IpAddr>() {
            vec![SocketAddr::from((ip, self.porta))]
        } else {
            let (host, porta) = (self.host.clone(), self.porta);
            let procurar = move || Ok((host, porta).to_socket_addrs()?.collect());
            interrupcao.durante(Some(prazo), procurar)?
        };
        let alcancar = move || primeiro_que_aceita(enderecos.into_iter(), prazo);
        // `primeiro_que_aceita` keeps to the deadline by itself.
        if interrupcao.pode_vir() { interrupcao.durante(None, alcancar) } else { alcancar() }
    }
}

/// Tries one address after the other, all of them within the time limit. If none accepts, the first
/// failure is reported: the system lists first the addresses that it is most likely to reach, and
/// last those of networks that it is not part of.
fn primeiro_que_aceita(
    enderecos: impl Iterator<Item = SocketAddr>,
    prazo: Instant,
) -> io::Result<TcpStream> {
    let mut falha = None;
    for endereco in enderecos {
        let resta = prazo.saturating_duration_since(Instant::now());
        if resta.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(&endereco, resta) {
            Ok(fluxo) => return Ok(fluxo),
            Err(erro) => falha = falha.or(Some(erro)),
        }
    }
    Err(falha.unwrap_or_else(|| io::ErrorKind::TimedOut.into()))
}

impl fmt::Display for ServidorDistante {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, porta, .. } = self;
        // Brackets keep the colons of an IPv6 address apart from that of the port.
        if host.contains(':') { write!(f, "[{host}]:{porta}") } else { write!(f, "{host}:{porta}") }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[test]
    fn of_all_addresses_that_fail_the_first_is_told_and_any_that_accepts_will_do() {
        let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let boa = ouvinte.local_addr().expect("bound");
        // The local port of a connection, on which nothing listens.
        let fluxo = TcpStream::connect(boa).expect("it listens");
        let morta = fluxo.local_addr().expect("connected");
        // No connection can go to the broadcast address.
        let impossivel = SocketAddr::from((Ipv4Addr::BROADCAST, 1));
        let alcancar = |enderecos: &[SocketAddr]| {
            let prazo = Instant::now() + Duration::from_secs(30);
            primeiro_que_aceita(enderecos.iter().copied(), prazo).map_err(|erro| erro.kind())
        };
        assert!(alcancar(&[impossivel, morta, boa]).is_ok());
        let recusada = Some(io::ErrorKind::ConnectionRefused);
        assert_eq!(alcancar(&[morta, impossivel]).err(), recusada);
        assert_ne!(alcancar(&[impossivel, morta]).err(), recusada);
        assert_eq!(alcancar(&[]).err(), Some(io::ErrorKind::TimedOut));
    }
}
