//! Rules that are broken on purpose: each has a counterexample, and without it the scene has none.

use super::cena::{
    CenaDistribuida, DefeitoDistribuido as D, EspelhoModelado, OperacaoModelada,
    OperacaoModelada::{Abertura, Deposito, Leitura, Transferencia},
};
use super::explorador::{achar, explorar};
use super::mundo::{Males, Ofensa};
use super::tamanho::tamanho;

fn males(ao_todo: u8) -> Males {
    Males { ao_todo, ..Males::default() }
}

fn duas_transferencias() -> CenaDistribuida {
    CenaDistribuida::nova(&[(0, 0, Transferencia(0, 1)), (1, 1, Transferencia(1, 0))])
}

/// With enough money that what is done twice is not refused the second time.
fn um_corte() -> CenaDistribuida {
    duas_transferencias().com_saldos([2, 1]).com(Males { cortes: 1, ..males(1) })
}

fn dois_depositos() -> CenaDistribuida {
    CenaDistribuida::nova(&[(0, 0, Deposito(0)), (1, 1, Deposito(1))])
}

#[test]
fn stamps_that_are_not_above_those_of_the_rows_are_found() {
    let cena =
        CenaDistribuida::nova(&[(0, 0, Leitura(1)), (0, 0, Deposito(0)), (1, 1, Leitura(0))]);
    achar(&cena, D::CarimboSemLinhas, Ofensa::HistoriaIlegal);
}

/// So are balances that go on, without a write, while the disk of the database is full.
#[test]
fn balances_that_leave_no_stamp_are_found() {
    let cena =
        CenaDistribuida::nova(&[(0, 0, Leitura(1)), (0, 0, Leitura(0)), (1, 1, Deposito(0))]);
    achar(&cena, D::LeituraSemMarca, Ofensa::HistoriaIlegal);
}

#[test]
fn refusals_that_leave_no_stamp_are_found() {
    let cena = CenaDistribuida::nova(&[
        (0, 1, Leitura(1)),
        (0, 1, Transferencia(1, 0)),
        (1, 0, Deposito(1)),
    ]);
    achar(&cena, D::RecusaSemMarca, Ofensa::HistoriaIlegal);
}

#[test]
fn a_number_that_is_written_outside_its_transaction_is_found() {
    achar(&um_corte(), D::NumeroPorFora, Ofensa::FeitaDuasVezes);
}

#[test]
fn a_batch_that_is_done_again_without_taking_its_number_is_found() {
    achar(&um_corte(), D::RepeteSemTomar, Ofensa::FeitaDuasVezes);
}

#[test]
fn a_lost_answer_that_is_taken_for_a_rollback_is_found() {
    achar(&um_corte(), D::QuedaComoRecusa, Ofensa::RecusadaEFeita);
}

#[test]
fn a_batch_that_is_done_again_with_its_old_stamps_is_found() {
    achar(&um_corte(), D::CarimbosGuardados, Ofensa::HistoriaIlegal);
}

#[test]
fn replies_before_the_commit_are_found() {
    achar(&um_corte(), D::RespostaAntesDoCommit, Ofensa::AcatadaPerdida);
}

#[test]
fn rows_that_are_locked_in_no_order_lock_each_other_out() {
    achar(&duas_transferencias(), D::TravasSemOrdem, Ofensa::Impasse);
}

#[test]
fn a_taken_number_that_is_read_as_a_committed_one_is_found() {
    let cena = duas_transferencias().com(Males { cortes: 2, ..males(2) });
    achar(&cena, D::TomadoComoFeito, Ofensa::AcatadaPerdida);
}

#[test]
fn a_lane_that_goes_on_without_asking_is_found() {
    let cena = CenaDistribuida::nova(&[(0, 0, Deposito(0)), (0, 0, Deposito(1))]).com(Males {
        cortes: 2,
        desistencias: 1,
        ..males(3)
    });
    achar(&cena, D::SegueSemPerguntar, Ofensa::AcatadaPerdida);
}

#[test]
fn what_was_told_to_be_unknown_and_is_done_again_later_is_found() {
    let cena = CenaDistribuida::nova(&[(0, 0, Deposito(0)), (0, 1, Leitura(0))]).com(Males {
        cortes: 1,
        desistencias: 1,
        ..males(2)
    });
    achar(&cena, D::DesconhecidaERefeita, Ofensa::FeitaDepois);
}

#[test]
fn a_server_that_does_not_merge_the_stamps_of_requests_is_found() {
    let cena = CenaDistribuida::nova(&[(0, 0, Leitura(0)), (0, 1, Leitura(1))]);
    achar(&cena, D::PedidoSemFusao, Ofensa::ClienteForaDeOrdem);
}

/// A commit that a crash has cut off from the standby is there. Who only reads its number tells a
/// client so, and the standby that is promoted next knows nothing of it.
#[test]
fn a_number_that_is_only_read_does_not_tell_what_the_standby_has() {
    let cena = duas_transferencias().espelhada(EspelhoModelado::Sincrono).com(Males {
        quedas: 1,
        promocoes: 1,
        ..males(2)
    });
    achar(&cena, D::PerguntaQueSoLe, Ofensa::AcatadaPerdida);
}

#[test]
fn a_commit_that_warns_is_no_success() {
    let cena = dois_depositos().espelhada(EspelhoModelado::Sincrono).com(Males {
        cancelamentos: 1,
        promocoes: 1,
        ..males(2)
    });
    achar(&cena, D::AvisoComoSucesso, Ofensa::AcatadaPerdida);
}

#[test]
fn an_epoca_that_was_drawn_twice_is_found() {
    let cena = dois_depositos().espelhada(EspelhoModelado::Assincrono).com(Males {
        promocoes: 1,
        mortes: 1,
        ..males(2)
    });
    achar(&cena, D::NomeNaoConferido, Ofensa::CarimboRepetido);
}

/// After an asynchronous standby was promoted the row may be behind both numbers.
#[test]
fn a_question_that_moves_no_row_does_not_say_that_the_batch_was_made() {
    let cena = dois_depositos()
        .espelhada(EspelhoModelado::Assincrono)
        .com(Males { promocoes: 1, ..males(1) });
    achar(&cena, D::NadaMovidoComoFeito, Ofensa::AcatadaPerdida);
}

/// A refusal at a server whose época is the higher one, beside an opening at the other.
fn abertura() -> CenaDistribuida {
    CenaDistribuida::nova(&[(0, 1, Leitura(0)), (0, 1, Deposito(1)), (1, 0, Abertura(1))])
        .sem_conta(1)
}

#[test]
fn an_opening_that_does_not_wait_for_the_lanes_is_found() {
    achar(&abertura(), D::AberturaSemTabela, Ofensa::HistoriaIlegal);
}

#[test]
fn an_opening_that_is_stamped_below_another_lane_is_found() {
    achar(&abertura(), D::AberturaBaixa, Ofensa::HistoriaIlegal);
}

#[test]
fn accounts_that_are_read_as_they_were_before_the_wait_for_the_lane_are_found() {
    achar(&abertura(), D::InstrucaoUnica, Ofensa::HistoriaIlegal);
}

/// One server has two operations on an account, and another one comes between them.
fn lembrada(entre: OperacaoModelada) -> CenaDistribuida {
    CenaDistribuida::nova(&[(0, 0, Deposito(0)), (0, 0, Deposito(0)), (1, 1, entre)])
}

#[test]
fn an_account_that_is_not_remembered_does_not_count_as_one_that_is_not_there() {
    let cena = CenaDistribuida::nova(&[(0, 0, Leitura(0)), (0, 0, Transferencia(0, 1))]);
    achar(&cena, D::MemoriaParcial, Ofensa::HistoriaIlegal);
}

#[test]
fn a_memory_that_is_kept_though_it_is_stale_fails_for_ever() {
    achar(&lembrada(Deposito(0)), D::MemoriaTeimosa, Ofensa::SemFim);
}

/// Who has only read has left a stamp, and the same balance.
#[test]
fn a_batch_from_memory_that_compares_balances_only_is_found() {
    achar(&lembrada(Leitura(0)), D::GuardaSemCarimbo, Ofensa::HistoriaIlegal);
}

#[test]
fn a_batch_from_memory_that_compares_nothing_is_found() {
    achar(&lembrada(Deposito(0)), D::GuardaSemLinhas, Ofensa::HistoriaIlegal);
}

#[test]
fn a_batch_from_memory_that_compares_only_before_it_waits_is_found() {
    achar(&lembrada(Deposito(0)), D::GuardaAntesDaEspera, Ofensa::HistoriaIlegal);
}

/// Servers may have given the same stamp: one to an account, another in a batch that was not made.
#[test]
fn stamps_alone_do_not_tell_a_memory_of_what_was_not_made() {
    let cena = lembrada(Leitura(0)).com(Males { cortes: 1, ..males(1) });
    achar(&cena, D::GuardaSoCarimbo, Ofensa::HistoriaIlegal);
}

/// The guard compares all that a batch was decided by. So memory may be wrong: it is a guess that fails.
#[test]
fn a_memory_of_what_was_not_made_does_no_harm() {
    let marcos = ["a memory was stale", "a batch was written from memory", "a number was taken"];
    let cena = lembrada(Leitura(0)).com_defeito(D::MemoriaDoNaoFeito);
    let um =
        if tamanho(false, true) { Males::quaisquer(1) } else { Males { cortes: 1, ..males(1) } };
    explorar(&cena.clone().com(um), 5000, &marcos);
    // Nor if it is of another database.
    if tamanho(false, true) {
        let cena = cena.espelhada(EspelhoModelado::Assincrono);
        let marcos = ["a memory was stale", "a batch was written from memory", "a lane was lost"];
        explorar(&cena.com(Males { promocoes: 1, ..males(1) }), 50_000, &marcos);
    }
}

#[test]
fn a_batch_from_memory_that_does_not_compare_its_number_is_found() {
    let cena = lembrada(Leitura(1)).com(Males { cortes: 1, ..males(1) });
    achar(&cena, D::GuardaSemNumero, Ofensa::FeitaDuasVezes);
}

#[test]
fn a_connection_that_is_lost_after_a_batch_from_memory_is_no_failed_guess() {
    let cena = lembrada(Leitura(1)).com(Males { cortes: 1, ..males(1) });
    achar(&cena, D::MemoriaSemDuvida, Ofensa::ViaDeOutro);
}

/// One server has two transfers, and another one changes one of their accounts.
fn transferidas() -> CenaDistribuida {
    CenaDistribuida::nova(&[
        (0, 0, Transferencia(0, 1)),
        (0, 0, Transferencia(1, 0)),
        (1, 1, Deposito(1)),
    ])
}

#[test]
fn a_batch_from_memory_of_which_a_part_is_written_is_found() {
    achar(&transferidas(), D::MemoriaPelaMetade, Ofensa::DinheiroErrado);
}

/// One that was given up waits with an account for the lane, and the next batch with the lane for it.
#[test]
fn a_batch_from_memory_that_locks_its_lane_last_is_found() {
    let cena = transferidas().com(Males { cortes: 1, ..males(1) });
    achar(&cena, D::ViaDepoisDasContas, Ofensa::Impasse);
}
