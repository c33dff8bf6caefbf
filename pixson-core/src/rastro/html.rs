//! A page that shows a run to a person: one file, which needs no network and nothing installed but a browser.

use super::causalidade::Causalidade;
use super::em_json::json;
use super::infracao::Infracao;
use super::recorte::Recorte;

const PAGINA: &str = include_str!("html/pagina.html");
const ESTILO: &str = include_str!("html/estilo.css");

/// The program of the page, in the order in which its parts need each other.
const PROGRAMA: [&str; 4] = [
    include_str!("html/corrida.js"),
    include_str!("html/desenho.js"),
    include_str!("html/painel.js"),
    include_str!("html/pagina.js"),
];

/// SHA-256 of the program as it stands in the page, which tells the browser to run nothing else. A test says
/// what it has to be.
const RESUMO: &str = "sha256-T19zr5eWPrSbL6gPKY5SVkID7h2bHHBnbl2iUUvpD+4=";

/// These events as a page for a browser, in Portuguese (docs/rastro.md, section 9). The graph is in it as
/// [`json`] writes it, in an element with the id `grafo`.
pub fn html(causalidade: &Causalidade, recorte: &Recorte, infracoes: &[Infracao]) -> String {
    // No text in it can end the element that holds it: a `<` is an escape there.
    let grafo = json(causalidade, recorte, infracoes);
    let mut pagina = String::new();
    let partes = PAGINA.split('@').step_by(2);
    for (parte, valor) in partes.zip([RESUMO, ESTILO, &grafo, &programa(), ""]) {
        pagina.push_str(parte);
        pagina.push_str(valor);
    }
    pagina
}

fn programa() -> String {
    format!("\n\"use strict\";\n{}", PROGRAMA.join("\n"))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn the_browser_is_told_to_run_this_program_and_no_other() {
        let resumo = STANDARD.encode(Sha256::digest(programa()));
        assert_eq!(RESUMO, format!("sha256-{resumo}"));
    }

    #[test]
    fn the_places_of_the_page_are_filled_in_their_order() {
        let nomes: Vec<&str> = PAGINA.split('@').skip(1).step_by(2).collect();
        assert_eq!(nomes, ["RESUMO", "ESTILO", "GRAFO", "PROGRAMA"]);
    }
}
