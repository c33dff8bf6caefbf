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

use pixson_aglomerado::{Aglomerado, Motor};
use pixson_core::{Operacao, Recusa, Resposta, Rg, Saldo};
use pixson_oraculos::Sorteio;
use pixson_oraculos::juiz::{Historia, Sentenca, julgar_servidores};
use rustix::process::Signal;

use carga::{Cliente, Meta, Pedida, SALDOS, separar};
use comum::ambiente::programa;
use comum::instancia::{Instancia, entrar, esperar_ate, porta_no_log};
use comum::painel::pagina;
use comum::{PACIENCIA, binario, texto};
use sementes::{como_repetir, do_ambiente, semente};
use tamanho::tamanho;

/// Of each server.
const CLIENTES: usize = 8;
/// Fewer entries of the ledger would show nothing.
const MOVIDAS_MIN: usize = 100;

#[test]
fn kills_of_servers_and_of_their_database_lose_nothing_acknowledged_and_do_nothing_twice() {
    let rodadas = do_ambiente("PIXSON_QUEDAS").unwrap_or_else(|| tamanho(5, 50));
    let semente = semente(1);
    // Time enough for a database that recovers.
    let Some(mut vida) = VidaDoBanco::nova(semente, "30") else { return };
    for rodada in 0..rodadas {
        vida.rodar(|vida| vida.falhar(rodada));
    }
    assert_eq!(vida.julgar(), Ok(()), "{}", como_repetir(semente));
}

#[test]
fn a_database_that_is_frozen_under_load_is_told_of_and_costs_nothing_once_it_goes_on() {
    let Some(mut vida) = VidaDoBanco::nova(semente(1), "1") else { return };
    vida.rodar(|vida| {
        let movidas = || tabelas::livro(&vida.aglomerado, "banco").len();
        esperar_ate("enough money moved", || movidas() > MOVIDAS_MIN);
        let mut outro = vida.servidores[0].instancia.conectar();
        vida.aglomerado.congelar_tudo();
        let resposta = outro.pedir(&format!("t:0|op:6|rg:{}", SALDOS[0].0));
        assert!(resposta.ends_with("|s:1|resposta:Servidor indisponível"), "{resposta}");
        vida.servidores.iter().for_each(|servidor| servidor.esperar_saude("503"));
        vida.aglomerado.descongelar();
        vida.servidores.iter().for_each(|servidor| servidor.esperar_saude("200"));
    });
    assert_eq!(vida.julgar(), Ok(()));
}

#[test]
fn an_outcome_that_cannot_be_known_ends_its_connection_and_not_the_server() {
    let Some(vida) = VidaDoBanco::nova(semente(1), "30") else { return };
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
        // The database notices the change by and by.
        let pedida = escopo.spawn(move || {
            loop {
                let resposta = perdida.pedir(&deposito);
                if !resposta.contains("|s:0|") {
                    break resposta;
                }
            }
        });
        while sql(cancelar) == "0" {
            thread::yield_now();
        }
        pedida.join().expect("a reply")
    });
    assert!(resposta.ends_with("|s:1|resposta:Servidor indisponível"), "{resposta}");
    sql("ALTER SYSTEM RESET synchronous_standby_names");
    sql("SELECT pg_reload_conf()");
    let saldo = entrar(servidor, SALDOS[0].0).pedir(&format!("t:0|op:1|rg:{}", SALDOS[0].0));
    assert!(saldo.contains("|s:0|resposta:Saldo: "), "{saldo}");
}

/// A server that is running, and its epoch.
struct Atendente {
    instancia: Instancia,
    epoca: u64,
    painel: String,
}

impl Atendente {
    fn iniciar(url: &str, espera: &str) -> Self {
        let mut comando = programa(binario());
        comando.args(["--porta", "0", "--metricas", "127.0.0.1:0", "--banco", url]);
        comando.args(["--espera-banco", espera, "--silencioso", "--log", "info"]);
        let mut instancia = Instancia::gerar(&mut comando);
        let painel = format!("127.0.0.1:{}", porta_no_log(&instancia.proximo_erro()));
        let linha = instancia.proximo_erro();
        instancia.porta = porta_no_log(&linha);
        let (_, epoca) = linha.split_once("epoca=").expect("the first line has it");
        let (epoca, _) = epoca.split_once(' ').expect("another field");
        Self { instancia, epoca: epoca.parse().expect("a number"), painel }
    }

    fn esperar_saude(&self, situacao: &str) {
        let comeco = format!("HTTP/1.1 {situacao} ");
        esperar_ate(situacao, || pagina(&self.painel, "/saude").starts_with(&comeco));
    }
}

struct VidaDoBanco {
    sorteio: Sorteio,
    aglomerado: Aglomerado,
    url: String,
    /// For how long its servers wait for the database.
    espera: &'static str,
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
    fn nova(semente: u64, espera: &'static str) -> Option<Self> {
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
        let servidores = [(); 2].map(|()| Atendente::iniciar(&url, espera));
        let (sorteio, pedidas) = (Sorteio::novo(semente), Vec::new());
        Some(Self { sorteio, aglomerado, url, espera, servidores, pedidas })
    }

    /// Clients work at both servers, something goes wrong, and both servers are there again.
    fn rodar(&mut self, falhar: impl FnOnce(&mut Self)) {
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
            falhar(self);
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
            0 => self.matar(qual),
            1 => {
                // Its processes notice, or are killed as well.
                if self.sorteio.um_em(2) {
                    self.aglomerado.matar();
                } else {
                    self.aglomerado.derrubar();
                }
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
                self.aglomerado.matar();
                self.aglomerado.iniciar();
                self.matar(qual);
            }
        }
    }

    /// A server is killed, and another one comes in its place.
    fn matar(&mut self, qual: usize) {
        self.servidores[qual].instancia.matar();
        self.servidores[qual] = Atendente::iniciar(&self.url, self.espera);
    }

    fn conferir_que_atendem(&mut self) {
        for qual in [0, 1] {
            self.conferir_que_atende(qual);
        }
    }

    fn conferir_que_atende(&mut self, qual: usize) {
        let Atendente { instancia, epoca, .. } = &self.servidores[qual];
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
        self.pedidas.retain_mut(|(_, pedida)| {
            match pedida.resposta.as_ref().and_then(Resposta::desfecho) {
                // What was refused for want of an answer of the database may have been done.
                Some(Err(Recusa::ServidorIndisponivel)) => pedida.resposta = None,
                // A login was refused before: the session has not asked the bank at all.
                Some(Err(Recusa::OperacaoNaoAutorizada)) => return false,
                _ => {}
            }
            true
        });
        let (ouvidas, perguntas) = separar(std::mem::take(&mut self.pedidas));
        let livro = tabelas::livro(&self.aglomerado, "banco");
        assert!(livro.len() > MOVIDAS_MIN, "the clients moved money");
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
