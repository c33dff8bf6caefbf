//! The bank under a scheduler that chooses who runs next at every lock, wait, atomic step and call
//! to the disk: thousands of interleavings, most of which real threads would hardly ever show.
//!
//! Built only with `RUSTFLAGS="--cfg shuttle"`. A failure prints its schedule, and the same test
//! with that text in `PIXSON_ESCALA` plays it again. `PIXSON_SEMENTES` asks for more of them.
#![cfg(all(shuttle, feature = "json"))]

mod comum;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{env, io, iter};

use pixson_core::banco::disco::Disco;
use pixson_core::banco::{
    Abertura, BancoJson, ConfiguracaoJson, Conta, ErroAbrirContas, Feito, Gestao, Recibo,
    ResultadoDesconhecido, auditar,
};
use pixson_core::{Banco, Operacao, Recusa, Relogio, Rg, Saldo, Sucesso};
use pixson_oraculos::juiz::{Gerida, Historia, Ouvida, PEQUENA, julgar_vida};
use pixson_oraculos::{Aberto, Corte, DiscoModelo, Especie, Falha};
use shuttle::rand::{Rng, thread_rng};
use shuttle::scheduler::{
    PctScheduler, RandomScheduler, ReplayScheduler, UncontrolledNondeterminismCheckScheduler,
};
use shuttle::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use shuttle::{Config, Runner, thread};

use comum::conformidade::fazer;
use comum::sementes::quantas;
use comum::{rg, saldo, valor};

/// Room for everything: no segment is turned and no account dropped from memory.
const FOLGADA: ConfiguracaoJson =
    ConfiguracaoJson { contas_em_memoria: 1024, segmento_bytes: 1 << 20, ..PEQUENA };

/// Every checkpoint turns the segment, and each part of the table has a place for one account at
/// rest.
const APERTADA: ConfiguracaoJson =
    ConfiguracaoJson { contas_em_memoria: 1, segmento_bytes: 100, ..PEQUENA };

/// Of these accounts the first two share a part of the table, and so do the other two: in an
/// [`APERTADA`] bank each drives the other out.
const PARES: [&str; 4] = ["1", "71", "2", "81"];

/// The second scheduler changes its order of precedence at one moment less than this.
const PROFUNDIDADE: usize = 3;

/// Of each thread: a build without optimization needs more than the scheduler's own default.
const PILHA_BYTES: usize = 512 * 1024;

/// Plays a scene under so many schedules of each kind: whoever may run runs next, or whoever
/// comes first in an order that seldom changes.
fn explorar(padrao: u64, cena: fn()) {
    let mut configuracao = Config::new();
    configuracao.stack_size = PILHA_BYTES;
    // The scheduler says that it takes every atomic step as sequentially consistent. The clock and
    // the number of the last durable record are read and written each by itself: nobody draws from
    // one of them what another thread has done elsewhere.
    configuracao.silence_warnings = true;
    if let Ok(escala) = env::var("PIXSON_ESCALA") {
        Runner::new(ReplayScheduler::new_from_encoded(&escala), configuracao).run(cena);
        return;
    }
    let quantos = usize::try_from(quantas(padrao)).expect("a number of schedules");
    // A scene that anything else decides could not be played again from its schedule.
    let conferido = UncontrolledNondeterminismCheckScheduler::new(RandomScheduler::new(10));
    Runner::new(conferido, configuracao.clone()).run(cena);
    Runner::new(RandomScheduler::new(quantos), configuracao.clone()).run(cena);
    Runner::new(PctScheduler::new(PROFUNDIDADE, quantos), configuracao).run(cena);
}

/// The model disk. Before each call to it somebody else may run, and one sync can be made to fail.
#[derive(Clone, Debug)]
struct DiscoEscalonado {
    modelo: DiscoModelo,
    syncs_ate_a_falha: Arc<AtomicUsize>,
}

impl DiscoEscalonado {
    /// The scheduler may switch at a load; unlike a yield, a load does not ask it to.
    fn pausar(&self) -> &DiscoModelo {
        let _ = self.syncs_ate_a_falha.load(Ordering::SeqCst);
        &self.modelo
    }
}

impl Disco for DiscoEscalonado {
    type Arquivo = Aberto;

    fn travar(&self, nome: &str) -> io::Result<Aberto> {
        self.pausar().travar(nome)
    }

    fn criar_pasta(&self, pasta: &str) -> io::Result<()> {
        self.pausar().criar_pasta(pasta)
    }

    fn listar(&self, pasta: &str) -> io::Result<Vec<String>> {
        self.pausar().listar(pasta)
    }

    fn ler(&self, nome: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        self.pausar().ler(nome, max_bytes)
    }

    fn criar(&self, nome: &str, como: Option<&str>) -> io::Result<Aberto> {
        self.pausar().criar(nome, como)
    }

    fn escrever(&self, arquivo: &Aberto, posicao: u64, bytes: &[u8]) -> io::Result<()> {
        self.pausar().escrever(arquivo, posicao, bytes)
    }

    fn cortar(&self, arquivo: &Aberto, bytes: u64) -> io::Result<()> {
        self.pausar().cortar(arquivo, bytes)
    }

    fn sincronizar(&self, arquivo: &Aberto) -> io::Result<()> {
        if self.syncs_ate_a_falha.fetch_sub(1, Ordering::SeqCst) == 0 {
            // Only this once: a bank that asked again would be told that all is well.
            let falha = Falha { chamada: 0, especie: Especie::Eio, para_sempre: false };
            self.modelo.programar(Some(falha));
        }
        self.modelo.sincronizar(arquivo)
    }

    fn renomear(&self, de: &str, para: &str) -> io::Result<()> {
        self.pausar().renomear(de, para)
    }

    fn sincronizar_pasta(&self, pasta: &str) -> io::Result<()> {
        self.pausar().sincronizar_pasta(pasta)
    }

    fn apagar(&self, nome: &str) -> io::Result<()> {
        self.pausar().apagar(nome)
    }
}

/// An open bank, and what those who use it have heard.
struct BancoEscalonado {
    iniciais: BTreeMap<Rg, Saldo>,
    disco: DiscoEscalonado,
    banco: BancoJson<DiscoEscalonado>,
    relogio: Relogio,
    /// A lock that the scheduler does not see: it is never held where a switch is possible.
    notas: Mutex<Notas>,
}

#[derive(Default)]
struct Notas {
    ouvidas: Vec<Ouvida>,
    geridas: Vec<Gerida>,
    apagoes: Vec<Apagao>,
    /// Somebody has heard that an outcome is unknown.
    desconhecido: bool,
}

/// What a power cut at one moment would leave, and which replies had been sent by then.
struct Apagao {
    disco: DiscoModelo,
    confirmadas: Vec<bool>,
    geridas: Vec<bool>,
}

impl BancoEscalonado {
    /// A bank with 1.0 in each of these accounts.
    fn novo(contas: &[&str], configuracao: ConfiguracaoJson) -> Self {
        let iniciais: BTreeMap<Rg, Saldo> =
            contas.iter().map(|conta| (rg(conta), saldo("1.0"))).collect();
        let modelo = DiscoModelo::com_arquivos(iniciais.keys().map(|&rg| arquivo(rg)));
        let syncs_ate_a_falha = Arc::new(AtomicUsize::new(usize::MAX));
        let disco = DiscoEscalonado { modelo, syncs_ate_a_falha };
        let (banco, avisos) =
            BancoJson::abrir_em(disco.clone(), configuracao).expect("the disk works");
        assert_eq!(avisos, []);
        Self { iniciais, disco, banco, relogio: Relogio::novo(), notas: Mutex::default() }
    }

    fn notas(&self) -> MutexGuard<'_, Notas> {
        self.notas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A pipelined batch of one client, who waits once. When the replies may be sent, the power
    /// is cut.
    fn pedir(&self, operacoes: &[Operacao]) {
        let mut pedidas = Vec::new();
        let mut recibo = Recibo::IMEDIATO;
        for &operacao in operacoes {
            let execucao = self.banco.executar(operacao, &self.relogio).expect("stamps are left");
            recibo = recibo.max(execucao.recibo);
            // Such a reply says that nothing was done, not what the balances are.
            if execucao.desfecho != Err(Recusa::ServidorIndisponivel) {
                let (epoca, carimbo) = (self.banco.epoca(), execucao.carimbo);
                let desfecho = execucao.desfecho;
                let mut notas = self.notas();
                pedidas.push(notas.ouvidas.len());
                notas.ouvidas.push(Ouvida {
                    epoca,
                    carimbo,
                    operacao,
                    desfecho,
                    confirmada: false,
                });
            }
        }
        let tarde = self.notas().desconhecido;
        match self.banco.confirmar(recibo) {
            Ok(()) => {
                assert!(!tarde, "acknowledged after a failure");
                let mut notas = self.notas();
                for pedida in pedidas {
                    notas.ouvidas[pedida].confirmada = true;
                }
                drop(notas);
                self.cortar();
            }
            Err(ResultadoDesconhecido) => self.notas().desconhecido = true,
        }
    }

    /// Opens accounts with 1.0 in each, unless one of them is there. Then the power is cut.
    fn abrir(&self, contas: &[&str]) -> bool {
        let conta = |numero: &&str| {
            let nome = format!("N{numero}").parse().expect("legal name");
            Conta { rg: rg(numero), nome, saldo: saldo("1.0") }
        };
        let abertura = Abertura::nova(contas.iter().map(conta).collect()).expect("new accounts");
        let Gestao { carimbo, recibo } = match self.banco.abrir_contas(&abertura, &self.relogio) {
            Ok(gestao) => gestao,
            Err(ErroAbrirContas::Existentes(_)) => return false,
            Err(erro) => panic!("the disk works: {erro}"),
        };
        let (epoca, feito) = (self.banco.epoca(), Feito::Abertura(abertura));
        let mut notas = self.notas();
        let indice = notas.geridas.len();
        notas.geridas.push(Gerida { epoca, carimbo, feito, confirmada: false });
        drop(notas);
        self.banco.confirmar(recibo).expect("the disk works");
        self.notas().geridas[indice].confirmada = true;
        self.cortar();
        true
    }

    /// A checkpoint, after which the power is cut.
    fn publicar(&self) {
        assert_eq!(self.banco.publicar().expect("the disk works"), []);
        self.cortar();
    }

    /// Keeps the disk as a power cut would leave it now, with nothing that is not synced.
    fn cortar(&self) {
        let mut notas = self.notas();
        let disco = self.disco.modelo.depois_de(&mut Corte::Nada);
        let confirmadas = notas.ouvidas.iter().map(|ouvida| ouvida.confirmada).collect();
        let geridas = notas.geridas.iter().map(|gerida| gerida.confirmada).collect();
        notas.apagoes.push(Apagao { disco, confirmadas, geridas });
    }

    /// After everybody has gone: recovers each disk that a power cut left, and judges it by the
    /// replies that had been sent by then. Returns the total of the last, in centavos.
    fn julgar(self) -> u128 {
        self.cortar();
        let Notas { ouvidas, geridas: feitas, apagoes, .. } =
            self.notas.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut total = 0;
        for Apagao { disco, confirmadas, geridas } in apagoes {
            let ouvidas = ouvidas
                .iter()
                .zip(confirmadas.into_iter().chain(iter::repeat(false)))
                .map(|(ouvida, confirmada)| Ouvida { confirmada, ..*ouvida })
                .collect();
            let geridas = feitas
                .iter()
                .zip(geridas.into_iter().chain(iter::repeat(false)))
                .map(|(gerida, confirmada)| Gerida { confirmada, ..gerida.clone() })
                .collect();
            let ate_entao = Historia { ouvidas, geridas, ..Historia::default() };
            assert_eq!(julgar_vida(&disco, &self.iniciais, &ate_entao), Ok(()));
            total = auditar(&disco).expect("it was just judged").total_em_centavos;
        }
        total
    }
}

fn arquivo(rg: Rg) -> (String, String) {
    (format!("{rg}.json"), format!(r#"{{"rg": "{rg}", "nome": "N{rg}", "saldo": 1.0}}"#))
}

fn transferencia(origem: &str, destino: &str, quanto: &str) -> Operacao {
    Operacao::Transferencia { rg_origem: rg(origem), rg_destino: rg(destino), valor: valor(quanto) }
}

fn deposito(conta: &str) -> Operacao {
    Operacao::Deposito { rg: rg(conta), valor: valor("1") }
}

fn consulta(conta: &str) -> Operacao {
    Operacao::Saldo { rg: rg(conta) }
}

/// Gives each of these a thread of its own, and waits for all.
fn juntas(tarefas: &[&(dyn Fn() + Sync)]) {
    thread::scope(|escopo| {
        for &tarefa in tarefas {
            escopo.spawn(tarefa);
        }
    });
}

#[test]
fn transfers_that_cross_do_not_lock_each_other_out() {
    explorar(2000, || {
        let cena = BancoEscalonado::novo(&["1", "2"], FOLGADA);
        juntas(&[
            &|| cena.pedir(&[transferencia("1", "2", "0.75")]),
            &|| cena.pedir(&[transferencia("2", "1", "1.25")]),
            &|| cena.pedir(&[transferencia("1", "1", "0.5")]),
            &|| cena.pedir(&[transferencia("2", "1", "0.5"), transferencia("1", "2", "1.5")]),
        ]);
        assert_eq!(cena.julgar(), 200);
    });
}

#[test]
fn a_ring_of_transfers_does_not_close() {
    const ANEL: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "8"];

    explorar(2000, || {
        let cena = BancoEscalonado::novo(&ANEL, FOLGADA);
        thread::scope(|escopo| {
            for (indice, origem) in ANEL.iter().enumerate() {
                let destino = ANEL[(indice + 1) % ANEL.len()];
                let cena = &cena;
                escopo.spawn(move || cena.pedir(&[transferencia(origem, destino, "1.5")]));
            }
        });
        assert_eq!(cena.julgar(), 800);
    });
}

#[test]
fn what_a_group_acknowledges_is_on_the_disk() {
    explorar(2000, || {
        let cena = BancoEscalonado::novo(&["1", "2"], FOLGADA);
        juntas(&[
            &|| {
                cena.pedir(&[deposito("1"), deposito("2")]);
                cena.pedir(&[transferencia("1", "2", "0.5")]);
            },
            &|| {
                cena.pedir(&[transferencia("2", "1", "1.75")]);
                cena.pedir(&[consulta("1")]);
            },
            &|| cena.pedir(&[consulta("2"), deposito("1")]),
        ]);
        assert_eq!(cena.julgar(), 500);
    });
}

#[test]
fn a_checkpoint_among_operations_loses_none_of_them() {
    explorar(2000, || {
        let [a, b, c, d] = PARES;
        let cena = BancoEscalonado::novo(&PARES, APERTADA);
        let publicar = || cena.publicar();
        juntas(&[
            &|| {
                cena.pedir(&[transferencia(a, b, "0.5")]);
                cena.pedir(&[consulta(c), deposito(a)]);
            },
            &|| {
                cena.pedir(&[deposito(d)]);
                cena.pedir(&[transferencia(d, c, "1.5"), consulta(b)]);
            },
            &|| cena.pedir(&[transferencia(b, c, "1.25")]),
            &publicar,
            &publicar,
        ]);
        assert_eq!(cena.julgar(), 600);
    });
}

/// It waits for its turn as whoever leads a group does, and may be given a turn that others need.
/// Both open accounts 3 and 4, while somebody pays into them and a checkpoint writes their files.
#[test]
fn of_two_who_open_the_same_accounts_one_does() {
    explorar(2000, || {
        let cena = BancoEscalonado::novo(&["1", "2"], FOLGADA);
        let abertas = AtomicUsize::new(0);
        let abrir = |contas: &[&str]| {
            abertas.fetch_add(usize::from(cena.abrir(contas)), Ordering::SeqCst);
        };
        juntas(&[
            &|| abrir(&["4", "3"]),
            &|| abrir(&["3", "4", "5"]),
            &|| cena.pedir(&[transferencia("1", "3", "0.5"), transferencia("4", "2", "0.25")]),
            &|| cena.publicar(),
        ]);
        assert_eq!(abertas.load(Ordering::SeqCst), 1);
        let total = cena.julgar();
        assert!(total == 400 || total == 500, "{total}");
    });
}

#[test]
fn a_checkpoint_with_no_segment_to_turn_holds_nobody_up() {
    explorar(2000, || {
        let cena = BancoEscalonado::novo(&["1", "2", "3"], FOLGADA);
        juntas(&[
            &|| cena.publicar(),
            &|| cena.pedir(&[deposito("1")]),
            &|| cena.pedir(&[deposito("2")]),
            &|| cena.pedir(&[deposito("3")]),
        ]);
        assert_eq!(cena.julgar(), 600);
    });
}

#[test]
fn after_a_failed_sync_everybody_hears_that_the_outcome_is_unknown() {
    explorar(2000, || {
        let cena = BancoEscalonado::novo(&PARES, APERTADA);
        let [a, b, c, d] = PARES;
        let boas = thread_rng().gen_range(0..6);
        cena.disco.syncs_ate_a_falha.store(boas, Ordering::SeqCst);
        juntas(&[
            &|| {
                cena.pedir(&[transferencia(a, b, "0.5")]);
                cena.pedir(&[deposito(c)]);
            },
            &|| {
                cena.pedir(&[deposito(a), consulta(b)]);
                cena.pedir(&[transferencia(b, a, "0.5")]);
            },
            &|| cena.pedir(&[transferencia(c, d, "1")]),
            &|| {
                let _ = cena.banco.publicar();
            },
        ]);
        if cena.banco.falhou() {
            let tarde = cena.banco.executar(deposito(d), &cena.relogio).expect("stamps are left");
            assert_eq!(tarde.desfecho, Err(Recusa::ServidorIndisponivel));
            assert_eq!(cena.banco.confirmar(Recibo::IMEDIATO), Err(ResultadoDesconhecido));
        }
        cena.julgar();
    });
}

#[test]
fn a_file_that_arrives_is_one_account_to_everybody() {
    explorar(2000, || {
        let cena = BancoEscalonado::novo(&["1"], APERTADA);
        let feitos = AtomicU64::new(0);
        let depositar = || {
            if fazer(&cena.banco, &cena.relogio, deposito("2")).1 == Ok(Sucesso::Deposito) {
                feitos.fetch_add(1, Ordering::SeqCst);
            }
        };
        let trazer = || {
            let disco = &cena.disco;
            let (nome, conteudo) = arquivo(rg("2"));
            let novo = disco.criar("novo", None).expect("the disk works");
            disco.escrever(&novo, 0, conteudo.as_bytes()).expect("the disk works");
            disco.renomear("novo", &nome).expect("the disk works");
        };
        juntas(&[&depositar, &depositar, &depositar, &trazer]);
        let tem = Saldo::de_centavos(100 * (1 + feitos.into_inner())).expect("below the limit");
        let (_, desfecho) = fazer(&cena.banco, &cena.relogio, consulta("2"));
        assert_eq!(desfecho, Ok(Sucesso::Saldo(tem)));
    });
}
