//! A bank that is far away: requests go to it together, and nobody else waits for it.

mod comum;

use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex};
use std::thread;

use pixson_core::banco::{Banco, BancoMemoria, Execucao, Recibo, ResultadoDesconhecido};
use pixson_core::relogio::RelogioEsgotado;
use pixson_core::{Operacao, Relogio, Saldo, Servico};
use pixson_rede::{Conducao, Limites, Parada, Servidor};

use self::comum::{conducoes, conectar, linha, rg};

/// A bank that is reached by a gate.
struct AlemDaCancela {
    banco: BancoMemoria,
    portao: Mutex<Portao>,
    mudou: Condvar,
}

#[derive(Default)]
struct Portao {
    fechado: bool,
    /// How many operations each call that has come brings.
    chamadas: Vec<usize>,
}

impl AlemDaCancela {
    fn fechar(&self) {
        self.portao.lock().expect("no panic").fechado = true;
    }

    fn abrir(&self) {
        self.portao.lock().expect("no panic").fechado = false;
        self.mudou.notify_all();
    }

    /// Waits until so many calls have come.
    fn esperar(&self, quantas: usize) {
        let portao = self.portao.lock().expect("no panic");
        let faltam = |portao: &mut Portao| portao.chamadas.len() < quantas;
        drop(self.mudou.wait_while(portao, faltam).expect("no panic"));
    }

    fn chamadas(&self) -> Vec<usize> {
        self.portao.lock().expect("no panic").chamadas.clone()
    }
}

impl Banco for AlemDaCancela {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let mut feitas = Vec::new();
        self.executar_lote(&[operacao], relogio, &mut feitas)?;
        Ok(feitas[0])
    }

    fn executar_lote(
        &self,
        operacoes: &[Operacao],
        relogio: &Relogio,
        feitas: &mut Vec<Execucao>,
    ) -> Result<(), RelogioEsgotado> {
        let mut portao = self.portao.lock().expect("no panic");
        portao.chamadas.push(operacoes.len());
        self.mudou.notify_all();
        drop(self.mudou.wait_while(portao, |portao| portao.fechado).expect("no panic"));
        let saque = |operacao: &Operacao| matches!(operacao, Operacao::Saque { .. });
        assert!(!operacoes.iter().any(saque), "a bug");
        self.banco.executar_lote(operacoes, relogio, feitas)
    }

    fn distante(&self) -> bool {
        true
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        self.banco.confirmar(recibo)
    }
}

/// Lets the server end, also if its clients panic.
struct FimDaCena<'s>(&'s Parada, &'s AlemDaCancela);

impl Drop for FimDaCena<'_> {
    fn drop(&mut self) {
        self.1.abrir();
        self.0.pedir();
    }
}

/// A server on such a bank, whose accounts 1 to 30 have 10.00 each, while `clientes` has its say.
fn servir(conducao: Conducao, clientes: impl FnOnce(SocketAddr, &AlemDaCancela)) {
    let dez = Saldo::de_centavos(1000).expect("a balance");
    let banco = BancoMemoria::com_contas((1..=30).map(|numero| (rg(numero), dez)));
    let banco = AlemDaCancela { banco, portao: Mutex::default(), mudou: Condvar::new() };
    let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endereco = ouvinte.local_addr().expect("bound");
    let limites = Limites::default();
    let servidor = Servidor::novo(Servico::novo(banco), ouvinte, limites, Parada::default(), ())
        .com_conducao(conducao);
    thread::scope(|escopo| {
        let servindo = escopo.spawn(|| servidor.servir(|| Ok::<(), io::Error>(())));
        let fim = FimDaCena(servidor.parada(), servidor.servico().banco());
        clientes(endereco, fim.1);
        drop(fim);
        servindo.join().expect("no panic").expect("threads");
    });
}

fn dizer(conexao: &BufReader<TcpStream>, pedidos: &str) {
    conexao.get_ref().write_all(pedidos.as_bytes()).expect("it reads");
}

fn entrar(endereco: SocketAddr, numero: usize) -> BufReader<TcpStream> {
    let mut conexao = conectar(endereco);
    dizer(&conexao, &format!("t:1|op:6|rg:{numero}\n"));
    assert!(linha(&mut conexao).ends_with("Login realizado com sucesso\n"));
    conexao
}

/// Has the loop look at everything that was sent before: it refuses this one without the bank.
fn olhar_em_volta(estranha: &mut BufReader<TcpStream>) {
    for _ in 0..2 {
        dizer(estranha, "t:1|op:1|rg:1\n");
        assert!(linha(estranha).ends_with("Login necessário\n"));
    }
}

const UM_LACO: Conducao = Conducao::Lacos(NonZeroUsize::MIN);

#[test]
fn a_loop_goes_on_while_the_bank_takes_its_time_and_what_gathers_goes_together() {
    servir(UM_LACO, |endereco, banco| {
        let mut conexoes: Vec<_> = (1..=5).map(|numero| entrar(endereco, numero)).collect();
        let mut estranha = conectar(endereco);
        let antes = banco.chamadas().len();
        banco.fechar();
        dizer(&conexoes[0], "t:1|op:1|rg:1\n");
        banco.esperar(antes + 1);
        for (numero, conexao) in (1..).zip(&conexoes).skip(1) {
            dizer(conexao, &format!("t:1|op:3|rg:{numero}|valor:1\n"));
        }
        olhar_em_volta(&mut estranha);
        banco.abrir();
        assert!(linha(&mut conexoes[0]).ends_with("Saldo: 10.0\n"));
        for conexao in &mut conexoes[1..] {
            assert!(linha(conexao).ends_with("Depósito realizado com sucesso\n"));
        }
        assert_eq!(banco.chamadas()[antes..], [1, 4]);
    });
}

#[test]
fn a_pipeline_is_done_in_batches_of_bounded_size_and_answered_in_order() {
    for conducao in conducoes() {
        servir(conducao, |endereco, banco| {
            let mut conexao = entrar(endereco, 1);
            let antes = banco.chamadas().len();
            let mut pedidos = String::new();
            for _ in 0..1000 {
                pedidos += "t:1|op:3|rg:1|valor:0.01\nt:1|op:1|rg:2\nt:1|op:1|rg:1\n";
            }
            dizer(&conexao, &pedidos);
            for centavos in 1001..=2000 {
                assert!(linha(&mut conexao).ends_with("Depósito realizado com sucesso\n"));
                assert!(linha(&mut conexao).ends_with("Operação não autorizada\n"));
                let saldo = Saldo::de_centavos(centavos).expect("a balance");
                assert!(linha(&mut conexao).ends_with(&format!("Saldo: {saldo}\n")));
            }
            let chamadas = &banco.chamadas()[antes..];
            assert_eq!(chamadas.iter().sum::<usize>(), 2000, "{conducao:?}");
            assert!(chamadas.iter().all(|&quantas| quantas <= 1024), "{conducao:?}: {chamadas:?}");
            assert!(chamadas.len() < 200, "{conducao:?}: {} round trips", chamadas.len());
        });
    }
}

#[test]
fn a_pipeline_is_read_on_while_its_first_requests_are_at_the_bank() {
    servir(UM_LACO, |endereco, banco| {
        let (mut conexao, mut estranha) = (entrar(endereco, 1), conectar(endereco));
        // Otherwise the system keeps small writes back while nothing is answered.
        conexao.get_ref().set_nodelay(true).expect("a TCP socket");
        let antes = banco.chamadas().len();
        banco.fechar();
        dizer(&conexao, "t:1|op:1|rg:1\n");
        banco.esperar(antes + 1);
        for _ in 0..100 {
            dizer(&conexao, "t:1|op:1|rg:1\n");
            olhar_em_volta(&mut estranha);
        }
        banco.abrir();
        for _ in 0..101 {
            assert!(linha(&mut conexao).ends_with("Saldo: 10.0\n"));
        }
        assert_eq!(
            banco.chamadas()[antes..],
            [1, 100],
            "all had been read when the first was done"
        );
    });
}

#[test]
fn an_answer_that_comes_after_its_connection_has_gone_goes_to_nobody() {
    servir(UM_LACO, |endereco, banco| {
        let (morta, mut estranha) = (entrar(endereco, 1), conectar(endereco));
        let antes = banco.chamadas().len();
        dizer(&morta, "t:1|op:1|rg:2\n");
        assert!(morta.get_ref().peek(&mut [0]).is_ok_and(|bytes| bytes == 1), "a refusal");
        banco.fechar();
        dizer(&morta, "t:1|op:1|rg:1\n");
        banco.esperar(antes + 1);
        // What it has not read makes the close a reset, which a read of the loop finds.
        drop(morta);
        olhar_em_volta(&mut estranha);
        // It gets the place of the one that has gone.
        let mut nova = conectar(endereco);
        dizer(&nova, "t:1|op:1|rg:9\n");
        assert!(linha(&mut nova).ends_with("Login necessário\n"));
        banco.abrir();
        dizer(&nova, "t:1|op:6|rg:9\nt:1|op:1|rg:9\n");
        assert!(linha(&mut nova).ends_with("Login realizado com sucesso\n"));
        assert!(linha(&mut nova).ends_with("Saldo: 10.0\n"));
    });
}

#[test]
fn a_bank_that_panics_ends_the_connections_of_that_batch_and_no_other() {
    for conducao in conducoes() {
        servir(conducao, |endereco, _| {
            let (mut vitima, mut outra) = (entrar(endereco, 1), entrar(endereco, 2));
            dizer(&vitima, "t:1|op:2|rg:1|valor:1\n");
            assert!(matches!(vitima.read(&mut [0; 9]), Ok(0) | Err(_)), "{conducao:?}");
            dizer(&outra, "t:1|op:1|rg:2\n");
            assert!(linha(&mut outra).ends_with("Saldo: 10.0\n"), "{conducao:?}");
            let mut nova = entrar(endereco, 1);
            dizer(&nova, "t:1|op:1|rg:1\n");
            assert!(linha(&mut nova).ends_with("Saldo: 10.0\n"), "{conducao:?}");
        });
    }
}

#[test]
fn a_stop_waits_for_what_is_at_the_bank() {
    for conducao in conducoes() {
        let mut conexao = None;
        servir(conducao, |endereco, banco| {
            let dentro = entrar(endereco, 1);
            let antes = banco.chamadas().len();
            banco.fechar();
            dizer(&dentro, "t:1|op:3|rg:1|valor:1\n");
            banco.esperar(antes + 1);
            banco.abrir();
            conexao = Some(dentro);
        });
        let resposta = linha(conexao.as_mut().expect("it was served"));
        assert!(
            resposta.ends_with("Depósito realizado com sucesso\n"),
            "{conducao:?}: {resposta:?}"
        );
    }
}
