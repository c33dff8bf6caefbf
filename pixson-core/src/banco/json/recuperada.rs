//! What recovery makes of one account whose file may be behind the journal.

use std::io;

use super::atrasadas::Atrasada;
use super::troca::LugarEsperado;
use crate::banco::arquivo::{ContaArquivo, FalhaDeLeitura};
use crate::banco::disco::{Disco, nomear, passageiro};
use crate::tipos::Rg;

/// An account as recovery leaves it. If its file is gone, so is the holder's name, unless the journal has it;
/// the money is not.
pub(super) struct Recuperada {
    pub(super) conta: ContaArquivo,
    pub(super) esperado: LugarEsperado,
    pub(super) arquivo: EstadoDoArquivo,
}

/// The file of such an account.
pub(super) enum EstadoDoArquivo {
    /// It holds the account's balance.
    Atual,
    /// It has to be written.
    Atrasado,
    /// The disk cannot read it: the holder's name is unknown, unless the journal has it.
    NaoLido(io::Error),
}

impl Recuperada {
    /// Looks at the file of an account. The journal has its balance; the file has its holder's name.
    ///
    /// # Errors
    ///
    /// That of the disk, if it is transient.
    pub(super) fn olhar(disco: &impl Disco, rg: Rg, atrasada: &Atrasada) -> io::Result<Self> {
        let saldo = atrasada.saldo;
        let refeita = |esperado, arquivo| {
            let nome = atrasada.nome.clone().unwrap_or_default();
            Self { conta: ContaArquivo { rg, nome, saldo }, esperado, arquivo }
        };
        let atrasado = EstadoDoArquivo::Atrasado;
        Ok(match ContaArquivo::abrir(disco, rg) {
            Ok(Some((conta, visto))) => {
                let atual = conta.saldo == saldo;
                let sabido =
                    atrasada.visto == Some(visto) || atrasada.conhecidos.contains(&conta.saldo);
                let esperado = if atual || sabido {
                    LugarEsperado::Este(visto)
                } else {
                    LugarEsperado::Estranho
                };
                let arquivo = if atual { EstadoDoArquivo::Atual } else { atrasado };
                Self { conta: conta.com_saldo(saldo), esperado, arquivo }
            }
            Ok(None) if atrasada.nome.is_some() => refeita(LugarEsperado::Nada, atrasado),
            Ok(None) | Err(FalhaDeLeitura::Ilegivel) => refeita(LugarEsperado::Estranho, atrasado),
            Err(FalhaDeLeitura::Disco(erro)) => {
                let erro = nomear(&ContaArquivo::nome_de_arquivo(rg))(erro);
                if passageiro(&erro) {
                    return Err(erro);
                }
                refeita(LugarEsperado::Estranho, EstadoDoArquivo::NaoLido(erro))
            }
        })
    }
}
