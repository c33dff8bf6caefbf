//! An object of JSON in a line, as it is written for other programs.
//!
//! * It is ASCII without control characters: no reader finds the end of a line before the LF,
//!   whatever it takes for one, and a terminal shows the object as it is.
//! * A number that a reader with IEEE doubles would round has a twin, its digits as a text, under the
//!   same name with `_texto` at its end.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};

/// The end of the name of a number's twin.
const GEMEO: &str = "_texto";

/// Up to this number a double holds each whole number exactly, and no other number is rounded to
/// it: 2^53 − 1.
const EXATO_MAX: u128 = (1 << 53) - 1;

/// Writes an object and the end of its line.
///
/// # Errors
///
/// The output cannot be written, or JSON cannot hold the object.
pub fn escrever(saida: &mut impl Write, objeto: &impl Serialize) -> io::Result<()> {
    objeto
        .serialize(&mut Serializer::with_formatter(&mut *saida, FormatadorDeObjeto::default()))?;
    saida.write_all(b"\n")
}

/// An object and the end of its line.
///
/// # Panics
///
/// If a key of the object is no text.
///
/// ```
/// use pixson_linha::objeto::em_linha;
///
/// let objeto = serde_json::json!({ "nome": "João", "n": 1_u64 << 53 });
/// let esperado = r#"{"n":9007199254740992,"n_texto":"9007199254740992","nome":"Jo\u00e3o"}"#;
/// assert_eq!(em_linha(&objeto), format!("{esperado}\n"));
/// ```
pub fn em_linha(objeto: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    escrever(&mut bytes, objeto).expect("every key is a text, and writing to memory is infallible");
    String::from_utf8(bytes).expect("the formatter writes ASCII only")
}

/// Turns JSON that another writer has made into ASCII, by escapes: other characters can stand
/// inside strings only.
pub fn em_ascii(json: &str) -> String {
    let mut escapado = String::with_capacity(json.len());
    for letra in json.chars() {
        if letra.is_ascii() && letra != '\u{7f}' {
            escapado.push(letra);
        } else {
            for unidade in letra.encode_utf16(&mut [0; 2]) {
                // Writing to a `String` is infallible.
                let _ = write!(escapado, "\\u{unidade:04x}");
            }
        }
    }
    escapado
}

/// A formatter that remembers the key of each number, for the name of its twin.
#[derive(Debug, Default)]
struct FormatadorDeObjeto {
    em_chave: bool,
    /// The last key, as it was written.
    chave: String,
    /// The number just written, if doubles do not hold it.
    grande: Option<String>,
}

impl FormatadorDeObjeto {
    fn notar(&mut self, modulo: u128, digitos: &impl ToString) {
        if modulo > EXATO_MAX {
            self.grande = Some(digitos.to_string());
        }
    }

    fn texto<W: ?Sized + Write>(&mut self, saida: &mut W, texto: &str) -> io::Result<()> {
        if self.em_chave {
            self.chave.push_str(texto);
        }
        saida.write_all(texto.as_bytes())
    }
}

impl Formatter for FormatadorDeObjeto {
    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        saida: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.em_chave = true;
        self.chave.clear();
        CompactFormatter.begin_object_key(saida, first)
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.em_chave = false;
        Ok(())
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, saida: &mut W) -> io::Result<()> {
        match self.grande.take() {
            Some(digitos) => write!(saida, ",\"{}{GEMEO}\":\"{digitos}\"", self.chave),
            None => Ok(()),
        }
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        // An item of an array has no key, and gets no twin.
        self.grande = None;
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        saida: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.bytes().all(|byte| byte.is_ascii() && byte != b'\x7f') {
            self.texto(saida, fragment)
        } else {
            self.texto(saida, &em_ascii(fragment))
        }
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        saida: &mut W,
        char_escape: CharEscape,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        CompactFormatter.write_char_escape(&mut bytes, char_escape)?;
        self.texto(saida, &String::from_utf8_lossy(&bytes))
    }

    fn write_u64<W: ?Sized + Write>(&mut self, saida: &mut W, value: u64) -> io::Result<()> {
        self.notar(value.into(), &value);
        CompactFormatter.write_u64(saida, value)
    }

    fn write_i64<W: ?Sized + Write>(&mut self, saida: &mut W, value: i64) -> io::Result<()> {
        self.notar(value.unsigned_abs().into(), &value);
        CompactFormatter.write_i64(saida, value)
    }

    fn write_u128<W: ?Sized + Write>(&mut self, saida: &mut W, value: u128) -> io::Result<()> {
        self.notar(value, &value);
        CompactFormatter.write_u128(saida, value)
    }

    fn write_i128<W: ?Sized + Write>(&mut self, saida: &mut W, value: i128) -> io::Result<()> {
        self.notar(value.unsigned_abs(), &value);
        CompactFormatter.write_i128(saida, value)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_object_is_one_line_of_visible_ascii_and_means_what_it_meant() {
        let ruim = "é\n\r\u{1b}\u{7f}\u{85}\u{9b}\u{200b}\u{2028}\u{202e}😀\u{e0041}\"\\/";
        let objeto = json!({ ruim: ruim, "a": [ruim, null, true, 1.5], "b": { "c": -1 } });
        let linha = em_linha(&objeto);
        let inteira = linha.strip_suffix('\n').expect("an end");
        assert!(inteira.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{linha}");
        assert_eq!(serde_json::from_str::<Value>(&linha).expect("JSON"), objeto);
        let escapado = em_ascii(&objeto.to_string());
        assert!(escapado.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{escapado}");
        assert_eq!(serde_json::from_str::<Value>(&escapado).expect("JSON"), objeto);
    }

    #[test]
    fn a_number_that_doubles_would_round_has_its_digits_beside_it() {
        const EXATO: u64 = (1 << 53) - 1;
        for (numero, esperado) in [
            (json!(EXATO), r#"{"n":9007199254740991}"#),
            (json!(EXATO + 1), r#"{"n":9007199254740992,"n_texto":"9007199254740992"}"#),
            (json!(u64::MAX), r#"{"n":18446744073709551615,"n_texto":"18446744073709551615"}"#),
            (json!(-9_007_199_254_740_991_i64), r#"{"n":-9007199254740991}"#),
            (json!(i64::MIN), r#"{"n":-9223372036854775808,"n_texto":"-9223372036854775808"}"#),
            (json!([u64::MAX]), r#"{"n":[18446744073709551615]}"#),
            (
                json!({ "m": u64::MAX }),
                r#"{"n":{"m":18446744073709551615,"m_texto":"18446744073709551615"}}"#,
            ),
        ] {
            assert_eq!(em_linha(&json!({ "n": numero })).trim_end(), esperado);
        }
        let grande = BTreeMap::from([("\"é", u128::MAX), ("z", 0)]);
        let linha = em_linha(&grande);
        assert!(linha.contains(&format!(r#""\"\u00e9_texto":"{}""#, u128::MAX)), "{linha}");
        assert!(em_linha(&BTreeMap::from([("n", i128::MIN)])).contains("_texto"));
    }
}
