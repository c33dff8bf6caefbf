//! `--rastro`: what the server says in its trace, and of a file that takes none.

mod comum;

use std::fs;
use std::path::Path;
use std::process::Output;

use comum::ambiente::programa;
use comum::conexao::ConexaoCrua;
use comum::instancia::{Instancia, entrar};
use comum::{UMA, binario, duas_contas, texto};
use pixson_core::rastro::{LinhaDoRastro, Rastros, RelatoDoRastro, ler_linha};
use tempfile::TempDir;

/// A server that keeps a trace in this file.
fn servir(contas: &TempDir, arquivo: &Path, argumentos: &[&str]) -> Instancia {
    let mut comando = Instancia::comando(contas.path());
    Instancia::iniciar(comando.args(argumentos).arg("--rastro").arg(arquivo))
}

/// The lines of a file, without what differs from run to run.
fn linhas(arquivo: &Path) -> Vec<String> {
    let lidas = fs::read_to_string(arquivo).expect("readable");
    let sem = |linha: &str, campo: &str| match linha.split_once(&format!("\"{campo}\":")) {
        Some((antes, depois)) => {
            let fim = depois.find([',', '}']).expect("a number ends");
            format!("{antes}{}", depois[fim..].trim_start_matches(','))
        }
        None => linha.to_owned(),
    };
    let iguais = |linha: &str| sem(&sem(&sem(linha, "us"), "porta"), "comando");
    lidas.lines().map(iguais).collect()
}

/// Runs a server that is expected to end by itself.
fn recusado(contas: &TempDir, arquivo: &Path) -> Output {
    let mut comando = programa(binario());
    comando.args(["--porta", "0", "--contas"]).arg(contas.path()).arg("--rastro").arg(arquivo);
    comando.output().expect("the server starts")
}

#[test]
fn the_founding_session_is_written_as_the_page_shows_it() {
    let contas = duas_contas();
    let arquivo = contas.path().join("rastro.jsonl");
    let mut instancia = servir(&contas, &arquivo, &[]);
    let mut conexao = instancia.conectar();
    conexao.pedir(&format!("t:1|op:6|rg:{UMA}"));
    conexao.pedir(&format!("t:5|op:1|rg:{UMA}"));
    drop(conexao);
    instancia.parar();
    let pagina = include_str!("../../docs/rastro.md");
    let bloco = pagina.split("```json\n").nth(1).and_then(|resto| resto.split_once("```"));
    let exemplo = contas.path().join("exemplo.jsonl");
    fs::write(&exemplo, bloco.expect("a block").0).expect("writable");
    assert_eq!(linhas(&arquivo), linhas(&exemplo));
}

#[test]
fn a_server_that_is_started_again_goes_on_in_the_same_file_with_the_next_epoch() {
    let contas = duas_contas();
    let arquivo = contas.path().join("rastro.jsonl");
    for _ in 0..2 {
        let mut instancia = servir(&contas, &arquivo, &[]);
        drop(entrar(&instancia, UMA));
        instancia.parar();
    }
    let mut rastros = Rastros::default();
    rastros.arquivo(&fs::read(&arquivo).expect("readable")).expect("traces");
    let epocas: Vec<_> = rastros.todos().iter().map(|rastro| rastro.cabecalho().epoca()).collect();
    assert_eq!(epocas, [Some(1), Some(2)]);
    assert!(rastros.todos().iter().all(pixson_core::rastro::Rastro::inteiro));
}

#[test]
fn a_connection_that_gets_no_place_has_a_number_and_its_reply_is_a_sending() {
    let contas = duas_contas();
    let arquivo = contas.path().join("rastro.jsonl");
    let mut instancia = servir(&contas, &arquivo, &["--max-conexoes", "1"]);
    let primeira = entrar(&instancia, UMA);
    let mut segunda = ConexaoCrua::em(instancia.porta);
    assert_eq!(segunda.linha(), "t:3|s:1|resposta:Servidor lotado");
    drop((primeira, segunda));
    instancia.parar();
    let lidas = fs::read(&arquivo).expect("readable");
    let eventos = lidas.split(|&byte| byte == b'\n').filter(|linha| !linha.is_empty());
    let lotado =
        eventos.map(|linha| ler_linha(linha).expect("a line")).find_map(|linha| match linha {
            LinhaDoRastro::Numerada { relato: RelatoDoRastro::Evento(evento), .. } => {
                let texto = evento.resposta().map(|resposta| resposta.dito.texto().into_owned());
                (texto.as_deref() == Some("Servidor lotado")).then_some(evento)
            }
            _ => None,
        });
    let lotado = lotado.expect("a line about it");
    assert_eq!(lotado.conexao().map(|conexao| conexao.numero), Some(2));
    assert_eq!(lotado.resposta().and_then(|resposta| resposta.responde), None);
}

#[test]
fn a_file_that_takes_no_trace_is_named_and_the_server_does_not_start() {
    let contas = duas_contas();
    let outro = contas.path().join("outro.txt");
    fs::write(&outro, "lista de compras\n").expect("writable");
    let sem_pasta = contas.path().join("nenhuma/rastro.jsonl");
    for (arquivo, frase) in [
        (contas.path(), "O rastro não pode ser gravado em \"…\": não é um arquivo comum."),
        (&outro, "O rastro não pode ser gravado em \"…\": já existe, e não é um rastro."),
        (&sem_pasta, "Não foi possível gravar o rastro em \"…\" (não existe)."),
    ] {
        let saida = recusado(&contas, arquivo);
        assert_eq!(saida.status.code(), Some(1));
        let dito = texto(&saida.stderr).replace(&arquivo.display().to_string(), "…");
        assert_eq!(dito.trim_end(), frase);
    }
    assert_eq!(fs::read_to_string(&outro).expect("readable"), "lista de compras\n");
}
