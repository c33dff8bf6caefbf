//! What a reader of a graph is told besides the faults of processes.

use super::grafo::{AvisoDoGrafo, Grafo};

impl AvisoDoGrafo {
    /// The note for a person.
    pub fn frase(&self, grafo: &Grafo) -> String {
        match *self {
            Self::Incompleto { processo, perdidas: 0 } => format!(
                "O rastro de {} não está inteiro: não se sabe se falta algum evento.",
                grafo.nome(processo)
            ),
            Self::Incompleto { processo, perdidas } => format!(
                "O rastro de {} não está inteiro: {perdidas} linhas se perderam.",
                grafo.nome(processo)
            ),
            Self::Omitidos { processo, omitidos } => format!(
                "São os últimos eventos de {}: {omitidos} mais antigos não aparecem.",
                grafo.nome(processo)
            ),
            Self::Ambigua { processo, conexao } => format!(
                "A conexão {conexao} de {} pode ser de mais de um servidor: não foi ligada a nenhum.",
                grafo.nome(processo)
            ),
            Self::Disputada { processo, conexao } => format!(
                "A conexão {conexao} de {} é a mesma de outro cliente: um rastro foi dado duas vezes?",
                grafo.nome(processo)
            ),
            Self::SemEnvio { processo, no } => format!(
                "{}: chegou o carimbo {}, que {} não diz ter enviado nesta conexão.",
                grafo.onde(no),
                grafo.nos()[no].evento.recebido().unwrap_or_default(),
                grafo.nome(processo)
            ),
            Self::Circulo { no } => format!(
                "{}: a mensagem teria chegado antes de ser enviada, e ficou de fora.",
                grafo.onde(no)
            ),
        }
    }
}
