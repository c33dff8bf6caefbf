//! Two real servers on one real database, under sixteen clients: a server is killed or stopped, the database
//! crashes, connections are cut, over and over. What was acknowledged is there once, what was not is there once
//! or not at all, and nothing else is.
//!
//! `PIXSON_QUEDAS` asks for more rounds, `PIXSON_SEMENTE` for other ones.

#[path = "comum/carga.rs"]
mod carga;
mod comum;
#[path = "../../pixson-core/tests/comum/sementes.rs"]
#[allow(dead_code, reason = "every test program includes the whole module")]
mod sementes;
#[path = "../../pixson-core/tests/comum/tabelas.rs"]
mod tabelas;
#[path = "../../pixson-core/tests/comum/tamanho.rs"]
mod tamanho;

use std::collections::BTreeMap;
use std::net::Shutdown;
use std::thread;

use pixson_aglomerado::Aglomerado;
use pixson_core::{Operacao, Recusa, Resposta, Rg, Saldo};
use pixson_oraculos::Sorteio;
use pixson_oraculos::juiz::{Historia, Sentenca, julgar_servidores};
use rustix::process::Signal;

use carga::{Cliente, Meta, Pedida, SALDOS, separar};
use comum::ambiente::programa;
use comum::instancia::{Instancia, entrar, porta_no_log};
use comum::{PACIENCIA, binario, texto};
use sementes::{como_repetir, do_ambiente, semente};
use tamanho::tamanho;

/// Of each server.
const CLIENTES: usize = 8;

#[test]
fn kills_of_servers_and_of_their_database_lose_nothing_acknowledged_and_do_nothing_twice() {
    let rodadas = do_ambiente("PIXSON_QUEDAS").unwrap_or_else(|| tamanho(5, 50));
    let semente = semente(1);
    let Some(mut vida) = VidaDoBanco::nova(semente) else { return };
    for rodada in 0..rodadas {
        vida.rodar(rodada);
    }
    assert_eq!(vida.julgar(), Ok(()), "{}", como_repetir(semente));
}

#[test]
fn an_outcome_that_cannot_be_known_ends_its_connection_and_not_the_server() {
    let Some(vida) = VidaDoBanco::nova(semente(1)) else { return };
    let servidor = &vida.servidores[0].instancia;
    let mut perdida = entrar(servidor, SALDOS[0].0);
    let sql = |texto: &str| vida.aglomerado.sql("postgres", texto);
    // Nobody can say whether the deposit is on two machines: the wait for the second one is cancelled.
    sql("ALTER SYSTEM SET synchronous_standby_names = 'ausente'");
    sql("SELECT pg_reload_conf()");
    let cancelar = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity \
                    WHERE application_name = 'pixson' AND wait_event = 'SyncRep'";
    let resposta = thread::scope(|escopo| {
        let deposito = format!("t:0|op:3|rg:{}|valor:1", SALDOS[0].0);
        let pedida = escopo.spawn(move || perdida.pedir(&deposito));
        while sql(cancelar) == "0" {
            thread::yield_now();
        }
        pedida.join().expect("a reply")
    });
    assert!(resposta.ends_with("|s:1|resposta:Servidor indisponível"), "{resposta}");
    sql("ALTER SYSTEM RESET synchronous_standby_names");
    sql("SELECT pg_reload_conf()");
    let saldo = entrar(servidor, SALDOS[0].0).pedir(&format!("t:0|op:1|rg:{}", SALDOS[0].0));
    assert!(saldo.ends_with("|s:0|resposta:Saldo: 101.0"), "{saldo}");
}

/// A server that is running, and its epoch.
struct Atendente {
    instancia: Instancia,
    epoca: u64,
}

impl Atendente {
    fn iniciar(url: &str) -> Self {
        let mut comando = programa(binario());
        // Time enough for a database that recovers.
        comando.args(["--porta", "0", "--banco", url, "--espera-banco", "30"]);
        let mut instancia = Instancia::gerar(comando.args(["--silencioso", "--log", "info"]));
        let linha = instancia.proximo_erro();
        instancia.porta = porta_no_log(&linha);
        let (_, epoca) = linha.split_once("epoca=").expect("the first line has it");
        let (epoca, _) = epoca.split_once(' ').expect("another field");
        Self { instancia, epoca: epoca.parse().expect("a number") }
    }
}

struct VidaDoBanco {
    sorteio: Sorteio,
    aglomerado: Aglomerado,
    url: String,
    servidores: [Atendente; 2],
    pedidas: Vec<(u64, Pedida)>,
}

fn iniciais() -> BTreeMap<Rg, Saldo> {
    let conta = |(rg, saldo): (&str, &str)| {
        (rg.parse().expect("a legal RG"), saldo.parse().expect("a legal balance"))
    };
    SALDOS.map(conta).into()
}

impl VidaDoBanco {
    fn nova(semente: u64) -> Option<Self> {
        let aglomerado = Aglomerado::novo()?;
        aglomerado.sql("postgres", "CREATE DATABASE banco");
        let url = aglomerado.url("banco");
        let preparar = programa(binario()).args(["banco", "preparar", "--banco", &url]).output();
        assert!(preparar.expect("it runs").status.success());
        for (rg, saldo) in iniciais() {
            let conta = format!("('{rg}', 'x', {})", saldo.centavos());
            let inserir = format!("INSERT INTO pixson.contas (rg, nome, saldo) VALUES {conta}");
            aglomerado.sql("banco", &inserir);
        }
        let servidores = [(); 2].map(|()| Atendente::iniciar(&url));
        let (sorteio, pedidas) = (Sorteio::novo(semente), Vec::new());
        Some(Self { sorteio, aglomerado, url, servidores, pedidas })
    }

    /// Clients work at both servers, something goes wrong, and both servers are there again.
    fn rodar(&mut self, rodada: u64) {
        let (meta, espera) = Meta::nova(50 + self.sorteio.ate(300));
        let mut clientes = Vec::new();
        for servidor in &self.servidores {
            for _ in 0..CLIENTES {
                let fluxo = servidor.instancia.fluxo();
                let fim = fluxo.try_clone().expect("a descriptor");
                let cliente = Cliente::novo(fluxo, Sorteio::novo(self.sorteio.proximo()));
                clientes.push((servidor.epoca, cliente, fim));
            }
        }
        let pedidas = thread::scope(|escopo| {
            let meta = &meta;
            let trabalham: Vec<_> = clientes
                .into_iter()
                .map(|(epoca, cliente, fim)| {
                    (epoca, fim, escopo.spawn(move || cliente.trabalhar(meta)))
                })
                .collect();
            espera.recv_timeout(PACIENCIA).expect("the servers answer");
            self.falhar(rodada);
            self.conferir_que_atendem();
            let mut pedidas = Vec::new();
            for (epoca, fim, trabalho) in trabalham {
                // It fails if the server is gone.
                let _ = fim.shutdown(Shutdown::Both);
                let dele = trabalho.join().expect("legal replies");
                pedidas.extend(dele.into_iter().map(|pedida| (epoca, pedida)));
            }
            pedidas
        });
        self.pedidas.extend(pedidas);
    }

    /// Each kind in turn, at one server or the other.
    fn falhar(&mut self, rodada: u64) {
        let qual = self.sorteio.ate(2);
        match rodada % 5 {
            0 => {
                self.servidores[qual].instancia.matar();
                self.servidores[qual] = Atendente::iniciar(&self.url);
            }
            1 => {
                self.aglomerado.derrubar();
                self.aglomerado.iniciar();
            }
            2 => {
                let encerrar = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                                WHERE application_name = 'pixson'";
                self.aglomerado.sql("banco", encerrar);
            }
            3 => {
                // The other one goes on, whatever the stopped one holds.
                self.servidores[qual].instancia.sinalizar(Signal::STOP);
                self.conferir_que_atende(1 - qual);
                self.servidores[qual].instancia.sinalizar(Signal::CONT);
            }
            _ => {
                self.servidores[qual].instancia.matar();
                self.aglomerado.derrubar();
                self.aglomerado.iniciar();
                self.servidores[qual] = Atendente::iniciar(&self.url);
            }
        }
    }

    fn conferir_que_atendem(&mut self) {
        for qual in [0, 1] {
            self.conferir_que_atende(qual);
        }
    }

    fn conferir_que_atende(&mut self, qual: usize) {
        let Atendente { instancia, epoca } = &self.servidores[qual];
        let mut cliente = Cliente::novo(instancia.fluxo(), Sorteio::novo(0));
        let (rg, _) = SALDOS[qual];
        let rg = rg.parse().expect("a legal RG");
        let lote = [Operacao::Login { rg }, Operacao::Saldo { rg }];
        cliente.pedir(&lote, &Meta::nova(0).0).expect("it answers");
        let boa = |pedida: &Pedida| {
            let desfecho = pedida.resposta.as_ref().and_then(Resposta::desfecho);
            desfecho.is_some_and(|desfecho| desfecho.is_ok())
        };
        assert!(cliente.pedidas.iter().all(boa), "{:?}", cliente.pedidas);
        self.pedidas.extend(cliente.pedidas.into_iter().map(|pedida| (*epoca, pedida)));
    }

    fn julgar(&mut self) -> Sentenca {
        for servidor in &mut self.servidores {
            servidor.instancia.parar();
        }
        for (_, pedida) in &mut self.pedidas {
            // What was refused for want of an answer of the database may have been done.
            let resposta = pedida.resposta.as_ref().and_then(Resposta::desfecho);
            if resposta == Some(Err(Recusa::ServidorIndisponivel)) {
                pedida.resposta = None;
            }
        }
        let (ouvidas, perguntas) = separar(std::mem::take(&mut self.pedidas));
        let livro = tabelas::livro(&self.aglomerado, "banco");
        assert!(livro.len() > 100, "the clients moved money");
        let historia = Historia { ouvidas, perguntas, ..Historia::default() };
        let esperados = julgar_servidores(&iniciais(), &historia, &livro)?;
        let saldos = tabelas::saldos(&self.aglomerado, "banco");
        if saldos != esperados {
            return Err(format!("{saldos:?}, not {esperados:?}"));
        }
        let auditar = programa(binario()).args(["auditar", "--banco", &self.url]).output();
        let auditar = auditar.expect("it runs");
        if auditar.status.success() { Ok(()) } else { Err(texto(&auditar.stdout).to_owned()) }
    }
}
