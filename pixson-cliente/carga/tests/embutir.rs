//! A load inside a program that is not the client.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::num::NonZeroU32;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use pixson_carga::{ConfiguracaoDaCarga, ErroCarga, Plano, medir};
use pixson_conexao::{ErroConexao, ServidorDistante};

/// Longer than a test may take.
const DEMORA: Duration = Duration::from_mins(5);

/// A server that sends back what it reads, for as many connections as come.
fn eco() -> u16 {
    let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let porta = ouvinte.local_addr().expect("bound").port();
    thread::spawn(move || {
        for fluxo in ouvinte.incoming().flatten() {
            thread::spawn(move || devolver(&fluxo));
        }
    });
    porta
}

fn devolver(mut fluxo: &TcpStream) -> io::Result<()> {
    let mut entrada = BufReader::new(fluxo);
    let mut linha = Vec::new();
    while entrada.read_until(b'\n', &mut linha)? > 0 {
        fluxo.write_all(&linha)?;
        linha.clear();
    }
    Ok(())
}

#[test]
fn a_load_ends_when_it_is_told_to_and_reports_every_connection() {
    let mut configuracao = ConfiguracaoDaCarga::default();
    configuracao.eco = true;
    configuracao.conexoes = NonZeroU32::new(3).expect("three");
    configuracao.duracao = DEMORA;
    let parar = configuracao.parar.clone();
    let servidor = ServidorDistante::novo("127.0.0.1", eco(), DEMORA);
    let plano = Plano::novo(servidor, configuracao).expect("it goes together");
    let medicao = medir(&plano, |_| parar.store(true, Ordering::Relaxed)).expect("an echo");
    assert!(medicao.interrompida());
    assert_eq!((medicao.conservado(), medicao.desconhecidas()), (None, 0));
    assert!(medicao.perdas().is_empty(), "{:?}", medicao.perdas());
    let texto = medicao.relatorio().to_string();
    assert!(texto.contains("Carga: saldo em eco, conexões: 3, "), "{texto}");
    assert!(!texto.contains("Operações: 0 "), "{texto}");
}

#[test]
fn without_a_server_there_is_no_load_and_the_reason_is_told() {
    let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let fluxo = TcpStream::connect(ouvinte.local_addr().expect("bound")).expect("it listens");
    // The port of a connection: nobody listens there.
    let morta = fluxo.local_addr().expect("connected").port();
    let servidor = ServidorDistante::novo("127.0.0.1", morta, DEMORA);
    let plano = Plano::novo(servidor, ConfiguracaoDaCarga::default()).expect("it goes together");
    let erro = medir(&plano, |_| ()).expect_err("nobody is there");
    assert!(matches!(erro, ErroCarga::Conexao(ErroConexao::SemConexao { .. })), "{erro:?}");
    assert_eq!(erro.to_string(), "conexão recusada");
}
