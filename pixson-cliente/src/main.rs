//! The reference client of the Pixson bank protocol: the interactive session of the original
//! program, and a load generator, on `pixson-core` and `std::net`.

mod argumentos;
mod carga;
mod conexao;
mod falha;
mod menu;
mod portugues;
mod servidor;
mod terminal;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::argumentos::Comando;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    let argumentos = match argumentos::ler(std::env::args_os()) {
        Ok(argumentos) => argumentos,
        Err(fim) => return fim,
    };
    if let Some(Comando::Carga(carga)) = &argumentos.comando {
        return carga::executar(&argumentos.servidor, carga)
            .unwrap_or_else(|frase| portugues::recusar(&frase));
    }
    match menu::conversar(&argumentos, &mut Terminal::novo(io::stdin().lock(), io::stdout())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(falha) => {
            if let Some(frase) = falha.frase() {
                // If even this cannot be written, the exit code still tells.
                let _ = writeln!(io::stderr(), "{frase}");
            }
            ExitCode::from(falha.codigo())
        }
    }
}
