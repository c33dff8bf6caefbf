//! How many event loops a program is to have, as a person writes it.

/// The most event loops. More than there are processors bring nothing, and each has a thread and two
/// descriptors.
pub const LACOS_MAX: usize = 256;

/// A number of event loops, up to [`LACOS_MAX`]; 0 stands for none.
///
/// # Errors
///
/// What is wrong, for the inside of a sentence.
///
/// ```
/// use pixson_linha::lacos;
///
/// assert_eq!(lacos::ler("2"), Ok(2));
/// assert!(lacos::ler("257").is_err());
/// ```
pub fn ler(texto: &str) -> Result<usize, String> {
    let quantos = texto.parse().ok().filter(|&quantos| quantos <= LACOS_MAX);
    quantos.ok_or_else(|| format!("não é um número de 0 a {LACOS_MAX}"))
}
