//! The administration in both READMEs: every transcript is what the program shows.

#[path = "comum/ambiente.rs"]
mod ambiente;
#[path = "comum/exemplos.rs"]
mod exemplos;

use std::path::Path;

use ambiente::programa;
use exemplos::contas_de_exemplo;

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

/// The commands of a page that call the server after a `$`, each with what it shows.
fn passos(pagina: &str) -> Vec<(String, String)> {
    let mut passos: Vec<(String, String)> = Vec::new();
    let blocos = pagina.split("```console\n").skip(1);
    let blocos = blocos.map(|bloco| bloco.split_once("```").expect("a closed block").0);
    for linha in blocos.filter(|bloco| bloco.starts_with("$ pixson-servidor ")).flat_map(str::lines)
    {
        if let Some(comando) = linha.strip_prefix("$ ") {
            passos.push((comando.into(), String::new()));
            continue;
        }
        let (comando, mostra) = passos.last_mut().expect("a block begins with a command");
        if let Some(mais) = linha.strip_prefix("> ") {
            comando.extend(["\n", mais]);
        } else {
            mostra.extend([linha, "\n"]);
        }
    }
    passos
}

#[test]
fn the_administration_of_both_readmes_shows_what_the_program_shows() {
    let programas = Path::new(SERVIDOR).parent().expect("a directory");
    for pagina in [include_str!("../../README.md"), include_str!("../../README.pt-BR.md")] {
        let contas = contas_de_exemplo();
        let passos = passos(pagina);
        assert!(passos.len() >= 8, "the transcript is found");
        for (comando, mostra) in passos {
            let saida = programa("sh")
                .args(["-c", &format!("exec 2>&1\n{comando}\n")])
                .env("PATH", format!("{}:/usr/bin:/bin", programas.display()))
                .env("PIXSON_CONTAS", contas.path())
                .output()
                .expect("a shell");
            let visto = String::from_utf8(saida.stdout).expect("UTF-8");
            assert_eq!(visto, mostra, "$ {comando}");
        }
    }
}
