//! What the tests of a whole server share.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroUsize;
use std::time::Duration;

use pixson_core::Rg;
use pixson_rede::Conducao;

/// How long a test waits for something that should come at once.
pub(crate) const PACIENCIA: Duration = Duration::from_secs(30);

pub(crate) fn conducoes() -> [Conducao; 3] {
    let lacos = |quantos| Conducao::Lacos(NonZeroUsize::new(quantos).expect("above zero"));
    [Conducao::Fios, lacos(1), lacos(3)]
}

pub(crate) fn rg(numero: usize) -> Rg {
    numero.to_string().parse().expect("an RG")
}

pub(crate) fn conectar(endereco: SocketAddr) -> BufReader<TcpStream> {
    let fluxo = TcpStream::connect(endereco).expect("it listens");
    fluxo.set_read_timeout(Some(PACIENCIA)).expect("a TCP socket");
    BufReader::new(fluxo)
}

pub(crate) fn linha(leitor: &mut BufReader<TcpStream>) -> String {
    let mut linha = String::new();
    leitor.read_line(&mut linha).expect("a reply");
    linha
}
