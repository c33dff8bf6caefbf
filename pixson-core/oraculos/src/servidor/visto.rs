//! What can be seen of a server's session, and the accounts and clocks around it: the same for the
//! session and for the model that it is compared with.

use pixson_core::banco::BancoMemoria;
use pixson_core::relogio::{Carimbo, Relogio};
use pixson_core::sessao::Fim;
use pixson_core::tipos::{Rg, Saldo};

/// Everything that can be seen of a session.
#[derive(Debug, Default, PartialEq)]
pub(super) struct VistoServidor {
    /// What is sent in the end, and how each reply in it is terminated.
    pub(super) saida: Vec<u8>,
    pub(super) relogios: Vec<u64>,
    pub(super) fim: Option<Fim>,
    pub(super) titular: Option<Rg>,
    /// Whether, in the end, the quiet period is waited for.
    pub(super) acordar: bool,
    pub(super) saldos: Vec<(Rg, Saldo)>,
}

/// Two ordinary accounts, one that holds all it can, an empty one, and two whose names differ from those
/// of others in their zeros only.
pub(super) fn contas() -> BancoMemoria {
    let contas = [
        ("1111111111", 1000),
        ("2222222222", 1000),
        ("1", Saldo::MAX.centavos()),
        ("0", 0),
        ("0000000001", 1000),
        ("00", 1000),
    ];
    BancoMemoria::com_contas(contas.map(|(rg, centavos)| {
        (rg.parse().expect("legal"), Saldo::de_centavos(centavos).expect("in range"))
    }))
}

/// How far other connections have moved the clock.
pub(super) fn adiantado(agora: Carimbo, comando: u8) -> Carimbo {
    let maximo = Carimbo::MAX.valor();
    let valor = match comando {
        // Close to the end, at which nothing can be stamped any more.
        b'9' => maximo - 5,
        b'8' => agora.valor().saturating_add(Relogio::SALTO_MAXIMO),
        outro => agora.valor().saturating_add(outro.into()),
    };
    Carimbo::novo(valor.min(maximo)).map_or(agora, |adiante| adiante.max(agora))
}
