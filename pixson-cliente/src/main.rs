//! The reference client of the Pixson bank protocol: the interactive session of the original
//! program, on `pixson-core` and `std::net`.

mod argumentos;
mod conexao;
mod falha;
mod menu;
mod terminal;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::terminal::Terminal;

fn main() -> ExitCode {
    let argumentos = match argumentos::ler(std::env::args_os()) {
        Ok(argumentos) => argumentos,
        Err(fim) => return fim,
    };
    match menu::conversar(&argumentos, &mut Terminal::novo(io::stdin().lock(), io::stdout())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(falha) => {
            if let Some(frase) = falha.frase() {
                // If even this cannot be written, the exit code still tells.
                let _ = writeln!(io::stderr(), "{frase}");
            }
            falha.codigo_de_saida()
        }
    }
}
