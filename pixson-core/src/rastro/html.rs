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

/// What the page of a run that goes on does besides.
const AO_VIVO: &str = include_str!("html/ao_vivo.js");

/// SHA-256 of the program as it stands in the page, which tells the browser to run nothing else. A test says
/// what it has to be.
const RESUMO: &str = "sha256-mNW1de30QeVfWxKgJUP5ZLiDaX0YclGsSWzF274IGRY=";

/// The same for a run that goes on.
const RESUMO_AO_VIVO: &str = "sha256-3Ra9j4VMFotkdWdSxpwboMCIDyP4vMZ18W7Hli/8TuE=";

/// What else the browser lets the page of a run that goes on do: ask the server that it came from.
const LIGACAO_AO_VIVO: &str = "; connect-src 'self'";

/// These events as a page for a browser, in Portuguese (docs/rastro.md, section 9). The graph is in it as
/// [`json`] writes it, in an element with the id `grafo`.
pub fn html(causalidade: &Causalidade, recorte: &Recorte, infracoes: &[Infracao]) -> String {
    // No text in it can end the element that holds it: a `<` is an escape there.
    let grafo = json(causalidade, recorte, infracoes);
    encher([RESUMO, "", ESTILO, &grafo, &programa(&[])])
}

/// The same page for a run that goes on. It has no events: it asks for them, every second, at `tempo.json` beside
/// it, in the form of docs/rastro.md, section 10.
pub fn html_ao_vivo() -> String {
    encher([RESUMO_AO_VIVO, LIGACAO_AO_VIVO, ESTILO, "", &programa(&[AO_VIVO])])
}

/// The page with these in its places.
fn encher(valores: [&str; 5]) -> String {
    let mut pagina = String::new();
    for (parte, valor) in PAGINA.split('@').step_by(2).zip(valores.into_iter().chain([""])) {
        pagina.push_str(parte);
        pagina.push_str(valor);
    }
    pagina
}

/// The program of a page, and what else it does.
fn programa(mais: &[&str]) -> String {
    format!("\n\"use strict\";\n{}", [&PROGRAMA, mais].concat().join("\n"))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn the_browser_is_told_to_run_this_program_and_no_other() {
        for (resumo, mais) in [(RESUMO, &[][..]), (RESUMO_AO_VIVO, &[AO_VIVO])] {
            let devia = STANDARD.encode(Sha256::digest(programa(mais)));
            assert_eq!(resumo, format!("sha256-{devia}"));
        }
    }

    #[test]
    fn the_places_of_the_page_are_filled_in_their_order() {
        let nomes: Vec<&str> = PAGINA.split('@').skip(1).step_by(2).collect();
        assert_eq!(nomes, ["RESUMO", "LIGACAO", "ESTILO", "GRAFO", "PROGRAMA"]);
    }
}
