//! Balances, amounts and stamps as the tables have them: all of them are below 2^62, and fit.

use crate::relogio::Carimbo;
use crate::tipos::{Saldo, Valor};

pub(super) fn do_carimbo(carimbo: Carimbo) -> i64 {
    carimbo.valor().cast_signed()
}

pub(super) fn do_saldo(saldo: Saldo) -> i64 {
    saldo.centavos().cast_signed()
}

pub(super) fn do_valor(valor: Valor) -> i64 {
    valor.centavos().cast_signed()
}

/// The stamp that stands in the tables, if it is one.
pub(super) fn carimbo_de(valor: i64) -> Option<Carimbo> {
    Carimbo::novo(u64::try_from(valor).ok()?)
}

/// The same of a balance.
pub(super) fn saldo_de(centavos: i64) -> Option<Saldo> {
    Saldo::de_centavos(u64::try_from(centavos).ok()?).ok()
}

/// The same of an amount.
pub(super) fn valor_de(centavos: i64) -> Option<Valor> {
    Valor::de_centavos(u64::try_from(centavos).ok()?).ok()
}
