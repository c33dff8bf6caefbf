//! Ctrl-C while the client waits for something else than a reply or a line.

mod comum;

use std::fs;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::process::Stdio;

use comum::ambiente::programa;
use comum::ditado::{LOGIN, servidor_que_ouve, servidor_que_paga};
use comum::filho::Filho;
use comum::{iniciar, sem_tubos, texto};
use rustix::net::{self, AddressFamily, SocketType};
use tempfile::TempDir;

/// What a pipe holds on Linux, unless it is told otherwise.
const TUBO_BYTES: usize = 64 * 1024;

/// Waits until a signal would no longer end the process by itself.
fn esperar_que_vigie(processo: &Filho) {
    const SIGINT: u64 = 1 << 1;
    loop {
        let situacao = format!("/proc/{}/status", processo.id());
        let situacao = fs::read_to_string(situacao).expect("our child runs");
        let apanhados = situacao.lines().find_map(|linha| linha.strip_prefix("SigCgt:"));
        let apanhados = u64::from_str_radix(apanhados.expect("proc(5)").trim(), 16);
        if apanhados.expect("a mask") & SIGINT != 0 {
            return;
        }
        std::thread::yield_now();
    }
}

/// A pipe that has no place for anything more.
fn cheio() -> (PipeReader, PipeWriter) {
    let (leitura, mut cano) = io::pipe().expect("a pipe");
    cano.write_all(&vec![b'x'; TUBO_BYTES]).expect("it holds so much");
    (leitura, cano)
}

#[test]
fn a_connection_that_nobody_accepts_is_waited_for_no_longer() {
    let ouvinte = net::socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
    net::bind(&ouvinte, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    net::listen(&ouvinte, 0).expect("bound");
    let endereco = net::getsockname(&ouvinte).expect("bound").try_into();
    let endereco: SocketAddrV4 = endereco.expect("what it was bound to");
    // One has place in the queue; to the next the system does not answer.
    let _primeira = TcpStream::connect(endereco).expect("the queue is empty");
    let porta = endereco.port().to_string();
    let mut processo = iniciar(&["1", "--host", "127.0.0.1", "--porta", &porta]);
    let mut tela = [0; "Cliente iniciado\n".len()];
    processo.stdout.as_mut().expect("piped").read_exact(&mut tela).expect("it begins");
    processo.interromper();
    let saida = processo.terminar();
    assert_eq!(
        (texto(&saida.stdout), texto(&saida.stderr), saida.status.code()),
        ("", "", Some(130))
    );
}

#[test]
fn a_script_from_a_named_pipe_that_nobody_writes_is_waited_for_no_longer() {
    let pasta = TempDir::new().expect("a temporary directory");
    let cano = pasta.path().join("cano");
    assert!(programa("mkfifo").arg(&cano).status().expect("coreutils").success());
    let processo = iniciar(&["--rg", "1", "script", cano.to_str().expect("UTF-8")]);
    esperar_que_vigie(&processo);
    processo.interromper();
    let saida = processo.terminar();
    assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(130)));
}

#[test]
fn a_reply_that_nobody_reads_is_not_kept_quiet_about() {
    for json in [&[][..], &["--json"]] {
        let (_ninguem_le, cano) = cheio();
        let (porta, avisado, _pagos) = servidor_que_paga();
        let mut comando = sem_tubos(&["--porta", &porta, "--rg", "1"]);
        comando.args(json).args(["saque", "1"]);
        comando.stdin(Stdio::null()).stdout(cano).stderr(Stdio::piped());
        let processo = Filho::vigiado(&mut comando);
        avisado.recv().expect("the request");
        processo.interromper();
        let saida = processo.terminar();
        let frase = texto(&saida.stderr);
        let esperada = "Interrompido antes da resposta. Não se sabe se a operação foi feita";
        assert!(frase.starts_with(esperada), "{frase}");
        assert_eq!(saida.status.code(), Some(130));
    }
}

#[test]
fn a_second_interruption_ends_a_program_whose_last_words_nobody_takes() {
    let (_ninguem_le, cano) = cheio();
    let (porta, ouvidas) = servidor_que_ouve(vec![LOGIN]);
    let mut comando = sem_tubos(&["--porta", &porta, "--rg", "1", "saque", "1"]);
    comando.stdin(Stdio::null()).stdout(Stdio::null()).stderr(cano);
    let mut processo = Filho::vigiado(&mut comando);
    ouvidas.recv().expect("the request");
    // Two that come before the first is looked at are one.
    let fim = loop {
        processo.interromper();
        if let Some(fim) = processo.try_wait().expect("our child") {
            break fim;
        }
        std::thread::yield_now();
    };
    assert_eq!(fim.code(), Some(130));
}
