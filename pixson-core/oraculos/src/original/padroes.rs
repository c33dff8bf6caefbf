//! The regular expressions of the original, and Python's `float`.

use std::sync::LazyLock;

use regex::Regex;

/// How many bytes the original reads at a time: a longer message never reaches its patterns whole.
const RECV_BYTES: usize = 1024;

/// A request as the original understands it.
#[derive(Debug)]
pub(super) struct PedidoLido<'a> {
    pub(super) tempo: &'a str,
    pub(super) op: u8,
    pub(super) rgs: [Option<&'a str>; 2],
    pub(super) valor: Option<NumeroLido<'a>>,
}

/// A reply as the original understands it.
#[derive(Debug)]
pub(super) struct RespostaLida<'a> {
    pub(super) tempo: &'a str,
    pub(super) sucesso: bool,
    pub(super) texto: &'a str,
}

/// An amount that Python's `float` accepts.
#[derive(Debug)]
pub(super) struct NumeroLido<'a> {
    pub(super) texto: &'a str,
    /// `None` if it has digits of other scripts, whose value is not needed here.
    pub(super) numero: Option<f64>,
}

impl NumeroLido<'_> {
    /// The number as Python prints it. Rust prints floats in the range of amounts in the same way.
    pub(super) fn impressa(&self) -> String {
        self.numero.map_or_else(String::new, |numero| format!("{numero:?}"))
    }
}

/// The kinds of requests: the number of the operation, and the pattern.
static PEDIDOS: LazyLock<[(u8, Regex); 5]> = LazyLock::new(|| {
    [
        (1, r"^t:([0-9]+)\|op:1\|rg:([0-9]{1,10})$"),
        (2, r"^t:([0-9]+)\|op:2\|rg:([0-9]{1,10})\|valor:(?<valor>.*)$"),
        (3, r"^t:([0-9]+)\|op:3\|rg:([0-9]{1,10})\|valor:(?<valor>.*)$"),
        (
            4,
            concat!(
                r"^t:([0-9]+)\|op:4\|rg_origem:([0-9]{1,10})",
                r"\|rg_destino:(?<destino>[0-9]{1,10})\|valor:(?<valor>.*)$"
            ),
        ),
        (6, r"^t:([0-9]+)\|op:6\|rg:([0-9]{1,10})$"),
    ]
    .map(|(op, padrao)| (op, compilar(padrao)))
});

static RESPOSTAS: LazyLock<[(bool, Regex); 2]> = LazyLock::new(|| {
    [(true, r"^t:([0-9]+)\|s:0\|resposta:(.*)$"), (false, r"^t:([0-9]+)\|s:1\|resposta:(.*)$")]
        .map(|(sucesso, padrao)| (sucesso, compilar(padrao)))
});

/// The texts that `float` accepts. White space and digits are those of Unicode; an underscore may
/// stand between two digits.
static FLOAT: LazyLock<Regex> = LazyLock::new(|| {
    const DIGITOS: &str = r"\d(?:_?\d)*";
    let mantissa = format!(r"(?:{DIGITOS}(?:\.(?:{DIGITOS})?)?|\.{DIGITOS})");
    let numero = format!(r"{mantissa}(?:[eE][+-]?{DIGITOS})?|(?i-u:inf|infinity|nan)");
    compilar(&format!(r"^\s*(?<numero>[+-]?(?:{numero}))\s*$"))
});

pub(super) fn compilar(padrao: &str) -> Regex {
    Regex::new(padrao).expect("the patterns are constants and valid")
}

/// The text that the original matches its patterns against, or `None` if it is no UTF-8 or too
/// long. In Python `$` also stands before an LF at the end, and no other LF is matched by `.`.
pub(super) fn texto_de(bytes: &[u8]) -> Option<&str> {
    let mensagem = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    std::str::from_utf8(mensagem).ok().filter(|texto| texto.len() <= RECV_BYTES)
}

pub(super) fn ler_pedido(bytes: &[u8]) -> Option<PedidoLido<'_>> {
    let texto = texto_de(bytes)?;
    PEDIDOS.iter().find_map(|(op, padrao)| {
        let campos = padrao.captures(texto)?;
        let campo = |indice| campos.get(indice).map(|campo| campo.as_str());
        let destino = campos.name("destino").map(|campo| campo.as_str());
        let valor = match campos.name("valor") {
            Some(valor) => Some(ler_float(valor.as_str())?),
            None => None,
        };
        Some(PedidoLido { tempo: campo(1)?, op: *op, rgs: [campo(2), destino], valor })
    })
}

pub(super) fn ler_resposta(bytes: &[u8]) -> Option<RespostaLida<'_>> {
    let texto = texto_de(bytes)?;
    RESPOSTAS.iter().find_map(|(sucesso, padrao)| {
        let (_, [tempo, texto]) = padrao.captures(texto)?.extract();
        Some(RespostaLida { tempo, sucesso: *sucesso, texto })
    })
}

fn ler_float(texto: &str) -> Option<NumeroLido<'_>> {
    let numero = FLOAT.captures(texto)?.name("numero")?.as_str().replace('_', "");
    Some(NumeroLido { texto, numero: numero.parse().ok() })
}
