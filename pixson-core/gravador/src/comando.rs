//! How a program was started, for the header of its trace.

use std::ffi::OsStr;

/// Words of a command line as a person would type them: those that a shell would split or change stand
/// in quotes.
///
/// ```
/// use pixson_gravador::comando_digitado;
///
/// let palavras = ["pixson-cliente", "--host", "uma casa", "it's"];
/// assert_eq!(comando_digitado(palavras), r#"pixson-cliente --host 'uma casa' "it's""#);
/// ```
pub fn comando_digitado<P: AsRef<OsStr>>(palavras: impl IntoIterator<Item = P>) -> String {
    let palavras: Vec<_> = palavras.into_iter().collect();
    let textos: Vec<_> =
        palavras.iter().map(|palavra| palavra.as_ref().to_string_lossy()).collect();
    // Only a NUL cannot be quoted, which no argument of a program has.
    shlex::try_join(textos.iter().map(AsRef::as_ref)).unwrap_or_default()
}
