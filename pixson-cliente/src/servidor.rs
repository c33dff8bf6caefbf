use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, ValueHint};
use pixson_linha::endereco::{self, ler_host};

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
    #[arg(long, value_parser = ler_host, global = true)]
    #[arg(value_hint = ValueHint::Other, display_order = 101)]
    host: Option<String>,

    #[arg(help = "Porta do servidor [padrão: 5000; ambiente: PIXSON_PORTA]")]
    #[arg(long, value_parser = ler_porta, allow_negative_numbers = true, global = true)]
    #[arg(value_hint = ValueHint::Other, display_order = 102)]
    porta: Option<u16>,

    /// Quanto tempo esperar pela conexão, e depois por cada resposta [padrão: 30]
    #[arg(long, value_name = "SEGUNDOS", default_value = "30", hide_default_value = true)]
    #[arg(value_parser = segundos, allow_negative_numbers = true, global = true)]
    #[arg(value_hint = ValueHint::Other, display_order = 103)]
    tempo_limite: Duration,
}

impl Opcoes {
    /// The option goes before the environment, and that before what holds for everybody. `Err` is
    /// a sentence about the environment.
    pub(crate) fn servidor(&self) -> Result<Servidor, String> {
        let host = ou_variavel(self.host.clone(), "PIXSON_HOST", ler_host)?;
        let porta = ou_variavel(self.porta, "PIXSON_PORTA", ler_porta)?;
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

    fn alcancar(&self) -> io::Result<TcpStream> {
        let prazo = Instant::now() + self.tempo_limite;
        let enderecos = if let Ok(ip) = self.host.parse::<IpAddr>() {
            vec![SocketAddr::from((ip, self.porta))]
        } else {
            let (host, porta) = (self.host.clone(), self.porta);
            ate_o_prazo(prazo, move || Ok((host, porta).to_socket_addrs()?.collect()))?
        };
        primeiro_que_aceita(enderecos.into_iter(), prazo)
    }
}

/// What the system finds, if it does in time. It looks names up for as long as it likes: what it finds
/// later is for nobody.
fn ate_o_prazo<T: Send + 'static>(
    prazo: Instant,
    procurar: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (entregar, achado) = mpsc::channel();
    // Whoever waited may have left.
    thread::Builder::new().spawn(move || drop(entregar.send(procurar())))?;
    let resta = prazo.saturating_duration_since(Instant::now());
    achado.recv_timeout(resta).unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Tries one address after the other, all of them within the time limit. If none accepts, the first
/// failure is the one to tell: the system gives first the addresses that it is most likely to reach,
/// and last those of a network that it has no part in.
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

impl fmt::Display for Servidor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, porta, .. } = self;
        // Of IPv6, the colons of the address are not that of the port.
        if host.contains(':') { write!(f, "[{host}]:{porta}") } else { write!(f, "{host}:{porta}") }
    }
}

fn ler_porta(texto: &str) -> Result<u16, String> {
    endereco::ler_porta(texto, 1)
}

fn segundos(texto: &str) -> Result<Duration, &'static str> {
    let segundos = texto
        .replacen(',', ".", 1)
        .parse()
        .ok()
        .filter(|&s: &f64| s > 0.0 && s <= TEMPO_MAX_SEGUNDOS);
    segundos
        .and_then(|segundos| Duration::try_from_secs_f64(segundos).ok())
        .filter(|tempo| !tempo.is_zero())
        .ok_or("não é um número de segundos, acima de zero e até 86400")
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[test]
    fn of_all_addresses_that_fail_the_first_is_told_and_any_that_accepts_will_do() {
        let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let boa = ouvinte.local_addr().expect("bound");
        // The port of a connection: nobody listens there.
        let fluxo = TcpStream::connect(boa).expect("it listens");
        let morta = fluxo.local_addr().expect("connected");
        // No connection can go to everybody.
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

    #[test]
    fn a_name_that_is_looked_up_for_ever_is_waited_for_until_the_deadline() {
        let (acabar, acabou) = mpsc::channel::<()>();
        let procurada = ate_o_prazo(Instant::now() + Duration::from_millis(50), move || {
            let _ = acabou.recv();
            Ok(())
        });
        assert_eq!(procurada.map_err(|erro| erro.kind()), Err(io::ErrorKind::TimedOut));
        drop(acabar);
        let achada = ate_o_prazo(Instant::now() + Duration::from_secs(30), || Ok(7));
        assert_eq!(achada.map_err(|erro| erro.kind()), Ok(7));
    }
}
