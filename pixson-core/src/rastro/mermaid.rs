//! A sequence diagram for Mermaid, of small runs.
//!
//! Mermaid draws a message as one line at one height: it stands where the message was received.

use std::fmt::Write as _;

use super::causalidade::Causalidade;
use super::desenho::{Desenho, DesenhoGrande};
use super::recorte::Recorte;
use super::rotulos::{frase, mensagem, nome};

/// How many events a sequence diagram may have.
pub const MERMAID_EVENTOS_MAX: usize = 200;

/// The sequence diagram of these events.
///
/// # Errors
///
/// [`DesenhoGrande`] beyond [`MERMAID_EVENTOS_MAX`] and
/// [`DESENHO_PROCESSOS_MAX`](super::DESENHO_PROCESSOS_MAX).
pub fn mermaid(causalidade: &Causalidade, recorte: &Recorte) -> Result<String, DesenhoGrande> {
    let desenho = Desenho::de(causalidade, recorte, MERMAID_EVENTOS_MAX)?;
    let grafo = causalidade.grafo();
    let mut saida = String::from("sequenceDiagram\n");
    for (coluna, &processo) in desenho.processos.iter().enumerate() {
        linha(
            &mut saida,
            &format!("participant P{coluna} as {}", escapado(&nome(grafo, processo))),
        );
    }
    for &no in &desenho.nos {
        let descrito = &grafo.nos()[no];
        let coluna = desenho.coluna(descrito.processo);
        let mut origens = descrito.origens().filter(|&origem| recorte.tem(origem)).peekable();
        if origens.peek().is_none() && !desenho.chega(no) {
            linha(&mut saida, &format!("Note over P{coluna}: {}", escapado(&frase(descrito))));
        }
        for origem in origens {
            let de = &grafo.nos()[origem];
            let inferida = descrito.seq.is_none() || de.seq.is_none();
            let seta = if inferida { "-->>" } else { "->>" };
            let (sai, chega) = (de.evento.depois, descrito.evento.depois);
            let texto = format!("{}: {sai} → {chega}", mensagem(&descrito.evento));
            let de = desenho.coluna(de.processo);
            linha(&mut saida, &format!("P{de}{seta}P{coluna}: {}", escapado(&texto)));
        }
    }
    Ok(saida)
}

fn linha(saida: &mut String, texto: &str) {
    saida.push_str("    ");
    saida.push_str(texto);
    saida.push('\n');
}

/// A text in which nothing means anything to Mermaid: whatever is no letter, digit, space, comma or point
/// is an entity.
fn escapado(texto: &str) -> String {
    let mut saida = String::new();
    for letra in texto.chars() {
        if letra.is_alphanumeric() || matches!(letra, ' ' | ',' | '.') {
            saida.push(letra);
        } else {
            // Writing to a `String` is infallible.
            let _ = write!(saida, "#{};", u32::from(letra));
        }
    }
    saida
}
