//! At a real terminal: lines that are pasted together, and a terminal that is narrow.

mod comum;
#[path = "comum/pessoa.rs"]
mod pessoa;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

use comum::PACIENCIA;
use comum::ditado::{LOGIN, servidor_que_ouve};
use pessoa::{CTRL_D, PERGUNTA, Pessoa, lado_da_pessoa, mesa};
use rustix::termios::{Winsize, tcsetwinsize};
use tempfile::TempDir;

/// Pastes as a terminal does that was asked to say where a paste begins and ends.
fn colar(pessoa: &mut Pessoa, texto: &str) {
    pessoa.digitar(&format!("\u{1b}[200~{texto}\u{1b}[201~"));
}

#[test]
fn each_line_of_a_paste_is_a_command_once_enter_is_pressed() {
    let mut mesa = mesa();
    let mut pessoa = mesa.sentar(&["--cor", "nunca"], &[]);
    pessoa.ver("\u{1b}[?2004h");
    colar(
        &mut pessoa,
        "saldo\r\nsaque 1,5\n\ntransferencia --para 2222222222 0,5\rsacar 1\nsaldo\n",
    );
    pessoa.digitar("\r");
    pessoa.ver("Saldo: 10.0");
    pessoa.ver("Digite o comando: saque 1,5");
    pessoa.ver("Saque realizado com sucesso");
    pessoa.ver("Digite o comando: transferencia --para 2222222222 0,5");
    pessoa.ver("Transferência realizada com sucesso");
    pessoa.ver("Comando desconhecido: sacar.");
    pessoa.ver("Saldo: 8.0");
    pessoa.ver(PERGUNTA);
    pessoa.digitar(CTRL_D);
    assert_eq!(pessoa.sair(), 0);
    mesa.servidor.parar();
    assert!(mesa.servidor.arquivo("1111111111").ends_with("\"saldo\": 8.0}"));
}

#[test]
fn a_paste_answers_the_questions_that_follow_a_command_too() {
    let mesa = mesa();
    let mut pessoa = mesa.sentar(&["--cor", "nunca"], &[]);
    pessoa.ver(PERGUNTA);
    colar(&mut pessoa, "4\n2222222222\n0,5\n1");
    pessoa.digitar("\r");
    pessoa.ver("Digite o RG do destinatário: 2222222222");
    pessoa.ver("Digite o valor da transferência: 0,5");
    pessoa.ver("Transferência realizada com sucesso");
    pessoa.ver("Saldo: 9.5");
    pessoa.ver(PERGUNTA);
    pessoa.digitar(CTRL_D);
    assert_eq!(pessoa.sair(), 0);
}

#[test]
fn what_is_pasted_moves_no_cursor() {
    let mesa = mesa();
    let mut pessoa = mesa.sentar(&["--cor", "nunca"], &[]);
    for (pergunta, dito) in
        [(PERGUNTA, "Comando desconhecido: "), ("Digite o valor do saque: ", "Valor inválido: ")]
    {
        pessoa.ver(pergunta);
        colar(&mut pessoa, "\u{9b}31ma\u{7}\u{202e}b\u{200b}c\u{1}");
        let antes = pessoa.ver("\u{fffd}31ma\u{fffd}\u{fffd}b\u{fffd}c\u{fffd}");
        assert!(!antes.contains(['\u{9b}', '\u{202e}']), "{antes:?}");
        pessoa.digitar("\r");
        pessoa.ver(dito);
        pessoa.ver(PERGUNTA);
        pessoa.digitar("saque\r");
    }
    pessoa.ver("Digite o valor do saque: ");
    pessoa.digitar(CTRL_D);
    assert_eq!(pessoa.sair(), 0);
}

#[test]
fn lines_that_come_without_marks_are_taken_one_by_one_as_they_were() {
    let mesa = mesa();
    let mut pessoa = mesa.sentar(&["--cor", "nunca"], &[]);
    pessoa.ver(PERGUNTA);
    pessoa.digitar("saldo\rsaque 1\rsaldo\r");
    for resposta in ["Saldo: 10.0", "Saque realizado com sucesso", "Saldo: 9.0"] {
        pessoa.ver(resposta);
    }
    pessoa.ver(PERGUNTA);
    pessoa.digitar(CTRL_D);
    assert_eq!(pessoa.sair(), 0);
}

#[test]
fn after_an_outcome_that_nobody_knows_the_rest_of_a_paste_is_not_done() {
    let estado = TempDir::new().expect("a temporary directory");
    let sem_saber: &[u8] = "t:7|s:1|resposta:Servidor indisponível\n".as_bytes();
    let (porta, ouvidas) = servidor_que_ouve(vec![LOGIN, sem_saber]);
    let mut pessoa = Pessoa::sentar(estado.path(), &["1", "--porta", &porta], &[]);
    pessoa.ver(PERGUNTA);
    colar(&mut pessoa, "saque 1\nsaque 1\nsaque 1\n");
    pessoa.digitar("\r");
    pessoa.ver("As outras linhas coladas não foram executadas.");
    pessoa.ver(PERGUNTA);
    pessoa.digitar(CTRL_D);
    assert_eq!(pessoa.sair(), 5);
    assert!(ouvidas.recv_timeout(PACIENCIA).is_err(), "nothing was asked after it");
}

#[test]
fn no_line_of_a_narrow_terminal_ends_inside_a_word() {
    let mesa = mesa();
    for colunas in [20, 40, 60] {
        let mut pessoa = mesa.sentar(&["--cor", "nunca"], &[]);
        pessoa.ver(PERGUNTA);
        let terminal = lado_da_pessoa(&pessoa.sessao);
        let tamanho = Winsize { ws_row: 24, ws_col: colunas, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal, tamanho).expect("a terminal");
        drop(terminal);
        pessoa.digitar("ajuda\r");
        pessoa.ver("Um comando");
        let ajuda = pessoa.ver("1 - SALDO");
        let palavras = ajuda.split_whitespace().count();
        assert!(palavras > 50, "{ajuda}");
        for linha in ajuda.lines().skip(1) {
            assert!(linha.trim_end().chars().count() <= colunas.into(), "{colunas}: {linha:?}");
        }
        pessoa.ver(PERGUNTA);
        pessoa.digitar(CTRL_D);
        assert_eq!(pessoa.sair(), 0);
    }
}
