//! The answers of a session that were not taken yet.

/// Answers in the order in which they are sent, in at most two groups.
#[derive(Debug, Default)]
pub(super) struct Retidas {
    /// Those that are taken next, once they were put apart.
    separadas: Option<RespostasJuntas>,
    ultimas: RespostasJuntas,
}

#[derive(Debug, Default)]
struct RespostasJuntas {
    bytes: Vec<u8>,
    respostas: usize,
}

impl Retidas {
    /// Adds an answer, which `escrever` appends.
    pub(super) fn juntar(&mut self, escrever: impl FnOnce(&mut Vec<u8>)) {
        escrever(&mut self.ultimas.bytes);
        self.ultimas.respostas += 1;
    }

    /// Puts the answers so far apart. `false` if there are none, or earlier ones still are.
    pub(super) fn separar(&mut self) -> bool {
        if self.separadas.is_some() || self.ultimas.respostas == 0 {
            return false;
        }
        // As many are to be expected: growing to that size would copy them all.
        let bytes = Vec::with_capacity(self.ultimas.bytes.len());
        let seguintes = RespostasJuntas { bytes, respostas: 0 };
        self.separadas = Some(std::mem::replace(&mut self.ultimas, seguintes));
        true
    }

    /// Takes those that were put apart, or else all. They replace what `destino` held.
    pub(super) fn retirar(&mut self, destino: &mut Vec<u8>) {
        destino.clear();
        if let Some(separadas) = self.separadas.take() {
            *destino = separadas.bytes;
        } else {
            std::mem::swap(destino, &mut self.ultimas.bytes);
            self.ultimas.respostas = 0;
        }
    }

    /// Drops all of them, and tells how many there were.
    pub(super) fn descartar(&mut self) -> usize {
        let Self { separadas, ultimas } = std::mem::take(self);
        separadas.map_or(0, |separadas| separadas.respostas) + ultimas.respostas
    }

    pub(super) fn bytes(&self) -> usize {
        self.separadas.as_ref().map_or(0, |separadas| separadas.bytes.len())
            + self.ultimas.bytes.len()
    }
}
