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
mod tarefa;

use std::process::ExitCode;
use std::sync::Arc;

use clap::CommandFactory;
use pixson_conexao::Interrupcao;
use pixson_linha::fala::dizer;
use pixson_linha::gerados;
use pixson_linha::sinais::conter_arquivos;

use crate::argumentos::Argumentos;
use crate::caminho::Caminho;
use crate::falha::{INTERROMPIDO_CODIGO, SAIDA_CODIGO};
use crate::programa::PROGRAMA;
use crate::tarefa::Tarefa;

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
    let interrupcao = &Interrupcao::por_ctrl_c(INTERROMPIDO_CODIGO);
    let tarefa = Tarefa::de(argumentos, servidor, interrupcao)?;
    let gravador = match argumentos.servidor.rastro.as_deref().map(caminho::gravar).transpose() {
        Ok(gravador) => gravador.map(Arc::new),
        Err(frase) => {
            // If even this cannot be written, the exit code still reports it.
            let _ = dizer([frase]);
            return Ok(ExitCode::from(SAIDA_CODIGO));
        }
    };
    let caminho = Caminho { servidor, interrupcao, gravador: gravador.as_ref() };
    let fim = tarefa.fazer(caminho, argumentos.json);
    if let Some(gravador) = &gravador {
        gravador.encerrar();
    }
    fim
}
