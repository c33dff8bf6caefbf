//! Output that cannot be written is not success, and nothing more is asked for after it.

#[path = "../../pixson-servidor/tests/comum/cano.rs"]
mod cano;
mod comum;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::process::{Output, Stdio};

use cano::{esperar_sem_leitor, sem_leitor};
use comum::ditado::{LOGIN, servidor_que_diz, servidor_que_paga};
use comum::falso::{RGS, banco, servir};
use comum::filho::Filho;
use comum::{sem_tubos, texto};
use serde_json::Value;

/// Where everything that is written fails, and how it does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum SaidaQueFalha {
    DiscoCheio,
    SemLeitor,
}

impl SaidaQueFalha {
    fn abrir(self) -> Stdio {
        match self {
            Self::DiscoCheio => cheio().into(),
            Self::SemLeitor => sem_leitor().into(),
        }
    }

    fn causa(self) -> &'static str {
        match self {
            Self::DiscoCheio => "Não foi possível escrever a saída (não há espaço).",
            Self::SemLeitor => "Não foi possível escrever a saída (o outro lado já saiu).",
        }
    }
}

const SAIDAS: [SaidaQueFalha; 2] = [SaidaQueFalha::DiscoCheio, SaidaQueFalha::SemLeitor];

fn cheio() -> File {
    OpenOptions::new().write(true).open("/dev/full").expect("part of Linux")
}

/// Runs a client whose standard output goes there.
fn executar_para(saida: impl Into<Stdio>, argumentos: &[&str], entrada: &str) -> Output {
    let mut comando = sem_tubos(argumentos);
    comando.stdin(Stdio::piped()).stdout(saida).stderr(Stdio::piped());
    Filho::vigiado(&mut comando).terminar_com(entrada.as_bytes())
}

fn na_conta<'a>(porta: &'a str, argumentos: &[&'a str]) -> Vec<&'a str> {
    [&["--porta", porta, "--rg", "1"], argumentos].concat()
}

#[test]
fn what_costs_nobody_anything_fails_on_a_full_disk_and_not_for_want_of_a_reader() {
    for argumentos in [
        &["--help"][..],
        &["--version"],
        &["carga", "--ajuda"],
        &["completar", "--help"],
        &["completar", "bash"],
        &["manual"],
        &["manual", "carga"],
    ] {
        let saida = executar_para(SaidaQueFalha::DiscoCheio.abrir(), argumentos, "");
        let frase = format!("{}\n", SaidaQueFalha::DiscoCheio.causa());
        assert_eq!((texto(&saida.stderr), saida.status.code()), (&*frase, Some(6)));
        let saida = executar_para(SaidaQueFalha::SemLeitor.abrir(), argumentos, "");
        assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(0)), "{argumentos:?}");
    }
}

#[test]
fn a_withdrawal_that_cannot_be_shown_is_told_on_standard_error() {
    for destino in SAIDAS {
        for extra in [&[][..], &["--json"]] {
            let (porta, _, pagos) = servidor_que_paga();
            let argumentos = [&na_conta(&porta, &["saque", "1"])[..], extra].concat();
            let saida = executar_para(destino.abrir(), &argumentos, "");
            let frase = format!(
                "{} Comandos executados: 1; o último: Saque realizado com sucesso.\n",
                destino.causa()
            );
            assert_eq!((texto(&saida.stderr), saida.status.code()), (&*frase, Some(6)));
            assert_eq!(pagos.join().expect("no panic"), 1);
        }
    }
}

#[test]
fn a_question_without_a_reader_is_quiet_and_no_success() {
    const SALDO: &[u8] = b"t:7|s:0|resposta:Saldo: 10.0\n";
    for comando in ["saldo", "ping"] {
        for destino in SAIDAS {
            let respostas: &'static [&'static [u8]] =
                if comando == "ping" { &[SALDO] } else { &[LOGIN, SALDO] };
            let porta = servidor_que_diz(respostas);
            let mut argumentos = vec!["--porta", &porta, comando];
            if comando == "saldo" {
                argumentos.extend(["--rg", "1"]);
            }
            let saida = executar_para(destino.abrir(), &argumentos, "");
            let frase = texto(&saida.stderr);
            match destino {
                SaidaQueFalha::DiscoCheio => assert!(frase.starts_with(destino.causa()), "{frase}"),
                SaidaQueFalha::SemLeitor => assert_eq!(frase, "", "{comando}"),
            }
            assert_eq!(saida.status.code(), Some(6), "{comando}");
        }
    }
}

#[test]
fn the_first_line_of_a_script_that_cannot_be_shown_is_the_last_that_is_done() {
    for destino in SAIDAS {
        for extra in [&[][..], &["--json"]] {
            let (porta, _, pagos) = servidor_que_paga();
            let argumentos = [&na_conta(&porta, &["script"])[..], extra].concat();
            let saida = executar_para(destino.abrir(), &argumentos, &"\nsaque 1".repeat(50));
            let frase = format!(
                "{} Comandos executados: 1; o último, na linha 2: Saque realizado com sucesso.\n\
                 O script parou na linha 2.\n",
                destino.causa()
            );
            assert_eq!((texto(&saida.stderr), saida.status.code()), (&*frase, Some(6)));
            assert_eq!(pagos.join().expect("no panic"), 1);
        }
    }
}

/// What `head -n 1` does: after the first line there is no reader any more.
#[test]
fn a_script_whose_reader_leaves_early_stops_and_counts_what_was_done() {
    let (porta, _, pagos) = servidor_que_paga();
    let (leitor, escritor) = io::pipe().expect("a pipe");
    let vigia = escritor.try_clone().expect("a descriptor");
    let mut comando = sem_tubos(&na_conta(&porta, &["script"]));
    comando.stdin(Stdio::piped()).stdout(escritor).stderr(Stdio::piped());
    let mut processo = Filho::vigiado(&mut comando);
    drop(comando);
    let mut entrada = processo.stdin.take().expect("piped");
    writeln!(entrada, "saque 1").expect("it reads");
    let mut linha = String::new();
    let mut leitor = io::BufReader::new(leitor);
    io::BufRead::read_line(&mut leitor, &mut linha).expect("UTF-8");
    assert_eq!(linha, "Saque realizado com sucesso\n");
    drop(leitor);
    esperar_sem_leitor(&vigia);
    let _ = entrada.write_all("saque 1\n".repeat(50).as_bytes());
    drop(entrada);
    let saida = processo.terminar();
    let frase = texto(&saida.stderr);
    assert!(frase.contains("Comandos executados: 2; o último, na linha 2: Saque "), "{frase}");
    assert_eq!(saida.status.code(), Some(6));
    assert_eq!(pagos.join().expect("no panic"), 2);
}

#[test]
fn a_refusal_that_cannot_be_shown_stops_a_script_too() {
    let (porta, _, pagos) = servidor_que_paga();
    let mut comando = sem_tubos(&na_conta(&porta, &["script"]));
    comando.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(cheio());
    let saida = Filho::vigiado(&mut comando).terminar_com(b"saque 1\nsacar 1\nsaque 1\n");
    assert_eq!(texto(&saida.stdout), "Saque realizado com sucesso\n");
    assert_eq!(saida.status.code(), Some(6));
    assert_eq!(pagos.join().expect("no panic"), 1);
}

#[test]
fn an_unknown_outcome_weighs_more_than_an_output_that_fails() {
    for extra in [&["script"][..], &["saque", "1"], &["--json", "saque", "1"]] {
        let porta = servidor_que_diz(&[LOGIN]);
        let saida = executar_para(cheio(), &na_conta(&porta, extra), "saque 1\n");
        assert!(texto(&saida.stderr).contains("Não se sabe se a operação foi feita"));
        assert_eq!(saida.status.code(), Some(5), "{extra:?}");
    }
}

/// Reads the menu up to its first question, answers it, and reads on to another text.
fn ler_ate(mut leitor: impl io::Read, fim: &str, responder: impl FnOnce()) {
    let mut responder = Some(responder);
    let (mut lido, mut byte) = (Vec::new(), [0]);
    while !lido.ends_with(fim.as_bytes()) {
        leitor.read_exact(&mut byte).expect("the client asks");
        lido.push(byte[0]);
        if lido.ends_with(b"Digite o comando: ")
            && let Some(responder) = responder.take()
        {
            responder();
        }
    }
}

#[test]
fn a_menu_that_nobody_sees_asks_nothing_of_the_server() {
    for destino in SAIDAS {
        let (porta, _, pagos) = servidor_que_paga();
        let argumentos = ["1", "--porta", &porta];
        let saida = executar_para(destino.abrir(), &argumentos, "2\n1\n2\n1\n");
        let frase = texto(&saida.stderr);
        match destino {
            SaidaQueFalha::DiscoCheio => {
                assert_eq!(frase, format!("{} Comandos executados: 0.\n", destino.causa()));
            }
            SaidaQueFalha::SemLeitor => assert_eq!(frase, ""),
        }
        assert_eq!(saida.status.code(), Some(6));
        // Not even a connection was made: this is the first.
        drop(std::net::TcpStream::connect(format!("127.0.0.1:{porta}")).expect("it listens"));
        assert_eq!(pagos.join().expect("no panic"), 0);
    }
}

#[test]
fn a_menu_whose_reader_leaves_sends_no_request_whose_stamp_cannot_be_shown() {
    let (porta, _, pagos) = servidor_que_paga();
    let (leitor, escritor) = io::pipe().expect("a pipe");
    let vigia = escritor.try_clone().expect("a descriptor");
    let mut comando = sem_tubos(&["1", "--porta", &porta]);
    comando.stdin(Stdio::piped()).stdout(escritor).stderr(Stdio::piped());
    let mut processo = Filho::vigiado(&mut comando);
    drop(comando);
    ler_ate(leitor, "Saque realizado com sucesso\n", || {
        let entrada = processo.stdin.as_mut().expect("piped");
        entrada.write_all(b"2\n1\n").expect("it reads");
    });
    esperar_sem_leitor(&vigia);
    let mut entrada = processo.stdin.take().expect("piped");
    let _ = entrada.write_all(b"2\n1\n2\n1\n");
    drop(entrada);
    let saida = processo.terminar();
    let frase = texto(&saida.stderr);
    let esperada = format!(
        "{} Comandos executados: 1; o último: Saque realizado com sucesso.\n",
        SaidaQueFalha::SemLeitor.causa()
    );
    assert_eq!((frase, saida.status.code()), (&*esperada, Some(6)));
    assert_eq!(pagos.join().expect("no panic"), 1);
}

#[test]
fn a_load_that_cannot_be_reported_is_reported_on_standard_error() {
    for destino in SAIDAS {
        for extra in [&[][..], &["--json"]] {
            let porta = servir(banco(), |_| true, b"");
            let argumentos = ["carga", "--porta", &porta, "--rgs", RGS, "--duracao", "1"];
            let argumentos = [&argumentos[..], &["--operacao", "deposito"], extra].concat();
            let saida = executar_para(destino.abrir(), &argumentos, "");
            let frase = texto(&saida.stderr);
            let comeco = format!("{} O relatório é este:\nServidor: ", destino.causa());
            assert!(frase.starts_with(&comeco), "{frase}");
            assert!(frase.ends_with(": conservado\n"), "{frase}");
            assert_eq!(saida.status.code(), Some(6));
        }
    }
    let porta = servir(banco(), |_| true, b"");
    let argumentos = ["carga", "--porta", &porta, "--rgs", RGS, "--duracao", "1"];
    let saida = executar_para(SaidaQueFalha::SemLeitor.abrir(), &argumentos, "");
    assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(6)));
}

#[test]
fn an_output_that_works_is_written_to_its_last_byte() {
    let (porta, _, _pagos) = servidor_que_paga();
    let argumentos = na_conta(&porta, &["--json", "saque", "1"]);
    let saida = executar_para(Stdio::piped(), &argumentos, "");
    let linha = texto(&saida.stdout).strip_suffix('\n').expect("an end");
    let objeto: Value = serde_json::from_str(linha).expect("an object");
    assert_eq!(objeto["desfecho"], "feito");
    assert_eq!(saida.status.code(), Some(0));
}
