//! Servers that say what a test dictates, whatever they are asked.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use super::novo_ouvinte;

/// How far the bytes of a slow reply are apart: all of them take longer than a test waits.
const GOTA: Duration = Duration::from_millis(100);

/// A server of one connection that answers each `recv(1024)` with the next of these, and closes
/// when it has taken one more, or at once after a reply that is not whole.
pub(crate) fn servidor_que_diz(respostas: &'static [&'static [u8]]) -> String {
    let (ouvinte, porta) = novo_ouvinte();
    thread::spawn(move || {
        let (mut fluxo, _) = ouvinte.accept().expect("a client");
        for resposta in respostas {
            if recv(&mut fluxo).is_empty() {
                return;
            }
            fluxo.write_all(resposta).expect("the client reads");
        }
        // It goes away with a request in its hands, or in the middle of a reply.
        if respostas.last().is_none_or(|ultima| ultima.ends_with(b"\n")) {
            recv(&mut fluxo);
        }
    });
    porta
}

/// A server of one connection that gives these as replies, and after the last of them keeps the
/// connection and says nothing more.
pub(crate) fn servidor_que_emudece(respostas: Vec<&'static [u8]>) -> String {
    servidor_que_ouve(respostas).0
}

/// The same, and what it hears after its last reply.
pub(crate) fn servidor_que_ouve(respostas: Vec<&'static [u8]>) -> (String, Receiver<Vec<u8>>) {
    let (ouvir, ouvidas) = mpsc::channel();
    let porta = depois_de(respostas, move |mut fluxo| {
        loop {
            let bytes = recv(&mut fluxo);
            if bytes.is_empty() {
                return;
            }
            let _ = ouvir.send(bytes);
        }
    });
    (porta, ouvidas)
}

/// A server of one connection that gives these as replies, and then does something else with it.
fn depois_de(
    respostas: Vec<&'static [u8]>,
    fazer: impl FnOnce(TcpStream) + Send + 'static,
) -> String {
    let (ouvinte, porta) = novo_ouvinte();
    thread::spawn(move || {
        let (mut fluxo, _) = ouvinte.accept().expect("a client");
        for resposta in respostas {
            recv(&mut fluxo);
            fluxo.write_all(resposta).expect("the client reads");
        }
        fazer(fluxo);
    });
    porta
}

/// A server that grants every withdrawal, says when it has heard the first, and in the end how many
/// it has heard.
pub(crate) fn servidor_que_paga() -> (String, Receiver<()>, thread::JoinHandle<usize>) {
    let (avisar, avisado) = mpsc::channel();
    let (ouvinte, porta) = novo_ouvinte();
    let pagos = thread::spawn(move || {
        let (mut fluxo, _) = ouvinte.accept().expect("a client");
        recv(&mut fluxo);
        fluxo.write_all(LOGIN).expect("the client reads");
        for pagos in 0.. {
            if recv(&mut fluxo).is_empty() {
                return pagos;
            }
            let _ = avisar.send(());
            let resposta =
                format!("t:{}|s:0|resposta:Saque realizado com sucesso\n", 7 + 4 * pagos);
            let _ = fluxo.write_all(resposta.as_bytes());
        }
        unreachable!("nobody counts so far")
    });
    (porta, avisado, pagos)
}

/// A server of one connection that gives these as replies, and then one byte after the other of a
/// reply that has no end before whoever waits for it must have given up.
pub(crate) fn servidor_que_goteja(respostas: Vec<&'static [u8]>) -> String {
    depois_de(respostas, |mut fluxo| {
        recv(&mut fluxo);
        // Nothing more is asked: reading takes as long as it may.
        fluxo.set_read_timeout(Some(GOTA)).expect("a TCP socket");
        for byte in b"t:7|s:1|resposta:".iter().chain([b'x'; 1000].iter()) {
            if fluxo.write_all(&[*byte]).is_err() || matches!(fluxo.read(&mut [0; 1024]), Ok(0)) {
                return;
            }
        }
    })
}

pub(crate) fn recv(fluxo: &mut TcpStream) -> Vec<u8> {
    let mut bytes = [0; 1024];
    let quantos = fluxo.read(&mut bytes).unwrap_or(0);
    bytes[..quantos].to_vec()
}

pub(crate) const LOGIN: &[u8] = b"t:3|s:0|resposta:Login realizado com sucesso\n";
