//! Sums of money as a person writes them. Both programs compile this file; pixson-servidor has a link
//! to it.

use std::str::FromStr;

use pixson_core::Valor;
use pixson_core::tipos::ErroQuantia;

/// A sum with a decimal point or a decimal comma. `Err` says how to write one.
pub(crate) fn ler<T: FromStr<Err = ErroQuantia>>(texto: &str) -> Result<T, String> {
    texto.replacen(',', ".", 1).parse().map_err(|erro| match erro {
        ErroQuantia::Forma { .. } => forma(texto).into(),
        ErroQuantia::Zero => format!("o menor é {}", Valor::MIN),
        ErroQuantia::AcimaDoLimite => format!("o maior é {}", Valor::MAX),
    })
}

/// How to write a sum instead of this.
fn forma(texto: &str) -> &'static str {
    let partes: Vec<&str> = texto.split(['.', ',']).collect();
    let numero = |parte: &&str| !parte.is_empty() && parte.bytes().all(|b| b.is_ascii_digit());
    match partes[..] {
        _ if !partes.iter().all(numero) => "digite um número como 8.50 ou 8,50",
        [_, _, _, ..] => "digite um número como 8.50 ou 8,50, sem separador de milhares",
        [_, decimais] if decimais.len() > 2 => {
            "use no máximo duas casas decimais, como em 8.50 ou 8,50, e milhares sem separador"
        }
        _ => "digite um número como 8.50 ou 8,50, sem zeros à esquerda",
    }
}
