//! The pages that a server shows of itself.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::PACIENCIA;

/// What is answered to this request.
pub(crate) fn pedir_http(painel: &str, pedido: &[u8]) -> String {
    let mut fluxo = TcpStream::connect(painel).expect("it listens");
    fluxo.set_read_timeout(Some(PACIENCIA)).expect("a TCP socket");
    fluxo.write_all(pedido).expect("it reads");
    let mut resposta = String::new();
    fluxo.read_to_string(&mut resposta).expect("it answers in UTF-8");
    resposta
}

/// A page.
pub(crate) fn pagina(painel: &str, caminho: &str) -> String {
    pedir_http(painel, format!("GET {caminho} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
}
