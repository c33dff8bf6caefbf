//! The load generator against servers that die, lie or talk nonsense, and against none.

mod comum;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

#[path = "comum/carga.rs"]
mod carga;

use carga::{carga, numero, relato, tres_contas};
use comum::falso::{
    Esquecido, RGS, SALDO_CENTAVOS, Trapaceiro, banco, ecoar, servir, servir_como_o_original,
};
use comum::{executar, executar_e, porta_morta, texto};
use serde_json::Value;

#[test]
fn an_echo_that_leaves_is_lost_and_one_that_says_too_much_is_mad() {
    for (vezes, causa, esperado) in
        [(0, "o servidor encerrou a conexão", 3), (2, "o servidor não é um eco", 4)]
    {
        let pedido = ["--eco", "--operacao", "deposito", "--pipeline", "4"];
        let (relato, codigo) = relato(&ecoar(vezes), &pedido);
        assert_eq!(codigo, Some(esperado), "{relato}");
        assert_eq!(numero(&relato, &format!("/conexoes_perdidas/{causa}")), 3);
        assert_eq!(numero(&relato, "/desconhecidas"), 0, "an echo moves no money");
    }
}

#[test]
fn a_bank_that_invents_or_loses_money_is_found_out() {
    for (vezes, tipo) in [(2, "deposito"), (0, "deposito"), (2, "transferencia"), (0, "misto")] {
        let porta = servir(Trapaceiro::que_faz(vezes), |_| true, b"");
        let (relato, codigo) = relato(&porta, &["--operacao", tipo]);
        assert_eq!(codigo, Some(1), "{vezes} {tipo}: {relato}");
        assert_eq!(relato["dinheiro"]["conservado"], false);
        assert!(numero(&relato, "/dinheiro/contas_divergentes") > 0, "{relato}");
    }
    let porta = servir(Trapaceiro::que_faz(2), |_| true, b"");
    let saida = carga(&porta, &["--operacao", "deposito"]);
    assert!(texto(&saida.stdout).contains(": NÃO CONSERVADO em 3 contas\n"));
}

#[test]
fn a_server_that_is_killed_leaves_counted_unknowns_and_code_5() {
    let (mut banca, porta) = tres_contas("1000.0");
    let (saida, codigo) = executar_e(
        &[
            "carga",
            "--porta",
            &porta,
            "--rgs",
            RGS,
            "--duracao",
            "600",
            "--operacao",
            "deposito",
            "--pipeline",
            "64",
            "--progresso",
            "--json",
        ],
        "1 s: ",
        || drop(banca.matar()),
    );
    let relato: Value = serde_json::from_str(&saida).expect("a report");
    assert_eq!(codigo, Some(5), "{relato}");
    let desconhecidas = numero(&relato, "/desconhecidas");
    assert!(0 < desconhecidas && desconhecidas <= 640, "{relato}");
    assert_eq!(numero(&relato, "/conexoes_perdidas/o servidor encerrou a conexão"), 10);
    let minimo = 3 * 100_000 + numero(&relato, "/operacoes");
    assert_eq!(numero(&relato, "/dinheiro/minimo_centavos"), minimo);
    assert_eq!(numero(&relato, "/dinheiro/maximo_centavos"), minimo + desconhecidas);
    assert_eq!(relato["dinheiro"]["conservado"], Value::Null);
    assert_eq!(relato["dinheiro"]["falha"], "conexão recusada");
}

#[test]
fn what_a_bank_does_not_know_widens_the_check_to_a_range() {
    let porta = servir(Esquecido::depois_de(500), |_| true, b"");
    let (relato, codigo) = relato(&porta, &["--operacao", "deposito", "--pipeline", "8"]);
    assert_eq!(codigo, Some(5), "{relato}");
    let desconhecidas = numero(&relato, "/desconhecidas");
    // Those that were answered so, and as many that were on their way when that was read.
    assert!((1..=16).contains(&desconhecidas), "{relato}");
    assert_eq!(
        numero(&relato, "/dinheiro/maximo_centavos"),
        numero(&relato, "/dinheiro/minimo_centavos") + desconhecidas
    );
    assert_eq!(relato["dinheiro"]["conservado"], true);
}

#[test]
fn connections_that_are_turned_away_are_counted_and_the_others_go_on() {
    let lotado = b"t:3|s:1|resposta:Servidor lotado\n";
    let porta = servir(banco(), |numero| numero != 2, lotado);
    let (relato, codigo) = relato(&porta, &["--operacao", "deposito"]);
    assert_eq!(codigo, Some(3), "{relato}");
    assert_eq!(relato["conexoes_perdidas"], serde_json::json!({"Servidor lotado": 1}));
    assert!(numero(&relato, "/operacoes") > 0, "{relato}");
    assert_eq!(relato["dinheiro"]["conservado"], true);
    let antes = i64::try_from(3 * SALDO_CENTAVOS).expect("small");
    assert_eq!(numero(&relato, "/dinheiro/antes_centavos"), antes);

    let porta = servir(banco(), |numero| numero == 0, lotado);
    let saida = carga(&porta, &[]);
    assert_eq!(texto(&saida.stderr), "A conta 1 foi recusada: Servidor lotado.\n");
    assert_eq!(saida.status.code(), Some(1));
}

#[test]
fn a_server_that_talks_nonsense_under_load_gives_code_4() {
    let porta = servir(banco(), |numero| numero != 2, b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let (relato, codigo) = relato(&porta, &[]);
    assert_eq!(codigo, Some(4), "{relato}");
    assert_eq!(
        relato["conexoes_perdidas"],
        serde_json::json!({"o servidor enviou uma mensagem que não é do protocolo": 1})
    );
}

#[test]
fn a_server_that_terminates_nothing_bears_one_request_at_a_time_and_no_more() {
    let porta = servir_como_o_original(banco());
    let (relato_de_um, codigo) = relato(&porta, &["--operacao", "misto"]);
    assert_eq!(codigo, Some(0), "{relato_de_um}");
    assert!(numero(&relato_de_um, "/operacoes") > 0, "{relato_de_um}");
    assert_eq!(relato_de_um["dinheiro"]["conservado"], true);

    let (relato_de_dois, codigo) = relato(&porta, &["--operacao", "saldo", "--pipeline", "2"]);
    assert_eq!(codigo, Some(4), "{relato_de_dois}");
    let causa = "/conexoes_perdidas/há pedidos demais à espera de resposta";
    assert_eq!(numero(&relato_de_dois, causa), 3);
}

#[test]
fn without_a_server_or_an_account_there_is_one_sentence_and_no_report() {
    let (porta, _dono) = porta_morta();
    let saida = carga(&porta, &["--host", "127.0.0.1"]);
    assert!(texto(&saida.stderr).starts_with("Erro ao conectar ao servidor 127.0.0.1:"));
    assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(3)));

    let porta = servir(banco(), |_| true, b"");
    let saida = executar(&["carga", "--porta", &porta, "--rgs", "1,7", "--json"], "");
    assert_eq!(texto(&saida.stderr), "A conta 7 foi recusada: Cliente não encontrado.\n");
    assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(1)));
}
