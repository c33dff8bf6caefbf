//! A whole server in this process, with each way of serving its connections.

mod comum;

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use pixson_core::banco::BancoMemoria;
use pixson_core::{Rg, Saldo, Servico};
use pixson_rede::{Conducao, Limites, Parada, Servidor};

use self::comum::{PACIENCIA, conducoes, conectar, linha, rg};

/// Serves accounts 1 to `contas`, of 10.00 each, while `clientes` has its say, and stops in order.
fn com_servidor(
    conducao: Conducao,
    contas: usize,
    limites: Limites,
    clientes: impl FnOnce(SocketAddr, &Parada),
) -> BTreeMap<Rg, Saldo> {
    let dez = Saldo::de_centavos(1000).expect("a balance");
    let banco = BancoMemoria::com_contas((1..=contas).map(|numero| (rg(numero), dez)));
    let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endereco = ouvinte.local_addr().expect("bound");
    let servico = Servico::novo(banco).com_configuracao(limites.configuracao());
    let servidor = Servidor::novo(servico, ouvinte, limites, Parada::default(), ());
    let servidor = servidor.com_conducao(conducao);
    thread::scope(|escopo| {
        let servindo = escopo.spawn(|| servidor.servir(|| Ok::<(), io::Error>(())));
        clientes(endereco, servidor.parada());
        servidor.parada().pedir();
        servindo.join().expect("no panic").expect("threads");
    });
    assert_eq!(servidor.conexoes(), 0);
    servidor.servico().banco().saldos()
}

#[test]
fn many_who_pipeline_at_once_get_every_answer_in_order() {
    for conducao in conducoes() {
        let saldos = com_servidor(conducao, 50, Limites::default(), |endereco, _| {
            thread::scope(|escopo| {
                for numero in 1..=50 {
                    escopo.spawn(move || {
                        let mut leitor = conectar(endereco);
                        let dois =
                            format!("t:0|op:3|rg:{numero}|valor:0.01\nt:0|op:1|rg:{numero}\n");
                        let pedidos = format!("t:0|op:6|rg:{numero}\n{}", dois.repeat(200));
                        leitor.get_ref().write_all(pedidos.as_bytes()).expect("it reads");
                        assert!(linha(&mut leitor).contains("|s:0|"));
                        for feitos in 1..=200 {
                            assert!(linha(&mut leitor).contains("|s:0|"));
                            let saldo = Saldo::de_centavos(1000 + feitos).expect("a balance");
                            let resposta = linha(&mut leitor);
                            assert!(resposta.ends_with(&format!("Saldo: {saldo}\n")), "{resposta}");
                        }
                    });
                }
            });
        });
        for numero in 1..=50 {
            assert_eq!(saldos[&rg(numero)].centavos(), 1200, "{conducao:?}");
        }
    }
}

#[test]
fn who_does_not_read_holds_up_nobody_and_is_cut_at_its_deadline() {
    let limites = Limites { prazo_escrita: Duration::from_millis(200), ..Limites::default() };
    for conducao in conducoes() {
        com_servidor(conducao, 2, limites, |endereco, _| {
            let mut surdo = conectar(endereco);
            let mut fluxo = surdo.get_ref().try_clone().expect("a descriptor");
            fluxo.set_write_timeout(Some(PACIENCIA)).expect("a TCP socket");
            let pedidos = "t:0|op:1|rg:1\n".repeat(1000);
            fluxo.write_all(b"t:0|op:6|rg:1\n").expect("it reads");
            // The server stops reading, and then ends the connection: at last a write fails.
            while fluxo.write_all(pedidos.as_bytes()).is_ok() {
                let mut outro = conectar(endereco);
                outro.get_ref().write_all(b"t:0|op:6|rg:2\nt:0|op:1|rg:2\n").expect("it reads");
                assert!(linha(&mut outro).contains("|s:0|"), "{conducao:?}");
                assert!(linha(&mut outro).ends_with("Saldo: 10.0\n"), "{conducao:?}");
            }
            let _ = surdo.read_to_end(&mut Vec::new());
        });
    }
}

#[test]
fn whole_lines_are_answered_by_who_stops_and_by_who_has_nothing_more_to_hear() {
    for conducao in conducoes() {
        com_servidor(conducao, 1, Limites::default(), |endereco, parada| {
            let mut meia = conectar(endereco);
            meia.get_ref().write_all(b"t:0|op:6|rg:1\nt:0|op:1|rg:1\nt:0|op:1").expect("it reads");
            meia.get_ref().shutdown(Shutdown::Write).expect("a TCP socket");
            let mut tudo = String::new();
            meia.read_to_string(&mut tudo).expect("an orderly end");
            assert_eq!(tudo.matches("|s:0|").count(), 2, "{conducao:?}: {tudo}");

            let mut calada = conectar(endereco);
            calada.get_ref().write_all(b"t:0|op:6|rg:1\n").expect("it reads");
            assert!(linha(&mut calada).contains("|s:0|"));
            parada.pedir();
            assert_eq!(linha(&mut calada), "", "{conducao:?}: the stop ends it");
        });
    }
}

#[test]
fn whoever_says_nothing_is_ended_and_whoever_finds_no_place_is_told() {
    let limites = Limites { max_conexoes: 2, ..Limites::default() };
    let apressados = Limites { prazo_login: Duration::from_millis(50), ..limites };
    for conducao in conducoes() {
        com_servidor(conducao, 1, apressados, |endereco, _| {
            assert_eq!(linha(&mut conectar(endereco)), "", "{conducao:?}");
        });
        com_servidor(conducao, 1, limites, |endereco, _| {
            let mut dentro = [conectar(endereco), conectar(endereco)];
            for um in &mut dentro {
                um.get_ref().write_all(b"t:0|op:6|rg:1\n").expect("it reads");
                assert!(linha(um).contains("|s:0|"), "{conducao:?}");
            }
            let mut fora = String::new();
            conectar(endereco).read_to_string(&mut fora).expect("an orderly end");
            assert!(fora.ends_with("|s:1|resposta:Servidor lotado\n"), "{conducao:?}: {fora}");
        });
    }
}
