//! Operations for the banks that are held against the model. The suite itself is
//! `pixson_oraculos::conformidade`.

use pixson_core::{Operacao, Saldo};
#[allow(unused_imports, reason = "every test program includes the whole module")]
pub(crate) use pixson_oraculos::fazer;
use proptest::prelude::*;

use super::rg;

/// The accounts of [`operacao_qualquer`], of which the last may not exist: names of one digit and of
/// ten, and two that differ in their zeros.
pub(crate) const CONTAS: [(&str, &str); 4] =
    [("0", "0.0"), ("0000002025", "10.0"), ("9876543210", "25.5"), ("2025", "9999999999999.0")];

/// One that is not there.
pub(crate) const AUSENTE: &str = "02025";

/// Any operation over these accounts, with short sums and long ones.
pub(crate) fn operacao_qualquer() -> impl Strategy<Value = Operacao> {
    let conta = || {
        let nomes = CONTAS.map(|(nome, _)| nome).into_iter().chain([AUSENTE]);
        proptest::sample::select(nomes.map(rg).collect::<Vec<_>>())
    };
    let quanto = || {
        let limite = Saldo::MAX.centavos();
        prop_oneof![8 => 1..2000_u64, 1 => limite - 2000..=limite, 1 => 1..=limite]
            .prop_map(|centavos| pixson_core::Valor::de_centavos(centavos).expect("in range"))
    };
    prop_oneof![
        1 => conta().prop_map(|rg| Operacao::Login { rg }),
        2 => conta().prop_map(|rg| Operacao::Saldo { rg }),
        3 => (conta(), quanto()).prop_map(|(rg, valor)| Operacao::Saque { rg, valor }),
        3 => (conta(), quanto()).prop_map(|(rg, valor)| Operacao::Deposito { rg, valor }),
        6 => (conta(), conta(), quanto()).prop_map(|(rg_origem, rg_destino, valor)| {
            Operacao::Transferencia { rg_origem, rg_destino, valor }
        }),
    ]
}
