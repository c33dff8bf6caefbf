//! As much HTTP as the pages need: from the bytes of a request to those of the answer.

use std::num::ParseIntError;

use httparse::Header;
use pixson_core::rastro::html_ao_vivo;

use super::alvo::Alvo;
use super::observado::Observado;
use super::tempo::AoVivo;

/// The longest request: 8 KiB, with up to 64 headers.
const PEDIDO_MAX_BYTES: usize = 8 * 1024;
const CABECALHOS_MAX: usize = 64;

/// The content type of the text format that is written.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const TEXTO: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

/// The methods that a page answers.
const METODOS: [&str; 2] = ["GET", "HEAD"];

/// How many files that cannot be replaced the health check names.
const PRESAS_MAX: usize = 16;

/// An answer without its first line and its headers.
struct Pagina {
    situacao: &'static str,
    tipo: &'static str,
    corpo: String,
}

impl Pagina {
    fn texto(situacao: &'static str, corpo: &str) -> Self {
        Self { situacao, tipo: TEXTO, corpo: corpo.into() }
    }

    fn escrever(&self, com_corpo: bool) -> Vec<u8> {
        let Self { situacao, tipo, corpo } = self;
        let metodos = METODOS.join(", ");
        let permite = match *situacao {
            NAO_SE_FAZ => format!("Allow: {metodos}\r\n"),
            _ => String::new(),
        };
        let corpo_dito = if com_corpo { corpo } else { "" };
        // The connection is closed after one answer: a second request on it would get none.
        format!(
            "HTTP/1.1 {situacao}\r\nContent-Type: {tipo}\r\nContent-Length: {}\r\n\
             {permite}Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
             X-Frame-Options: DENY\r\nCross-Origin-Resource-Policy: same-origin\r\n\
             Connection: close\r\n\r\n{corpo_dito}",
            corpo.len()
        )
        .into_bytes()
    }
}

const NAO_SE_FAZ: &str = "405 Method Not Allowed";

/// The answer to the request in `bytes`, or `None` if the request is not complete yet.
pub(super) fn responder(bytes: &[u8], observado: &impl Observado) -> Option<Vec<u8>> {
    let mut cabecalhos = [httparse::EMPTY_HEADER; CABECALHOS_MAX];
    let mut pedido = httparse::Request::new(&mut cabecalhos);
    let (pagina, com_corpo) = match pedido.parse(bytes) {
        Ok(httparse::Status::Partial) if bytes.len() < PEDIDO_MAX_BYTES => return None,
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            (Pagina::texto("431 Request Header Fields Too Large", "pedido longo demais\n"), true)
        }
        Err(httparse::Error::Version) => {
            (Pagina::texto("505 HTTP Version Not Supported", "só HTTP/1.0 e HTTP/1.1\n"), true)
        }
        Err(_) => (Pagina::texto("400 Bad Request", "pedido inválido\n"), true),
        Ok(httparse::Status::Complete(_)) => {
            let (metodo, alvo) = (pedido.method.unwrap_or_default(), pedido.path.unwrap_or("/"));
            let pagina = if METODOS.contains(&metodo) {
                achar(&Alvo::ler(alvo), pedido.headers, observado)
            } else {
                Pagina::texto(NAO_SE_FAZ, "só GET e HEAD\n")
            };
            (pagina, metodo != "HEAD")
        }
    };
    Some(pagina.escrever(com_corpo))
}

/// The answer to a request that ends in its middle.
pub(super) fn cortado() -> Vec<u8> {
    Pagina::texto("400 Bad Request", "pedido inválido\n").escrever(true)
}

fn achar(alvo: &Alvo<'_>, cabecalhos: &[Header<'_>], observado: &impl Observado) -> Pagina {
    match (alvo.caminho.as_slice(), observado.ao_vivo()) {
        (b"/metrics", _) => match observado.metricas().texto(observado.instantaneo()) {
            Ok(corpo) => Pagina { situacao: "200 OK", tipo: OPENMETRICS, corpo },
            Err(_) => Pagina::texto("500 Internal Server Error", "falha\n"),
        },
        (b"/saude", _) if observado.saudavel() => {
            Pagina::texto("200 OK", &saude(&observado.presas()))
        }
        (b"/saude", _) => Pagina::texto("503 Service Unavailable", "indisponível\n"),
        (b"/tempo" | b"/tempo.json", Some(ao_vivo)) if !conhecido(alvo, cabecalhos, ao_vivo) => {
            let frase = "abra pelo endereço IP, por localhost, ou pelo nome dado em --metricas\n";
            Pagina::texto("421 Misdirected Request", frase)
        }
        (b"/tempo", Some(_)) => Pagina { situacao: "200 OK", tipo: HTML, corpo: html_ao_vivo() },
        (b"/tempo.json", Some(_)) if de_outro_lugar(cabecalhos) => {
            Pagina::texto("403 Forbidden", "só a página /tempo pede isto em um navegador\n")
        }
        (b"/tempo.json", Some(ao_vivo)) => match depois(alvo) {
            Ok(depois) => {
                let corpo = ao_vivo.json(depois, |contas| observado.saldos(contas));
                Pagina { situacao: "200 OK", tipo: JSON, corpo }
            }
            Err(_) => Pagina::texto("400 Bad Request", "depois é o número de um evento\n"),
        },
        (_, Some(_)) => Pagina::texto("404 Not Found", "há /metrics, /saude e /tempo\n"),
        (_, None) => Pagina::texto("404 Not Found", "há /metrics e /saude\n"),
    }
}

/// Whether every name under which this is asked for is one of the live page. A program that is no browser may give
/// none.
fn conhecido(alvo: &Alvo<'_>, cabecalhos: &[Header<'_>], ao_vivo: &AoVivo) -> bool {
    let mut nomes = valores(cabecalhos, "host").chain(alvo.autoridade);
    nomes.all(|nome| ao_vivo.atende_por(nome))
}

/// Whether a browser asks on behalf of a page from elsewhere, which could read nothing, but have work be done
/// (W3C, Fetch Metadata).
fn de_outro_lugar(cabecalhos: &[Header<'_>]) -> bool {
    valores(cabecalhos, "sec-fetch-site").any(|de| !matches!(de, "same-origin" | "none"))
}

/// The values of the headers with this name. One that is no text is empty.
fn valores<'h>(cabecalhos: &'h [Header<'_>], nome: &'static str) -> impl Iterator<Item = &'h str> {
    let destes = cabecalhos.iter().filter(move |um| um.name.eq_ignore_ascii_case(nome));
    destes.map(|um| str::from_utf8(um.value).unwrap_or_default().trim())
}

/// The last event that a visitor has seen.
fn depois(alvo: &Alvo<'_>) -> Result<Option<u64>, ParseIntError> {
    alvo.parametro("depois").map(str::parse).transpose()
}

/// A bank that serves is healthy, even if account files cannot be replaced, since a restart would
/// not help. The page still names these files.
fn saude(presas: &[String]) -> String {
    let frases = presas.iter().take(PRESAS_MAX);
    let linhas =
        frases.map(|frase| format!("atenção: arquivo que não pode ser regravado, {frase}\n"));
    std::iter::once("ok\n".to_owned()).chain(linhas).collect()
}
