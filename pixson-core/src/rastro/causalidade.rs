//! What could have influenced what: past, future, what is concurrent, and the reason.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use super::grafo::Grafo;
use super::tempos::{GrafoGrande, TemposVetoriais};

/// A graph with its vector times.
#[derive(Clone, Debug)]
pub struct Causalidade {
    grafo: Grafo,
    tempos: TemposVetoriais,
}

impl Causalidade {
    /// Computes the vector times of a graph.
    ///
    /// # Errors
    ///
    /// [`GrafoGrande`] if it has too many events and processes.
    pub fn de(grafo: Grafo) -> Result<Self, GrafoGrande> {
        let tempos = TemposVetoriais::de(&grafo)?;
        Ok(Self { grafo, tempos })
    }

    /// The graph.
    pub fn grafo(&self) -> &Grafo {
        &self.grafo
    }

    /// The vector time of an event.
    pub fn vetor(&self, no: usize) -> &[u32] {
        self.tempos.vetor(no)
    }

    /// Whether `um` could have influenced `outro`: it happened before it.
    pub fn antes(&self, um: usize, outro: usize) -> bool {
        um != outro && self.alcanca(um, outro)
    }

    /// Whether neither of two events could have influenced the other.
    pub fn concorrentes(&self, um: usize, outro: usize) -> bool {
        !self.alcanca(um, outro) && !self.alcanca(outro, um)
    }

    fn alcanca(&self, um: usize, outro: usize) -> bool {
        let processo = self.grafo.nos()[um].processo;
        self.vetor(outro)[processo] as usize >= self.grafo.posicao(um)
    }

    /// The events of a process that are concurrent with an event: they stand side by side.
    pub fn concorrentes_em(&self, no: usize, processo: usize) -> Range<usize> {
        let nos = self.grafo.processos()[processo].nos.clone();
        if processo == self.grafo.nos()[no].processo {
            return nos.start..nos.start;
        }
        let inicio = nos.start + self.vetor(no)[processo] as usize;
        // What an event reaches in another process is a tail of it.
        let (mut fim, mut alem) = (inicio, nos.end);
        while fim < alem {
            let meio = fim + (alem - fim) / 2;
            if self.alcanca(no, meio) { alem = meio } else { fim = meio + 1 }
        }
        inicio..fim
    }

    /// All pairs of concurrent events, each once. There may be as many as half the square of the number
    /// of events: they are found one by one, as they are asked for.
    pub fn pares_concorrentes(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let processos = self.grafo.processos().len();
        (0..self.grafo.nos().len()).flat_map(move |um| {
            let depois = self.grafo.nos()[um].processo + 1..processos;
            depois
                .flat_map(move |processo| self.concorrentes_em(um, processo))
                .map(move |outro| (um, outro))
        })
    }

    /// The reason why `um` happened before `outro`: the way with the fewest messages, as the events at
    /// its ends and at those of each message. `None` if it did not.
    pub fn caminho(&self, um: usize, outro: usize) -> Option<Vec<usize>> {
        if !self.antes(um, outro) {
            return None;
        }
        // Backwards, steps within a process first: they cost no message.
        let mut seguintes: HashMap<usize, usize> = HashMap::new();
        let mut fila = VecDeque::from([(outro, None)]);
        while let Some((no, seguinte)) = fila.pop_front() {
            if seguintes.contains_key(&no) {
                continue;
            }
            seguintes.insert(no, seguinte.unwrap_or(no));
            if no == um {
                break;
            }
            for origem in self.grafo.nos()[no].origens().filter(|&o| self.alcanca(um, o)) {
                fila.push_back((origem, Some(no)));
            }
            if let Some(anterior) = self.grafo.anterior(no).filter(|&a| self.alcanca(um, a)) {
                fila.push_front((anterior, Some(no)));
            }
        }
        let mut caminho = vec![um];
        let mut no = um;
        while no != outro {
            let seguinte = seguintes[&no];
            let por_mensagem = self.grafo.nos()[seguinte].processo != self.grafo.nos()[no].processo;
            if por_mensagem && caminho.last() != Some(&no) {
                caminho.push(no);
            }
            if por_mensagem || seguinte == outro {
                caminho.push(seguinte);
            }
            no = seguinte;
        }
        Some(caminho)
    }

    /// The same for a person: the values of the clocks on the way, as in `por 7 → 9 → 11`.
    pub fn frase_do_caminho(&self, um: usize, outro: usize) -> Option<String> {
        let valor = |&no: &usize| self.grafo.nos()[no].evento.depois.to_string();
        let valores: Vec<_> = self.caminho(um, outro)?.iter().map(valor).collect();
        Some(format!("por {}", valores.join(" → ")))
    }
}
