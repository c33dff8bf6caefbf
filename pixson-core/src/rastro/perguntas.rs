//! Questions about a run, for a class, each with its answer: pure functions of a graph and a seed.

use std::collections::HashSet;

use super::causalidade::Causalidade;
use super::evento::{EventoDoRelogio, Fato};
use super::grafo::{Grafo, NoDoGrafo};
use super::regras::devido;
use super::rotulos::{acontecido, assunto, nome};
use crate::relogio::Carimbo;

/// How many draws are made for each question that is asked for. A small run has few questions, and the
/// same one is not asked twice.
const SORTEIOS_POR_PERGUNTA: usize = 50;

/// How many draws of one kind may be in vain, one after the other.
const SORTEIOS_EM_VAO_MAX: usize = 9;

/// How many kinds of questions there are.
const TIPOS: usize = 5;

/// What is asked about a run. Events are indices of the graph.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PerguntaDoRastro {
    /// Could the first event have influenced the second?
    Influencia {
        /// The first.
        um: usize,
        /// The second.
        outro: usize,
    },
    /// Which events of a process are concurrent with an event?
    Concorrentes {
        /// The event.
        no: usize,
        /// The other process.
        processo: usize,
    },
    /// To which value must the clock go at an event?
    ProximoValor {
        /// The event.
        no: usize,
    },
    /// How two events stand to each other, of which the first has the lower value of the clock.
    MenorValor {
        /// The one with the lower value.
        um: usize,
        /// The one with the higher value.
        outro: usize,
    },
    /// The vector time of an event.
    Vetor {
        /// The event.
        no: usize,
    },
}

/// Draws up to `quantas` questions about a run, each at most once, always the same for the same run and
/// seed. There are fewer if the run has too few events.
///
/// Inferred events are not asked about: where the clock stood there is not known.
///
/// ```
/// use pixson_core::rastro::{Causalidade, Rastros, montar, perguntar};
///
/// let causalidade = Causalidade::de(montar(Rastros::default()))?;
/// assert_eq!(perguntar(&causalidade, 10, 7), [], "nothing happened");
/// # Ok::<(), pixson_core::rastro::GrafoGrande>(())
/// ```
pub fn perguntar(causalidade: &Causalidade, quantas: usize, semente: u64) -> Vec<PerguntaDoRastro> {
    let nos = causalidade.grafo().nos();
    let tracados: Vec<usize> = (0..nos.len()).filter(|&no| nos[no].seq.is_some()).collect();
    if tracados.is_empty() {
        return Vec::new();
    }
    let (mut sorteada, mut feitas) = (Sorteada(semente), HashSet::new());
    let mut perguntas = Vec::new();
    // Each kind in turn, and the next one if a kind has hardly any question left.
    let (mut tipo, mut em_vao) = (0, 0);
    for _ in 0..quantas.saturating_mul(SORTEIOS_POR_PERGUNTA) {
        if perguntas.len() == quantas {
            break;
        }
        let sorteio = sortear(causalidade, &tracados, tipo, &mut sorteada);
        match sorteio.filter(|pergunta| feitas.insert(*pergunta)) {
            Some(pergunta) => perguntas.push(pergunta),
            None if em_vao < SORTEIOS_EM_VAO_MAX => {
                em_vao += 1;
                continue;
            }
            None => {}
        }
        (tipo, em_vao) = ((tipo + 1) % TIPOS, 0);
    }
    perguntas
}

fn sortear(
    causalidade: &Causalidade,
    tracados: &[usize],
    tipo: usize,
    sorteada: &mut Sorteada,
) -> Option<PerguntaDoRastro> {
    let grafo = causalidade.grafo();
    let valor = |no: usize| grafo.nos()[no].evento.depois;
    let um = tracados[sorteada.ate(tracados.len())];
    let outro = tracados[sorteada.ate(tracados.len())];
    let processos = [um, outro].map(|no| grafo.nos()[no].processo);
    let separados = processos[0] != processos[1];
    match tipo {
        0 => separados.then_some(PerguntaDoRastro::Influencia { um, outro }),
        1 => separados.then(|| PerguntaDoRastro::Concorrentes { no: um, processo: processos[1] }),
        2 => Some(PerguntaDoRastro::ProximoValor { no: um }),
        3 => {
            let (um, outro) = if valor(um) < valor(outro) { (um, outro) } else { (outro, um) };
            let serve = separados && valor(um) < valor(outro);
            serve.then_some(PerguntaDoRastro::MenorValor { um, outro })
        }
        _ => Some(PerguntaDoRastro::Vetor { no: um }),
    }
}

impl PerguntaDoRastro {
    /// The question, for a person.
    pub fn enunciado(&self, causalidade: &Causalidade) -> String {
        let grafo = causalidade.grafo();
        let evento = |no| descrito(grafo, no);
        match *self {
            Self::Influencia { um, outro } => {
                format!("{} pode ter influenciado {}?", evento(um), evento(outro))
            }
            Self::Concorrentes { no, processo } => format!(
                "Quais eventos de {} são concorrentes com {}?",
                nome(grafo, processo),
                evento(no)
            ),
            Self::ProximoValor { no } => {
                let antes = grafo.nos()[no].evento.antes;
                let evento = sem_carimbo(grafo, no);
                format!("O relógio marca {antes}. Quanto deve marcar depois de {evento}?")
            }
            Self::MenorValor { um, outro } => {
                let valor = |no: usize| grafo.nos()[no].evento.depois;
                format!(
                    "O relógio marca {} depois de {}, e {} depois de {}. O primeiro evento aconteceu \
                     antes do segundo?",
                    valor(um),
                    evento(um),
                    valor(outro),
                    evento(outro)
                )
            }
            Self::Vetor { no } => {
                let nomes = (0..grafo.processos().len()).map(|processo| nome(grafo, processo));
                let nomes: Vec<_> = nomes.collect();
                format!("Qual é o tempo vetorial ({}) de {}?", nomes.join("; "), evento(no))
            }
        }
    }

    /// The answer, for a person, with its reason.
    pub fn resposta(&self, causalidade: &Causalidade) -> String {
        match *self {
            Self::Influencia { um, outro } => influencia(causalidade, um, outro),
            Self::Concorrentes { no, processo } => {
                let nos = causalidade.concorrentes_em(no, processo);
                if nos.is_empty() {
                    return "Nenhum.".into();
                }
                nos.map(|no| onde(causalidade.grafo(), no)).collect::<Vec<_>>().join("; ") + "."
            }
            Self::ProximoValor { no } => proximo_valor(&causalidade.grafo().nos()[no].evento),
            Self::MenorValor { um, outro } => match causalidade.frase_do_caminho(um, outro) {
                Some(caminho) => format!("Sim: {caminho}."),
                None => {
                    "Não: são concorrentes. Um carimbo menor não quer dizer que veio antes.".into()
                }
            },
            Self::Vetor { no } => {
                let vetor = causalidade.vetor(no).iter().map(ToString::to_string);
                format!("({}).", vetor.collect::<Vec<_>>().join("; "))
            }
        }
    }
}

fn influencia(causalidade: &Causalidade, um: usize, outro: usize) -> String {
    if let Some(caminho) = causalidade.frase_do_caminho(um, outro) {
        return format!("Sim: {caminho}.");
    }
    match causalidade.frase_do_caminho(outro, um) {
        Some(caminho) => format!("Não: o segundo aconteceu antes do primeiro, {caminho}."),
        None => "Não: são concorrentes.".into(),
    }
}

/// Why a clock must go to a value at an event.
fn motivo(evento: &EventoDoRelogio, devido: Carimbo) -> String {
    let antes = evento.antes;
    match &evento.fato {
        Fato::Envio(_) => format!("{antes} + 1"),
        Fato::Recebimento(mensagem) if devido == antes => {
            format!("o carimbo {} está adiantado demais, e não é fundido", mensagem.carimbo)
        }
        Fato::Recebimento(mensagem) => format!("max({antes}, {}) + 1", mensagem.carimbo),
        Fato::Execucao { linhas, .. } => {
            format!("max({antes}, {}) + 1", linhas.unwrap_or_default())
        }
    }
}

fn proximo_valor(evento: &EventoDoRelogio) -> String {
    let (devido, foi) = (devido(evento), evento.depois);
    let motivo = motivo(evento, devido);
    if foi == devido {
        format!("{devido}: {motivo}.")
    } else {
        format!("{devido}: {motivo}. O processo errou, e marca {foi}.")
    }
}

/// An event: where it stands, and what it is.
fn descrito(grafo: &Grafo, no: usize) -> String {
    format!("{} ({})", onde(grafo, no), acontecido(&grafo.nos()[no].evento))
}

/// Which process an event belongs to, and which line of its trace it is, whatever its name is made of.
fn onde(grafo: &Grafo, no: usize) -> String {
    let NoDoGrafo { processo, seq, evento, .. } = &grafo.nos()[no];
    let nome = nome(grafo, *processo);
    match seq {
        Some(seq) => format!("{nome}, linha {seq}"),
        None => format!("{nome}, carimbo {}", evento.depois),
    }
}

/// An event, without the stamp that a sending gives to its message.
fn sem_carimbo(grafo: &Grafo, no: usize) -> String {
    let evento = &grafo.nos()[no].evento;
    match evento.fato {
        Fato::Envio(_) => format!("{} (envia {})", onde(grafo, no), assunto(evento)),
        Fato::Recebimento(_) | Fato::Execucao { .. } => descrito(grafo, no),
    }
}

/// Numbers that a seed repeats: `SplitMix64`. A seed that a teacher has written down must give the same
/// questions in later versions, which no library promises.
struct Sorteada(u64);

impl Sorteada {
    /// A number below `limite`, which is not 0.
    fn ate(&mut self, limite: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limite as u64).unwrap_or_default()
    }
}
