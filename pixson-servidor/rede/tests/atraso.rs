//! Connections that the storage holds up: what has arrived in time counts as in time, and a pipeline is
//! served on.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pixson_core::banco::{BancoMemoria, Execucao, Recibo, ResultadoDesconhecido};
use pixson_core::relogio::RelogioEsgotado;
use pixson_core::{Banco, Operacao, Relogio, Rg, Saldo, Servico};
use pixson_rede::{Conducao, Limites, Parada, Servidor};
use rustix::net::{SendFlags, send};

const PACIENCIA: Duration = Duration::from_secs(30);

/// The pause that ends a message of a legacy peer: docs/protocolo.md, section 2.
const PAUSA: Duration = Duration::from_millis(20);

/// A bank whose storage lets only so many calls of [`Banco::confirmar`] through.
struct BancoComCancela {
    banco: BancoMemoria,
    /// How many calls have come, and how many may go.
    chamadas: Mutex<(usize, usize)>,
    mudou: Condvar,
    /// The accounts that asked for their balance, in the order in which they were served.
    servidas: Mutex<Vec<Rg>>,
}

impl BancoComCancela {
    /// Waits until one more call has come than may go.
    fn esperar_parada(&self) {
        self.esperar_paradas(1);
    }

    /// Waits until so many more calls have come than may go.
    fn esperar_paradas(&self, quantas: usize) {
        let chamadas = self.chamadas.lock().expect("no panic");
        let passam = |(vieram, podem): &mut (usize, usize)| *vieram < podem.saturating_add(quantas);
        let espera = self.mudou.wait_timeout_while(chamadas, PACIENCIA, passam);
        assert!(!espera.expect("no panic").1.timed_out(), "{quantas} calls wait");
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
        if let Operacao::Saldo { rg } = operacao {
            self.servidas.lock().expect("no panic").push(rg);
        }
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

/// Lets the server end, also after a panic.
struct AoFim<'s> {
    banco: &'s BancoComCancela,
    parada: &'s Parada,
}

impl Drop for AoFim<'_> {
    fn drop(&mut self) {
        self.banco.deixar(usize::MAX);
        self.parada.pedir();
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
    let outro = entrar(endereco, 2);
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

fn com_um_laco(
    clientes: impl FnOnce(SocketAddr, &BancoComCancela),
) -> (BTreeMap<Rg, Saldo>, Vec<Rg>) {
    com_servidor(Conducao::Lacos(NonZeroUsize::MIN), clientes)
}

/// A server on a bank whose accounts 1 to 30 have 10.00 each, while `clientes` has its say.
/// Gives the balances at the end, and whose were asked for, in order.
fn com_servidor(
    conducao: Conducao,
    clientes: impl FnOnce(SocketAddr, &BancoComCancela),
) -> (BTreeMap<Rg, Saldo>, Vec<Rg>) {
    let dez = Saldo::de_centavos(1000).expect("a balance");
    let contas = (1..=30).map(|rg: u32| (rg.to_string().parse().expect("an RG"), dez));
    let banco = BancoComCancela {
        banco: BancoMemoria::com_contas(contas),
        chamadas: Mutex::new((0, usize::MAX)),
        mudou: Condvar::new(),
        servidas: Mutex::default(),
    };
    let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endereco = ouvinte.local_addr().expect("bound");
    let limites = Limites::default();
    let servidor = Servidor::novo(Servico::novo(banco), ouvinte, limites, Parada::default(), ())
        .com_conducao(conducao);
    thread::scope(|escopo| {
        let servindo = escopo.spawn(|| servidor.servir(|| Ok::<(), io::Error>(())));
        {
            let _fim = AoFim { banco: servidor.servico().banco(), parada: servidor.parada() };
            clientes(endereco, servidor.servico().banco());
        }
        servindo.join().expect("no panic").expect("threads");
    });
    let banco = servidor.servico().banco();
    let servidas = banco.servidas.lock().expect("no panic").clone();
    (banco.banco.saldos(), servidas)
}

/// A connection that is logged in.
fn entrar(endereco: SocketAddr, rg: u32) -> BufReader<TcpStream> {
    let mut dentro = conectar(endereco, &format!("t:0|op:6|rg:{rg}\n"));
    dentro.read_line(&mut String::new()).expect("a reply");
    dentro
}

#[test]
fn an_amount_whose_second_half_arrived_in_time_is_not_cut_when_the_loop_is_late() {
    let (saldos, _) = com_um_laco(depositar_em_duas_partes);
    assert_eq!(saldos[&"1".parse().expect("an RG")].centavos(), 2050);
}

#[test]
fn a_crowd_that_pipelines_lets_whoever_asks_one_thing_go_first() {
    const MULTIDAO: u32 = 24;
    const PEDIDOS: usize = 3000;
    let (_, servidas) = com_um_laco(|endereco, banco| {
        let mut outro = entrar(endereco, 29);
        let mut honesto = entrar(endereco, 30);
        let mut multidao: Vec<_> = (1..=MULTIDAO).map(|rg| entrar(endereco, rg)).collect();
        // All of it arrives while the loop waits for the storage.
        banco.fechar();
        outro.get_ref().write_all(b"t:0|op:1|rg:29\n").expect("it reads");
        banco.esperar_parada();
        for (rg, um) in (1..).zip(&multidao) {
            let pedidos = format!("t:0|op:1|rg:{rg}\n").repeat(PEDIDOS);
            um.get_ref().write_all(pedidos.as_bytes()).expect("the system keeps it");
        }
        honesto.get_ref().write_all(b"t:0|op:1|rg:30\n").expect("it reads");
        banco.deixar(usize::MAX);
        for um in [&mut outro, &mut honesto] {
            um.read_line(&mut String::new()).expect("a reply");
        }
        for um in &mut multidao {
            let lidas = um.by_ref().lines().take(PEDIDOS).flatten().count();
            assert_eq!(lidas, PEDIDOS);
        }
    });
    let honesto = servidas.iter().position(|rg| rg.as_str() == "30").expect("it was served");
    assert!(honesto < servidas.len() / 4, "{honesto} of {} were first", servidas.len());
}

#[test]
fn what_stands_behind_urgent_data_is_served_without_further_input() {
    let (_, servidas) = com_um_laco(|endereco, banco| {
        let mut outro = entrar(endereco, 29);
        let mut urgente = entrar(endereco, 1);
        banco.fechar();
        outro.get_ref().write_all(b"t:0|op:1|rg:29\n").expect("it reads");
        banco.esperar_parada();
        urgente.get_ref().write_all(b"t:0|op:1|rg:1\n").expect("it reads");
        send(urgente.get_ref(), b"!", SendFlags::OOB).expect("a TCP socket");
        urgente.get_ref().write_all(b"\nt:0|op:1|rg:1\n").expect("it reads");
        banco.deixar(usize::MAX);
        let respostas: Vec<String> =
            urgente.by_ref().lines().take(3).map(|linha| linha.expect("a reply")).collect();
        assert!(respostas[0].ends_with("Saldo: 10.0"), "{respostas:?}");
        assert!(respostas[2].ends_with("Saldo: 10.0"), "{respostas:?}");
        outro.read_line(&mut String::new()).expect("a reply");
    });
    assert_eq!(servidas.len(), 3);
}

#[test]
fn a_pipeline_is_served_on_while_its_first_answers_wait_for_the_storage_and_none_leaves_before() {
    const PEDIDOS: usize = 6000;
    let (_, servidas) = com_servidor(Conducao::Fios, |endereco, banco| {
        banco.fechar();
        let mut cliente = conectar(endereco, "t:0|op:6|rg:1\n");
        banco.esperar_parada();
        // All of it arrives before the answer to the login may leave.
        let pedidos = "t:0|op:1|rg:1\n".repeat(PEDIDOS);
        cliente.get_ref().write_all(pedidos.as_bytes()).expect("the system keeps it");
        // The first reads are small, and their answers are waited for one after the other.
        let mut sozinhas = 1;
        while banco.servidas.lock().expect("no panic").len() < PEDIDOS / 4 {
            banco.deixar(1);
            banco.esperar_parada();
            sozinhas += 1;
            assert!(sozinhas < PEDIDOS);
        }
        // The answers that were put apart wait, and those behind them do, too.
        banco.esperar_paradas(2);
        cliente.get_ref().set_nonblocking(true).expect("a TCP socket");
        let mut lidas = Vec::new();
        let fim = cliente.get_ref().take(1 << 20).read_to_end(&mut lidas);
        assert_eq!(fim.map_err(|erro| erro.kind()), Err(io::ErrorKind::WouldBlock));
        let saidas = lidas.lines().count();
        assert!(saidas < PEDIDOS / 4, "{saidas} answers have left");
        cliente.get_ref().set_nonblocking(false).expect("a TCP socket");
        banco.deixar(usize::MAX);
        let lidas: Vec<String> =
            cliente.by_ref().lines().take(1 + PEDIDOS - saidas).flatten().collect();
        let carimbos: Vec<u64> = lidas.iter().map(|linha| carimbo(linha)).collect();
        assert!(carimbos.is_sorted_by(|antes, depois| antes < depois), "in their order");
        assert_eq!(lidas.len(), 1 + PEDIDOS - saidas);
    });
    assert_eq!(servidas.len(), PEDIDOS);
}

fn carimbo(linha: &str) -> u64 {
    let depois = linha.strip_prefix("t:").expect("a reply");
    depois.split('|').next().expect("a stamp").parse().expect("a number")
}
