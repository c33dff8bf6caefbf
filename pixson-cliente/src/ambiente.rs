//! What an option says, or else a variable of the environment.

use std::env;

use pixson_linha::portugues::variavel_vazia;

/// What an option says, or else a variable of the environment. `Err` is a sentence that names the
/// variable; one that the option makes superfluous is not looked at.
pub(crate) fn ou_variavel<T>(
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
