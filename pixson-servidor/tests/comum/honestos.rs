//! Clients that behave, whose history must be legal and who should not notice what others do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use pixson_core::banco::BancoMemoria;
use pixson_core::{Banco, Pedido, Relogio, Resposta, Saldo};

use super::conexao::ConexaoCrua;

/// The accounts, one for each client, and the balance of each at first.
pub(crate) const CONTAS: [&str; 4] = ["1111111111", "2222222222", "3333333333", "4444444444"];
pub(crate) const INICIAL: &str = "1000.0";

/// One request, its reply, and how long it took.
#[derive(Debug)]
pub(crate) struct Atendido {
    pedido: Pedido,
    resposta: Resposta,
    demora: Duration,
}

/// Clients at work, each with one request at a time.
pub(crate) struct Honestos {
    parar: Arc<AtomicBool>,
    clientes: Vec<JoinHandle<Vec<Atendido>>>,
}

impl Honestos {
    /// Works until [`Honestos::terminar`], and at least so many requests each.
    pub(crate) fn comecar(porta: u16, ao_menos: usize) -> Self {
        let parar = Arc::new(AtomicBool::new(false));
        let clientes = (0..CONTAS.len())
            .map(|numero| {
                let parar = Arc::clone(&parar);
                thread::spawn(move || trabalhar(porta, numero, ao_menos, &parar))
            })
            .collect();
        Self { parar, clientes }
    }

    pub(crate) fn terminar(self) -> Vec<Atendido> {
        self.parar.store(true, Ordering::Relaxed);
        self.clientes
            .into_iter()
            .flat_map(|cliente| cliente.join().expect("every request is answered"))
            .collect()
    }
}

fn trabalhar(porta: u16, numero: usize, ao_menos: usize, parar: &AtomicBool) -> Vec<Atendido> {
    let mut conexao = ConexaoCrua::em(porta);
    let eu = CONTAS[numero];
    let mut feitos = Vec::new();
    for passo in 0.. {
        if passo >= ao_menos && parar.load(Ordering::Relaxed) {
            break;
        }
        let outra = CONTAS[(numero + 1 + passo % 3) % CONTAS.len()];
        let pedido = match passo {
            0 => format!("t:0|op:6|rg:{eu}"),
            _ if passo % 4 == 0 => format!("t:0|op:1|rg:{eu}"),
            _ => format!("t:0|op:4|rg_origem:{eu}|rg_destino:{outra}|valor:{}.25", passo % 7),
        };
        let inicio = Instant::now();
        let resposta = conexao.pedir(&pedido);
        feitos.push(Atendido {
            demora: inicio.elapsed(),
            pedido: Pedido::decodificar(pedido.as_bytes()).expect("a legal request"),
            resposta: Resposta::decodificar(resposta.as_bytes()).expect("a legal reply"),
        });
    }
    feitos
}

/// The time that 99 of 100 requests did not exceed.
pub(crate) fn p99(feitos: &[Atendido]) -> Duration {
    let mut demoras: Vec<Duration> = feitos.iter().map(|feito| feito.demora).collect();
    demoras.sort_unstable();
    demoras[(demoras.len() - 1) * 99 / 100]
}

/// Sorted by their stamps, the replies are what the model answers.
pub(crate) fn conferir_historia(mut feitos: Vec<Atendido>) {
    feitos.sort_by_key(|feito| feito.resposta.carimbo());
    assert!(feitos.windows(2).all(|par| par[0].resposta.carimbo() < par[1].resposta.carimbo()));
    let inicial: Saldo = INICIAL.parse().expect("legal balance");
    let modelo =
        BancoMemoria::com_contas(CONTAS.map(|conta| (conta.parse().expect("legal RG"), inicial)));
    for Atendido { pedido, resposta, .. } in &feitos {
        let execucao = modelo.executar(pedido.operacao, &Relogio::novo()).expect("stamps are left");
        assert_eq!(resposta.desfecho(), Some(execucao.desfecho), "{pedido} answered {resposta}");
    }
}
