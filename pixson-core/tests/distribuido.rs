//! The rules of docs/distribuido.md, explored: two servers, two clients, two accounts, and a database
//! that does what `PostgreSQL` does. Every order of steps is followed to its end, with every moment at
//! which something can go wrong, as often as a scene allows.
//!
//! `mundo` is the state, `sessao` the database, `servidor` what servers and clients do, `regras` how a
//! batch is decided, `modelo` which steps there are, `juizo` the laws, `cena` what is explored, and `defeitos` the rules that are broken
//! on purpose. `-- --nocapture` shows how many states there were, and the shortest counterexamples.
//!
//! The laws: nothing is done twice, nothing that was acknowledged is lost, money is conserved; what a
//! client was told is what the ledger says, with that stamp, and what was certainly refused is not there;
//! all outcomes in the order of (stamp, época) are what one bank alone would give; rows bear stamps at
//! least as high as what was said of them; replies of one process have different stamps, and those that
//! a client gets go up; who was told that a fate is unknown, and was answered since on the same account,
//! has seen it settled; nobody waits in a circle, and nobody for ever.
//!
//! Three rules are as the code must have them, where the page says less:
//!
//! * A question that finds its number there writes all the same, so that its answer waits for the standby.
//! * A lane whose row is neither at the number nor at the one before is lost, also if it bears the name
//!   of its process. The server draws a new época, and what was in doubt is done again.
//! * A server that was stopped and then sends its second message to a connection that is gone is in doubt.
//!
//! Not explored: more than two servers, two accounts, four operations, amounts other than one centavo,
//! and more faults in one history than a scene says. Further:
//!
//! * A pause of any process is an order of steps in which it has none. Only that the database ends an
//!   idle transaction meanwhile is a step of its own.
//! * A message that is lost is one whose connection was given up and whose transaction is then ended.
//!   Sessions exist while a transaction is under way, four at most; an idle connection that is cut is
//!   opened anew, which nobody can see.
//! * Requests reach a server at once and replies their client; a connection between the two that dies
//!   is part of the death of the server. Clocks do not go up by one for a request that is sent or received,
//!   but only for replies.
//! * What a server reads in vain, in a transaction that was ended already, are the rows as they are then.
//! * Rows are remembered in the scenes that say so, and a batch whose rows are remembered is then written from
//!   memory or not. Their scenes have three operations, or four with an opening.
//! * A batch takes all that waits. An account is opened by a server as an operation of a batch, which then
//!   locks the table of lanes before the lane's row.
//! * The standby receives commits in their order; with a synchronous one, drawing an época waits until it
//!   has all of them. The old primary is gone for good when a standby is promoted.
//! * States are told apart by 64 bits of a hash: of a million, two that are taken for one are to be
//!   expected once in 10 million runs.

#[path = "distribuido/cena.rs"]
mod cena;
#[path = "distribuido/defeitos.rs"]
mod defeitos;
#[path = "distribuido/explorador.rs"]
mod explorador;
#[path = "distribuido/juizo.rs"]
mod juizo;
#[path = "distribuido/modelo.rs"]
mod modelo;
#[path = "distribuido/mundo.rs"]
mod mundo;
#[path = "distribuido/regras.rs"]
mod regras;
#[path = "distribuido/servidor.rs"]
mod servidor;
#[path = "distribuido/sessao.rs"]
mod sessao;
#[path = "comum/tamanho.rs"]
mod tamanho;

use cena::OperacaoModelada::{Abertura, Deposito, Leitura, Transferencia};
use cena::{CenaDistribuida, EspelhoModelado, OperacaoModelada};
use explorador::{Explorado, explorar};
use mundo::Males;
use tamanho::tamanho;

const TOMADO: &str = "a number was taken";
const ACHADO: &str = "a number was found committed";
const PERDIDA: &str = "a lane was lost";
const DUAS: &str = "two questions at once";
const ABANDONADA: &str = "a connection that was given up holds rows";
const ENCERRADA: &str = "a transaction ended under its server";
const ESPERADA: &str = "a row is waited for";
const LOTE: &str = "two operations of a batch share an account";
const DE_MEMORIA: &str = "a batch was written from memory";
const ENGANO: &str = "a memory was wrong";

const TODAS: [OperacaoModelada; 6] =
    [Deposito(0), Transferencia(0, 1), Transferencia(1, 0), Leitura(0), Leitura(1), Deposito(1)];

fn so(males: Males, ao_todo: u8) -> Males {
    Males { ao_todo, ..males }
}

/// The accounts are locked from both ends.
fn duas() -> CenaDistribuida {
    CenaDistribuida::nova(&[(0, 0, Transferencia(0, 1)), (1, 1, Transferencia(1, 0))])
}

/// Each client goes from one server to the other.
fn quatro() -> CenaDistribuida {
    CenaDistribuida::nova(&[
        (0, 0, Transferencia(0, 1)),
        (1, 1, Transferencia(1, 0)),
        (0, 1, Leitura(0)),
        (1, 0, Deposito(1)),
    ])
}

/// The second transfer has money if it comes after the first, also in one batch with it.
fn em_lote() -> CenaDistribuida {
    CenaDistribuida::nova(&[
        (0, 0, Transferencia(0, 1)),
        (1, 0, Transferencia(1, 0)),
        (0, 1, Leitura(0)),
    ])
}

#[test]
fn three_operations_of_any_kind_at_any_server_are_a_serial_history() {
    let quantas = tamanho(3, 6);
    let mut explorado = Explorado::default();
    let casos = || TODAS[..quantas].iter().flat_map(|&operacao| [(0, operacao), (1, operacao)]);
    for (primeiro, primeira) in casos() {
        for (segundo, segunda) in casos() {
            for (terceiro, terceira) in casos() {
                explorado.explorar(&CenaDistribuida::nova(&[
                    (0, primeiro, primeira),
                    (0, segundo, segunda),
                    (1, terceiro, terceira),
                ]));
            }
        }
    }
    explorado.conferir(tamanho(35_000, 200_000), &[ESPERADA, LOTE]);
}

#[test]
fn two_operations_of_any_kind_survive_any_one_fault() {
    let mut explorado = Explorado::default();
    let (quantas, servidores) = (tamanho(4, 6), tamanho(1, 2));
    for primeira in &TODAS[..quantas] {
        for segunda in &TODAS[..quantas] {
            for servidor in (0..servidores).map(|qual| 1 - qual) {
                let cena = CenaDistribuida::nova(&[(0, 0, *primeira), (1, servidor, *segunda)]);
                explorado.explorar(&cena.com(Males::quaisquer(1)));
            }
        }
    }
    let marcos = [TOMADO, ACHADO, DUAS, ABANDONADA, ENCERRADA, ESPERADA];
    explorado.conferir(tamanho(50_000, 150_000), &marcos);
}

#[test]
fn clients_that_go_from_server_to_server_survive_any_fault() {
    let vezes = tamanho(1, 2);
    let marcos = [TOMADO, ACHADO, ABANDONADA, ESPERADA, LOTE];
    // All kinds once, or three of them twice.
    let resto = 2 - vezes;
    let males = Males { quedas: resto, conflitos: resto, pausas: resto, ..Males::quaisquer(vezes) };
    explorar(&quatro().com(males), tamanho(30_000, 400_000), &marcos);
}

#[test]
fn operations_of_one_batch_see_each_other_through_any_fault() {
    let vezes = tamanho(1, 2);
    let marcos = [TOMADO, ACHADO, ABANDONADA, ENCERRADA, ESPERADA, LOTE];
    explorar(&em_lote().com(Males::quaisquer(vezes)), tamanho(8000, 150_000), &marcos);
}

#[test]
fn a_connection_that_is_lost_again_while_its_number_is_taken_changes_nothing() {
    let males = so(Males { cortes: 3, ..Males::default() }, tamanho(2, 3));
    let marcos = [TOMADO, ACHADO, DUAS, ABANDONADA];
    explorar(&duas().com(males), tamanho(15_000, 100_000), &marcos);
}

#[test]
fn a_server_that_goes_on_after_the_database_has_ended_its_transaction_is_in_doubt() {
    let males = Males { pausas: 2, cortes: 1, ..Males::default() };
    let males = so(males, tamanho(2, 3));
    explorar(&em_lote().com(males), tamanho(8000, 15_000), &[ENCERRADA, TOMADO, ESPERADA]);
}

#[test]
fn a_server_that_is_killed_leaves_all_of_its_batch_or_nothing() {
    let males = Males { mortes: 2, cortes: 1, ..Males::default() };
    let males = so(males, 2);
    let cena = if tamanho(false, true) { quatro() } else { duas() };
    explorar(&cena.com(males), tamanho(10_000, 200_000), &[ABANDONADA, ESPERADA, TOMADO]);
}

#[test]
fn a_batch_that_loses_against_another_is_done_again() {
    let males = Males { conflitos: 2, cortes: 1, ..Males::default() };
    let males = so(males, tamanho(2, 3));
    explorar(&em_lote().com(males), tamanho(8000, 30_000), &[ESPERADA, LOTE, TOMADO]);
}

#[test]
fn two_faults_of_any_kind_do_no_more_than_one() {
    let outros = tamanho(0, 2);
    let males = Males { mortes: outros, quedas: outros, pausas: outros, ..Males::quaisquer(2) };
    explorar(&duas().com(males), tamanho(15_000, 60_000), &[TOMADO, ACHADO, DUAS, ABANDONADA]);
}

#[test]
fn a_synchronous_standby_that_is_promoted_has_all_that_was_acknowledged() {
    let vezes = tamanho(1, 2);
    let males = Males::com_espelho(vezes);
    let cena = if vezes == 1 { em_lote() } else { duas() };
    let cena = cena.espelhada(EspelhoModelado::Sincrono).com(males);
    explorar(&cena, tamanho(12_000, 120_000), &[TOMADO, ACHADO, ABANDONADA, ESPERADA]);
}

/// A crash that leaves a commit behind which no standby has, and then its promotion.
#[test]
fn what_a_crash_has_left_on_the_primary_alone_is_not_acknowledged() {
    let males = Males { quedas: 1, cancelamentos: 1, promocoes: 1, cortes: 1, ..Males::default() };
    let cena = duas().espelhada(EspelhoModelado::Sincrono).com(so(males, tamanho(2, 3)));
    explorar(&cena, tamanho(12_000, 50_000), &[TOMADO, ACHADO]);
}

#[test]
fn after_an_asynchronous_standby_is_promoted_what_it_has_is_a_bank() {
    let vezes = tamanho(1, 2);
    let cena = duas().espelhada(EspelhoModelado::Assincrono).com(Males::com_espelho(vezes));
    explorar(&cena, tamanho(15_000, 300_000), &[TOMADO, ACHADO, PERDIDA]);
}

#[test]
fn an_account_is_opened_above_all_that_was_said_before_that_it_is_not_there() {
    let vezes = tamanho(1, 2);
    let cena = CenaDistribuida::nova(&[
        (0, 0, Transferencia(0, 1)),
        (1, 1, Abertura(1)),
        (0, 0, Deposito(1)),
        (1, 1, Leitura(1)),
    ]);
    // All kinds once, or four of them twice.
    let males = Males { pausas: 2 - vezes, conflitos: 2 - vezes, ..Males::quaisquer(vezes) };
    let cena = cena.sem_conta(1).com(males);
    explorar(&cena, tamanho(30_000, 200_000), &[TOMADO, ACHADO, ABANDONADA, ESPERADA]);
}

/// The first server uses its accounts again, and the second one has used them meanwhile, or not.
fn lembrada(operacoes: [OperacaoModelada; 3]) -> CenaDistribuida {
    let [uma, outra, alheia] = operacoes;
    CenaDistribuida::nova(&[(0, 0, uma), (0, 0, outra), (1, 1, alheia)]).com_memoria()
}

#[test]
fn batches_of_any_kind_that_are_written_from_memory_are_a_serial_history() {
    let quantas = tamanho(4, 6);
    let mut explorado = Explorado::default();
    for primeira in &TODAS[..quantas] {
        for segunda in &TODAS[..quantas] {
            for alheia in &TODAS[..quantas] {
                explorado.explorar(&lembrada([*primeira, *segunda, *alheia]));
            }
        }
    }
    explorado.conferir(tamanho(3000, 10_000), &[DE_MEMORIA, ENGANO, ESPERADA]);
}

#[test]
fn batches_that_are_written_from_memory_survive_any_fault() {
    let vezes = tamanho(1, 2);
    let mut explorado = Explorado::default();
    for operacoes in [
        [Transferencia(0, 1), Transferencia(1, 0), Deposito(1)],
        [Leitura(0), Deposito(0), Leitura(0)],
        [Deposito(0), Transferencia(0, 1), Transferencia(1, 0)],
    ] {
        explorado.explorar(&lembrada(operacoes).com(Males::quaisquer(vezes)));
    }
    let marcos = [DE_MEMORIA, ENGANO, TOMADO, ACHADO, ABANDONADA, ESPERADA];
    explorado.conferir(tamanho(10_000, 100_000), &marcos);
}

#[test]
fn what_is_remembered_of_a_primary_is_no_memory_of_its_standby() {
    let vezes = tamanho(1, 2);
    for (espelho, perdida) in
        [(EspelhoModelado::Sincrono, None), (EspelhoModelado::Assincrono, Some(PERDIDA))]
    {
        let cena = lembrada([Transferencia(0, 1), Deposito(0), Leitura(0)]);
        let cena = cena.espelhada(espelho).com(Males::com_espelho(vezes));
        let marcos = [DE_MEMORIA, ENGANO, TOMADO, ACHADO].into_iter().chain(perdida);
        explorar(&cena, tamanho(5000, 50_000), &marcos.collect::<Vec<_>>());
    }
}

#[test]
fn an_account_is_opened_while_batches_are_written_from_memory() {
    let vezes = tamanho(1, 2);
    let cena = CenaDistribuida::nova(&[
        (0, 0, Deposito(0)),
        (0, 0, Leitura(0)),
        (0, 0, Leitura(1)),
        (1, 1, Abertura(1)),
    ]);
    let cena = cena.sem_conta(1).com_memoria().com(Males::quaisquer(vezes));
    explorar(&cena, tamanho(5000, 50_000), &[DE_MEMORIA, TOMADO, ABANDONADA]);
}
