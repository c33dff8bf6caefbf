//! `pixson-cliente diagrama` on traces that are kept, and on what is none.

mod comum;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use comum::{executar, texto};

/// A run that the tests of the core keep, with its pictures.
fn guardado(nome: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../pixson-core/tests/rastro/dados").join(nome)
}

fn ler(nome: &str) -> String {
    fs::read_to_string(guardado(nome)).expect("a kept file")
}

fn diagrama(argumentos: &[&str], entrada: &str) -> Output {
    executar(&[&["diagrama"], argumentos].concat(), entrada)
}

/// The same run, in which the client never merges.
fn sem_fusao() -> String {
    let trocas = [
        ("\"relogio_antes\":1,\"relogio\":4", "\"relogio_antes\":1,\"relogio\":2"),
        (
            "\"carimbo\":5,\"relogio_antes\":4,\"relogio\":5,\"op",
            "\"carimbo\":5,\"relogio_antes\":2,\"relogio\":5,\"op",
        ),
    ];
    trocas.iter().fold(ler("fundadora.jsonl"), |texto, (de, para)| texto.replace(de, para))
}

#[test]
fn each_format_of_each_kept_run_is_that_of_the_core() {
    for nome in ["fundadora", "ultimo-dinheiro", "hostil"] {
        let rastro = guardado(&format!("{nome}.jsonl"));
        for formato in ["svg", "shiviz", "mermaid", "json"] {
            let arquivo = rastro.to_str().expect("UTF-8");
            let saida = diagrama(&[arquivo, "--formato", formato], "");
            assert_eq!(saida.status.code(), Some(0), "{}", texto(&saida.stderr));
            assert_eq!(texto(&saida.stdout), ler(&format!("{nome}.{formato}")), "{nome}");
            assert_eq!(texto(&saida.stderr), "");
        }
    }
    let saida = diagrama(&["-"], &ler("fundadora.jsonl"));
    assert!(texto(&saida.stdout).starts_with("<!DOCTYPE html>"), "a page is the default");
}

#[test]
fn a_client_that_does_not_merge_is_drawn_and_told_what_its_clock_should_have_been() {
    let saida = diagrama(&["-"], &sem_fusao());
    assert_eq!(saida.status.code(), Some(1));
    assert!(texto(&saida.stdout).starts_with("<!DOCTYPE html>"));
    assert_eq!(
        texto(&saida.stderr),
        "ana, linha 2, recebimento: não funde o carimbo recebido, 3: o relógio foi de 1 a 2, e \
         devia ir a 4.\n\
         ana, linha 3, envio: o relógio salta: o relógio foi de 2 a 5, e devia ir a 3.\n"
    );
}

#[test]
fn a_client_without_a_trace_is_suspected_and_accused_only_if_it_is_said_to_wait() {
    let mut servidor = String::new();
    for linha in ler("fundadora.jsonl").lines().take_while(|linha| !linha.contains("\"ana\"")) {
        servidor += &linha
            .replace("\"carimbo\":5,\"relogio_antes\":3", "\"carimbo\":2,\"relogio_antes\":3");
        servidor.push('\n');
    }
    let servidor =
        servidor.replace("\"relogio_antes\":3,\"relogio\":6", "\"relogio_antes\":3,\"relogio\":4");
    let servidor: String = servidor.split_inclusive('\n').take(4).collect();
    let saida = diagrama(&["-", "--formato", "json"], &servidor);
    assert_eq!(saida.status.code(), Some(0), "{}", texto(&saida.stderr));
    let dito = texto(&saida.stderr);
    assert!(dito.contains("Está errado se o cliente espera cada resposta"), "{dito}");
    let saida = diagrama(&["-", "--um-por-vez"], &servidor);
    assert_eq!(saida.status.code(), Some(1));
    let dito = texto(&saida.stderr);
    assert!(dito.contains("não funde o carimbo recebido, e devia ser 5 ou mais."), "{dito}");
    assert!(dito.contains("O rastro de servidor (época 1) não está inteiro"), "{dito}");
}

#[test]
fn questions_are_the_same_for_a_seed_and_the_key_stands_below_each() {
    let rastro = guardado("ultimo-dinheiro.jsonl");
    let arquivo = rastro.to_str().expect("UTF-8");
    let perguntas = ["--perguntas", "4", "--semente", "7"];
    let sem = diagrama(&[&[arquivo][..], &perguntas].concat(), "");
    let com = diagrama(&[&[arquivo][..], &perguntas, &["--gabarito"]].concat(), "");
    assert_eq!((sem.status.code(), texto(&sem.stderr)), (Some(0), ""));
    let esperado = include_str!("dados/prova.txt");
    assert_eq!(texto(&com.stdout), esperado);
    let so_perguntas = |linha: &&str| !linha.starts_with(' ');
    let perguntas: Vec<_> = esperado.lines().filter(so_perguntas).collect();
    assert_eq!(texto(&sem.stdout).lines().collect::<Vec<_>>(), perguntas);
}

#[test]
fn what_is_no_trace_is_named_with_its_line() {
    let fundadora = ler("fundadora.jsonl");
    let estragada = fundadora.replacen("\"us\":10", "\"us\":-10", 1);
    let futura = fundadora.replacen("\"versao\":1", "\"versao\":2", 1);
    for (entrada, frase) in [
        (&estragada, "\"-\", linha 2: não é uma linha de rastro em JSON (coluna 49)."),
        (&futura, "\"-\", linha 1: rastro da versão 2: este programa lê a versão 1."),
    ] {
        let saida = diagrama(&["-"], entrada);
        assert_eq!(saida.status.code(), Some(3));
        assert_eq!((texto(&saida.stdout), texto(&saida.stderr)), ("", &*format!("{frase}\n")));
    }
    let saida = diagrama(&["nao-existe.jsonl"], "");
    assert_eq!(saida.status.code(), Some(3));
    assert!(texto(&saida.stderr).starts_with("Não foi possível ler \"nao-existe.jsonl\""));
}

#[test]
fn a_picture_that_nobody_could_read_is_refused_and_the_diagnosis_is_told_all_the_same() {
    let mut rastro = sem_fusao();
    for cliente in 0..12 {
        let dono = format!("\"processo\":\"c{cliente}\"");
        // Writing to a `String` is infallible.
        let _ = write!(
            rastro,
            "{{\"formato\":\"pixson-rastro\",\"versao\":1,{dono}}}\n\
             {{\"seq\":1,{dono},\"us\":1,\"evento\":\"execucao\",\"relogio_antes\":0,\"relogio\":1}}\n\
             {{\"seq\":2,{dono},\"us\":1,\"evento\":\"perda\",\"perdidas\":0}}\n"
        );
    }
    let saida = diagrama(&["-", "--formato", "svg"], &rastro);
    assert_eq!((saida.status.code(), texto(&saida.stdout)), (Some(2), ""));
    let dito = texto(&saida.stderr);
    assert!(dito.contains("não funde o carimbo recebido"), "{dito}");
    assert!(dito.contains("32 eventos de 14 processos são demais para esta figura"), "{dito}");
    let saida = diagrama(&["-", "--conta", "2222222222"], &rastro);
    assert_eq!(saida.status.code(), Some(1), "what is not shown is judged, too");
    assert!(texto(&saida.stdout).contains("para 2222222222"));
}
