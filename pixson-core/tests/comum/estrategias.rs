//! Values and bytes for the properties.

use pixson_core::protocolo::Situacao;
use pixson_core::{Carimbo, Operacao, Pedido, Recusa, Resposta, Rg, Saldo, Sucesso, Valor};
use proptest::prelude::*;

pub(crate) fn um_rg() -> impl Strategy<Value = Rg> {
    "[0-9]{1,10}".prop_map(|texto| texto.parse().expect("one to ten digits"))
}

pub(crate) fn um_valor() -> impl Strategy<Value = Valor> {
    prop_oneof![1..=Valor::MAX.centavos(), 1..100_000_u64, Just(Valor::MAX.centavos())]
        .prop_map(|centavos| Valor::de_centavos(centavos).expect("in range"))
}

pub(crate) fn um_saldo() -> impl Strategy<Value = Saldo> {
    prop_oneof![0..=Saldo::MAX.centavos(), 0..100_000_u64]
        .prop_map(|centavos| Saldo::de_centavos(centavos).expect("in range"))
}

pub(crate) fn um_carimbo() -> impl Strategy<Value = Carimbo> {
    prop_oneof![0..=Carimbo::MAX.valor(), 0..1000_u64, Just(Carimbo::MAX.valor())]
        .prop_map(|valor| Carimbo::novo(valor).expect("in range"))
}

pub(crate) fn uma_operacao() -> impl Strategy<Value = Operacao> {
    prop_oneof![
        um_rg().prop_map(|rg| Operacao::Login { rg }),
        um_rg().prop_map(|rg| Operacao::Saldo { rg }),
        (um_rg(), um_valor()).prop_map(|(rg, valor)| Operacao::Saque { rg, valor }),
        (um_rg(), um_valor()).prop_map(|(rg, valor)| Operacao::Deposito { rg, valor }),
        (um_rg(), um_rg(), um_valor()).prop_map(|(rg_origem, rg_destino, valor)| {
            Operacao::Transferencia { rg_origem, rg_destino, valor }
        }),
    ]
}

pub(crate) fn um_pedido() -> impl Strategy<Value = Pedido> {
    (um_carimbo(), uma_operacao()).prop_map(|(carimbo, operacao)| Pedido { carimbo, operacao })
}

pub(crate) fn uma_resposta() -> impl Strategy<Value = Resposta> {
    let sucesso = prop_oneof![
        Just(Sucesso::Login),
        um_saldo().prop_map(Sucesso::Saldo),
        Just(Sucesso::Saque),
        Just(Sucesso::Deposito),
        Just(Sucesso::Transferencia),
    ];
    let recusa = proptest::sample::select(Recusa::TODAS);
    let desfecho = prop_oneof![sucesso.prop_map(Ok), recusa.prop_map(Err)];
    let conhecida =
        (um_carimbo(), desfecho).prop_map(|(carimbo, desfecho)| Resposta::nova(carimbo, desfecho));
    let situacao = prop_oneof![Just(Situacao::Sucesso), Just(Situacao::Erro)];
    let livre = (um_carimbo(), situacao, "\\PC{0,60}").prop_map(|(carimbo, situacao, texto)| {
        Resposta::com_texto(carimbo, situacao, &texto).expect("short and without control")
    });
    prop_oneof![conhecida, livre]
}

/// Bytes that often look like a message.
pub(crate) fn quase_mensagem() -> impl Strategy<Value = Vec<u8>> {
    let campo = proptest::sample::select(vec![
        "t:",
        "|op:",
        "|rg:",
        "|rg_origem:",
        "|rg_destino:",
        "|valor:",
        "|s:",
        "|resposta:",
        "0",
        "1",
        "2",
        "4",
        "6",
        "10.5",
        "99999999999",
        "-",
        ".",
        "|",
        ":",
        " ",
        "\r",
        "\n",
        "é",
        "nan",
    ]);
    prop_oneof![
        3 => proptest::collection::vec(campo, 0..14).prop_map(|campos| campos.concat().into_bytes()),
        2 => (um_pedido(), any::<proptest::sample::Index>(), any::<u8>()).prop_map(|(pedido, onde, byte)| {
            let mut bytes = pedido.to_string().into_bytes();
            let onde = onde.index(bytes.len());
            bytes[onde] = byte;
            bytes
        }),
        1 => proptest::collection::vec(any::<u8>(), 0..1100),
    ]
}
