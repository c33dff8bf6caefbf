//! A picture for a slide or a page: lines for processes, arrows for messages.
//!
//! Requests, replies and stamps that come through the bank differ in their colours, which colour-blind
//! people tell apart, and in their dashes, so that they also do in grey.

use std::fmt::{self, Write as _};

use super::causalidade::Causalidade;
use super::desenho::{Desenho, DesenhoGrande};
use super::evento::Fato;
use super::grafo::NoDoGrafo;
use super::recorte::Recorte;
use super::rotulos::{frase, mensagem, nome};

/// How many events a picture may have.
pub const SVG_EVENTOS_MAX: usize = 120;

/// Between columns, between rows, and around them, in pixels.
const COLUNA: usize = 260;
const FILEIRA: usize = 44;
const MARGEM: usize = 130;
const TOPO: usize = 64;
/// From an arrow to the baseline of its text.
const TEXTO_ACIMA: isize = -5;
const TEXTO_ABAIXO: isize = 15;

/// Each element has one class: programs for slides know little more of CSS.
const ESTILO: &str = "\
.fundo{fill:#fff}.linha{stroke:#767676}text{fill:#1a1a1a;font:13px system-ui,sans-serif}\
.nome{font-weight:600;text-anchor:middle}.valor{text-anchor:end;font-weight:600}\
.rotulo{text-anchor:middle}.halo{text-anchor:middle;fill:#fff;stroke:#fff;stroke-width:4}\
.pedido{stroke:#0072b2}.resposta{stroke:#b34700;stroke-dasharray:9 4}\
.banco{stroke:#00705a;stroke-dasharray:9 3 2 3}path{fill:none;stroke-width:1.6}\
circle{stroke:#1a1a1a;stroke-width:1.6}.evento{fill:#1a1a1a}.recusado{fill:#fff}\
.inferido{fill:#fff;stroke-dasharray:2 2}\
@media screen and (prefers-color-scheme:dark){.fundo,.inferido,.recusado{fill:#121212}\
text,.evento{fill:#ececec}circle{stroke:#ececec}.halo{fill:#121212;stroke:#121212}\
.pedido{stroke:#56b4e9}.resposta{stroke:#f0a050}.banco{stroke:#3fbf9f}}";

/// The picture of these events, as an SVG document.
///
/// # Errors
///
/// [`DesenhoGrande`] beyond [`SVG_EVENTOS_MAX`] and
/// [`DESENHO_PROCESSOS_MAX`](super::DESENHO_PROCESSOS_MAX).
pub fn svg(causalidade: &Causalidade, recorte: &Recorte) -> Result<String, DesenhoGrande> {
    let desenho = Desenho::de(causalidade, recorte, SVG_EVENTOS_MAX)?;
    let figura = Figura { causalidade, recorte, desenho };
    let mut saida = String::new();
    // Writing to a `String` is infallible.
    let _ = figura.escrever(&mut saida);
    Ok(saida)
}

struct Figura<'c> {
    causalidade: &'c Causalidade,
    recorte: &'c Recorte,
    desenho: Desenho,
}

impl Figura<'_> {
    fn escrever(&self, saida: &mut String) -> fmt::Result {
        let largura = 2 * MARGEM + COLUNA * self.desenho.processos.len().saturating_sub(1);
        let altura = TOPO + FILEIRA * (self.desenho.altura() + 1);
        writeln!(
            saida,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {largura} {altura}\" \
             width=\"{largura}\" height=\"{altura}\" role=\"img\" aria-labelledby=\"t\">\n\
             <title id=\"t\">Eventos e mensagens de {} processos, com o relógio de cada um</title>\n\
             <style>{ESTILO}</style>\n<defs>",
            self.desenho.processos.len()
        )?;
        for classe in ["pedido", "resposta", "banco"] {
            writeln!(
                saida,
                "<marker id=\"{classe}\" viewBox=\"0 0 10 10\" refX=\"10\" refY=\"5\" \
                 markerWidth=\"9\" markerHeight=\"9\" orient=\"auto\">\
                 <path class=\"{classe}\" style=\"stroke-dasharray:none\" d=\"M0 1L10 5L0 9\"/></marker>"
            )?;
        }
        writeln!(
            saida,
            "</defs>\n<rect class=\"fundo\" width=\"{largura}\" height=\"{altura}\"/>"
        )?;
        for (coluna, &processo) in self.desenho.processos.iter().enumerate() {
            let x = MARGEM + COLUNA * coluna;
            let nome = escapado(&nome(self.causalidade.grafo(), processo));
            writeln!(saida, "<text class=\"nome\" x=\"{x}\" y=\"28\">{nome}</text>")?;
            writeln!(saida, "<path class=\"linha\" d=\"M{x} 40V{}\"/>", altura - FILEIRA / 2)?;
        }
        for &no in &self.desenho.nos {
            for de in self.no(no).origens().filter(|&de| self.recorte.tem(de)) {
                self.mensagem(saida, de, no)?;
            }
        }
        for &no in &self.desenho.nos {
            self.evento(saida, no)?;
        }
        saida.write_str("</svg>\n")
    }

    fn no(&self, no: usize) -> &NoDoGrafo {
        &self.causalidade.grafo().nos()[no]
    }

    fn lugar(&self, no: usize) -> (usize, usize) {
        let coluna = self.desenho.coluna(self.no(no).processo);
        (MARGEM + COLUNA * coluna, TOPO + FILEIRA * self.desenho.fileira(no))
    }

    fn mensagem(&self, saida: &mut String, de: usize, para: usize) -> fmt::Result {
        let ((x1, y1), (x2, y2)) = (self.lugar(de), self.lugar(para));
        let classe = match &self.no(para).evento {
            evento if evento.de_pedido() => "pedido",
            evento if matches!(evento.fato, Fato::Execucao { .. }) => "banco",
            _ => "resposta",
        };
        let inferida = self.no(de).seq.is_none() || self.no(para).seq.is_none();
        let inferida = if inferida { " style=\"stroke-dasharray:2 4\"" } else { "" };
        // The arrow ends beside the circle.
        let fim = if x1 < x2 { x2 - 6 } else { x2 + 6 };
        writeln!(
            saida,
            "<path class=\"{classe}\"{inferida} marker-end=\"url(#{classe})\" d=\"M{x1} {y1}L{fim} {y2}\"/>"
        )?;
        // In the gap beside the sender, so that a long arrow keeps clear of what it passes; above the arrow
        // or below it, so that two that cross keep clear of each other.
        let (x, ao_lado) =
            if x1 < x2 { (x1 + COLUNA / 2, TEXTO_ACIMA) } else { (x1 - COLUNA / 2, TEXTO_ABAIXO) };
        let y = y1 + (y2 - y1) * x.abs_diff(x1) / x2.abs_diff(x1).max(1);
        let y = y.saturating_add_signed(ao_lado);
        let evento = &self.no(de).evento;
        let carimbo = evento.enviado().unwrap_or(evento.depois);
        let assunto = escapado(&mensagem(&self.no(para).evento));
        let lugar = format!("x=\"{x}\" y=\"{y}\"");
        writeln!(
            saida,
            "<text class=\"halo\" {lugar} aria-hidden=\"true\">{assunto} · {carimbo}</text>\
             <text class=\"rotulo\" {lugar}>{assunto} · {carimbo}</text>"
        )
    }

    fn evento(&self, saida: &mut String, no: usize) -> fmt::Result {
        let (x, y) = self.lugar(no);
        let descrito = self.no(no);
        let classe = match descrito {
            NoDoGrafo { seq: None, .. } => "inferido",
            NoDoGrafo { evento, .. } if evento.sem_fusao() => "recusado",
            _ => "evento",
        };
        let frase = escapado(&frase(descrito));
        let (acima, depois) = (y - 8, descrito.evento.depois);
        writeln!(
            saida,
            "<circle class=\"{classe}\" cx=\"{x}\" cy=\"{y}\" r=\"4.5\"><title>{frase}</title></circle>\
             <text class=\"valor\" x=\"{}\" y=\"{acima}\">{depois}</text>",
            x - 6
        )
    }
}

/// A text in which nothing means anything to XML.
fn escapado(texto: &str) -> String {
    let mut saida = String::new();
    for letra in texto.chars() {
        match letra {
            '&' => saida.push_str("&amp;"),
            '<' => saida.push_str("&lt;"),
            '>' => saida.push_str("&gt;"),
            '"' => saida.push_str("&quot;"),
            '\'' => saida.push_str("&#39;"),
            _ => saida.push(letra),
        }
    }
    saida
}
