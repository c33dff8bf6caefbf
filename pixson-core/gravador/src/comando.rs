//! How a program was started, for the header of its trace.

use std::ffi::OsStr;

/// Words of a command line as a person would type them: those that a shell would split or change stand
/// in quotes.
///
/// ```
/// use pixson_gravador::comando_digitado;
///
/// let palavras = ["pixson-cliente", "--host", "uma casa", "it's"];
/// assert_eq!(comando_digitado(palavras), r"pixson-cliente --host 'uma casa' 'it'\''s'");
/// ```
pub fn comando_digitado<P: AsRef<OsStr>>(palavras: impl IntoIterator<Item = P>) -> String {
    let citadas = palavras.into_iter().map(|palavra| {
        let palavra = palavra.as_ref().to_string_lossy();
        if palavra.is_empty() || !palavra.chars().all(inofensivo) {
            format!("'{}'", palavra.replace('\'', r"'\''"))
        } else {
            palavra.into_owned()
        }
    });
    let citadas: Vec<String> = citadas.collect();
    citadas.join(" ")
}

/// Whether a shell leaves this character as it is.
fn inofensivo(letra: char) -> bool {
    letra.is_alphanumeric() || "-_./:,=@+%".contains(letra)
}
