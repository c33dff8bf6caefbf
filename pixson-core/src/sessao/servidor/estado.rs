//! The transitions of the server's side. This file knows no bytes and no clock.

use crate::protocolo::Pedido;
use crate::tipos::{Culpa, Operacao, Recusa, Rg};

/// Why the session is over.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Fim {
    /// The peer has ended its input.
    FimDeEntrada,
    /// Before a login the peer sent a message without a stamp: it speaks another protocol.
    OutroProtocolo,
    /// Ten malformed messages in a row.
    MuitasMalformadas,
    /// A message beyond the length limit.
    MensagemLonga,
    /// The peer was silent for too long, or has not ended a message in time.
    PrazoEsgotado,
    /// There was no place for this connection.
    ServidorLotado,
    /// No stamp is left to answer with.
    RelogioEsgotado,
    /// The storage failed, and what became of the last requests is unknown.
    ArmazenamentoFalhou,
}

impl Fim {
    /// Whose fault it is, or `None` for the ordinary end.
    pub fn culpa(self) -> Option<Culpa> {
        match self {
            Self::FimDeEntrada => None,
            Self::OutroProtocolo
            | Self::MuitasMalformadas
            | Self::MensagemLonga
            | Self::PrazoEsgotado => Some(Culpa::Par),
            Self::RelogioEsgotado | Self::ServidorLotado => Some(Culpa::Servidor),
            Self::ArmazenamentoFalhou => Some(Culpa::Armazenamento),
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Estado {
    AguardaLogin,
    AguardaPedido { titular: Rg },
    AguardaEntrada { rg: Rg, titular: Option<Rg> },
    Encerrada(Fim),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Entrada {
    Pedido(Pedido),
    ValorInvalido { titular: Rg },
    Malformada { recusa: Recusa, demais: bool },
    CarimboRecusado { pedido: Option<Operacao> },
    Longa,
    Prazo { incompleta: bool },
    Fim,
    LoginRespondido { feito: bool },
}

impl Entrada {
    /// What a message asks for, if it is understood.
    pub(super) fn pedido(&self) -> Option<Operacao> {
        match *self {
            Self::Pedido(pedido) => Some(pedido.operacao),
            Self::CarimboRecusado { pedido } => pedido,
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Acao {
    Nada,
    Entregar(Pedido),
    Recusar(Recusa),
}

/// The whole table of the server's side.
///
/// ```text
///               login pedido                 login feito
///  AguardaLogin ─────────────► AguardaEntrada ─────────► AguardaPedido ◄─┐
///    │      ▲                    │         ▲                 │  │   │    │
///    │      └────────────────────┘         └─────────────────┘  │   └────┘
///    │   login recusado, sem titular          login pedido      │ pedido do titular
///    │ sem carimbo                                              │
///    │ longa, demais, prazo, fim             longa, demais, prazo, fim
///    └────────────────────► Encerrada ◄─────────────────────────┘
/// ```
///
/// The end of the input, a deadline and a message that is too long end the session in each state.
/// Every other message is refused, and leaves the state unchanged. Only a login decides what the
/// messages after it mean, so that only a login has to be answered before the next message is taken.
pub(super) fn transitar(estado: Estado, entrada: Entrada) -> (Estado, Acao) {
    use Acao::{Entregar, Nada, Recusar};
    use Estado::{AguardaEntrada, AguardaLogin, AguardaPedido, Encerrada};

    match (estado, entrada) {
        (Encerrada(_), _) => (estado, Nada),
        (_, Entrada::Fim) => (Encerrada(Fim::FimDeEntrada), Nada),
        (_, Entrada::Prazo { incompleta: true }) => {
            (Encerrada(Fim::PrazoEsgotado), Recusar(Recusa::MensagemInvalida))
        }
        (_, Entrada::Prazo { incompleta: false }) => (Encerrada(Fim::PrazoEsgotado), Nada),
        (_, Entrada::Longa) => {
            (Encerrada(Fim::MensagemLonga), Recusar(Recusa::MensagemLongaDemais))
        }
        (AguardaLogin, Entrada::Malformada { recusa: Recusa::MensagemInvalida, .. }) => {
            (Encerrada(Fim::OutroProtocolo), Recusar(Recusa::MensagemInvalida))
        }
        (_, Entrada::Malformada { recusa, demais: true }) => {
            (Encerrada(Fim::MuitasMalformadas), Recusar(recusa))
        }
        (_, Entrada::Malformada { recusa, demais: false }) => (estado, Recusar(recusa)),
        (_, Entrada::CarimboRecusado { .. }) => (estado, Recusar(Recusa::CarimboInvalido)),

        (AguardaLogin, Entrada::Pedido(pedido)) => match entrada_em(&pedido.operacao) {
            Some(rg) => (AguardaEntrada { rg, titular: None }, Entregar(pedido)),
            None => (estado, Recusar(Recusa::LoginNecessario)),
        },
        (AguardaLogin, Entrada::ValorInvalido { .. }) => (estado, Recusar(Recusa::LoginNecessario)),
        (AguardaPedido { titular }, Entrada::Pedido(pedido)) => {
            match entrada_em(&pedido.operacao) {
                Some(rg) => (AguardaEntrada { rg, titular: Some(titular) }, Entregar(pedido)),
                None if pedido.operacao.titular() == titular => (estado, Entregar(pedido)),
                None => (estado, Recusar(Recusa::OperacaoNaoAutorizada)),
            }
        }
        (AguardaPedido { titular }, Entrada::ValorInvalido { titular: alegado }) => {
            let autorizada = alegado == titular;
            let recusa =
                if autorizada { Recusa::ValorInvalido } else { Recusa::OperacaoNaoAutorizada };
            (estado, Recusar(recusa))
        }

        (AguardaEntrada { rg, titular }, Entrada::LoginRespondido { feito }) => {
            let titular = if feito { Some(rg) } else { titular };
            (titular.map_or(AguardaLogin, |titular| AguardaPedido { titular }), Nada)
        }
        // These do not occur: no message is taken while a login waits for its answer, and `responder`
        // tells of the answer to a login only.
        (AguardaEntrada { .. }, Entrada::Pedido(_) | Entrada::ValorInvalido { .. })
        | (AguardaLogin | AguardaPedido { .. }, Entrada::LoginRespondido { .. }) => (estado, Nada),
    }
}

/// The account that the connection acts for once `operacao` is done, if `operacao` changes it.
fn entrada_em(operacao: &Operacao) -> Option<Rg> {
    match *operacao {
        Operacao::Login { rg } => Some(rg),
        Operacao::Saldo { .. }
        | Operacao::Saque { .. }
        | Operacao::Deposito { .. }
        | Operacao::Transferencia { .. } => None,
    }
}
