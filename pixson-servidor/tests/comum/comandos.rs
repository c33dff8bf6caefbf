//! The commands of the server.

/// Every command that has a page of help.
pub(crate) const COMANDOS: [&[&str]; 14] = [
    &[],
    &["conta"],
    &["conta", "criar"],
    &["conta", "listar"],
    &["conta", "mostrar"],
    &["conta", "ajustar"],
    &["importar"],
    &["exportar"],
    &["extrato"],
    &["auditar"],
    &["banco"],
    &["banco", "preparar"],
    &["completar"],
    &["manual"],
];
