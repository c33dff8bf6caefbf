//! The menu at a real terminal, which a person sits at: editing, history, names, colour, and how to
//! leave.

mod comum;
#[path = "comum/pessoa.rs"]
mod pessoa;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use comum::PACIENCIA;
use comum::ambiente::programa;
use comum::ditado::{LOGIN, servidor_que_ouve};
use pessoa::{CTRL_D, PERGUNTA, Pessoa, lado_da_pessoa, mesa};
use rexpect::process::Signal;
use rustix::termios::{LocalModes, tcgetattr};
use tempfile::TempDir;

const SETA_ACIMA: &str = "\u{1b}[A";
const SETA_ESQUERDA: &str = "\u{1b}[D";
const APAGAR: &str = "\u{7f}";
const CTRL_C: &str = "\u{3}";
const ESC: &str = "\u{1b}[";

#[test]
fn a_line_can_be_edited_before_it_is_taken() {
    let mesa = mesa();
    let mut pessoa = mesa.sentar(&[], &[]);
    pessoa.ver(PERGUNTA);
    pessoa.digitar(&format!("2{APAGAR}1\r"));
    pessoa.ver("Saldo: 10.0");
    pessoa.ver(PERGUNTA);
    pessoa.digitar(&format!("sado{SETA_ESQUERDA}{SETA_ESQUERDA}l\r"));
    pessoa.ver("Saldo: 10.0");
    pessoa.ver(PERGUNTA);
    pessoa.digitar("0\r");
    assert_eq!(pessoa.sair(), 0);
}

#[test]
fn commands_have_names_which_tab_completes_and_may_come_in_one_line() {
    let mut mesa = mesa();
    let mut pessoa = mesa.sentar(&[], &[]);
    for (teclas, resposta) in [
        ("saldo\r", "Saldo: 10.0"),
        ("SALDO\r", "Saldo: 10.0"),
        ("sal\t\r", "Saldo: 10.0"),
        ("saque 8,50\r", "Saque realizado com sucesso"),
        ("depósito\r14\r", "Depósito realizado com sucesso"),
        ("transferencia\r2222222222\r0.5\r", "Transferência realizada com sucesso"),
        ("t\t--\t2222222222 5\r", "Transferência realizada com sucesso"),
        ("ajuda\r", "transferencia [--para RG VALOR] transfere para outra conta"),
        ("saq 1\r", "Comando desconhecido: saq. Você quis dizer saque?"),
        ("saque um\r", "Valor inválido para <VALOR>: \"um\" (digite um número como 8.50 ou 8,50)."),
        ("\r", "Comando inválido!"),
    ] {
        pessoa.ver(PERGUNTA);
        pessoa.digitar(teclas);
        pessoa.ver(resposta);
    }
    pessoa.ver(PERGUNTA);
    pessoa.digitar("sair\r");
    assert_eq!(pessoa.sair(), 0);
    mesa.servidor.parar();
    assert!(mesa.servidor.arquivo("2222222222").ends_with("\"saldo\": 15.5}"));
}

#[test]
fn the_menu_of_the_seed_is_shown_at_a_terminal_too() {
    let mesa = mesa();
    let mut pessoa = mesa.sentar(&["--cor", "nunca"], &[]);
    let antes = pessoa.ver(PERGUNTA);
    let esperado = "Cliente iniciado\r\nConectado ao servidor\r\nRelógio Lógico Atualizado: 1\r\n\
                    Relógio Lógico Atualizado: 4\r\nLogin realizado com sucesso\r\n\
                    Digite ajuda para saber o que mais se pode digitar.\r\n\r\n1 - SALDO\r\n\
                    2 - SAQUE\r\n3 - DEPOSITO\r\n4 - TRANSFERENCIA\r\n0 - SAIR\r\n\r\n";
    assert!(antes.starts_with(esperado), "{antes:?}");
    pessoa.digitar(CTRL_D);
    assert_eq!(pessoa.sair(), 0);
}

/// Without what depends on how the editor draws a prompt: the lines with one, and control sequences.
fn sem_perguntas(tela: &str) -> Vec<String> {
    let mut limpa = String::new();
    for (numero, parte) in tela.split(ESC).enumerate() {
        let corte = |texto: &'_ str| texto.find(|letra: char| letra.is_ascii_alphabetic());
        let inicio = if numero == 0 { 0 } else { corte(parte).map_or(0, |fim| fim + 1) };
        limpa += &parte[inicio..];
    }
    let linhas = limpa.lines().map(|linha| linha.trim_matches('\r').to_owned());
    linhas.filter(|linha| !linha.contains("Digite o comando: ")).collect()
}

#[test]
fn the_menu_in_both_readmes_is_what_a_person_sees() {
    for pagina in [include_str!("../../README.md"), include_str!("../../README.pt-BR.md")] {
        let mesa = mesa();
        let (_, resto) = pagina.split_once("$ pixson-cliente 1111111111\n").expect("a transcript");
        let (bloco, _) = resto.split_once("```").expect("a closed block");
        let mut pessoa = mesa.sentar(&["--cor", "nunca"], &[]);
        let mut tela = String::new();
        for linha in bloco.lines() {
            if let Some(digitada) = linha.strip_prefix(PERGUNTA) {
                tela += &pessoa.ver(PERGUNTA);
                tela += PERGUNTA;
                pessoa.digitar(&format!("{digitada}\r"));
            }
        }
        tela += &pessoa.sessao.exp_eof().expect("it ends");
        assert_eq!(sem_perguntas(&tela), sem_perguntas(bloco));
    }
}

#[test]
fn commands_are_remembered_for_the_next_time_and_nothing_else_is() {
    let mesa = mesa();
    let mut pessoa = Pessoa::sentar(mesa.estado.path(), &["--porta", &mesa.porta], &[]);
    pessoa.ver("Digite o RG associado a conta: ");
    pessoa.digitar("1111111111\r");
    pessoa.ver(PERGUNTA);
    pessoa.digitar("saque 1,5\r");
    pessoa.ver("Saque realizado com sucesso");
    pessoa.ver(PERGUNTA);
    pessoa.digitar("3\r");
    pessoa.ver("Digite o valor do deposito: ");
    pessoa.digitar("7,25\r");
    pessoa.ver(PERGUNTA);
    pessoa.digitar(CTRL_C);
    assert_eq!(pessoa.sair(), 130);

    let arquivo = mesa.estado.path().join("pixson/historico");
    let guardado = fs::read_to_string(&arquivo).expect("a history");
    assert_eq!(guardado.lines().skip(1).collect::<Vec<_>>(), ["saque 1,5", "3"]);
    let modo = |caminho: &Path| fs::metadata(caminho).expect("there").permissions().mode() & 0o777;
    assert_eq!(modo(&arquivo), 0o600);
    assert_eq!(modo(arquivo.parent().expect("a folder")), 0o700);

    let mut pessoa = mesa.sentar(&[], &[]);
    pessoa.ver(PERGUNTA);
    pessoa.digitar(&format!("{SETA_ACIMA}{SETA_ACIMA}\r"));
    pessoa.ver("Saque realizado com sucesso");
    pessoa.ver(PERGUNTA);
    pessoa.digitar("1\r");
    pessoa.ver("Saldo: 14.25");
    pessoa.ver(PERGUNTA);
    pessoa.digitar(CTRL_D);
    assert_eq!(pessoa.sair(), 0);
}

#[test]
fn where_nothing_can_be_kept_the_session_goes_on_without() {
    let mesa = mesa();
    for estado in ["/dev/null/estado", "relativo"] {
        let mut pessoa = mesa.sentar(&[], &[("XDG_STATE_HOME", estado), ("HOME", "/dev/null")]);
        pessoa.ver(PERGUNTA);
        pessoa.digitar("saldo\r");
        pessoa.ver("Saldo: 10.0");
        pessoa.ver(PERGUNTA);
        pessoa.digitar(&format!("{SETA_ACIMA}\r"));
        pessoa.ver("Saldo: 10.0");
        pessoa.ver(PERGUNTA);
        pessoa.digitar(CTRL_D);
        assert_eq!(pessoa.sair(), 0);
    }
}

#[test]
fn ctrl_c_leaves_with_130_and_ctrl_d_with_0_at_every_question() {
    let mesa = mesa();
    for (tecla, codigo) in [(CTRL_C, 130), (CTRL_D, 0)] {
        for perguntas in [
            &["Digite o RG associado a conta: "][..],
            &["Digite o RG associado a conta: ", PERGUNTA],
            &["Digite o RG associado a conta: ", PERGUNTA, "Digite o RG do destinat"],
        ] {
            let mut pessoa = Pessoa::sentar(mesa.estado.path(), &["--porta", &mesa.porta], &[]);
            let (ultima, outras) = perguntas.split_last().expect("a question");
            for (pergunta, resposta) in outras.iter().zip(["1111111111\r", "4\r"]) {
                pessoa.ver(pergunta);
                pessoa.digitar(resposta);
            }
            pessoa.ver(ultima);
            pessoa.digitar(tecla);
            assert_eq!(pessoa.sair(), codigo, "{perguntas:?}");
        }
    }
}

#[test]
fn ctrl_c_leaves_where_the_system_edits_the_line() {
    let mesa = mesa();
    let mut pessoa = mesa.sentar(&[], &[("TERM", "dumb")]);
    pessoa.ver(PERGUNTA);
    pessoa.digitar("saldo\r");
    pessoa.ver("Saldo: 10.0");
    pessoa.ver(PERGUNTA);
    pessoa.digitar(CTRL_C);
    assert_eq!(pessoa.sair(), 130);
}

#[test]
fn ctrl_c_while_money_moves_says_that_nobody_knows() {
    for (comando, em_jogo) in [("saldo\r", false), ("saque 1\r", true)] {
        let estado = TempDir::new().expect("a temporary directory");
        let (porta, ouvidas) = servidor_que_ouve(vec![LOGIN]);
        let mut pessoa = Pessoa::sentar(estado.path(), &["1", "--porta", &porta], &[]);
        pessoa.ver(PERGUNTA);
        pessoa.digitar(comando);
        ouvidas.recv_timeout(PACIENCIA).expect("the request");
        pessoa.digitar(CTRL_C);
        if em_jogo {
            pessoa.ver("Interrompido antes da resposta. Não se sabe se a operação foi feita");
        }
        assert_eq!(pessoa.sair(), 130);
    }
}

#[test]
fn a_signal_at_a_question_leaves_the_terminal_as_it_was() {
    let mesa = mesa();
    let mut pessoa = mesa.sentar(&[], &[]);
    pessoa.ver(PERGUNTA);
    let terminal = lado_da_pessoa(&pessoa.sessao);
    let edita_o_sistema = || {
        let modos = tcgetattr(&terminal).expect("a terminal").local_modes;
        modos.contains(LocalModes::ICANON | LocalModes::ISIG)
    };
    assert!(!edita_o_sistema(), "the line editor does");
    pessoa.sessao.process_mut().signal(Signal::SIGINT).expect("our child");
    assert_eq!(pessoa.codigo(), 130);
    assert!(edita_o_sistema());
}

#[test]
fn colour_is_for_those_who_want_it() {
    let mesa = mesa();
    for (argumentos, ambiente, colorido) in [
        (&[][..], &[][..], true),
        (&[], &[("NO_COLOR", "1")], false),
        (&[], &[("TERM", "dumb")], false),
        (&["--cor", "auto"], &[], true),
        (&["--cor", "nunca"], &[], false),
        (&["--cor", "sempre"], &[("NO_COLOR", "1"), ("TERM", "dumb")], true),
    ] {
        let mut pessoa = mesa.sentar(argumentos, ambiente);
        let tela = pessoa.ver(PERGUNTA);
        let verde = format!("{ESC}32mLogin realizado com sucesso{ESC}0m");
        assert_eq!(tela.contains(&verde), colorido, "{argumentos:?} {ambiente:?}: {tela:?}");
        assert_eq!(tela.contains("mRelógio"), colorido, "{tela:?}");
        pessoa.digitar("saque 99\r");
        let antes = pessoa.ver("Saldo insuficiente");
        assert_eq!(antes.ends_with(&format!("{ESC}31m")), colorido, "{antes:?}");
        pessoa.ver(PERGUNTA);
        pessoa.digitar(CTRL_D);
        assert_eq!(pessoa.sair(), 0);
    }
}

#[test]
fn a_history_that_is_no_file_is_none() {
    let mesa = mesa();
    let pasta = mesa.estado.path().join("pixson");
    fs::create_dir(&pasta).expect("a new folder");
    let tubo = pasta.join("historico");
    let feito = programa("mkfifo").arg(&tubo).status();
    assert!(feito.expect("mkfifo runs").success());
    let mut pessoa = mesa.sentar(&[], &[]);
    pessoa.ver(PERGUNTA);
    pessoa.digitar("saldo\r");
    pessoa.ver("Saldo: 10.0");
    pessoa.ver(PERGUNTA);
    pessoa.digitar("0\r");
    assert_eq!(pessoa.sair(), 0);
}
