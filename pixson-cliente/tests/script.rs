//! Scripts: against the real server, and against servers that fail them.

mod comum;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Output;

use comum::ditado::{LOGIN, servidor_que_diz, servidor_que_ouve, servidor_que_paga};
use comum::{PACIENCIA, executar, iniciar, texto};
use serde_json::{Value, json};
use servidor::banca::Banca;
use servidor::duas_contas;
use tempfile::TempDir;

/// Runs a script from standard input.
fn rodar(porta: &str, argumentos: &[&str], linhas: &str) -> Output {
    let comuns = ["--porta", porta, "--rg", "1111111111", "script"];
    executar(&[&comuns, argumentos].concat(), linhas)
}

#[test]
fn every_line_is_done_in_order_on_one_connection() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    let linhas = "# the week's payments\n\
                  saque 8,50\n\
                  \n   \t\n\
                  deposito 14   # a comment\r\n\
                  \ttransferencia   --para 2222222222 5.5\n\
                  saldo\n";
    let saida = rodar(&porta, &[], linhas);
    assert_eq!(
        texto(&saida.stdout),
        "Saque realizado com sucesso\nDepósito realizado com sucesso\n\
         Transferência realizada com sucesso\nSaldo: 10.0\n"
    );
    assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(0)));
    servidor.parar();
    let linhas = servidor.linhas_ate(|linha| linha.starts_with("Cliente desconectado"));
    let conexoes =
        linhas.iter().filter(|linha| linha.starts_with("Novo cliente conectado")).count();
    assert_eq!(conexoes, 1, "{linhas:?}");
}

#[test]
fn a_file_is_a_script_as_standard_input_is() {
    let (_servidor, porta) = Banca::com_porta(duas_contas());
    let pasta = TempDir::new().expect("a temporary directory");
    let arquivo = pasta.path().join("pagamentos.txt");
    fs::write(&arquivo, "saldo\n").expect("writable");
    let saida = rodar(&porta, &[arquivo.to_str().expect("UTF-8")], "saque 1\n");
    assert_eq!((texto(&saida.stdout), saida.status.code()), ("Saldo: 10.0\n", Some(0)));
    let saida = rodar(&porta, &["-"], "saldo\n");
    assert_eq!((texto(&saida.stdout), saida.status.code()), ("Saldo: 10.0\n", Some(0)));
    let saida = rodar(&porta, &["nao-existe.txt"], "");
    assert_eq!(texto(&saida.stderr), "Não foi possível ler \"nao-existe.txt\" (não existe).\n");
    assert_eq!(saida.status.code(), Some(3));
}

#[test]
fn lines_that_are_not_done_are_named_by_their_number_and_the_others_go_on() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    let linhas = "saque 10.01\nsaq 1\nsaque\n\n--help\nsaque um\nsaldo --json\nsaldo\n\
                  transferencia 2222222222 5\n";
    let saida = rodar(&porta, &[], linhas);
    assert_eq!(texto(&saida.stdout), "Saldo: 10.0\n");
    assert_eq!(
        texto(&saida.stderr),
        "Linha 1: Saldo insuficiente\n\
         Linha 2: Comando desconhecido: saq. Você quis dizer saque?\n\
         Linha 3: Falta <VALOR>.\n\
         Linha 5: Argumento desconhecido: --help.\n\
         Linha 6: Valor inválido para <VALOR>: \"um\" (digite um número como 8.50 ou 8,50).\n\
         Linha 7: Argumento desconhecido: --json.\n\
         Linha 9: Argumento desconhecido: 5. A conta que recebe vem com --para: transferencia --para \
         RG VALOR.\n"
    );
    assert_eq!(saida.status.code(), Some(2), "the highest of the codes");
    assert_eq!(rodar(&porta, &[], "saque 11\nsaldo\n").status.code(), Some(1));
    servidor.parar();
    assert!(servidor.arquivo("1111111111").ends_with("\"saldo\": 10.0}"));
}

#[test]
fn with_parar_no_erro_nothing_is_done_after_the_first_line_that_is_not() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    for (errada, codigo) in [("saque 100", 1), ("saq 1", 2)] {
        let linhas = format!("deposito 1\n{errada}\ndeposito 1000\n");
        let saida = rodar(&porta, &["--parar-no-erro"], &linhas);
        assert_eq!(texto(&saida.stdout), "Depósito realizado com sucesso\n");
        let frase = texto(&saida.stderr);
        assert!(frase.starts_with("Linha 2: "), "{frase}");
        assert!(frase.ends_with("\nO script parou na linha 2.\n"), "{frase}");
        assert_eq!(saida.status.code(), Some(codigo));
    }
    servidor.parar();
    assert!(servidor.arquivo("1111111111").ends_with("\"saldo\": 12.0}"));
}

#[test]
fn a_line_that_may_be_cut_off_is_not_done() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    let longa = format!("deposito 1 #{}\ndeposito 2\n", "saque 1 ".repeat(2000));
    for (linhas, frase, codigo) in [
        (
            "deposito 1",
            "Linha 1: A linha não termina com uma quebra de linha: pode estar cortada, e não foi executada.\n",
            2,
        ),
        (&longa, "Linha 1: A linha tem 4096 bytes ou mais.\n", 2),
    ] {
        let saida = rodar(&porta, &[], linhas);
        assert_eq!((texto(&saida.stderr), saida.status.code()), (frase, Some(codigo)));
    }
    servidor.parar();
    let arquivo = servidor.arquivo("1111111111");
    assert!(arquivo.ends_with("\"saldo\": 12.0}"), "what follows a long line is done: {arquivo}");
}

#[test]
fn bytes_that_are_no_text_are_a_wrong_line() {
    let (_servidor, porta) = Banca::com_porta(duas_contas());
    let pasta = TempDir::new().expect("a temporary directory");
    let arquivo = pasta.path().join("bytes");
    fs::write(&arquivo, b"saldo\n\xff\xfe\nsaldo\n").expect("writable");
    let saida = rodar(&porta, &[arquivo.to_str().expect("UTF-8")], "");
    assert_eq!(texto(&saida.stdout), "Saldo: 10.0\nSaldo: 10.0\n");
    assert_eq!(texto(&saida.stderr), "Linha 2: A linha não é UTF-8.\n");
    assert_eq!(saida.status.code(), Some(2));
}

#[test]
fn the_mark_that_editors_put_before_a_file_is_no_part_of_its_first_line() {
    let (_servidor, porta) = Banca::com_porta(duas_contas());
    for linhas in ["\u{feff}saldo\nsaldo\n", "\u{feff}# a comment\nsaldo\nsaldo\n"] {
        let saida = rodar(&porta, &[], linhas);
        assert_eq!(texto(&saida.stdout), "Saldo: 10.0\nSaldo: 10.0\n");
        assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(0)));
    }
    let saida = rodar(&porta, &[], "saldo\n\u{feff}saldo\n");
    assert_eq!(
        texto(&saida.stderr),
        "Linha 2: Comando desconhecido: \u{fffd}saldo. Você quis dizer saldo?\n"
    );
    assert_eq!(saida.status.code(), Some(2));
}

#[test]
fn each_line_gives_one_object_with_its_number() {
    let (_servidor, porta) = Banca::com_porta(duas_contas());
    let saida = rodar(&porta, &["--json"], "saldo\n\nsaque 99\ndepositar 5\n");
    let objetos: Vec<Value> = texto(&saida.stdout)
        .lines()
        .map(|linha| serde_json::from_str(linha).expect("an object"))
        .collect();
    let vistos: Vec<_> = objetos
        .iter()
        .map(|objeto| (&objeto["linha"], &objeto["operacao"], &objeto["desfecho"]))
        .collect();
    assert_eq!(
        vistos,
        [
            (&json!(1), &json!("saldo"), &json!("feito")),
            (&json!(3), &json!("saque"), &json!("recusado")),
            (&json!(4), &Value::Null, &json!("invalido")),
        ]
    );
    assert_eq!(objetos[0]["centavos"], 1000);
    assert_eq!(objetos[2]["texto"], "Comando desconhecido: depositar. Você quis dizer deposito?");
    assert_eq!(saida.status.code(), Some(2));
}

#[test]
fn an_unknown_outcome_or_a_lost_connection_always_ends_the_script() {
    let sem_saber = "t:7|s:1|resposta:Servidor indisponível\n".as_bytes();
    let respostas: &'static [&'static [u8]] = vec![LOGIN, sem_saber].leak();
    for (respostas, linhas, comeco, codigo) in [
        (respostas, "\nsaque 1\nsaldo\n", "Linha 2: Servidor indisponível\nNão se sabe ", 5),
        (&[LOGIN], "\nsaque 1\nsaldo\n", "Linha 2: A conexão terminou antes da resposta. Não ", 5),
        (&[LOGIN], "\nsaldo\nsaque 1\n", "Linha 2: O servidor encerrou a conexão. Este ", 3),
        (&[LOGIN, b"x\n"], "\nsaldo\nsaque 1\n", "Linha 2: Erro de protocolo: ", 4),
    ] {
        let saida = rodar(&servidor_que_diz(respostas), &[], linhas);
        let frase = texto(&saida.stderr);
        assert!(frase.starts_with(comeco), "{frase}");
        assert!(frase.ends_with("\nO script parou na linha 2.\n"), "{frase}");
        assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(codigo)));
    }
    let saida = rodar(&servidor_que_diz(&[b"t:3|s:1|resposta:Servidor lotado\n"]), &[], "saldo\n");
    assert_eq!(texto(&saida.stderr), "Login recusado: Servidor lotado\n");
    assert_eq!(saida.status.code(), Some(1));
}

#[test]
fn a_line_is_answered_before_the_next_one_is_written() {
    let (_servidor, porta) = Banca::com_porta(duas_contas());
    let mut processo = iniciar(&["--porta", &porta, "--rg", "1111111111", "script"]);
    let mut entrada = processo.stdin.take().expect("piped");
    let mut saida = BufReader::new(processo.stdout.take().expect("piped")).lines();
    for saldo in ["11.0", "12.0"] {
        writeln!(entrada, "deposito 1\nsaldo").expect("it reads");
        assert_eq!(saida.next().expect("a line").expect("UTF-8"), "Depósito realizado com sucesso");
        assert_eq!(saida.next().expect("a line").expect("UTF-8"), format!("Saldo: {saldo}"));
    }
    drop(entrada);
    assert_eq!(processo.wait().expect("our child").code(), Some(0));
}

#[test]
fn an_interrupted_script_says_what_nobody_knows() {
    for (linha, em_jogo) in [("saldo", false), ("deposito 1", true)] {
        let (porta, ouvidas) = servidor_que_ouve(vec![LOGIN]);
        let mut processo = iniciar(&["--porta", &porta, "--rg", "1", "script"]);
        let mut entrada = processo.stdin.take().expect("piped");
        writeln!(entrada, "{linha}").expect("it reads");
        ouvidas.recv_timeout(PACIENCIA).expect("the request");
        processo.interromper();
        let saida = processo.terminar();
        let frase = texto(&saida.stderr);
        assert_eq!(frase.contains("Não se sabe se a operação foi feita"), em_jogo, "{frase}");
        assert_eq!(saida.status.code(), Some(130));
        drop(entrada);
    }
}

#[test]
fn an_interrupted_script_gives_the_object_of_its_line_and_none_between_lines() {
    for (linhas, a_caminho) in [("saldo\n", None), ("saldo\n\ndeposito 1\n", Some(3))] {
        let (porta, ouvidas) = servidor_que_ouve(vec![LOGIN, b"t:7|s:0|resposta:Saldo: 10.0\n"]);
        let mut processo = iniciar(&["--porta", &porta, "--rg", "1", "--json", "script"]);
        let mut entrada = processo.stdin.take().expect("piped");
        entrada.write_all(linhas.as_bytes()).expect("it reads");
        let mut saida = BufReader::new(processo.stdout.take().expect("piped")).lines();
        let primeira = saida.next().expect("a line").expect("UTF-8");
        assert!(primeira.starts_with("{\"linha\":1,"), "{primeira}");
        if a_caminho.is_some() {
            ouvidas.recv_timeout(PACIENCIA).expect("the request");
        }
        processo.interromper();
        assert_eq!(processo.wait().expect("our child").code(), Some(130));
        let objetos: Vec<Value> = saida
            .map(|linha| serde_json::from_str(&linha.expect("UTF-8")).expect("an object"))
            .collect();
        let vistos: Vec<_> = objetos.iter().map(|objeto| &objeto["linha"]).collect();
        assert_eq!(vistos, Vec::from_iter(a_caminho.map(|linha| json!(linha)).as_ref()));
        assert!(objetos.iter().all(|objeto| objeto["desfecho"] == "desconhecido"), "{objetos:?}");
        drop(entrada);
    }
}

/// Each Ctrl-C comes at another moment, also between a reply and the request that follows it: that
/// one must not go out any more while the program says its last words.
#[test]
fn an_interruption_at_any_moment_keeps_quiet_about_no_money() {
    const VEZES: usize = 100;
    let pasta = TempDir::new().expect("a temporary directory");
    let arquivo = pasta.path().join("saques");
    fs::write(&arquivo, "saque 1\n".repeat(20_000)).expect("writable");
    for _ in 0..VEZES {
        let (porta, avisado, pagos) = servidor_que_paga();
        let argumentos = ["--porta", &porta, "--rg", "1", "script"];
        let processo = iniciar(&[&argumentos[..], &[arquivo.to_str().expect("UTF-8")]].concat());
        avisado.recv_timeout(PACIENCIA).expect("a request");
        processo.interromper();
        let saida = processo.terminar();
        let (dito, frase) = (texto(&saida.stdout), texto(&saida.stderr));
        assert_eq!(saida.status.code(), Some(130), "{frase}");
        let contados = dito.lines().count();
        let pagos = pagos.join().expect("no panic");
        let desconhecidos = usize::from(frase.contains("Não se sabe se a operação foi feita"));
        assert!(pagos <= contados + desconhecidos, "{pagos} paid, {contados} told: {frase:?}");
    }
}
