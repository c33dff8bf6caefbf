//! The name and version of this program, for the code that both programs share.

use pixson_linha::Programa;

use crate::falha::SAIDA_CODIGO;

/// This program, for the code that it shares with the server.
pub(crate) const PROGRAMA: Programa =
    Programa::novo(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), SAIDA_CODIGO);
