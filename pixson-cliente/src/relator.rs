use std::io::{self, Write};

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

    /// Says what became of a command, and returns its exit code. A reader that has gone away does
    /// not change what happened.
    pub(crate) fn relatar(self, relato: &Relato) -> u8 {
        if self.json {
            let mut a_caminho = a_caminho();
            *a_caminho = None;
            relato.escrever();
        }
        if !relato.feito() {
            let _ = writeln!(io::stderr(), "{}", relato.frase());
        } else if !self.json {
            let _ = writeln!(io::stdout(), "{}", relato.texto());
        }
        relato.codigo()
    }
}
