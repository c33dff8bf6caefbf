//! What the program is called, for what both programs share.

use pixson_linha::Programa;

use crate::falha::SAIDA_CODIGO;

/// This program, for what it shares with the server.
pub(crate) const PROGRAMA: Programa =
    Programa::novo(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), SAIDA_CODIGO);
