//! The interactive session against the real server.

mod comum;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

use std::io::Read;

use comum::{digitar, executar, executar_em, iniciar, texto};
use servidor::banca::Banca;
use servidor::{contas, duas_contas};

#[test]
fn the_seed_session_reads_as_in_the_seed_and_leaves_the_files_of_the_seed() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    let linhas = ["1111111111", "1", "2", "8.50", "3", "14", "4", "2222222222", "5.5", "0"];
    let (tela, codigo) = digitar(&["--porta", &porta], &linhas);
    assert_eq!(tela, include_str!("dados/semente.txt"));
    assert_eq!(codigo, Some(0));
    servidor.parar();
    for (rg, saldo) in [("1111111111", "10.0"), ("2222222222", "15.5")] {
        let esperado = format!(r#"{{"rg": "{rg}", "nome": "João {rg}", "saldo": {saldo}}}"#);
        assert_eq!(servidor.arquivo(rg), esperado);
    }
    let linhas = servidor.linhas_ate(|linha| linha.starts_with("Cliente desconectado"));
    let relogios: Vec<_> = linhas
        .iter()
        .filter_map(|linha| linha.strip_prefix("Relógio Lógico Atualizado: "))
        .collect();
    assert_eq!(relogios, ["2", "3", "6", "7", "10", "11", "14", "15", "18", "19"]);
}

#[test]
fn through_a_pipe_the_session_is_the_same_and_nothing_is_echoed_or_coloured() {
    let mut esperada = String::new();
    for linha in include_str!("dados/semente.txt").lines() {
        match linha.split_once(": ") {
            Some((pergunta, _)) if linha.starts_with("Digite ") => {
                esperada.push_str(pergunta);
                esperada.push_str(": ");
            }
            _ => {
                esperada.push_str(linha);
                esperada.push('\n');
            }
        }
    }
    for ambiente in [&[][..], &[("CLICOLOR_FORCE", "1"), ("TERM", "xterm")]] {
        let (_servidor, porta) = Banca::com_porta(duas_contas());
        let digitado = "1111111111\n1\n2\n8.50\n3\n14\n4\n2222222222\n5.5\n0\n";
        let saida = executar_em(ambiente, &["--porta", &porta], digitado);
        assert_eq!(texto(&saida.stdout), esperada);
        assert_eq!(texto(&saida.stderr), "");
        assert_eq!(saida.status.code(), Some(0));
    }
}

#[test]
fn the_rg_may_be_given_on_the_command_line() {
    let (_servidor, porta) = Banca::com_porta(duas_contas());
    let (tela, codigo) = digitar(&["2222222222", "--porta", &porta], &["1", "0"]);
    assert!(tela.starts_with("Cliente iniciado\nConectado ao servidor\n"), "{tela}");
    assert!(tela.contains("\nSaldo: 10.0\n"), "{tela}");
    assert_eq!(codigo, Some(0));
}

#[test]
fn a_decimal_comma_is_a_decimal_point() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    let (tela, _) = digitar(&["1111111111", "--porta", &porta], &["2", "8,50", "3", " 0,5 ", "0"]);
    assert!(tela.contains("Saque realizado com sucesso"), "{tela}");
    servidor.parar();
    assert!(servidor.arquivo("1111111111").ends_with("\"saldo\": 2.0}"));
}

#[test]
fn wrong_typing_never_ends_the_session() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    let forma = "Valor inválido: digite um número como 8.50 ou 8,50.";
    let decimais = "Valor inválido: use no máximo duas casas decimais, como em 8.50 ou 8,50, e milhares \
                    sem separador.";
    let milhares = "Valor inválido: digite um número como 8.50 ou 8,50, sem separador de milhares.";
    let rodadas = [
        (&["x"][..], "Comando inválido!"),
        (&[""], "Comando inválido!"),
        (&["5"], "Comando inválido!"),
        (&["11"], "Comando inválido!"),
        (&["-1"], "Comando inválido!"),
        (&["saldo; rm -rf"], "Comando inválido!"),
        (&["2", ""], forma),
        (&["2", "abc"], forma),
        (&["2", "-5"], forma),
        (&["2", "8.505"], decimais),
        (&["2", "5,555"], decimais),
        (&["2", "1.000,50"], milhares),
        (&["2", "1e3"], forma),
        (&["2", "nan"], forma),
        (&["2", "0"], "Valor inválido: o menor é 0.01."),
        (&["3", "0,00"], "Valor inválido: o menor é 0.01."),
        (&["3", "10000000000000"], "Valor inválido: o maior é 9999999999999.99."),
        (&["4", "12a"], "RG inválido: digite de 1 a 10 dígitos."),
        (&["4", ""], "RG inválido: digite de 1 a 10 dígitos."),
        (&["4", "12345678901"], "RG inválido: digite de 1 a 10 dígitos."),
        (&["4", "2222222222", "x"], forma),
    ];
    let mut linhas = vec!["abc", "", "12345678901", "1111111111"];
    for (digitadas, _) in &rodadas {
        linhas.extend(*digitadas);
    }
    linhas.extend(["1", "0"]);
    let (tela, codigo) = digitar(&["--porta", &porta], &linhas);

    let frases: Vec<_> = tela
        .lines()
        .filter(|linha| linha.contains("inválido") && !linha.starts_with("Digite "))
        .collect();
    let rg = "RG inválido: digite de 1 a 10 dígitos.";
    let esperadas: Vec<_> =
        [rg; 3].into_iter().chain(rodadas.iter().map(|(_, frase)| *frase)).collect();
    assert_eq!(frases, esperadas);
    assert!(tela.contains("\nSaldo: 10.0\n"), "the session went on: {tela}");
    assert!(tela.contains("Atualizado: 8\n") && !tela.contains("Atualizado: 9\n"), "{tela}");
    assert_eq!(codigo, Some(0));
    servidor.parar();
    assert!(servidor.arquivo("1111111111").ends_with("\"saldo\": 10.0}"));
}

#[test]
fn bytes_that_are_no_text_are_wrong_typing() {
    let (_servidor, porta) = Banca::com_porta(duas_contas());
    let saida = executar(&["1111111111", "--porta", &porta], "\u{0}\u{7f}\n\u{feff}1\n1\r\n0\n");
    let tela = texto(&saida.stdout);
    assert_eq!(tela.matches("Comando inválido!").count(), 2, "{tela}");
    assert_eq!(tela.matches("Saldo: 10.0").count(), 1, "{tela}");
    assert_eq!(saida.status.code(), Some(0));
}

#[test]
fn the_end_of_the_input_leaves_at_any_prompt() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    for linhas in [
        &[][..],
        &["1111111111"],
        &["1111111111", "2"],
        &["1111111111", "3"],
        &["1111111111", "4"],
        &["1111111111", "4", "2222222222"],
    ] {
        let (tela, codigo) = digitar(&["--porta", &porta], linhas);
        assert_eq!(codigo, Some(0), "{linhas:?}");
        assert!(tela.ends_with(": \n"), "{tela}");
    }
    servidor.parar();
    assert!(servidor.arquivo("1111111111").ends_with("\"saldo\": 10.0}"));
}

#[test]
fn an_interruption_at_a_question_leaves_with_130() {
    let mut processo = iniciar(&[]);
    // Kept open: the end of the input would be another reason to leave.
    let entrada = processo.stdin.take().expect("piped");
    let mut tela = [0; "Cliente iniciado\n".len()];
    processo.stdout.as_mut().expect("piped").read_exact(&mut tela).expect("it begins");
    processo.interromper();
    let saida = processo.terminar();
    assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(130)));
    drop(entrada);
}

#[test]
fn a_line_that_is_too_long_is_refused_as_a_whole() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    let digitado = format!("1111111111\n2\n1{}3\n0\n", " ".repeat(5000));
    let saida = executar(&["--porta", &porta], &digitado);
    assert!(texto(&saida.stdout).contains("Valor inválido: "), "{}", texto(&saida.stdout));
    assert!(!texto(&saida.stdout).contains("Comando inválido!"), "its rest is no other line");
    assert_eq!(saida.status.code(), Some(0));
    servidor.parar();
    assert!(servidor.arquivo("1111111111").contains("\"saldo\": 10.0"), "nothing was withdrawn");
}

#[test]
fn a_line_that_the_end_of_the_input_cuts_off_is_not_taken() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    for entrada in ["1111111111\n2\n8.5", "1111111111\n4\n2222222222\n5", "1111111111\n3\n1"] {
        let saida = executar(&["--porta", &porta], entrada);
        assert_eq!(saida.status.code(), Some(0));
    }
    servidor.parar();
    assert!(servidor.arquivo("1111111111").ends_with("\"saldo\": 10.0}"));
}

#[test]
fn a_server_that_stopped_while_the_person_was_typing_was_sent_nothing() {
    let (mut servidor, porta) = Banca::com_porta(duas_contas());
    let saida = comum::digitar_e(
        &["1111111111", "--porta", &porta],
        &["2"],
        || drop(servidor.parar()),
        "1",
    );
    assert_eq!(texto(&saida.stderr), "O servidor encerrou a conexão. O pedido não foi enviado.\n");
    assert_eq!(saida.status.code(), Some(3));
}

#[test]
fn the_transcripts_of_both_readmes_are_the_session_that_is_tested() {
    for readme in [include_str!("../../README.md"), include_str!("../../README.pt-BR.md")] {
        let (_, resto) = readme.split_once("```console\n").expect("a transcript");
        let (transcrito, _) = resto.split_once("```").expect("a closed block");
        assert_eq!(transcrito, include_str!("dados/semente.txt"));
    }
}

#[test]
fn refusals_of_the_bank_are_shown_and_the_session_goes_on() {
    let (_servidor, porta) = Banca::com_porta(duas_contas());
    let linhas = ["2", "10.01", "4", "1111111111", "1", "4", "3333333333", "1", "1", "0"];
    let (tela, codigo) = digitar(&["1111111111", "--porta", &porta], &linhas);
    for frase in [
        "Saldo insuficiente",
        "Não é possível transferir para a mesma conta",
        "Conta de destino não encontrada",
        "Saldo: 10.0",
    ] {
        assert!(tela.contains(&format!("\n{frase}\n")), "{frase}: {tela}");
    }
    assert_eq!(codigo, Some(0));
}

#[test]
fn a_login_that_is_refused_ends_with_code_1() {
    let (_servidor, porta) = Banca::com_porta(contas(&[("1", "1.0")]));
    let saida = executar(&["01", "--porta", &porta], "1\n");
    assert_eq!(
        texto(&saida.stdout),
        "Cliente iniciado\nConectado ao servidor\nRelógio Lógico Atualizado: 1\n\
         Relógio Lógico Atualizado: 4\nCliente não encontrado\n"
    );
    assert_eq!(saida.status.code(), Some(1));
}
