//! How a request begins, behind its stamp: one table for the parser and the serializer.

use crate::tipos::TipoDeOperacao;

/// The number of the operation, and the name of the field that holds its `titular`.
pub(super) const fn prefixo(tipo: TipoDeOperacao) -> &'static str {
    match tipo {
        TipoDeOperacao::Login => "op:6|rg:",
        TipoDeOperacao::Saldo => "op:1|rg:",
        TipoDeOperacao::Saque => "op:2|rg:",
        TipoDeOperacao::Deposito => "op:3|rg:",
        TipoDeOperacao::Transferencia => "op:4|rg_origem:",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_prefix_has_the_number_of_its_operation_and_begins_no_other() {
        for &tipo in TipoDeOperacao::TODOS {
            assert!(prefixo(tipo).starts_with(&format!("op:{}|", tipo.numero())), "{tipo:?}");
            let outros = TipoDeOperacao::TODOS.iter().filter(|outro| **outro != tipo);
            assert!(outros.into_iter().all(|&outro| !prefixo(outro).starts_with(prefixo(tipo))));
        }
    }
}
