//! The rules of docs/distribuido.md, explored: two servers, two clients, two accounts, and a database
//! that does what `PostgreSQL` does. Every order of steps is followed to its end, with every moment at
//! which something can go wrong, as often as a scene allows.
//!
//! `mundo` is the state, `sessao` the database, `servidor` what servers and clients do, `memoria` the batch
//! that is written from memory, `regras` how a batch is decided, `modelo` which steps there are, `juizo` the
//! laws, `cena` what is explored, and `defeitos` the rules that are broken on purpose. `-- --nocapture` shows
//! how many states there were, and the shortest counterexamples.
//!
//! The laws: nothing is done twice, nothing that was acknowledged is lost, money is conserved; what a
//! client was told is what the ledger says, with that stamp, and what was certainly refused is not there;
//! all outcomes in the order of (stamp, época) are what one bank alone would give; rows bear stamps at
//! least as high as what was said of them; replies of one process have different stamps, and those that
//! a client gets go up; who was told that a fate is unknown, and was answered since on the same account,
//! has seen it settled; nobody waits in a circle, and nobody for ever, nor tries the same for ever.
//!
//! **From memory.** A server remembers rows as its committed batches have left them. If it remembers all
//! accounts of a batch, it may decide the batch by that, and send one message: lock the lane's row, then
//! the accounts in their order; do nothing if the number or any row is not as remembered; else write
//! everything and commit. What is sent is in doubt if its connection is lost, as a second message is.
//!
//! * That a server may also take the ordinary way stands for all that it may have forgotten.
//! * Memory is lost with any failure and any doubt. It needs not be: the statement compares all that the
//!   batch was decided by, so that a wrong memory is a guess that fails. Only a guess that has failed must be
//!   forgotten, or it fails for ever. `defeitos` has a server that remembers what it has not done.
//! * A server that is idle keeps its memory while a standby is promoted, as if it noticed nothing.
//! * A statement judges when it has all its locks. The real one judges each row when it gets it, which is
//!   the same, since nobody changes a row that is locked; and it does not lock one that it sees to be another.
//! * An adjustment by the administration is to others what a batch of another server is.
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
#[path = "distribuido/memoria.rs"]
mod memoria;
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
const ENGANADA: &str = "a memory was stale";
const LEMBRADA_ESPERA: &str = "a batch from memory waits for a row";
const LEMBRADA_SOLTA: &str = "a batch from memory goes on after its connection was given up";
const LEMBRADA_E_ABERTURA: &str = "a batch from memory waits for an opening";

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

/// One server has two operations on the same accounts, and another one comes between them.
fn lembrada() -> CenaDistribuida {
    CenaDistribuida::nova(&[
        (0, 0, Transferencia(0, 1)),
        (0, 0, Transferencia(1, 0)),
        (1, 1, Deposito(1)),
    ])
}

/// The same on one account.
fn depositos() -> CenaDistribuida {
    CenaDistribuida::nova(&[(0, 0, Deposito(0)), (0, 0, Deposito(0)), (1, 1, Deposito(0))])
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
    explorado.conferir(
        tamanho(35_000, 200_000),
        &[ESPERADA, LOTE, DE_MEMORIA, ENGANADA, LEMBRADA_ESPERA],
    );
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
    let marcos = [TOMADO, ACHADO, ABANDONADA, ESPERADA, LOTE, DE_MEMORIA, ENGANADA, LEMBRADA_SOLTA];
    // One of any kind, or two of these.
    let males = match vezes {
        1 => Males::quaisquer(1),
        _ => so(Males { cortes: 2, desistencias: 1, ..Males::default() }, 2),
    };
    explorar(&quatro().com(males), tamanho(30_000, 400_000), &marcos);
}

#[test]
fn operations_of_one_batch_see_each_other_through_any_fault() {
    let vezes = tamanho(1, 2);
    let marcos = [TOMADO, ACHADO, ABANDONADA, ENCERRADA, ESPERADA, LOTE, DE_MEMORIA, ENGANADA];
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
    // One of any kind, or two of these.
    let males = match vezes {
        1 => Males::quaisquer(1),
        _ => so(Males { cortes: 2, desistencias: 1, quedas: 1, ..Males::default() }, 2),
    };
    let cena = cena.sem_conta(1).com(males);
    explorar(&cena, tamanho(30_000, 200_000), &[TOMADO, ACHADO, ABANDONADA, ESPERADA]);
}

#[test]
fn what_a_server_remembers_is_a_guess_that_is_undone_by_any_fault() {
    let cena = lembrada().com(Males::quaisquer(tamanho(1, 2)));
    let marcos = [TOMADO, ACHADO, DE_MEMORIA, ENGANADA, LEMBRADA_ESPERA, LEMBRADA_SOLTA];
    explorar(&cena, tamanho(8000, 100_000), &marcos);
}

#[test]
fn a_batch_from_memory_is_on_the_synchronous_standby_before_it_is_acknowledged() {
    let males = Males { quedas: 1, cancelamentos: 1, promocoes: 1, cortes: 1, ..Males::default() };
    let cena = lembrada().espelhada(EspelhoModelado::Sincrono).com(so(males, tamanho(1, 2)));
    explorar(&cena, tamanho(8000, 50_000), &[TOMADO, ACHADO, DE_MEMORIA, ENGANADA]);
}

/// A server goes on with what it remembers, though it does not know that the database is another one.
#[test]
fn what_an_asynchronous_standby_has_not_received_is_not_written_from_memory() {
    let vezes = tamanho(1, 2);
    let males = Males { promocoes: 1, cortes: vezes - 1, ..Males::default() };
    let cena = depositos().espelhada(EspelhoModelado::Assincrono).com(so(males, vezes));
    explorar(&cena, tamanho(10_000, 100_000), &[PERDIDA, DE_MEMORIA, ENGANADA]);
}

/// Its accounts are there: that it was stamped before the opening makes no difference.
#[test]
fn a_batch_from_memory_goes_on_beside_an_opening() {
    let cena = CenaDistribuida::nova(&[
        (0, 0, Leitura(0)),
        (0, 0, Deposito(0)),
        (1, 1, Abertura(1)),
        (1, 0, Transferencia(0, 1)),
    ]);
    let males = so(Males { cortes: 1, conflitos: 1, mortes: 1, ..Males::default() }, 1);
    let cena = cena.sem_conta(1).com(males);
    explorar(&cena, 8000, &[DE_MEMORIA, LEMBRADA_E_ABERTURA, TOMADO]);
}
