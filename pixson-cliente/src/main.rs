//! The reference client of the Pixson bank protocol: the interactive session of the original
//! program, commands of one line, scripts, and a load generator, on `pixson-core` and `std::net`.

mod ambiente;
mod argumentos;
mod avulso;
mod carga;
mod comando;
mod falha;
mod feitos;
mod interativo;
mod interrupcao;
mod menu;
mod relato;
mod relator;
mod script;
mod servidor;
mod terminal;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::CommandFactory;
use pixson_conexao::Servidor;
use pixson_core::Rg;
use pixson_linha::fala::dizer;
use pixson_linha::sinais::conter_arquivos;
use pixson_linha::{Programa, gerados};

use crate::argumentos::{Argumentos, Comando};
use crate::falha::SAIDA_CODIGO;
use crate::interativo::{Cor, Interativo};
use crate::relator::Relator;
use crate::terminal::Tubo;

/// This program, for what it shares with the server.
const PROGRAMA: Programa =
    Programa::novo(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), SAIDA_CODIGO);

fn main() -> ExitCode {
    conter_arquivos();
    if let Some(fim) = gerados::atender::<Argumentos>(&PROGRAMA) {
        return fim;
    }
    let argumentos = match argumentos::ler() {
        Ok(argumentos) => argumentos,
        Err(fim) => return fim,
    };
    executar(&argumentos).unwrap_or_else(|frase| PROGRAMA.recusar(&frase, Argumentos::command()))
}

/// `Err` is a sentence about words of the command line, or of the environment, that are wrong.
fn executar(argumentos: &Argumentos) -> Result<ExitCode, String> {
    let Argumentos { json, comando, .. } = argumentos;
    let servidor = &argumentos.servidor()?;
    let relator = Relator { json: *json };
    if !matches!(comando, Some(Comando::Carga(_))) {
        interrupcao::vigiar();
    }
    Ok(match comando {
        Some(Comando::Carga(carga)) => return carga::executar(servidor, carga, *json),
        Some(Comando::Conta(comando)) => {
            let rg = argumentos.rg_necessario()?;
            avulso::executar(servidor, rg, *comando, relator).into()
        }
        Some(Comando::Script(script)) => {
            let rg = argumentos.rg_necessario()?;
            script::executar(servidor, rg, relator, script).into()
        }
        Some(Comando::Ping) => avulso::ping(servidor, relator).into(),
        None => conversar(servidor, argumentos.rg()?, argumentos.cor.unwrap_or_default()),
    })
}

/// The menu: for a person at a terminal with what makes typing easy, and otherwise as it always was.
fn conversar(servidor: &Servidor, rg: Option<Rg>, cor: Cor) -> ExitCode {
    let pessoa = io::stdin().is_terminal() && io::stdout().is_terminal();
    let fim = match pessoa.then(|| Interativo::novo(cor)) {
        Some(Ok(mut terminal)) => menu::conversar(servidor, rg, &mut terminal),
        // A terminal that no line can be edited on is read as a pipe is.
        None | Some(Err(_)) => {
            menu::conversar(servidor, rg, &mut Tubo::novo(io::stdin().lock(), io::stdout()))
        }
    };
    match fim {
        Ok(()) => ExitCode::SUCCESS,
        Err(falha) => {
            // If even this cannot be written, the exit code still tells.
            let _ = dizer(falha.frase());
            ExitCode::from(falha.codigo())
        }
    }
}
