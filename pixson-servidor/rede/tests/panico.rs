//! A bank or an observer that panics, which would be a bug: only that connection is lost.

mod comum;

use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use pixson_core::banco::{Banco, BancoMemoria, Execucao, Recibo, ResultadoDesconhecido};
use pixson_core::relogio::RelogioEsgotado;
use pixson_core::servico::Evento;
use pixson_core::{Operacao, Relogio, Saldo, Servico};
use pixson_rede::{
    Conducao, Encerramento, Limites, Observador, ObservadorDeConexao, Parada, Servidor,
};

use self::comum::{conducoes, conectar, linha, rg};

/// Where a withdrawal panics.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Onde {
    NoBanco,
    NaConfirmacao,
    NoObservador,
    /// When the observer is told of the second connection, or of its end.
    NaAbertura,
    NoEncerramento,
}

struct Fragil {
    banco: BancoMemoria,
    onde: Onde,
}

/// Of a record that nothing can confirm. It is the greatest, so that a wait for several connections
/// at once is for this one.
const FATAL: Recibo = Recibo(u64::MAX);

impl Banco for Fragil {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let saque = matches!(operacao, Operacao::Saque { .. });
        assert!(!saque || self.onde != Onde::NoBanco, "a bug");
        let execucao = self.banco.executar(operacao, relogio)?;
        let fatal = saque && self.onde == Onde::NaConfirmacao;
        Ok(if fatal { Execucao { recibo: FATAL, ..execucao } } else { execucao })
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        assert!(recibo != FATAL, "a bug");
        self.banco.confirmar(recibo)
    }
}

/// Counts connections by how they ended.
struct Contagem {
    onde: Onde,
    abertas: AtomicUsize,
    em_ordem: AtomicUsize,
    em_panico: AtomicUsize,
}

impl Observador for Contagem {
    type DeConexao<'o> = Contada<'o>;

    fn aberta(&self, numero: u64, _: SocketAddr) -> Contada<'_> {
        assert!(numero != 2 || self.onde != Onde::NaAbertura, "a bug");
        self.abertas.fetch_add(1, Ordering::Relaxed);
        Contada { contagem: self, numero }
    }

    fn recusada(&self, _: u64, _: SocketAddr) {}
    fn evento_de_recusada(&self, _: u64, _: SocketAddr, _: Evento) {}
    fn sem_aceitar(&self, _: &io::Error) {}
}

struct Contada<'o> {
    contagem: &'o Contagem,
    numero: u64,
}

impl ObservadorDeConexao for Contada<'_> {
    fn evento(&mut self, evento: Evento) {
        let saque = matches!(evento, Evento::Executada { operacao: Operacao::Saque { .. }, .. });
        assert!(!saque || self.contagem.onde != Onde::NoObservador, "a bug");
    }

    fn confirmado(&mut self) {}

    fn mede(&self) -> bool {
        true
    }

    fn atendimento(&mut self, _: Duration) {}

    fn encerrada(self, fim: &io::Result<Encerramento>) {
        let Self { contagem, numero } = self;
        let em_panico = matches!(fim, Ok(Encerramento::Panico));
        let qual = if em_panico { &contagem.em_panico } else { &contagem.em_ordem };
        qual.fetch_add(1, Ordering::Relaxed);
        assert!(numero != 2 || contagem.onde != Onde::NoEncerramento, "a bug");
    }
}

/// Serves accounts 1 to 9 of 10.00 each while `clientes` has its say, stops in order, and says how
/// many connections were opened, ended, and ended in panic.
fn com_servidor(
    conducao: Conducao,
    onde: Onde,
    clientes: impl FnOnce(SocketAddr, &dyn Fn() -> usize),
) -> [usize; 3] {
    let dez = Saldo::de_centavos(1000).expect("a balance");
    let banco = Fragil { banco: BancoMemoria::com_contas((1..10).map(|n| (rg(n), dez))), onde };
    let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endereco = ouvinte.local_addr().expect("bound");
    let [abertas, em_ordem, em_panico] = [const { AtomicUsize::new(0) }; 3];
    let contagem = Contagem { onde, abertas, em_ordem, em_panico };
    let (servico, limites) = (Servico::novo(banco), Limites::default());
    let servidor = Servidor::novo(servico, ouvinte, limites, Parada::default(), contagem);
    let servidor = servidor.com_conducao(conducao);
    thread::scope(|escopo| {
        let servindo = escopo.spawn(|| servidor.servir(|| Ok::<(), io::Error>(())));
        clientes(endereco, &|| servidor.conexoes());
        servidor.parada().pedir();
        servindo.join().expect("the panic went no further").expect("threads");
    });
    assert_eq!(servidor.conexoes(), 0, "{conducao:?}, {onde:?}");
    let (_, contagem) = servidor.desfazer();
    let Contagem { abertas, em_ordem, em_panico, .. } = contagem;
    [abertas, em_ordem, em_panico].map(AtomicUsize::into_inner)
}

fn entrar(endereco: SocketAddr, numero: usize) -> BufReader<TcpStream> {
    let mut leitor = conectar(endereco);
    pedir(&leitor, &format!("t:0|op:6|rg:{numero}"));
    assert!(linha(&mut leitor).contains("|s:0|"));
    leitor
}

fn pedir(leitor: &BufReader<TcpStream>, pedido: &str) {
    leitor.get_ref().write_all(format!("{pedido}\n").as_bytes()).expect("it reads");
}

/// The end of a connection, at which nothing was said any more.
fn ouvir_o_fim(leitor: &mut BufReader<TcpStream>) {
    let mut ouvido = String::new();
    match leitor.read_to_string(&mut ouvido) {
        Ok(_) => assert_eq!(ouvido, ""),
        Err(erro) => assert_eq!(erro.kind(), io::ErrorKind::ConnectionReset),
    }
}

#[test]
fn a_panic_ends_the_connection_that_it_served_and_no_other() {
    for conducao in conducoes() {
        for onde in [Onde::NoBanco, Onde::NaConfirmacao, Onde::NoObservador] {
            let fins = com_servidor(conducao, onde, |endereco, conexoes| {
                let mut outras: Vec<_> = (1..7).map(|numero| entrar(endereco, numero)).collect();
                for _ in 0..4 {
                    let mut vitima = entrar(endereco, 9);
                    // All at once, so that the rounds of a loop have both.
                    pedir(&vitima, "t:0|op:2|rg:9|valor:0.01");
                    for (outra, numero) in outras.iter().zip(1..) {
                        pedir(outra, &format!("t:0|op:3|rg:{numero}|valor:0.01"));
                    }
                    ouvir_o_fim(&mut vitima);
                    assert_eq!(conexoes(), outras.len(), "{conducao:?}, {onde:?}");
                    for outra in &mut outras {
                        assert!(linha(outra).contains("|s:0|"), "{conducao:?}, {onde:?}");
                    }
                }
            });
            assert_eq!(fins, [10, 6, 4], "{conducao:?}, {onde:?}");
        }
    }
}

#[test]
fn an_observer_that_panics_at_the_beginning_or_the_end_of_a_connection_holds_up_no_other() {
    for conducao in conducoes() {
        for (onde, fins) in [(Onde::NaAbertura, [3, 3, 0]), (Onde::NoEncerramento, [4, 4, 0])] {
            let vistos = com_servidor(conducao, onde, |endereco, conexoes| {
                let mut primeira = entrar(endereco, 1);
                let mut vitima = conectar(endereco);
                if onde == Onde::NoEncerramento {
                    pedir(&vitima, "t:0|op:6|rg:2");
                    assert!(linha(&mut vitima).contains("|s:0|"));
                    let escrita = std::net::Shutdown::Write;
                    vitima.get_ref().shutdown(escrita).expect("a TCP socket");
                }
                ouvir_o_fim(&mut vitima);
                let _outras = [3, 4].map(|numero| entrar(endereco, numero));
                pedir(&primeira, "t:0|op:1|rg:1");
                assert!(linha(&mut primeira).contains("|s:0|"), "{conducao:?}, {onde:?}");
                drop(vitima);
                assert!(conexoes() >= 3, "{conducao:?}, {onde:?}");
            });
            assert_eq!(vistos, fins, "{conducao:?}, {onde:?}");
        }
    }
}
