//! Crowds and attackers, and beside them honest clients who must not notice.
//!
//! In an ordinary run the crowds are small and no time is judged. With `PIXSON_RESISTENCIA=inteira`
//! they have full size, and latencies and evictions are held against their bounds; CONTRIBUTING.md
//! has the command.

mod comum;

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use socket2::{Domain, Socket, Type};
use tempfile::TempDir;

use comum::conexao::{ConexaoCrua, encher_todas};
use comum::honestos::{Atendido, CONTAS, Honestos, INICIAL, conferir_historia, p99};
use comum::instancia::{Instancia, entrar, esperar_ate};
use comum::pasta::lancamentos;
use comum::{contas, dizer};

/// The account that crowds log in to; honest clients have others.
const DA_MULTIDAO: &str = "9999999999";
const PEDIDO_DA_MULTIDAO: &[u8] = b"t:0|op:1|rg:9999999999\n";

/// The deadlines of messages, logins and replies in these tests, and how often a slow sender sends
/// a byte.
const PRAZO: Duration = Duration::from_secs(3);
const BYTE_A_CADA: Duration = Duration::from_secs(1);

/// How much later than at its deadline an attacker may be gone.
const ATRASO_MAX: Duration = Duration::from_secs(1);

/// How much memory a logged-in connection may take: 32 KiB. Among few of them, in a program that is not
/// optimised, what they share weighs more: 64 KiB.
const CONEXAO_MAX_BYTES: usize = 32 * 1024;

/// How much memory a connection may take whose requests come faster than its replies go: 1 MiB.
const SURDA_MAX_BYTES: u64 = 1024 * 1024;

/// How much the system may keep of replies that a connection does not read: the 256 KiB that it was
/// allowed, and half as much for what it counts differently.
const NA_FILA_MAX_BYTES: u64 = 384 * 1024;

fn inteira() -> bool {
    std::env::var("PIXSON_RESISTENCIA").is_ok_and(|tamanho| tamanho == "inteira")
}

fn tamanho(pequeno: usize, inteiro: usize) -> usize {
    if inteira() { inteiro } else { pequeno }
}

fn servir(opcoes: &[&str]) -> (Instancia, TempDir) {
    let todas: Vec<(&str, &str)> =
        CONTAS.iter().chain([&DA_MULTIDAO]).map(|conta| (*conta, INICIAL)).collect();
    let pasta = contas(&todas);
    let mut comando = Instancia::comando(pasta.path());
    let lugares = tamanho(960, 15_000).to_string();
    comando.args(["--max-conexoes", &lugares, "--max-por-endereco", &lugares]).args(opcoes);
    (Instancia::iniciar_calada(&mut comando), pasta)
}

/// The memory of the server in use, in bytes.
fn memoria(instancia: &Instancia) -> u64 {
    let situacao = fs::read_to_string(format!("/proc/{}/status", instancia.id()));
    let situacao = situacao.expect("it runs");
    let linha = situacao.lines().find_map(|linha| linha.strip_prefix("VmRSS:")).expect("on Linux");
    let kib: u64 = linha.trim().trim_end_matches(" kB").parse().expect("a number");
    kib * 1024
}

/// Honest clients alone on a fresh server, then beside a crowd that `montar` brings, while it does
/// what `agir` says. Returns what that says.
fn ao_lado<M, T>(
    instancia: &Instancia,
    nome: &str,
    montar: impl FnOnce() -> M,
    agir: impl FnOnce(M) -> T,
) -> T {
    let pedidos = tamanho(100, 2000);
    let sos = Honestos::comecar(instancia.porta, pedidos).terminar();
    let multidao = montar();
    let acompanhados = Honestos::comecar(instancia.porta, pedidos);
    let dito = agir(multidao);
    let acompanhados = acompanhados.terminar();
    let (antes, depois) = (p99(&sos), p99(&acompanhados));
    dizer(&format!("{nome}: p99 {antes:?} alone, {depois:?} beside it"));
    // A flood takes the processors as well, on the same machine: that is no delay by the server.
    let vale = inteira() && nome != "flood";
    assert!(!vale || depois < antes * 2, "{nome}: p99 {antes:?} became {depois:?}");
    let todos: Vec<Atendido> = sos.into_iter().chain(acompanhados).collect();
    conferir_historia(todos);
    dito
}

#[test]
fn a_crowd_of_idle_clients_costs_little_and_delays_nobody() {
    let (mut instancia, _contas) = servir(&[]);
    let quantas = tamanho(200, 10_000);
    let montar = || {
        let antes = memoria(&instancia);
        let multidao: Vec<_> = (0..quantas).map(|_| entrar(&instancia, DA_MULTIDAO)).collect();
        let cada = memoria(&instancia).saturating_sub(antes) / quantas as u64;
        dizer(&format!("idle: {quantas} connections, {cada} bytes each"));
        assert!(
            cada <= tamanho(2 * CONEXAO_MAX_BYTES, CONEXAO_MAX_BYTES) as u64,
            "{cada} bytes for each connection"
        );
        multidao
    };
    let multidao = ao_lado(&instancia, "idle", montar, |multidao| multidao);
    // They are still there, and are served.
    for mut conexao in multidao {
        assert!(conexao.pedir(&format!("t:0|op:1|rg:{DA_MULTIDAO}")).contains("|s:0|"));
    }
    instancia.parar();
}

/// One attacker: what it does, since when, and until when.
struct Atacante {
    fluxo: TcpStream,
    byte: Option<u8>,
    desde: Instant,
    ate: Option<Instant>,
}

impl Atacante {
    /// Sends its next byte, if it has any, and looks whether it has been left.
    fn agir(&mut self) {
        if let Some(byte) = self.byte {
            let _ = self.fluxo.write(&[byte]);
        }
        let mut pedaco = [0; 256];
        loop {
            match self.fluxo.read(&mut pedaco) {
                Ok(1..) => {}
                Err(erro) if erro.kind() == ErrorKind::WouldBlock => return,
                _ => {
                    self.ate = Some(Instant::now());
                    return;
                }
            }
        }
    }
}

fn atacantes(instancia: &Instancia, quantos: usize, byte: Option<u8>) -> Vec<Atacante> {
    let um = |_| {
        let fluxo = instancia.fluxo();
        fluxo.set_nonblocking(true).expect("a TCP socket");
        Atacante { fluxo, byte, desde: Instant::now(), ate: None }
    };
    (0..quantos).map(um).collect()
}

/// Lets attackers act until all of them have been left; a slow one sends a byte each second.
/// Says how long the slowest was endured.
fn aturar(mut atacantes: Vec<Atacante>) -> Duration {
    let mut ronda = Instant::now();
    esperar_ate("the last attacker to be left", || {
        let manda = ronda.elapsed() > BYTE_A_CADA;
        if manda {
            ronda = Instant::now();
        }
        for atacante in atacantes.iter_mut().filter(|atacante| atacante.ate.is_none()) {
            if manda {
                atacante.agir();
            } else {
                let byte = atacante.byte.take();
                atacante.agir();
                atacante.byte = byte;
            }
        }
        // To look is work too, on the same processors.
        thread::park_timeout(Duration::from_millis(100));
        atacantes.iter().all(|atacante| atacante.ate.is_some())
    });
    let demora = |um: &Atacante| um.ate.map_or(Duration::ZERO, |ate| ate - um.desde);
    atacantes.iter().map(demora).max().unwrap_or_default()
}

fn aturar_ate_o_prazo(nome: &str, byte: Option<u8>) {
    let prazo = PRAZO.as_secs().to_string();
    let quantos = tamanho(60, 2000);
    let (mut instancia, _contas) = servir(&["--prazo-mensagem", &prazo, "--prazo-login", &prazo]);
    let demora = ao_lado(&instancia, nome, || atacantes(&instancia, quantos, byte), aturar);
    dizer(&format!("{nome}: {quantos} of them, the last one left after {demora:?}"));
    assert!(!inteira() || demora < PRAZO + ATRASO_MAX, "{nome}: {demora:?}");
    instancia.parar();
}

#[test]
fn slow_senders_are_left_at_their_deadline_and_delay_nobody() {
    aturar_ate_o_prazo("slow senders", Some(b't'));
}

#[test]
fn silent_senders_are_left_at_their_deadline_and_delay_nobody() {
    aturar_ate_o_prazo("silent", None);
}

/// Waits until the server has broken off all of these connections, as its log tells. They ask on: the
/// replies may have found room for all that was asked so far.
fn esperar_interrompidas(instancia: &Instancia, surdas: &mut [ConexaoCrua]) {
    let mut faltam = surdas.len();
    esperar_ate("those who do not read to be left", || {
        for surda in &mut *surdas {
            surda.encher(PEDIDO_DA_MULTIDAO);
        }
        let interrompida = |linha: &String| linha.contains("conexão interrompida");
        faltam -= instancia.erros_ja().filter(interrompida).count();
        thread::park_timeout(Duration::from_millis(50));
        faltam == 0
    });
}

/// A client that has logged in, with little room for replies, so that it is soon full.
fn surda(instancia: &Instancia) -> ConexaoCrua {
    let soquete = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a descriptor");
    soquete.set_recv_buffer_size(4096).expect("a TCP socket");
    soquete.set_send_buffer_size(16 * 1024).expect("a TCP socket");
    let endereco = SocketAddr::from(([127, 0, 0, 1], instancia.porta));
    soquete.connect(&endereco.into()).expect("the server listens");
    let mut conexao = ConexaoCrua::de(soquete.into());
    assert!(conexao.pedir(&format!("t:0|op:6|rg:{DA_MULTIDAO}")).contains("|s:0|"));
    conexao
}

#[test]
fn those_who_never_read_are_left_at_their_deadline_and_delay_nobody() {
    let prazo = PRAZO.as_secs().to_string();
    let (instancia, _contas) = servir(&["--prazo-escrita", &prazo]);
    let quantas = tamanho(20, 2000);
    let montar = || {
        let mut surdas: Vec<ConexaoCrua> = (0..quantas).map(|_| surda(&instancia)).collect();
        encher_todas(&mut surdas, PEDIDO_DA_MULTIDAO);
        (surdas, Instant::now())
    };
    let (mut surdas, inicio) = ao_lado(&instancia, "never read", montar, |multidao| multidao);
    esperar_interrompidas(&instancia, &mut surdas);
    let demora = inicio.elapsed();
    dizer(&format!("never read: {quantas} of them, the last one left after {demora:?}"));
    assert!(!inteira() || demora < PRAZO + ATRASO_MAX, "{demora:?}");
    drop(surdas);
    let mut outra = entrar(&instancia, DA_MULTIDAO);
    assert!(outra.pedir(&format!("t:0|op:1|rg:{DA_MULTIDAO}")).contains("|s:0|"));
}

#[test]
fn a_hundred_thousand_requests_whose_replies_nobody_reads_take_no_memory() {
    let (instancia, _contas) = servir(&["--prazo-escrita", "1"]);
    let quantas = tamanho(4, 16);
    let antes = memoria(&instancia);
    let mut conexoes: Vec<ConexaoCrua> = (0..quantas)
        .map(|_| {
            let mut conexao = entrar(&instancia, DA_MULTIDAO);
            let bytes = conexao.encher(PEDIDO_DA_MULTIDAO);
            assert!(PEDIDO_DA_MULTIDAO.len() < bytes, "{bytes} bytes were taken");
            dizer(&format!("unread: {} requests", bytes / PEDIDO_DA_MULTIDAO.len()));
            conexao
        })
        .collect();
    let mais = memoria(&instancia).saturating_sub(antes);
    dizer(&format!("unread: {mais} bytes more"));
    assert!(mais < SURDA_MAX_BYTES * quantas as u64, "{mais} bytes");
    esperar_interrompidas(&instancia, &mut conexoes);
}

/// How many bytes the system keeps that the server has sent on this connection and nobody has taken.
fn na_fila(instancia: &Instancia, conexao: &ConexaoCrua) -> u64 {
    let dela = conexao.fluxo().local_addr().expect("connected").port();
    let (par, porta) = (format!(":{dela:04X}"), format!(":{:04X}", instancia.porta));
    let tabela = fs::read_to_string("/proc/net/tcp").expect("Linux");
    let linhas = tabela.lines().map(|linha| linha.split_whitespace().collect::<Vec<_>>());
    let filas: Vec<&str> = linhas
        .filter(|campos| campos[1].ends_with(&porta) && campos[2].ends_with(&par))
        .map(|campos| campos[4])
        .collect();
    let [fila] = filas[..] else { panic!("one connection: {filas:?}") };
    let (envio, _) = fila.split_once(':').expect("two queues");
    u64::from_str_radix(envio, 16).expect("hexadecimal")
}

#[test]
fn the_system_keeps_little_of_what_nobody_reads() {
    let (instancia, _contas) = servir(&["--prazo-escrita", "600"]);
    let mut surdas = [surda(&instancia)];
    encher_todas(&mut surdas, PEDIDO_DA_MULTIDAO);
    let fila = na_fila(&instancia, &surdas[0]);
    assert!(fila > 0 && fila <= NA_FILA_MAX_BYTES, "{fila} bytes");
}

#[test]
fn a_flood_of_connections_that_close_at_once_delays_nobody_and_leaves_nothing() {
    let (mut instancia, _contas) = servir(&[]);
    let descritores =
        || fs::read_dir(format!("/proc/{}/fd", instancia.id())).expect("it runs").count();
    let antes = descritores();
    let (conexoes, tempo) = (tamanho(800, usize::MAX), Duration::from_secs(10));
    let inundar = |()| {
        let inicio = Instant::now();
        let fluxos = std::iter::repeat_with(|| drop(instancia.fluxo()));
        fluxos.take(conexoes).take_while(|()| inicio.elapsed() < tempo).count()
    };
    let quantas = ao_lado(&instancia, "flood", || (), inundar);
    dizer(&format!("flood: {quantas} connections"));
    esperar_ate("the connections to be closed", || descritores() < antes + 20);
    instancia.parar();
}

/// A server under all of it at once stops in order, without waiting for attackers.
#[test]
fn a_stop_under_load_waits_for_nobody_who_stalls() {
    let (mut instancia, contas) = servir(&[]);
    let mut surdas: Vec<ConexaoCrua> = (0..10).map(|_| surda(&instancia)).collect();
    encher_todas(&mut surdas, PEDIDO_DA_MULTIDAO);
    let caladas: Vec<TcpStream> = (0..10).map(|_| instancia.fluxo()).collect();
    let feitos = Honestos::comecar(instancia.porta, 50).terminar();
    let inicio = Instant::now();
    instancia.sinalizar(Signal::TERM);
    let fim = instancia.esperar_fim().0;
    dizer(&format!("stop: {:?}", inicio.elapsed()));
    assert_eq!(fim.code(), Some(0));
    assert!(!inteira() || inicio.elapsed() < Duration::from_secs(5));
    drop((surdas, caladas));
    conferir_historia(feitos);
    lancamentos(contas.path());
}
