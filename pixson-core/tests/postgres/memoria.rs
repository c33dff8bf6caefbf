//! Batches that are written from memory: whatever has changed meanwhile is noticed.

use pixson_core::{Operacao, Saldo, Sucesso, Valor};

use super::comum::rg;
use super::servidores::{BancoDaCena, deposito};

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
    assert_eq!(feita.desfecho, Err(pixson_core::Recusa::ClienteNaoEncontrado));
}
