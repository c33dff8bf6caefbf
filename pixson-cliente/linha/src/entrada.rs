//! Input in lines, as other programs write it.

/// The longest line that is read whole, in bytes: no account, no command and nothing that a person
/// types needs half of it.
pub const LINHA_MAX_BYTES: usize = 4096;

/// The byte order mark (U+FEFF) that some programs put before a text in UTF-8.
const MARCA_DE_UTF8: &[u8] = "\u{feff}".as_bytes();

/// The first line of a text without the byte order mark that may stand before it.
///
/// ```
/// use pixson_linha::entrada::sem_marca;
///
/// assert_eq!(sem_marca(b"\xef\xbb\xbfsaldo"), b"saldo");
/// assert_eq!(sem_marca(b"saldo"), b"saldo");
/// ```
pub fn sem_marca(linha: &[u8]) -> &[u8] {
    linha.strip_prefix(MARCA_DE_UTF8).unwrap_or(linha)
}
