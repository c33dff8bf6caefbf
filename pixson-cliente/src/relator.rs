//! Reporting what became of a command.

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

/// How reports are written: data to standard output, sentences to standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Relator<'i> {
    pub(crate) json: bool,
    pub(crate) interrupcao: &'i Interrupcao,
}

impl Relator<'_> {
    /// Reports what became of a command. `Err` if the report could not be written. That does not
    /// change the outcome, but no further request may be sent.
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
                // If even this cannot be written, the exit code still reports it.
                let _ = dizer([format!("{INTERROMPIDO} {DESCONHECIDO}")]);
            }
            return escrito;
        }
        if relato.interrompido() {
            fechar_linha();
            // The report may be lost, so that the sentence about money in doubt is written here.
            let _ = dizer(relato.frases());
            return Ok(());
        }
        if relato.feito() {
            return escrito;
        }
        let dito = dizer(relato.frases());
        // With JSON the object is the report, and the sentence is only an addition.
        if self.json { escrito } else { dito }
    }

    /// The same for the only command of a run. Returns the exit code.
    pub(crate) fn concluir(self, relato: &Relato) -> u8 {
        despedir(relato, self.relatar(relato))
    }
}

/// The exit code of the only command of a run, after its report was written or failed.
pub(crate) fn despedir(relato: &Relato, escrito: io::Result<()>) -> u8 {
    let erro = match escrito {
        Ok(()) => return relato.codigo(),
        Err(erro) if Interrompida::em(&erro) => return INTERROMPIDO_CODIGO,
        Err(erro) => erro,
    };
    let mut feitos = Feitos::default();
    relato.somar(&mut feitos);
    // If even this cannot be written, the exit code still reports it.
    let _ = dizer(feitos.despedida(&erro));
    se_a_saida_falha(relato.codigo())
}
