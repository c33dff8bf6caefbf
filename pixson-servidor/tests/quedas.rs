//! Kill -9 of the real server under eight clients, over and over on one directory: what was
//! acknowledged is there, what was not is there wholly or not at all, and nothing else is.
//!
//! With `PIXSON_TAMANHO=inteiro` there are as many rounds as in CI. `PIXSON_QUEDAS` asks for more,
//! `PIXSON_SEMENTE` for other ones.

#[path = "comum/carga.rs"]
mod carga;
mod comum;
#[path = "../../pixson-core/tests/comum/sementes.rs"]
#[allow(dead_code, reason = "every test program includes the whole module")]
mod sementes;
#[path = "../../pixson-core/tests/comum/tamanho.rs"]
mod tamanho;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::thread;

use pixson_core::banco::disco::DiscoReal;
use pixson_core::banco::{Alcance, Auditoria, ErroAbrir, auditar, ler_livro};
use pixson_core::{Operacao, Rg, Saldo};
use pixson_oraculos::Sorteio;
use pixson_oraculos::juiz::{Sentenca, julgar_com_perguntas};
use tempfile::TempDir;

use carga::{Cliente, Meta, Pedida, SALDOS, separar};
use comum::instancia::{Instancia, esperar_ate};
use comum::{PACIENCIA, conta, contas};
use sementes::{como_repetir, do_ambiente, semente};
use tamanho::tamanho;

const RODADAS_MAX: u64 = 10_000;
const CLIENTES: usize = 8;

#[test]
fn kills_at_any_moment_lose_nothing_acknowledged_and_invent_nothing() {
    let rodadas = do_ambiente("PIXSON_QUEDAS").unwrap_or_else(|| tamanho(10, 100)).min(RODADAS_MAX);
    let mut vida = Vida::nova(semente(1));
    // The whole ledger is read at each judgment: for many rounds, not too often.
    let entre_juizos = (rodadas / 20).max(10);
    while vida.rodada < rodadas {
        vida.rodar();
        if vida.rodada.is_multiple_of(entre_juizos) || vida.rodada == rodadas {
            assert_eq!(vida.julgar(), Ok(()));
        }
    }
    assert!(vida.julgados > rodadas, "the clients moved money");
}

/// One directory, and what its clients know that the judge has not seen yet.
struct Vida {
    semente: u64,
    sorteio: Sorteio,
    rodada: u64,
    contas: TempDir,
    pedidas: Vec<(u64, Pedida)>,
    /// The balances after record `julgados`.
    saldos: BTreeMap<Rg, Saldo>,
    julgados: u64,
}

impl Vida {
    fn nova(semente: u64) -> Self {
        let saldos = SALDOS.map(|(rg, saldo)| {
            (rg.parse().expect("legal RG"), saldo.parse().expect("legal balance"))
        });
        Self {
            semente,
            sorteio: Sorteio::novo(semente),
            rodada: 0,
            contas: contas(&SALDOS),
            pedidas: Vec::new(),
            saldos: saldos.into(),
            julgados: 0,
        }
    }

    /// Starts a server, and tells its epoch.
    fn iniciar(&self) -> (Instancia, u64) {
        let contas = self.contas.path();
        let instancia = Instancia::servir(contas);
        let ponto = ponto(contas).expect("the run has begun");
        let ponto = String::from_utf8(ponto).expect("JSON");
        let (_, resto) = ponto.split_once(r#""epoca":"#).expect("the key");
        let (epoca, _) = resto.split_once(',').expect("another key");
        (instancia, epoca.parse().expect("a number"))
    }

    /// From a start to a kill, and sometimes to a few kills in the next start.
    fn rodar(&mut self) {
        self.rodada += 1;
        let (mut instancia, epoca) = self.iniciar();
        let no_ponto = self.sorteio.um_em(5);
        let limite = self.sorteio.escolher(&[1, 20, 200, 800]);
        let respostas = if no_ponto { 200 } else { self.sorteio.ate(limite) };
        let (meta, espera) = Meta::nova(respostas);
        let clientes: Vec<_> = (0..CLIENTES)
            .map(|_| Cliente::novo(instancia.fluxo(), Sorteio::novo(self.sorteio.proximo())))
            .collect();
        let mudancas = 1 + self.sorteio.ate(14);
        let vigia = Vigia::nova(self.contas.path());
        let erros = thread::scope(|escopo| {
            let meta = &meta;
            let mut fechado = no_ponto.then(|| meta.portao.lock());
            let clientes: Vec<_> = clientes
                .into_iter()
                .map(|cliente| escopo.spawn(move || cliente.trabalhar(meta)))
                .collect();
            if no_ponto {
                // The clients rest until the checkpoint begins, and work while it is written.
                vigia.esperar(mudancas, |vistas| {
                    if vistas > 0 {
                        fechado = None;
                    }
                    assert!(!instancia.terminou(), "the server ended by itself");
                });
                drop(fechado);
            } else if respostas > 0 {
                espera.recv_timeout(PACIENCIA).expect("the server answers");
            }
            assert!(!instancia.terminou(), "the server ended by itself");
            let erros = instancia.matar();
            for cliente in clientes {
                let pedidas = cliente.join().expect("legal replies").into_iter();
                self.pedidas.extend(pedidas.map(|pedida| (epoca, pedida)));
            }
            erros
        });
        conferir_erros(&erros);
        if self.sorteio.um_em(3) {
            for _ in 0..=self.sorteio.ate(3) {
                self.cair_ao_iniciar();
            }
        }
    }

    /// Starts a server, and kills it at once or at some step of its recovery.
    fn cair_ao_iniciar(&mut self) {
        let mudancas = self.sorteio.ate(14);
        let contas = self.contas.path();
        let vigia = Vigia::nova(contas);
        let mut instancia = Instancia::gerar(&mut Instancia::comando(contas));
        vigia.esperar(mudancas, |_| {
            assert!(!instancia.terminou(), "the server ended by itself");
        });
        instancia.matar();
    }

    /// Judges a bank that was just killed, then starts it, asks for every balance, stops it, and
    /// judges everything since the last time.
    fn julgar(&mut self) -> Sentenca {
        let disco = DiscoReal::abrir(self.contas.path()).expect("a directory");
        sem_divergencias(auditar(&disco))?;
        let (mut instancia, epoca) = self.iniciar();
        let mut cliente = Cliente::novo(instancia.fluxo(), Sorteio::novo(0));
        let rgs = self.saldos.keys();
        let lote: Vec<_> =
            rgs.flat_map(|&rg| [Operacao::Login { rg }, Operacao::Saldo { rg }]).collect();
        cliente.pedir(&lote, &Meta::nova(0).0).ok_or("the balances were not answered")?;
        self.pedidas.extend(cliente.pedidas.into_iter().map(|pedida| (epoca, pedida)));
        conferir_erros(&instancia.parar());

        let mut livro = Vec::new();
        let julgados = self.julgados;
        ler_livro(&disco, |lancamento| {
            if lancamento.seq > julgados {
                livro.push(lancamento);
            }
        })
        .map_err(|erro| format!("the ledger: {erro}"))?;
        let (ouvidas, perguntas) = separar(std::mem::take(&mut self.pedidas));
        self.saldos = julgar_com_perguntas(&self.saldos, &ouvidas, &perguntas, &livro)?;
        self.julgados += livro.len() as u64;
        self.conferir_arquivos(&sem_divergencias(auditar(&disco))?)
    }

    fn conferir_arquivos(&self, auditoria: &Auditoria) -> Sentenca {
        let total = self.saldos.values().map(|saldo| u128::from(saldo.centavos())).sum();
        let esperada = Auditoria {
            lancamentos: self.julgados,
            contas: self.saldos.len() as u64,
            total_em_centavos: total,
            feitos: self.julgados,
            alcance: Alcance { desde: auditoria.alcance.desde, danos: Vec::new() },
            balanco: auditoria.balanco,
            divergencias: Vec::new(),
        };
        if u128::try_from(auditoria.balanco.total()) != Ok(total) {
            return Err(format!("{:?} is not {total}", auditoria.balanco));
        }
        if *auditoria != esperada {
            return Err(format!("{auditoria:?} instead of {esperada:?}"));
        }
        for (rg, saldo) in &self.saldos {
            let texto = fs::read_to_string(self.contas.path().join(format!("{rg}.json")));
            if !texto.as_ref().is_ok_and(|texto| *texto == conta(rg.as_str(), &saldo.to_string())) {
                return Err(format!("{texto:?} should hold {saldo}"));
            }
        }
        match nomes(self.contas.path())
            .iter()
            .find(|nome| nome.contains(".tmp-") || nome.contains(".copia-"))
        {
            Some(resto) => Err(format!("{resto} was left behind")),
            None => Ok(()),
        }
    }
}

/// Sees what happens in a directory since it was made.
struct Vigia<'h> {
    contas: &'h Path,
    nomes: BTreeSet<String>,
    ponto: Option<Vec<u8>>,
}

impl<'h> Vigia<'h> {
    fn nova(contas: &'h Path) -> Self {
        Self { contas, nomes: nomes(contas), ponto: ponto(contas) }
    }

    /// Waits until the names have changed so often, or the checkpoint has moved.
    fn esperar(mut self, mudancas: usize, mut olhar: impl FnMut(usize)) {
        let mut vistas = 0;
        esperar_ate("changes of the directory", || {
            let agora = nomes(self.contas);
            vistas += usize::from(agora != self.nomes);
            self.nomes = agora;
            olhar(vistas);
            vistas >= mudancas || ponto(self.contas) != self.ponto
        });
    }
}

fn ponto(contas: &Path) -> Option<Vec<u8>> {
    fs::read(contas.join("diario/ponto.json")).ok()
}

fn nomes(contas: &Path) -> BTreeSet<String> {
    [contas.to_owned(), contas.join("diario")]
        .iter()
        .flat_map(|pasta| fs::read_dir(pasta).expect("readable"))
        .map(|item| item.expect("readable").file_name().to_string_lossy().into_owned())
        .collect()
}

/// A failure names its seed, and keeps what it found.
impl Drop for Vida {
    fn drop(&mut self) {
        if thread::panicking() {
            self.contas.disable_cleanup(true);
            let Self { semente, rodada, contas, .. } = self;
            let contas = contas.path().display();
            let repetir = como_repetir(*semente);
            let _ = writeln!(io::stderr(), "round {rodada}, {contas}: {repetir}");
        }
    }
}

fn sem_divergencias(auditoria: Result<Auditoria, ErroAbrir>) -> Result<Auditoria, String> {
    let auditoria = auditoria.map_err(|erro| format!("the audit: {erro}"))?;
    match auditoria.divergencias.first() {
        Some(divergencia) => Err(format!("the audit: {divergencia}")),
        None => Ok(auditoria),
    }
}

/// A kill may tear the tail of the journal; there is nothing else to warn of.
fn conferir_erros(erros: &[String]) {
    let cortes = |linha: &String| linha.contains("cortados do fim de diario/");
    assert!(erros.iter().all(cortes), "{erros:?}");
}
