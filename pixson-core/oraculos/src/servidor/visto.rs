//! What can be observed of a server's session, and its accounts and clocks: the same types for the
//! session and for its model.

use pixson_core::banco::BancoMemoria;
use pixson_core::relogio::{Carimbo, Relogio};
use pixson_core::sessao::Fim;
use pixson_core::tipos::{Rg, Saldo};

/// Everything that can be observed of a session.
#[derive(Debug, Default, PartialEq)]
pub(super) struct VistoServidor {
    /// All bytes that were sent, with the terminators of the replies.
    pub(super) saida: Vec<u8>,
    pub(super) relogios: Vec<u64>,
    pub(super) fim: Option<Fim>,
    pub(super) titular: Option<Rg>,
    /// Whether the session waits for the quiet period in the end.
    pub(super) acordar: bool,
    pub(super) saldos: Vec<(Rg, Saldo)>,
}

/// What can be observed of a session but its clock.
#[derive(Debug, PartialEq)]
pub(super) struct VistoSemRelogio {
    /// What the replies say, in order.
    respostas: Vec<String>,
    fim: Option<Fim>,
    titular: Option<Rg>,
    acordar: bool,
    saldos: Vec<(Rg, Saldo)>,
}

impl VistoServidor {
    /// What was observed but the clock, unless the clock has decided something of it.
    pub(super) fn sem_relogio(&self) -> Option<VistoSemRelogio> {
        let saida = std::str::from_utf8(&self.saida).expect("replies are UTF-8");
        let pelo_relogio =
            saida.contains("Carimbo inválido") || self.fim == Some(Fim::RelogioEsgotado);
        // Every reply begins with `t:`, which no text of the protocol contains.
        let sem_carimbo = |resposta: &str| {
            resposta.trim_start_matches(|letra: char| letra.is_ascii_digit()).to_owned()
        };
        (!pelo_relogio).then(|| VistoSemRelogio {
            respostas: saida.split("t:").map(sem_carimbo).collect(),
            fim: self.fim,
            titular: self.titular,
            acordar: self.acordar,
            saldos: self.saldos.clone(),
        })
    }
}

/// Two ordinary accounts, a full one, an empty one, and two whose names differ from those of others
/// only in leading zeros.
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

/// The clock after other connections have moved it.
pub(super) fn adiantado(agora: Carimbo, comando: u8) -> Carimbo {
    let maximo = Carimbo::MAX.valor();
    let valor = match comando {
        // Close to the last value, at which no message can be stamped any more.
        b'9' => maximo - 5,
        b'8' => agora.valor().saturating_add(Relogio::SALTO_MAXIMO),
        outro => agora.valor().saturating_add(outro.into()),
    };
    Carimbo::novo(valor.min(maximo)).map_or(agora, |adiante| adiante.max(agora))
}
