//! The reference client of the Pixson bank protocol: the interactive session of the original
//! program, commands of one line, scripts, scenes, and a load generator, on `pixson-core` and `std::net`.

mod ajuda;
mod argumentos;
mod avulso;
mod caminho;
mod carga;
mod cena;
mod diagrama;
mod entrada;
mod falha;
mod feitos;
mod menu;
mod programa;
mod relato;
mod relator;
mod script;
mod servidor;

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use clap::CommandFactory;
use pixson_conexao::Interrupcao;
use pixson_core::Rg;
use pixson_linha::fala::dizer;
use pixson_linha::gerados;
use pixson_linha::sinais::conter_arquivos;
use pixson_terminal::{Interativo, Tubo};

use crate::argumentos::{Argumentos, Comando, Cor};
use crate::caminho::Caminho;
use crate::falha::{Falha, INTERROMPIDO_CODIGO, SAIDA_CODIGO, fechar_linha};
use crate::programa::PROGRAMA;
use crate::relator::Relator;

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

/// Does what the command line asks for, and keeps a trace of it if that is asked for, too. `Err` is a
/// sentence about a wrong option or variable.
fn executar(argumentos: &Argumentos) -> Result<ExitCode, String> {
    let servidor = &argumentos.servidor()?;
    if argumentos.comando.as_ref().is_some_and(Comando::tem_conta) {
        // Before a trace begins that would have nothing in it.
        argumentos.rg_necessario()?;
    }
    let interrupcao = &Interrupcao::por_ctrl_c(INTERROMPIDO_CODIGO);
    let gravador = match argumentos.servidor.rastro.as_deref().map(caminho::gravar).transpose() {
        Ok(gravador) => gravador.map(Arc::new),
        Err(frase) => {
            // If even this cannot be written, the exit code still reports it.
            let _ = dizer([frase]);
            return Ok(ExitCode::from(SAIDA_CODIGO));
        }
    };
    let caminho = Caminho { servidor, interrupcao, gravador: gravador.as_ref() };
    let fim = executar_em(caminho, argumentos);
    if let Some(gravador) = &gravador {
        gravador.encerrar();
    }
    fim
}

fn executar_em(caminho: Caminho<'_>, argumentos: &Argumentos) -> Result<ExitCode, String> {
    let Argumentos { json, comando, .. } = argumentos;
    let interrupcao = caminho.interrupcao;
    let relator = Relator { json: *json, interrupcao };
    Ok(match comando {
        Some(Comando::Carga(carga)) => return carga::executar(caminho, carga, *json),
        Some(Comando::Cena(cena)) => cena::executar(caminho.servidor, cena, interrupcao).into(),
        Some(Comando::Diagrama(diagrama)) => return diagrama::executar(diagrama, interrupcao),
        Some(Comando::Conta(comando)) => {
            let rg = argumentos.rg_necessario()?;
            avulso::executar(caminho, rg, *comando, relator).into()
        }
        Some(Comando::Script(script)) => {
            let rg = argumentos.rg_necessario()?;
            script::executar(caminho, rg, relator, script).into()
        }
        Some(Comando::Ping) => avulso::ping(caminho, relator).into(),
        None => {
            let cor = argumentos.cor.unwrap_or_default();
            conversar(caminho, argumentos.rg()?, cor)
        }
    })
}

/// The menu: with a line editor for a person at a terminal, and otherwise as the original program
/// shows it.
fn conversar(caminho: Caminho<'_>, rg: Option<Rg>, cor: Cor) -> ExitCode {
    let interrupcao = caminho.interrupcao;
    let pessoa = io::stdin().is_terminal() && io::stdout().is_terminal();
    let fim = match pessoa.then(|| Interativo::novo(menu::escolhas(cor), interrupcao)) {
        Some(Ok(mut terminal)) => menu::conversar(caminho, rg, &mut terminal),
        // A terminal without a line editor is read like a pipe.
        None | Some(Err(_)) => Tubo::novo(interrupcao)
            .map_err(Falha::Entrada)
            .and_then(|mut tubo| menu::conversar(caminho, rg, &mut tubo)),
    };
    match fim {
        Ok(()) => ExitCode::SUCCESS,
        Err(falha) => {
            // If rustyline took the Ctrl-C, it has ended the line itself, and `veio` is false.
            if falha.codigo() == INTERROMPIDO_CODIGO && interrupcao.veio() {
                fechar_linha();
            }
            // If even this cannot be written, the exit code still reports it.
            let _ = dizer(falha.frase());
            ExitCode::from(falha.codigo())
        }
    }
}
