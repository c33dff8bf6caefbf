//! The tour of both READMEs: every transcript is what the real programs show.

mod comum;
#[path = "comum/exemplos.rs"]
mod exemplos;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

use std::path::Path;

use comum::ambiente::programa;
use comum::texto;
use exemplos::contas_de_exemplo;
use servidor::banca::Banca;

const CLIENTE: &str = env!("CARGO_BIN_EXE_pixson-cliente");

/// One command of a transcript, and what it shows.
struct Transcrito {
    comando: String,
    mostra: String,
}

/// The commands of a page: all blocks of console in which the client is called after a `$`.
fn transcritos(pagina: &str) -> Vec<Transcrito> {
    let mut transcritos: Vec<Transcrito> = Vec::new();
    for bloco in pagina.split("```console\n$ ").skip(1) {
        let (bloco, _) = bloco.split_once("```").expect("a closed block");
        // The menu at a terminal needs a terminal.
        if !bloco.contains("pixson-cliente ") || bloco.contains("Digite o comando: ") {
            continue;
        }
        let mut linhas = bloco.lines().peekable();
        let primeira = linhas.next().expect("a command");
        transcritos.push(Transcrito { comando: primeira.into(), mostra: String::new() });
        for linha in linhas {
            let ultimo = transcritos.last_mut().expect("the first one");
            if let Some(comando) = linha.strip_prefix("$ ") {
                transcritos.push(Transcrito { comando: comando.into(), mostra: String::new() });
            } else if let Some(mais) = linha.strip_prefix("> ") {
                ultimo.comando += "\n";
                ultimo.comando += mais;
            } else {
                ultimo.mostra += linha;
                ultimo.mostra += "\n";
            }
        }
    }
    transcritos
}

/// Without the milliseconds, which no two runs have in common.
fn sem_tempo(texto: &str) -> String {
    let mut partes = texto.split(" ms,");
    let mut limpo = partes.next().unwrap_or_default().to_owned();
    for parte in partes {
        limpo.truncate(limpo.trim_end_matches(|letra: char| !letra.is_whitespace()).len());
        limpo += "# ms,";
        limpo += parte;
    }
    limpo
}

#[test]
fn the_tour_of_both_readmes_shows_what_the_programs_show() {
    let programas = Path::new(CLIENTE).parent().expect("a directory");
    for pagina in [include_str!("../../README.md"), include_str!("../../README.pt-BR.md")] {
        let servidor = Banca::abrir(contas_de_exemplo());
        let porta = servidor.porta.to_string();
        let mut codigo = 0;
        let transcritos = transcritos(pagina);
        assert!(transcritos.len() > 8, "the tour is found");
        for Transcrito { comando, mostra } in transcritos {
            let saida = programa("sh")
                // The shell of the reader is the same for all commands, and so is its `$?`.
                .args(["-c", &format!("exec 2>&1\n(exit {codigo})\n{comando}\n")])
                .env("PATH", format!("{}:/usr/bin:/bin", programas.display()))
                .env("PIXSON_PORTA", &porta)
                .output()
                .expect("a shell");
            codigo = saida.status.code().expect("no signal");
            let visto =
                texto(&saida.stdout).replace(&format!("localhost:{porta}"), "localhost:5000");
            assert_eq!(sem_tempo(&visto), sem_tempo(&mostra), "$ {comando}");
        }
    }
}
