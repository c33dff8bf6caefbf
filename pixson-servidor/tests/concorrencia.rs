//! Many clients at once: no money is made or lost, and the stamps tell a legal history.

mod comum;

use std::collections::BTreeMap;
use std::thread;

use pixson_core::banco::BancoMemoria;
use pixson_core::{Banco, Pedido, Relogio, Resposta, Rg, Saldo};

use comum::banca::Banca;
use comum::contas;

const CLIENTES: usize = 64;
const PEDIDOS: usize = 20;
const CONTAS: usize = 8;

fn rg(numero: usize) -> Rg {
    format!("{:010}", numero % CONTAS).parse().expect("ten digits")
}

/// What a client asks for at each step: mostly transfers, some of them too large.
fn pedido(cliente: usize, passo: usize) -> String {
    let (origem, destino) = (rg(cliente), rg(cliente + 1 + passo % (CONTAS - 1)));
    let centavos = (cliente * 31 + passo * 17) % 700 + 1;
    let valor = format!("{}.{:02}", centavos / 100, centavos % 100);
    match passo % 5 {
        0 => format!("t:0|op:1|rg:{origem}"),
        _ => format!("t:0|op:4|rg_origem:{origem}|rg_destino:{destino}|valor:{valor}"),
    }
}

#[test]
fn sixty_four_clients_conserve_the_total_and_their_stamps_replay_on_the_model() {
    let nomes: Vec<String> = (0..CONTAS).map(|numero| rg(numero).to_string()).collect();
    let iniciais: Vec<_> = nomes.iter().map(|nome| (nome.as_str(), "20.0")).collect();
    let mut servidor = Banca::abrir(contas(&iniciais));

    let mut historia: Vec<(Resposta, Pedido)> = thread::scope(|escopo| {
        let clientes: Vec<_> = (0..CLIENTES)
            .map(|cliente| {
                let mut conexao = servidor.conectar();
                escopo.spawn(move || {
                    let login = format!("t:0|op:6|rg:{}", rg(cliente));
                    let pedidos = (0..PEDIDOS).map(|passo| pedido(cliente, passo));
                    let par = |pedido: String| {
                        let resposta = conexao.pedir(&pedido);
                        (
                            Resposta::decodificar(resposta.as_bytes()).expect("a legal reply"),
                            Pedido::decodificar(pedido.as_bytes()).expect("a legal request"),
                        )
                    };
                    std::iter::once(login).chain(pedidos).map(par).collect::<Vec<_>>()
                })
            })
            .collect();
        clientes.into_iter().flat_map(|cliente| cliente.join().expect("no panic")).collect()
    });

    historia.sort_by_key(|(resposta, _)| resposta.carimbo());
    assert!(historia.windows(2).all(|par| par[0].0.carimbo() < par[1].0.carimbo()));

    let vinte = Saldo::de_centavos(2000).expect("in range");
    let modelo = BancoMemoria::com_contas((0..CONTAS).map(|numero| (rg(numero), vinte)));
    for (resposta, pedido) in &historia {
        let execucao = modelo.executar(pedido.operacao, &Relogio::novo()).expect("stamps are left");
        assert_eq!(resposta.desfecho(), Some(execucao.desfecho), "{pedido} answered {resposta}");
    }
    let feitas = historia.iter().filter(|(resposta, _)| resposta.texto().starts_with("Transf"));
    assert!(feitas.count() > CLIENTES, "the test moves money");

    servidor.parar();
    let saldos: BTreeMap<Rg, Saldo> = (0..CONTAS)
        .map(|numero| {
            let arquivo = servidor.arquivo(&nomes[numero]);
            let (_, saldo) = arquivo.rsplit_once("\"saldo\": ").expect("the key");
            (rg(numero), saldo.trim_end_matches('}').parse().expect("a balance"))
        })
        .collect();
    assert_eq!(saldos, modelo.saldos());
    assert_eq!(modelo.total_em_centavos(), 2000 * CONTAS as u128);
}
