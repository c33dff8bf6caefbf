//! How it is told what became of a command.

use std::io;

use pixson_conexao::{Interrompida, Interrupcao};
use pixson_linha::fala::dizer;
use pixson_linha::objeto::em_linha;
use pixson_terminal::mostrar;

use crate::falha::{
    DESCONHECIDO, INTERROMPIDO, INTERROMPIDO_CODIGO, fechar_linha, se_a_saida_falha,
};
use crate::feitos::Feitos;
use crate::relato::Relato;

/// How reports are given: data on standard output, talk on standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Relator<'i> {
    pub(crate) json: bool,
    pub(crate) interrupcao: &'i Interrupcao,
}

impl Relator<'_> {
    /// Says what became of a command. `Err` if that did not reach whoever was to hear it, which does
    /// not change what happened: nothing more is to be asked for.
    pub(crate) fn relatar(self, relato: &Relato) -> io::Result<()> {
        let escrito = if self.json {
            mostrar(&em_linha(relato), self.interrupcao)
        } else if relato.feito() {
            mostrar(&format!("{}\n", relato.texto()), self.interrupcao)
        } else {
            Ok(())
        };
        if escrito.as_ref().is_err_and(Interrompida::em) && !relato.interrompido() {
            fechar_linha();
            if relato.move_dinheiro() {
                // If even this cannot be written, the exit code still tells.
                let _ = dizer([format!("{INTERROMPIDO} {DESCONHECIDO}")]);
            }
            return escrito;
        }
        if relato.interrompido() {
            fechar_linha();
            // What could not be written is said here, if there is money in it.
            let _ = dizer(relato.frases());
            return Ok(());
        }
        if relato.feito() {
            return escrito;
        }
        let dito = dizer(relato.frases());
        // The object has said it.
        if self.json { escrito } else { dito }
    }

    /// The same of the only command. Returns the exit code.
    pub(crate) fn concluir(self, relato: &Relato) -> u8 {
        despedir(relato, self.relatar(relato))
    }
}

/// The exit code of the only command, once it was said, or was not, what became of it.
pub(crate) fn despedir(relato: &Relato, escrito: io::Result<()>) -> u8 {
    let erro = match escrito {
        Ok(()) => return relato.codigo(),
        Err(erro) if Interrompida::em(&erro) => return INTERROMPIDO_CODIGO,
        Err(erro) => erro,
    };
    let mut feitos = Feitos::default();
    relato.somar(&mut feitos);
    // If even this cannot be written, the exit code still tells.
    let _ = dizer(feitos.despedida(&erro));
    se_a_saida_falha(relato.codigo())
}
