//! The reference server of the Pixson bank protocol: a bank in files, or on PostgreSQL, behind
//! `pixson-rede`, one thread for each connection, or event loops. This crate has its arguments, its wiring and its sentences.

mod argumentos;
mod arquivos;
mod frases;
mod inicio;
mod limites;
mod memoria;
#[cfg(feature = "postgres")]
mod postgres;
mod programa;
mod queda;
mod rastro;
#[cfg(feature = "postgres")]
mod senha;
mod servida;
mod servidor;

use std::io;
use std::process::ExitCode;

use pixson_linha::sinais::conter_arquivos;
use pixson_linha::visivel::visivel;
use pixson_linha::{fala, gerados};
use pixson_observacao::{Escritor, registro};

use crate::argumentos::Argumentos;
use crate::programa::PROGRAMA;

fn main() -> ExitCode {
    conter_arquivos();
    if let Some(fim) = gerados::atender::<Argumentos>(&PROGRAMA) {
        return fim;
    }
    let argumentos: Argumentos = match PROGRAMA.ler() {
        Ok(argumentos) => argumentos,
        Err(fim) => return fim,
    };
    if let Some(comando) = &argumentos.comando {
        #[cfg(feature = "postgres")]
        if let Some((configuracao, aviso)) = argumentos.postgres() {
            pixson_administracao::frases::advertir(aviso);
            return pixson_administracao::executar_no_postgres(comando, &configuracao);
        }
        return pixson_administracao::executar(comando, &argumentos.contas);
    }
    memoria::poupar();
    registro::iniciar(argumentos.nivel, argumentos.formato);
    let servido = inicio::servir(&argumentos);
    registro::despedir();
    match servido {
        Ok(()) => ExitCode::SUCCESS,
        Err(frase) => {
            // If even this sentence cannot be written, the exit code still reports the failure.
            match Escritor::novo(io::stderr()) {
                Some(escritor) => {
                    escritor.escrever(format!("{}\n", visivel(&frase)));
                    escritor.despedir();
                }
                // Without a writing thread, this may block until the reader takes the sentence.
                None => drop(fala::dizer([frase])),
            }
            ExitCode::FAILURE
        }
    }
}
