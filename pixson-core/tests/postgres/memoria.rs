//! Batches that are written from memory: whatever has changed meanwhile is noticed.

use std::thread;

use pixson_aglomerado::Motor;
use pixson_core::banco::BancoPostgres;
use pixson_core::{Operacao, Recusa, Saldo, Sucesso, Valor};

use super::EM_VAO;
use super::comum::rg;
use super::servidores::{BancoDaCena, ServidorDaCena, deposito};

#[test]
fn accounts_that_were_just_used_are_not_read_again() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let servidor = cena.servidor();
    let valor = Valor::de_centavos(1).expect("in range");
    let transferencia = Operacao::Transferencia { rg_origem: rg("1"), rg_destino: rg("2"), valor };
    for (operacao, de_memoria) in [
        (deposito("1"), 0),
        (deposito("1"), 1),
        // One of its accounts was not used before.
        (transferencia, 1),
        (transferencia, 2),
        (Operacao::Saldo { rg: rg("2") }, 3),
        // Nothing is remembered of an account that is not there.
        (Operacao::Saldo { rg: rg("9") }, 3),
        (Operacao::Saldo { rg: rg("9") }, 3),
    ] {
        servidor.fazer(operacao);
        assert_eq!(servidor.banco.medidas().de_memoria, de_memoria, "{operacao:?}");
    }
    assert_eq!(servidor.banco.medidas().enganos, 0);
    assert_eq!(cena.julgar(&[&servidor]), Ok(()));
}

#[test]
fn what_is_shown_of_an_account_is_what_this_server_knows_of_it() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let servidor = cena.servidor();
    let mostrado = |de: &str| servidor.banco.saldos_sem_esperar([rg(de)]).remove(&rg(de));
    assert_eq!(mostrado("1"), None, "the database is not asked");
    servidor.fazer(deposito("1"));
    let Ok(Sucesso::Saldo(saldo)) = servidor.fazer(Operacao::Saldo { rg: rg("1") }).desfecho else {
        panic!("it has a balance")
    };
    assert_eq!(mostrado("1"), Some(saldo));
    servidor.fazer(Operacao::Saldo { rg: rg("9") });
    assert_eq!(mostrado("9"), None, "there is none");
}

#[test]
fn an_account_that_another_server_has_used_is_read_again() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let servidores = [(); 2].map(|()| cena.servidor());
    let [um, outro] = &servidores;
    for (vez, operacao) in [deposito("1"), Operacao::Saldo { rg: rg("1") }].into_iter().enumerate()
    {
        um.fazer(deposito("1"));
        // A reading leaves nothing but its stamp.
        let lida = outro.fazer(operacao);
        let feita = um.fazer(deposito("1"));
        assert!(feita.carimbo > lida.carimbo, "{operacao:?}: {lida:?} {feita:?}");
        assert_eq!(um.banco.medidas().enganos, 1 + vez as u64, "{operacao:?}");
    }
    assert_eq!(cena.julgar(&[um, outro]), Ok(()));
}

#[test]
fn a_balance_that_was_set_by_hand_without_a_stamp_is_noticed() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let servidor = cena.servidor();
    servidor.fazer(deposito("1"));
    cena.sql("UPDATE pixson.contas SET saldo = 777 WHERE rg = '1'");
    servidor.fazer(deposito("1"));
    let saldo = Saldo::de_centavos(778).expect("in range");
    let consultado = servidor.fazer(Operacao::Saldo { rg: rg("1") });
    assert_eq!(consultado.desfecho, Ok(Sucesso::Saldo(saldo)));
}

#[test]
fn an_account_that_was_removed_is_not_there() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let servidor = cena.servidor();
    servidor.fazer(deposito("1"));
    cena.sql("DELETE FROM pixson.contas WHERE rg = '1'");
    let feita = servidor.fazer(deposito("1"));
    assert_eq!(feita.desfecho, Err(Recusa::ClienteNaoEncontrado));
}

#[test]
fn a_row_that_somebody_holds_for_too_long_leaves_no_doubt() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let aberto = BancoPostgres::abrir(cena.configuracao().com_espera(EM_VAO)).expect("it opens");
    let servidor = ServidorDaCena::novo(aberto);
    // From memory, and with locks, since another account is not remembered.
    for (lembrada, operacao) in [(true, deposito("1")), (false, deposito("2"))] {
        if lembrada {
            servidor.fazer(operacao);
        }
        let mut alguem = cena.motor.sessao(&cena.nome);
        alguem.dizer("BEGIN; UPDATE pixson.contas SET nome = nome WHERE rg IN ('1', '2')");
        let livres = "SELECT rg FROM pixson.contas WHERE rg IN ('1', '2') FOR UPDATE SKIP LOCKED";
        while !cena.sql(livres).is_empty() {
            thread::yield_now();
        }
        let recusada = servidor.fazer(operacao);
        assert_eq!(recusada.desfecho, Err(Recusa::ServidorIndisponivel), "{lembrada}");
        assert!(recusada.confirmada, "it is known that nothing was done: {recusada:?}");
        alguem.dizer("ROLLBACK");
        assert_eq!(servidor.fazer(operacao).desfecho, Ok(Sucesso::Deposito));
    }
    assert_eq!(servidor.banco.medidas().duvidas, 0);
    assert_eq!(cena.julgar(&[&servidor]), Ok(()));
}
