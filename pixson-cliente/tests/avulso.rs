//! Commands of one line: against the real server, and against servers that fail them.

mod comum;
#[path = "../../pixson-servidor/tests/comum/lado_a_lado.rs"]
mod lado_a_lado;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

use std::process::Output;

use comum::ditado::{LOGIN, servidor_que_diz, servidor_que_emudece, servidor_que_ouve};
use comum::{PACIENCIA, executar, executar_em, iniciar, porta_morta, texto};
use lado_a_lado::lado_a_lado;
use serde_json::{Value, json};
use servidor::banca::Banca;
use servidor::duas_contas;

const RG: &str = "1111111111";

/// What moves money, of account 1.
const MOVIMENTOS: [&[&str]; 3] =
    [&["saque", "1"], &["deposito", "1"], &["transferencia", "--para", "2", "1"]];

/// What a bank says that has lost its storage.
const SEM_SABER: &[u8] = "t:7|s:1|resposta:Servidor indisponível\n".as_bytes();

fn pedir(porta: &str, rg: &str, argumentos: &[&str]) -> Output {
    executar(&[&["--porta", porta, "--rg", rg], argumentos].concat(), "")
}

/// The one object that a client has printed.
fn objeto(saida: &Output) -> Value {
    let linha = texto(&saida.stdout);
    assert_eq!(linha.matches('\n').count(), 1, "one line: {linha}");
    serde_json::from_str(linha).expect("an object")
}

#[test]
fn each_command_does_what_the_menu_does_and_says_only_that() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    for (argumentos, resposta) in [
        (&["saldo"][..], "Saldo: 10.0"),
        (&["saque", "8,50"], "Saque realizado com sucesso"),
        (&["deposito", "14"], "Depósito realizado com sucesso"),
        (&["transferencia", "--para", "2222222222", "5.5"], "Transferência realizada com sucesso"),
        (&["transferencia", "0,25", "--para", "2222222222"], "Transferência realizada com sucesso"),
        (&["saldo"], "Saldo: 9.75"),
    ] {
        let saida = pedir(&porta, RG, argumentos);
        assert_eq!(texto(&saida.stdout), format!("{resposta}\n"), "{argumentos:?}");
        assert_eq!(texto(&saida.stderr), "", "{argumentos:?}");
        assert_eq!(saida.status.code(), Some(0), "{argumentos:?}");
    }
    servidor.parar();
    assert!(servidor.arquivo("2222222222").ends_with("\"saldo\": 15.75}"));
}

#[test]
fn what_the_bank_refuses_is_said_on_standard_error_with_code_1() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    for (rg, argumentos, recusa) in [
        (RG, &["saque", "10.01"][..], "Saldo insuficiente"),
        (RG, &["transferencia", "--para", "3", "1"], "Conta de destino não encontrada"),
        (RG, &["deposito", "9999999999999.99"], "Saldo acima do limite"),
        ("3", &["saldo"], "Login recusado: Cliente não encontrado"),
    ] {
        let saida = pedir(&porta, rg, argumentos);
        assert_eq!(texto(&saida.stdout), "", "{argumentos:?}");
        assert_eq!(texto(&saida.stderr), format!("{recusa}\n"), "{argumentos:?}");
        assert_eq!(saida.status.code(), Some(1), "{argumentos:?}");
    }
    servidor.parar();
    assert!(servidor.arquivo(RG).ends_with("\"saldo\": 10.0}"));
}

#[test]
fn each_object_has_the_same_keys_in_the_same_order_for_ever() {
    let (_servidor, porta) = Banca::com_porta(duas_contas());
    // A clock of the server's that has seen nobody else.
    for (rg, argumentos, esperado) in [
        (
            RG,
            &["saldo"][..],
            r#"{"operacao":"saldo","rg":"1111111111","para":null,"centavos":1000,"desfecho":"feito","texto":"Saldo: 10.0","carimbo_enviado":5,"carimbo_recebido":7}"#,
        ),
        (
            RG,
            &["saque", "8,5"],
            r#"{"operacao":"saque","rg":"1111111111","para":null,"centavos":850,"desfecho":"feito","texto":"Saque realizado com sucesso","carimbo_enviado":11,"carimbo_recebido":13}"#,
        ),
        (
            RG,
            &["transferencia", "--para", "2222222222", "5.5"],
            r#"{"operacao":"transferencia","rg":"1111111111","para":"2222222222","centavos":550,"desfecho":"recusado","texto":"Saldo insuficiente","carimbo_enviado":17,"carimbo_recebido":19}"#,
        ),
        (
            "3",
            &["deposito", "1"],
            r#"{"operacao":"login","rg":"3","para":null,"centavos":null,"desfecho":"recusado","texto":"Cliente n\u00e3o encontrado","carimbo_enviado":1,"carimbo_recebido":21}"#,
        ),
    ] {
        let saida = pedir(&porta, rg, &[&["--json"], argumentos].concat());
        assert_eq!(texto(&saida.stdout), format!("{esperado}\n"));
    }
}

#[test]
fn an_object_tells_a_failure_from_an_unknown_outcome() {
    let (porta, _dono) = porta_morta();
    let saida = pedir(&porta, "1", &["saque", "1", "--json"]);
    let relato = objeto(&saida);
    assert_eq!((&relato["operacao"], &relato["desfecho"]), (&json!("login"), &json!("falha")));
    assert_eq!((&relato["carimbo_enviado"], saida.status.code()), (&Value::Null, Some(3)));

    let porta = servidor_que_diz(&[LOGIN]);
    let saida = pedir(&porta, "1", &["saque", "1", "--json"]);
    let relato = objeto(&saida);
    assert_eq!(
        (&relato["operacao"], &relato["desfecho"]),
        (&json!("saque"), &json!("desconhecido"))
    );
    assert_eq!(
        (&relato["carimbo_enviado"], &relato["carimbo_recebido"]),
        (&json!(5), &Value::Null)
    );
    assert_eq!(saida.status.code(), Some(5));
}

#[test]
fn no_server_gives_code_3_and_says_where_it_was_looked_for() {
    let (porta, _dono) = porta_morta();
    for argumentos in [&["saldo"][..], &["saque", "1"]] {
        let saida = pedir(&porta, "1", argumentos);
        let frase = texto(&saida.stderr);
        let comeco = format!("Erro ao conectar ao servidor localhost:{porta}: conexão recusada.");
        assert!(frase.starts_with(&comeco), "{frase}");
        assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(3)));
    }
    // No name server is asked for such a name: it might take its time.
    let saida = executar(&["ping", "--host", "nada..invalid"], "");
    let frase = texto(&saida.stderr);
    assert!(frase.starts_with("Erro ao conectar ao servidor nada..invalid:5000: "), "{frase}");
    assert_eq!(saida.status.code(), Some(3));
}

#[test]
fn a_server_that_talks_nonsense_gives_code_4_and_5_if_money_may_have_moved() {
    let porta = servidor_que_diz(&[b"HTTP/1.1 400 Bad Request\r\n\r\n"]);
    let saida = pedir(&porta, "1", &["saque", "1"]);
    assert!(texto(&saida.stderr).starts_with("Erro de protocolo: "));
    assert_eq!(saida.status.code(), Some(4));

    let porta = servidor_que_diz(&[LOGIN, b"x\n"]);
    assert_eq!(pedir(&porta, "1", &["saldo"]).status.code(), Some(4));

    let porta = servidor_que_diz(&[LOGIN, b"x\n"]);
    let saida = pedir(&porta, "1", &["saque", "1"]);
    assert!(texto(&saida.stderr).contains("Não se sabe se a operação foi feita"));
    assert_eq!(saida.status.code(), Some(5));
}

#[test]
fn money_that_is_answered_with_silence_or_with_an_end_is_unknown_and_never_sent_again() {
    lado_a_lado(MOVIMENTOS, |movimento| {
        let porta = servidor_que_diz(&[LOGIN]);
        let saida = pedir(&porta, "1", movimento);
        assert!(texto(&saida.stderr).contains("consulte o saldo antes de repetir"));
        assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(5)), "{movimento:?}");

        let (porta, ouvidas) = servidor_que_ouve(vec![LOGIN]);
        let limite = ["--tempo-limite", "1"];
        let saida = pedir(&porta, "1", &[movimento, &limite].concat());
        let frase = texto(&saida.stderr);
        assert!(frase.starts_with("O servidor não respondeu em 1 s. Não se sabe "), "{frase}");
        assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(5)), "{movimento:?}");
        assert_eq!(ouvidas.iter().count(), 1, "{movimento:?}");

        let porta = servidor_que_diz(&[LOGIN, SEM_SABER]);
        let saida = pedir(&porta, "1", movimento);
        let frase = texto(&saida.stderr);
        assert!(frase.starts_with("Servidor indisponível\nNão se sabe "), "{frase}");
        assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(5)), "{movimento:?}");
    });
}

#[test]
fn a_question_that_is_answered_with_silence_costs_nothing_and_gives_code_3() {
    let porta = servidor_que_emudece(vec![LOGIN]);
    let saida = pedir(&porta, "1", &["saldo", "--tempo-limite", "1"]);
    assert_eq!(
        texto(&saida.stderr),
        "O servidor não respondeu em 1 s. Este pedido não movimenta dinheiro.\n"
    );
    assert_eq!(saida.status.code(), Some(3));
}

#[test]
fn a_success_of_another_operation_is_no_answer() {
    let saque: &[u8] = b"t:7|s:0|resposta:Saque realizado com sucesso\n";
    for (comando, resposta, codigo) in [
        (&["saldo"][..], saque, 4),
        (MOVIMENTOS[0], b"t:7|s:0|resposta:Saldo: 1.0\n", 5),
        (MOVIMENTOS[1], saque, 5),
        (MOVIMENTOS[2], saque, 5),
    ] {
        let porta = servidor_que_emudece(vec![LOGIN, resposta]);
        let saida = pedir(&porta, "1", comando);
        let frase = texto(&saida.stderr);
        assert!(frase.starts_with("O servidor respondeu a outro pedido: Sa"), "{frase}");
        assert_eq!(frase.contains("Não se sabe se a operação foi feita"), codigo == 5, "{frase}");
        assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(codigo)), "{comando:?}");
    }
}

#[test]
fn an_interruption_gives_code_130_and_says_if_money_is_in_the_balance() {
    for (comando, em_jogo) in [
        (&["saldo"][..], false),
        (MOVIMENTOS[0], true),
        (MOVIMENTOS[1], true),
        (MOVIMENTOS[2], true),
    ] {
        let (porta, ouvidas) = servidor_que_ouve(vec![LOGIN]);
        let processo = iniciar(&[&["--porta", &porta, "--rg", "1"], comando].concat());
        ouvidas.recv_timeout(PACIENCIA).expect("the request");
        processo.interromper();
        let saida = processo.terminar();
        let frase = texto(&saida.stderr);
        assert_eq!(frase.contains("Não se sabe se a operação foi feita"), em_jogo, "{frase}");
        assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(130)), "{comando:?}");
    }
}

#[test]
fn an_interruption_gives_the_object_of_the_request_that_is_on_its_way() {
    for (respostas, comando, operacao, desfecho, carimbo) in [
        (vec![LOGIN], &["saldo", "--rg", "1"][..], "saldo", "falha", 5),
        (vec![LOGIN], &["saque", "8,50", "--rg", "1"], "saque", "desconhecido", 5),
        (vec![], &["saque", "8,50", "--rg", "1"], "login", "falha", 1),
        (vec![], &["ping"], "ping", "falha", 1),
    ] {
        let (porta, ouvidas) = servidor_que_ouve(respostas);
        let processo = iniciar(&[&["--porta", &porta, "--json"], comando].concat());
        ouvidas.recv_timeout(PACIENCIA).expect("the request");
        processo.interromper();
        let saida = processo.terminar();
        let relato = objeto(&saida);
        assert_eq!(
            (&relato["operacao"], &relato["desfecho"]),
            (&json!(operacao), &json!(desfecho))
        );
        assert_eq!(relato["carimbo_enviado"], carimbo, "{relato}");
        let texto = relato["texto"].as_str().expect("a text");
        assert!(texto.starts_with("Interrompido antes da resposta."), "{texto}");
        assert_eq!(saida.status.code(), Some(130), "{comando:?}");
    }
}

#[test]
fn an_option_goes_before_the_environment_and_that_before_the_default() {
    let (_servidor, porta) = Banca::com_porta(duas_contas());
    let ambiente = [("PIXSON_HOST", "127.0.0.1"), ("PIXSON_PORTA", &*porta), ("PIXSON_RG", RG)];
    assert_eq!(texto(&executar_em(&ambiente, &["saldo"], "").stdout), "Saldo: 10.0\n");
    let tela = executar_em(&ambiente, &[], "0\n");
    assert!(texto(&tela.stdout).starts_with("Cliente iniciado\nConectado ao servidor\n"));
    let saida = executar_em(&ambiente, &["saldo", "--rg", "3"], "");
    assert_eq!(texto(&saida.stderr), "Login recusado: Cliente não encontrado\n");

    // Whatever the option makes superfluous is not looked at.
    let ruim = [("PIXSON_HOST", ""), ("PIXSON_PORTA", "x"), ("PIXSON_RG", "12a")];
    let opcoes = ["--host", "localhost", "--porta", &porta, "--rg", RG];
    assert_eq!(executar_em(&ruim, &[&opcoes[..], &["saldo"]].concat(), "").status.code(), Some(0));
    for (retirada, frase) in [
        (0, "A variável PIXSON_HOST está vazia: defina um valor para ela, ou remova-a."),
        (2, "Valor inválido na variável PIXSON_PORTA: \"x\" (não é um número inteiro)."),
        (
            4,
            "Valor inválido na variável PIXSON_RG: \"12a\" (RG inválido na posição 3: use só dígitos).",
        ),
    ] {
        let mut restam = opcoes.to_vec();
        restam.drain(retirada..retirada + 2);
        let saida = executar_em(&ruim, &[&restam[..], &["saldo"]].concat(), "");
        assert_eq!(texto(&saida.stderr), format!("{frase} Veja pixson-cliente saldo --help.\n"));
        assert_eq!(saida.status.code(), Some(2));
    }
}

#[test]
fn words_that_do_not_make_a_command_give_code_2_before_anything_is_sent() {
    let (porta, _dono) = porta_morta();
    for (argumentos, frase) in [
        (&["saldo"][..], "Falta o RG da conta: use --rg ou PIXSON_RG."),
        (&["saque", "--rg", "1"], "Falta <VALOR>."),
        (
            &["saque", "-5"],
            "Valor inválido para <VALOR>: \"-5\" (digite um número como 8.50 ou 8,50).",
        ),
        (
            &["saque", "1.000,50"],
            "Valor inválido para <VALOR>: \"1.000,50\" (digite um número como 8.50 ou 8,50, sem separador de milhares).",
        ),
        (&["deposito", "0"], "Valor inválido para <VALOR>: \"0\" (o menor é 0.01)."),
        (
            &["deposito", "10000000000000"],
            "Valor inválido para <VALOR>: \"10000000000000\" (o maior é 9999999999999.99).",
        ),
        (&["deposito", "1", "2"], "Argumento desconhecido: 2."),
        (&["transferencia", "5"], "Falta --para <RG>."),
        (&["1", "saldo"], "O RG de um comando vem com --rg: use --rg 1."),
        (&["1", "--rg", "1"], "Argumento repetido: [RG] e --rg <RG>."),
        (&["ping", "--rg", "1"], "--rg não serve para este comando."),
        (&["--json"], "--json precisa de um comando."),
        (
            &["saldo", "--tempo-limite", "0"],
            "Valor inválido para --tempo-limite <SEGUNDOS>: \"0\" (não é um número de segundos, acima de zero e até 86400).",
        ),
    ] {
        let saida = executar(&[&["--porta", &porta], argumentos].concat(), "");
        assert!(
            texto(&saida.stderr).starts_with(&format!("{frase} Veja pixson-cliente ")),
            "{frase}"
        );
        assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(2)), "{argumentos:?}");
    }
}

#[test]
fn a_ping_is_answered_by_a_server_that_serves_and_changes_nothing() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    let saida = executar(&["ping", "--porta", &porta], "");
    let frase = texto(&saida.stdout);
    let resto = frase.strip_prefix(&format!("localhost:{porta} responde em "));
    let (tempo, resto) = resto.and_then(|resto| resto.split_once(" ms, ")).expect("a time");
    assert!(tempo.parse::<f64>().is_ok(), "{frase}");
    assert_eq!(resto, "com o relógio lógico em 3\n");
    assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(0)));

    let saida = executar(&["ping", "--porta", &porta, "--json"], "");
    let relato = objeto(&saida);
    assert_eq!(relato["operacao"], "ping");
    assert_eq!(relato["desfecho"], "feito");
    assert_eq!(relato["carimbo_recebido"], 5, "two ticks of the clock are all that it costs");
    assert!(relato["ida_e_volta_us"].is_u64(), "{relato}");
    servidor.parar();
    assert!(servidor.arquivo(RG).ends_with("\"saldo\": 10.0}"));
}

#[test]
fn a_ping_tells_a_server_that_does_not_serve_by_its_exit_code() {
    for (resposta, frase, codigo) in [
        ("t:1|s:1|resposta:Servidor lotado\n", "Servidor lotado\n", 1),
        ("t:1|s:1|resposta:Servidor indisponível\n", "Servidor indisponível\n", 1),
        ("SSH-2.0-OpenSSH\r\n", "Erro de protocolo: ", 4),
    ] {
        let respostas: &'static [&'static [u8]] = vec![resposta.as_bytes()].leak();
        let saida = executar(&["ping", "--porta", &servidor_que_diz(respostas)], "");
        assert!(texto(&saida.stderr).starts_with(frase), "{}", texto(&saida.stderr));
        assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(codigo)));
    }
    let mudo = servidor_que_emudece(vec![]);
    let saida = executar(&["ping", "--porta", &mudo, "--tempo-limite", "1"], "");
    assert!(texto(&saida.stderr).starts_with("O servidor não respondeu em 1 s."));
    assert_eq!(saida.status.code(), Some(3));
}
