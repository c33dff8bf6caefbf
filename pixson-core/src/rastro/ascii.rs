//! JSON as this module writes it: ASCII, with a twin for each number that doubles would round.

use itoa::Buffer;

/// From this number on a double no longer holds each whole number: 2^53.
const INEXATO_MIN: u64 = 1 << 53;

/// Appends a text with its quotes. Whatever is not printable ASCII becomes an escape, and so do the
/// characters that could end an element of a page.
pub(super) fn texto(saida: &mut Vec<u8>, texto: &str) {
    saida.push(b'"');
    let mut resto = texto;
    while let Some((inicio, letra)) = resto.char_indices().find(|&(_, letra)| !simples(letra)) {
        saida.extend_from_slice(&resto.as_bytes()[..inicio]);
        match letra {
            '"' => saida.extend_from_slice(b"\\\""),
            '\\' => saida.extend_from_slice(b"\\\\"),
            _ => escape(saida, letra),
        }
        resto = &resto[inicio + letra.len_utf8()..];
    }
    saida.extend_from_slice(resto.as_bytes());
    saida.push(b'"');
}

/// Whether a character stands for itself.
fn simples(letra: char) -> bool {
    matches!(letra, ' '..='~') && !matches!(letra, '"' | '\\' | '<' | '>' | '&')
}

fn escape(saida: &mut Vec<u8>, letra: char) {
    const DIGITOS: &[u8; 16] = b"0123456789abcdef";
    for unidade in letra.encode_utf16(&mut [0; 2]) {
        saida.extend(b"\\u");
        saida.extend([12, 8, 4, 0].map(|bits| DIGITOS[usize::from(*unidade >> bits & 0xf)]));
    }
}

/// Appends a number.
pub(super) fn numero(saida: &mut Vec<u8>, numero: u64) {
    saida.extend_from_slice(Buffer::new().format(numero).as_bytes());
}

/// Appends a field with a text, behind another field.
pub(super) fn campo_texto(saida: &mut Vec<u8>, nome: &str, valor: &str) {
    chave(saida, nome);
    texto(saida, valor);
}

/// Appends a field with a number, behind another field, and its twin if it needs one.
pub(super) fn campo_numero(saida: &mut Vec<u8>, nome: &str, valor: u64) {
    chave(saida, nome);
    numero(saida, valor);
    if valor >= INEXATO_MIN {
        saida.extend_from_slice(b",\"");
        saida.extend_from_slice(nome.as_bytes());
        saida.extend_from_slice(b"_texto\":\"");
        numero(saida, valor);
        saida.push(b'"');
    }
}

/// Appends the name of a field, behind another field, with its colon.
pub(super) fn chave(saida: &mut Vec<u8>, nome: &str) {
    saida.extend_from_slice(b",\"");
    saida.extend_from_slice(nome.as_bytes());
    saida.extend_from_slice(b"\":");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_visible_ascii_that_json_reads_back() {
        for original in ["", "Saldo: 10.0", "é\"\\/\n\u{7f}\u{2028}😀", "</script><!--&"] {
            let mut saida = Vec::new();
            texto(&mut saida, original);
            assert!(saida.iter().all(|byte| (b' '..=b'~').contains(byte)), "{saida:?}");
            assert!(!saida.contains(&b'<'), "{saida:?}");
            let lido: String = serde_json::from_slice(&saida).expect("JSON");
            assert_eq!(lido, original);
        }
    }

    #[test]
    fn only_a_number_that_doubles_would_round_has_its_digits_beside_it() {
        for (valor, esperado) in [
            (INEXATO_MIN - 1, r#","n":9007199254740991"#),
            (INEXATO_MIN, r#","n":9007199254740992,"n_texto":"9007199254740992""#),
        ] {
            let mut saida = Vec::new();
            campo_numero(&mut saida, "n", valor);
            assert_eq!(String::from_utf8(saida).as_deref(), Ok(esperado));
        }
    }
}
