//! A real client process for a test, fed through a pipe.
#![allow(dead_code, reason = "every test program includes the whole module")]

#[allow(clippy::duplicate_mod, reason = "what most programs have of the server has it too")]
pub(crate) mod ambiente;
pub(crate) mod ditado;
pub(crate) mod falso;
#[allow(clippy::duplicate_mod, reason = "what most programs have of the server has it too")]
pub(crate) mod filho;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::fd::OwnedFd;
use std::process::{ChildStdout, Command, Output, Stdio};

use ambiente::programa;
use filho::Filho;
use rustix::net::{self, AddressFamily, SocketType};

#[allow(unused_imports, reason = "every test program includes the whole module")]
pub(crate) use ambiente::{PACIENCIA, texto};

const CLIENTE: &str = env!("CARGO_BIN_EXE_pixson-cliente");

/// What a prompt ends with.
const PERGUNTA: &str = ": ";

/// Runs a client to its end with this standard input.
pub(crate) fn executar(argumentos: &[&str], entrada: &str) -> Output {
    iniciar(argumentos).terminar_com(entrada.as_bytes())
}

/// The same, with variables of the environment.
pub(crate) fn executar_em(ambiente: &[(&str, &str)], argumentos: &[&str], entrada: &str) -> Output {
    let mut comando = comando(argumentos);
    comando.envs(ambiente.iter().copied());
    Filho::vigiado(&mut comando).terminar_com(entrada.as_bytes())
}

/// A listener on a free port, and that port as an argument.
pub(crate) fn novo_ouvinte() -> (TcpListener, String) {
    let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let porta = ouvinte.local_addr().expect("bound").port().to_string();
    (ouvinte, porta)
}

/// A port where nobody listens, nor can as long as its owner is kept.
pub(crate) fn porta_morta() -> (String, OwnedFd) {
    let dono = net::socket(AddressFamily::INET, SocketType::STREAM, None).expect("a descriptor");
    net::bind(&dono, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let endereco = net::getsockname(&dono).expect("bound").try_into();
    let endereco: SocketAddrV4 = endereco.expect("what it was bound to");
    (endereco.port().to_string(), dono)
}

/// Starts a client. It is killed if it takes too long.
pub(crate) fn iniciar(argumentos: &[&str]) -> Filho {
    Filho::vigiado(&mut comando(argumentos))
}

fn comando(argumentos: &[&str]) -> Command {
    let mut comando = sem_tubos(argumentos);
    comando.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    comando
}

pub(crate) fn sem_tubos(argumentos: &[&str]) -> Command {
    let mut comando = programa(CLIENTE);
    comando.args(argumentos);
    comando
}

/// Types each line when the client asks for it, and gives the screen as a person would see it:
/// what is typed stands after the prompt.
pub(crate) fn digitar(argumentos: &[&str], linhas: &[&str]) -> (String, Option<i32>) {
    let mut processo = iniciar(argumentos);
    let mut entrada = processo.stdin.take().expect("piped");
    let mut saida = processo.stdout.take().expect("piped");
    let mut tela = String::new();
    for linha in linhas {
        tela.push_str(&ler_ate_pergunta(&mut saida));
        tela.push_str(linha);
        tela.push('\n');
        writeln!(entrada, "{linha}").expect("the client has asked");
    }
    drop(entrada);
    saida.read_to_string(&mut tela).expect("UTF-8");
    (tela, processo.wait().expect("our child").code())
}

/// Types lines, lets something happen while the client waits at its prompt, and types one more.
pub(crate) fn digitar_e(
    argumentos: &[&str],
    linhas: &[&str],
    acontecer: impl FnOnce(),
    ultima: &str,
) -> Output {
    let mut processo = iniciar(argumentos);
    let mut entrada = processo.stdin.take().expect("piped");
    let mut saida = processo.stdout.take().expect("piped");
    for linha in linhas {
        ler_ate_pergunta(&mut saida);
        writeln!(entrada, "{linha}").expect("the client has asked");
    }
    ler_ate_pergunta(&mut saida);
    acontecer();
    writeln!(entrada, "{ultima}").expect("the client has asked");
    drop(entrada);
    processo.terminar()
}

/// Lets something happen when a line of standard error begins so, and runs the client to its end.
pub(crate) fn executar_e(
    argumentos: &[&str],
    comeco: &str,
    acontecer: impl FnOnce(),
) -> (String, Option<i32>) {
    acompanhar(argumentos, comeco, |_| acontecer())
}

/// Interrupts a client when a line of its standard error begins so.
pub(crate) fn interromper_em(argumentos: &[&str], comeco: &str) -> (String, Option<i32>) {
    acompanhar(argumentos, comeco, Filho::interromper)
}

fn acompanhar(
    argumentos: &[&str],
    comeco: &str,
    acontecer: impl FnOnce(&Filho),
) -> (String, Option<i32>) {
    let mut processo = iniciar(argumentos);
    let erros = BufReader::new(processo.stderr.take().expect("piped"));
    let mut linhas = erros.lines().map_while(Result::ok);
    assert!(linhas.any(|linha| linha.starts_with(comeco)), "no line begins with {comeco}");
    acontecer(&processo);
    linhas.for_each(drop);
    let mut saida = String::new();
    processo.stdout.take().expect("piped").read_to_string(&mut saida).expect("UTF-8");
    (saida, processo.wait().expect("our child").code())
}

fn ler_ate_pergunta(saida: &mut ChildStdout) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(PERGUNTA.as_bytes()) || !eh_pergunta(&bytes) {
        saida.read_exact(&mut byte).expect("the client asks");
        bytes.push(byte[0]);
    }
    String::from_utf8(bytes).expect("UTF-8")
}

fn eh_pergunta(bytes: &[u8]) -> bool {
    let linha = bytes.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    linha.starts_with(b"Digite ")
}
