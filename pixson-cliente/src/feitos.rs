//! What was done, for an output that fails.

use std::io::{self, ErrorKind};

use pixson_linha::fala::sem_saida;

use crate::falha::{DESCONHECIDO, DESCONHECIDO_CODIGO, SAIDA_CODIGO};

/// What was done, for an output that takes no more: from then on nobody sees it.
#[derive(Debug, Default)]
pub(crate) struct Feitos {
    quantos: u64,
    moveu_dinheiro: bool,
    /// Nobody knows of some operation whether it was done.
    houve_desconhecido: bool,
    /// The line of the last one, in a script, and the text of its reply.
    ultimo: Option<(Option<u64>, String)>,
}

impl Feitos {
    pub(crate) fn contar(&mut self, move_dinheiro: bool, linha: Option<u64>, texto: &str) {
        self.quantos += 1;
        self.moveu_dinheiro |= move_dinheiro;
        self.ultimo = Some((linha, texto.to_owned()));
    }

    pub(crate) fn desconhecer(&mut self) {
        self.houve_desconhecido = true;
    }

    pub(crate) fn houve_desconhecido(&self) -> bool {
        self.houve_desconhecido
    }

    /// What to say when the output has failed. A reader that has gone away, while nobody's money was
    /// touched, has had enough and hears nothing.
    pub(crate) fn despedida(&self, erro: &io::Error) -> Option<String> {
        let dinheiro = self.moveu_dinheiro || self.houve_desconhecido;
        if erro.kind() == ErrorKind::BrokenPipe && !dinheiro {
            return None;
        }
        let ultimo = match &self.ultimo {
            Some((Some(linha), texto)) => format!("; o último, na linha {linha}: {texto}"),
            Some((None, texto)) => format!("; o último: {texto}"),
            None => String::new(),
        };
        let frase = format!("{} Comandos executados: {}{ultimo}.", sem_saida(erro), self.quantos);
        Some(if self.houve_desconhecido { format!("{frase} {DESCONHECIDO}") } else { frase })
    }

    /// The exit code of an output that has failed.
    pub(crate) fn codigo(&self) -> u8 {
        if self.houve_desconhecido { DESCONHECIDO_CODIGO } else { SAIDA_CODIGO }
    }
}
