//! A log for ShiViz, with vector clocks that count the events in the log.
//!
//! ShiViz takes the first line as a regular expression and the second as the one that separates runs.
//! In the expression every parenthesis must begin one of the named groups. The own component of a host
//! counts 1, 2, 3 …, and each other one names an event of the log. Hosts are keys of a JavaScript
//! object, so that a name must not be one that every object has.

use super::ascii::{numero, texto};
use super::causalidade::Causalidade;
use super::recorte::Recorte;
use super::rotulos::frase;

/// How ShiViz finds host, clock and event in a line.
pub const EXPRESSAO_DO_SHIVIZ: &str = r"(?<host>\S+) (?<clock>\{[^}]*\}) (?<event>.+)";

/// The log of these events.
///
/// # Panics
///
/// Never: all that is written is text.
pub fn shiviz(causalidade: &Causalidade, recorte: &Recorte) -> String {
    let grafo = causalidade.grafo();
    let processos = recorte.processos(grafo);
    let anfitrioes: Vec<String> = processos
        .iter()
        .map(|&processo| {
            let nome = grafo.processos()[processo].nome.as_str();
            // The number makes it unique, and no name that objects have.
            format!("{}.{}", so_letras(nome), processo + 1)
        })
        .collect();
    let ate = contados(causalidade, recorte);
    let mut saida = format!("{EXPRESSAO_DO_SHIVIZ}\n\n").into_bytes();
    for no in recorte.nos(grafo) {
        let proprio = processos.iter().position(|&um| um == grafo.nos()[no].processo);
        let Some(proprio) = proprio else { continue };
        saida.extend_from_slice(anfitrioes[proprio].as_bytes());
        saida.extend_from_slice(b" {");
        let mut separador: &[u8] = b"";
        for (&processo, anfitriao) in processos.iter().zip(&anfitrioes) {
            let alcancados = causalidade.vetor(no)[processo] as usize;
            let inicio = grafo.processos()[processo].nos.start;
            let contados = if alcancados == 0 { 0 } else { ate[inicio + alcancados - 1] };
            if contados > 0 {
                saida.extend_from_slice(separador);
                texto(&mut saida, anfitriao);
                saida.push(b':');
                numero(&mut saida, contados);
                separador = b",";
            }
        }
        saida.extend_from_slice(b"} ");
        saida.extend_from_slice(frase(&grafo.nos()[no]).as_bytes());
        saida.push(b'\n');
    }
    String::from_utf8(saida).expect("names are ASCII here, and sentences are text")
}

/// For each event, how many of its process are shown up to it, itself included.
fn contados(causalidade: &Causalidade, recorte: &Recorte) -> Vec<u64> {
    let grafo = causalidade.grafo();
    let mut ate = Vec::with_capacity(grafo.nos().len());
    for descrito in grafo.processos() {
        let mut quantos = 0;
        for no in descrito.nos.clone() {
            quantos += u64::from(recorte.tem(no));
            ate.push(quantos);
        }
    }
    ate
}

/// A name without spaces and without what could mean something to ShiViz.
fn so_letras(nome: &str) -> String {
    nome.chars().map(|letra| if letra.is_ascii_alphanumeric() { letra } else { '_' }).collect()
}
