//! The count of what was done, to be reported if the output fails.

use std::io::{self, ErrorKind};

use pixson_linha::fala::sem_saida;

use crate::falha::{DESCONHECIDO, DESCONHECIDO_CODIGO, SAIDA_CODIGO};

/// What was done so far. If the output fails, the person learns of it from [`Feitos::despedida`]
/// only.
#[derive(Debug, Default)]
pub(crate) struct Feitos {
    quantos: u64,
    moveu_dinheiro: bool,
    /// The outcome of some operation is unknown.
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

    /// The last sentence after the output has failed. `None` if the reader has gone away and no
    /// money was moved: that is no failure worth a sentence.
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

    /// The exit code after the output has failed.
    pub(crate) fn codigo(&self) -> u8 {
        if self.houve_desconhecido { DESCONHECIDO_CODIGO } else { SAIDA_CODIGO }
    }
}
