//! The bank under a scheduler that chooses who runs next at every lock, wait, atomic step and call
//! to the disk: thousands of interleavings, most of which real threads would hardly ever show.
//!
//! Built only with `RUSTFLAGS="--cfg shuttle"`. A failure prints its schedule, and the same test
//! with that text in `PIXSON_ESCALA` plays it again. `PIXSON_SEMENTES` asks for more of them.
#![cfg(all(shuttle, feature = "json"))]

#[path = "escalonamento/banco.rs"]
mod banco;
mod comum;

use std::env;

use pixson_core::banco::disco::Disco;
use pixson_core::banco::{ConfiguracaoJson, Recibo, ResultadoDesconhecido};
use pixson_core::{Banco, Recusa, Saldo, Sucesso};
use pixson_oraculos::juiz::PEQUENA;
use shuttle::rand::{Rng, thread_rng};
use shuttle::scheduler::{
    PctScheduler, RandomScheduler, ReplayScheduler, UncontrolledNondeterminismCheckScheduler,
};
use shuttle::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use shuttle::{Config, Runner, thread};

use banco::BancoEscalonado;
use comum::conformidade::fazer;
use comum::sementes::quantas;
use comum::{arquivo_de, consulta, deposito, transferencia};

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
                cena.pedir(&[deposito("1", "1"), deposito("2", "1")]);
                cena.pedir(&[transferencia("1", "2", "0.5")]);
            },
            &|| {
                cena.pedir(&[transferencia("2", "1", "1.75")]);
                cena.pedir(&[consulta("1")]);
            },
            &|| cena.pedir(&[consulta("2"), deposito("1", "1")]),
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
                cena.pedir(&[consulta(c), deposito(a, "1")]);
            },
            &|| {
                cena.pedir(&[deposito(d, "1")]);
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
            &|| cena.pedir(&[deposito("1", "1")]),
            &|| cena.pedir(&[deposito("2", "1")]),
            &|| cena.pedir(&[deposito("3", "1")]),
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
                cena.pedir(&[deposito(c, "1")]);
            },
            &|| {
                cena.pedir(&[deposito(a, "1"), consulta(b)]);
                cena.pedir(&[transferencia(b, a, "0.5")]);
            },
            &|| cena.pedir(&[transferencia(c, d, "1")]),
            &|| {
                let _ = cena.banco.publicar();
            },
        ]);
        if cena.banco.falhou() {
            let tarde =
                cena.banco.executar(deposito(d, "1"), &cena.relogio).expect("stamps are left");
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
            if fazer(&cena.banco, &cena.relogio, deposito("2", "1")).1 == Ok(Sucesso::Deposito) {
                feitos.fetch_add(1, Ordering::SeqCst);
            }
        };
        let trazer = || {
            let disco = &cena.disco;
            let (nome, conteudo) = ("2.json", arquivo_de("2", "1.0"));
            let novo = disco.criar("novo", None).expect("the disk works");
            disco.escrever(&novo, 0, conteudo.as_bytes()).expect("the disk works");
            disco.renomear("novo", nome).expect("the disk works");
        };
        juntas(&[&depositar, &depositar, &depositar, &trazer]);
        let tem = Saldo::de_centavos(100 * (1 + feitos.into_inner())).expect("below the limit");
        let (_, desfecho) = fazer(&cena.banco, &cena.relogio, consulta("2"));
        assert_eq!(desfecho, Ok(Sucesso::Saldo(tem)));
    });
}
