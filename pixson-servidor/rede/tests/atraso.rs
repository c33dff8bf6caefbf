//! A loop that the storage holds up: what has arrived in time counts as in time.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pixson_core::banco::{BancoMemoria, Execucao, Recibo, ResultadoDesconhecido};
use pixson_core::relogio::RelogioEsgotado;
use pixson_core::{Banco, Operacao, Relogio, Saldo, Servico};
use pixson_rede::{Conducao, Limites, Parada, Servidor};

const PACIENCIA: Duration = Duration::from_secs(30);

/// The pause that ends a message of a legacy peer: docs/protocolo.md, section 2.
const PAUSA: Duration = Duration::from_millis(20);

/// A bank whose storage lets only so many calls of [`Banco::confirmar`] through.
struct BancoComCancela {
    banco: BancoMemoria,
    /// How many calls have come, and how many may go.
    chamadas: Mutex<(usize, usize)>,
    mudou: Condvar,
}

impl BancoComCancela {
    /// Waits until so many more calls have come than may go.
    fn esperar_parada(&self) {
        let chamadas = self.chamadas.lock().expect("no panic");
        let passam = |(vieram, podem): &mut (usize, usize)| *vieram <= *podem;
        drop(self.mudou.wait_while(chamadas, passam).expect("no panic"));
    }

    /// Lets no further call through.
    fn fechar(&self) {
        let mut chamadas = self.chamadas.lock().expect("no panic");
        chamadas.1 = chamadas.0;
    }

    /// Lets the call that waits through, and those after it up to this number.
    fn deixar(&self, quantas: usize) {
        let mut chamadas = self.chamadas.lock().expect("no panic");
        chamadas.1 = chamadas.0.saturating_add(quantas) - 1;
        self.mudou.notify_all();
    }
}

impl Banco for BancoComCancela {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        self.banco.executar(operacao, relogio)
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        let mut chamadas = self.chamadas.lock().expect("no panic");
        chamadas.0 += 1;
        self.mudou.notify_all();
        let minha = chamadas.0;
        let espera = |(_, podem): &mut (usize, usize)| *podem < minha;
        drop(self.mudou.wait_while(chamadas, espera).expect("no panic"));
        self.banco.confirmar(recibo)
    }
}

fn conectar(endereco: SocketAddr, entrada: &str) -> BufReader<TcpStream> {
    let mut fluxo = TcpStream::connect(endereco).expect("it listens");
    fluxo.set_read_timeout(Some(PACIENCIA)).expect("a TCP socket");
    fluxo.set_nodelay(true).expect("a TCP socket");
    fluxo.write_all(entrada.as_bytes()).expect("it reads");
    BufReader::new(fluxo)
}

/// The balance with which the deposit of a legacy peer leaves its account, if the second half of the
/// amount arrives in time, while the only loop waits for the storage of somebody else.
fn depositar_em_duas_partes(endereco: SocketAddr, banco: &BancoComCancela) {
    let mut outro = conectar(endereco, "t:0|op:6|rg:2\n");
    outro.read_line(&mut String::new()).expect("a reply");
    let legado = conectar(endereco, "t:0|op:6|rg:1");
    let mut lidos = [0; 100];
    assert!(legado.get_ref().read(&mut lidos).expect("a reply") > 0);

    // From here on the storage lets nobody through.
    banco.fechar();
    outro.get_ref().write_all(b"t:0|op:1|rg:2\n").expect("it reads");
    banco.esperar_parada();
    legado.get_ref().write_all(b"t:0|op:3|rg:1|valor:1").expect("it reads");
    let terceiro = conectar(endereco, "t:0|op:6|rg:2\n");
    // The first half and the third peer are served in the next round, which stops at the storage.
    banco.deixar(2);
    banco.esperar_parada();
    legado.get_ref().write_all(b"0.5").expect("it reads");
    // The pause of a legacy peer is over before the loop looks again.
    let fim = Instant::now() + 4 * PAUSA;
    while Instant::now() < fim {
        thread::yield_now();
    }
    banco.deixar(usize::MAX);
    assert!(legado.get_ref().read(&mut lidos).expect("a reply") > 0);
    drop(terceiro);
}

#[test]
fn an_amount_whose_second_half_arrived_in_time_is_not_cut_when_the_loop_is_late() {
    let dez = Saldo::de_centavos(1000).expect("a balance");
    let contas = ["1", "2"].map(|rg| (rg.parse().expect("an RG"), dez));
    let banco = BancoComCancela {
        banco: BancoMemoria::com_contas(contas),
        chamadas: Mutex::new((0, usize::MAX)),
        mudou: Condvar::new(),
    };
    let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endereco = ouvinte.local_addr().expect("bound");
    let limites = Limites::default();
    let servidor = Servidor::novo(Servico::novo(banco), ouvinte, limites, Parada::default(), ())
        .com_conducao(Conducao::Lacos(NonZeroUsize::MIN));
    thread::scope(|escopo| {
        let servindo = escopo.spawn(|| servidor.servir(|| Ok::<(), io::Error>(())));
        depositar_em_duas_partes(endereco, servidor.servico().banco());
        servidor.parada().pedir();
        servindo.join().expect("no panic").expect("threads");
    });
    let saldos = servidor.servico().banco().banco.saldos();
    assert_eq!(saldos[&"1".parse().expect("an RG")].centavos(), 2050);
}
