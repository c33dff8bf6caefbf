//! How much is tried of what could be tried for ever.

use std::env;

/// All of it with `PIXSON_TAMANHO=inteiro`, as in CI; otherwise as much as an everyday run has time for.
/// A test that fails shows which it was.
#[expect(clippy::print_stdout, reason = "of a test that fails, what it printed is shown")]
pub(crate) fn tamanho<T: std::fmt::Display>(dia_a_dia: T, inteiro: T) -> T {
    let pedido = env::var("PIXSON_TAMANHO");
    let escolhido =
        if pedido.is_ok_and(|pedido| pedido == "inteiro") { inteiro } else { dia_a_dia };
    println!("size: {escolhido}");
    escolhido
}
