//! `--tempo-limite` is for a whole reply: bytes that come one by one do not move it.

mod comum;
#[path = "../../pixson-servidor/tests/comum/lado_a_lado.rs"]
mod lado_a_lado;

use comum::ditado::{LOGIN, servidor_que_goteja};
use comum::falso::{RGS, banco, servir};
use comum::{executar, executar_e, texto};
use lado_a_lado::lado_a_lado;

/// Less than the bytes of the reply take, and more than those are apart.
const LIMITE: [&str; 2] = ["--tempo-limite", "1"];

#[test]
fn a_reply_that_drips_is_given_up_whatever_asked_for_it() {
    let sem_dinheiro = "O servidor não respondeu em 1 s. Este pedido não movimenta dinheiro.\n";
    let casos = [
        (vec![], &["--rg", "1", "saldo"][..], "", 3),
        (vec![LOGIN], &["--rg", "1", "saldo"], "", 3),
        (vec![LOGIN], &["--rg", "1", "saque", "1"], "", 5),
        (vec![], &["ping"], "", 3),
        (vec![], &["1"], "", 3),
        (vec![LOGIN], &["1"], "1\n", 3),
        (vec![LOGIN], &["1"], "2\n1\n", 5),
        (vec![LOGIN], &["--rg", "1", "script"], "saldo\nsaque 1\n", 3),
    ];
    lado_a_lado(casos, |(respostas, argumentos, entrada, codigo)| {
        let porta = servidor_que_goteja(respostas);
        let saida = executar(&[&["--porta", &porta], &LIMITE[..], argumentos].concat(), entrada);
        let frase = texto(&saida.stderr);
        if codigo == 5 {
            assert!(frase.contains("em 1 s. Não se sabe se a operação foi feita"), "{frase}");
        } else {
            assert!(frase.contains(sem_dinheiro), "{frase}");
        }
        assert_eq!(saida.status.code(), Some(codigo), "{argumentos:?}");
    });
}

#[test]
fn a_limit_may_be_written_with_a_comma() {
    let porta = servidor_que_goteja(vec![]);
    let saida = executar(&["ping", "--porta", &porta, "--tempo-limite", "0,5"], "");
    assert!(texto(&saida.stderr).starts_with("O servidor não respondeu em 0.5 s. "));
    assert_eq!(saida.status.code(), Some(3));
}

#[test]
fn a_load_gives_up_replies_that_drip() {
    let carga = ["carga", "--rgs", RGS, "--conexoes", "1", "--duracao", "1"];
    let saldo: &[u8] = b"t:7|s:0|resposta:Saldo: 10.0\n";
    // At the first login, at the balances before the load, and at the second of them.
    lado_a_lado([vec![], vec![LOGIN], vec![LOGIN, saldo]], |respostas| {
        let porta = servidor_que_goteja(respostas);
        let saida = executar(&[&carga[..], &LIMITE, &["--porta", &porta]].concat(), "");
        assert_eq!(
            (texto(&saida.stderr), saida.status.code()),
            ("O servidor não responde.\n", Some(3))
        );
    });
    // Under load, of requests that are sent one by one, together, or at a rate.
    let cargas = [&["--eco"][..], &["--eco", "--pipeline", "64"], &["--eco", "--taxa", "1000"]];
    lado_a_lado(cargas, |extra| {
        let porta = servidor_que_goteja(vec![]);
        let saida = executar(&[&carga[..], &LIMITE, &["--porta", &porta], extra].concat(), "");
        let relato = texto(&saida.stdout);
        assert!(
            relato.contains("Conexões perdidas: 1\n  o servidor não responde: 1\n"),
            "{relato}"
        );
        assert_eq!(saida.status.code(), Some(3), "{extra:?}");
    });
}

#[test]
fn a_load_of_whole_replies_may_last_longer_than_the_limit_of_one() {
    let porta = servir(banco(), |_| true, b"");
    let argumentos = ["carga", "--porta", &porta, "--rgs", RGS, "--duracao", "2", "--progresso"];
    let (relato, codigo) = executar_e(&[&argumentos[..], &LIMITE].concat(), "1 s: ", || {});
    assert!(relato.contains("Conexões perdidas: 0\n"), "{relato}");
    assert_eq!(codigo, Some(0));
}
