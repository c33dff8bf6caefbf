//! How it is told what became of a command.

use std::io;

use pixson_linha::fala::{dizer, mostrar};

use crate::falha::se_a_saida_falha;
use crate::feitos::Feitos;
use crate::interrupcao::a_caminho;
use crate::relato::Relato;

/// How reports are given: data on standard output, talk on standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Relator {
    pub(crate) json: bool,
}

impl Relator {
    /// Should the program be interrupted before the next report, it tells this one.
    pub(crate) fn prometer(self, relato: Relato) {
        if self.json {
            *a_caminho() = Some(relato);
        }
    }

    /// Says what became of a command. `Err` if that did not reach whoever was to hear it, which does
    /// not change what happened: nothing more is to be asked for.
    pub(crate) fn relatar(self, relato: &Relato) -> io::Result<()> {
        if self.json {
            let mut a_caminho = a_caminho();
            *a_caminho = None;
            let escrito = relato.escrever();
            if !relato.feito() {
                // The object has said it.
                let _ = dizer(relato.frases());
            }
            escrito
        } else if relato.feito() {
            mostrar(&format!("{}\n", relato.texto()))
        } else {
            dizer(relato.frases())
        }
    }

    /// The same of the only command. Returns the exit code.
    pub(crate) fn concluir(self, relato: &Relato) -> u8 {
        despedir(relato, self.relatar(relato))
    }
}

/// The exit code of the only command, once it was said, or was not, what became of it.
pub(crate) fn despedir(relato: &Relato, escrito: io::Result<()>) -> u8 {
    let Err(erro) = escrito else { return relato.codigo() };
    let mut feitos = Feitos::default();
    relato.somar(&mut feitos);
    // If even this cannot be written, the exit code still tells.
    let _ = dizer(feitos.despedida(&erro));
    se_a_saida_falha(relato.codigo())
}
