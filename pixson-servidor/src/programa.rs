//! The name and version of this program, for the code that both programs share.

use pixson_linha::Programa;

/// This program, for the code that it shares with the client.
pub(crate) const PROGRAMA: Programa = Programa::novo(
    env!("CARGO_PKG_NAME"),
    env!("CARGO_PKG_VERSION"),
    pixson_administracao::ILEGIVEL_CODIGO,
);
