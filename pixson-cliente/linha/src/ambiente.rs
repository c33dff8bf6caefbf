//! The value of an option, or else of a variable of the environment.

use std::env;

use crate::portugues::variavel_vazia;

/// The value of an option, or else of a variable of the environment. If the option is given, the
/// variable is not read.
///
/// # Errors
///
/// A sentence that names the variable and says what is wrong with it.
///
/// ```
/// use pixson_linha::ambiente::ou_variavel;
/// use pixson_linha::endereco::ler_host;
///
/// let host = ou_variavel(Some("localhost".to_owned()), "PIXSON_HOST", ler_host);
/// assert_eq!(host, Ok(Some("localhost".to_owned())));
/// ```
pub fn ou_variavel<T>(
    opcao: Option<T>,
    variavel: &str,
    ler: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    if opcao.is_some() {
        return Ok(opcao);
    }
    let Some(texto) = env::var_os(variavel) else { return Ok(None) };
    if texto.is_empty() {
        return Err(variavel_vazia(variavel));
    }
    let texto = texto.to_string_lossy();
    let lido = ler(&texto).map_err(|motivo| {
        format!("Valor inválido na variável {variavel}: \"{texto}\" ({motivo}).")
    })?;
    Ok(Some(lido))
}
