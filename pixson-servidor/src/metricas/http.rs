//! The page that shows the counters: as much HTTP as that takes.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};

use super::{Instantaneo, Metricas};
use crate::parada::Parada;

/// How long one visitor may take to ask, and then to read: 2 s each. They are served in turn.
const VISITA_MAX: Duration = Duration::from_secs(2);

/// The longest request: 8 KiB, with up to 64 headers.
const PEDIDO_MAX_BYTES: usize = 8 * 1024;
const CABECALHOS_MAX: usize = 64;

/// How long to wait after a failed accept: 50 ms.
const PAUSA_APOS_FALHA: Duration = Duration::from_millis(50);

/// The content type of the text format that is written.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const TEXTO: &str = "text/plain; charset=utf-8";

/// Where the counters are served.
#[derive(Debug)]
pub(crate) struct Painel {
    ouvinte: TcpListener,
    endereco: SocketAddr,
}

/// What a server says of itself.
pub(crate) trait Observado {
    fn metricas(&self) -> &Metricas;
    fn instantaneo(&self) -> Instantaneo;
    /// Whether it serves, and its disk has not failed.
    fn saudavel(&self) -> bool;
}

impl Painel {
    pub(crate) fn abrir(endereco: impl ToSocketAddrs) -> io::Result<Self> {
        let ouvinte = TcpListener::bind(endereco)?;
        let endereco = ouvinte.local_addr()?;
        Ok(Self { ouvinte, endereco })
    }

    pub(crate) fn endereco(&self) -> SocketAddr {
        self.endereco
    }

    /// Serves one visitor after the other, until the server has stopped and somebody calls
    /// [`Painel::acordar`].
    pub(crate) fn servir(&self, observado: &impl Observado, parada: &Parada) {
        while !parada.concluida() {
            match self.ouvinte.accept() {
                // A visitor's trouble is the visitor's.
                Ok((fluxo, _)) => drop(atender(&fluxo, observado)),
                Err(_) if parada.concluida() => {}
                Err(_) => thread::sleep(PAUSA_APOS_FALHA),
            }
        }
    }

    /// Ends the wait for another visitor.
    pub(crate) fn acordar(&self) {
        let _ = rustix::net::shutdown(&self.ouvinte, rustix::net::Shutdown::Read);
    }
}

fn atender(mut fluxo: &TcpStream, observado: &impl Observado) -> io::Result<()> {
    let resposta = match ler_caminho(fluxo)? {
        Some((metodo, _)) if metodo != "GET" => pagina("405 Method Not Allowed", TEXTO, "só GET\n"),
        Some((_, caminho)) => match caminho.as_str() {
            "/metrics" => observado
                .metricas()
                .texto(&observado.instantaneo())
                .map_or_else(|_| falha(), |texto| pagina("200 OK", OPENMETRICS, &texto)),
            "/saude" if observado.saudavel() => pagina("200 OK", TEXTO, "ok\n"),
            "/saude" => pagina("503 Service Unavailable", TEXTO, "indisponível\n"),
            _ => pagina("404 Not Found", TEXTO, "há /metrics e /saude\n"),
        },
        None => pagina("400 Bad Request", TEXTO, "pedido inválido\n"),
    };
    fluxo.set_write_timeout(Some(VISITA_MAX))?;
    fluxo.write_all(resposta.as_bytes())?;
    fluxo.shutdown(Shutdown::Write)
}

fn falha() -> String {
    pagina("500 Internal Server Error", TEXTO, "falha\n")
}

fn pagina(situacao: &str, tipo: &str, corpo: &str) -> String {
    format!(
        "HTTP/1.1 {situacao}\r\nContent-Type: {tipo}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{corpo}",
        corpo.len()
    )
}

/// The method and the path of a request, or `None` if it is none.
fn ler_caminho(mut fluxo: &TcpStream) -> io::Result<Option<(String, String)>> {
    let prazo = Instant::now() + VISITA_MAX;
    let mut bytes = Vec::new();
    let mut pedaco = [0; 1024];
    while bytes.len() < PEDIDO_MAX_BYTES {
        let resta = prazo.saturating_duration_since(Instant::now());
        if resta.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        fluxo.set_read_timeout(Some(resta))?;
        match fluxo.read(&mut pedaco) {
            Ok(0) => return Ok(None),
            Ok(lidos) => bytes.extend_from_slice(&pedaco[..lidos]),
            Err(erro) if erro.kind() == ErrorKind::Interrupted => continue,
            Err(erro) => return Err(erro),
        }
        let mut cabecalhos = [httparse::EMPTY_HEADER; CABECALHOS_MAX];
        let mut pedido = httparse::Request::new(&mut cabecalhos);
        match pedido.parse(&bytes) {
            Ok(httparse::Status::Partial) => {}
            Ok(httparse::Status::Complete(_)) => {
                let caminho = pedido.path.map(|caminho| caminho.split('?').next().unwrap_or("/"));
                return Ok(pedido
                    .method
                    .zip(caminho)
                    .map(|(metodo, caminho)| (metodo.to_owned(), caminho.to_owned())));
            }
            Err(_) => return Ok(None),
        }
    }
    Ok(None)
}
