//! What can be observed of a client's session, and the requests that it sends: the same types for
//! the session and for its model.

use pixson_core::sessao::{ErroEnvio, ErroSessao, SaidaCliente};
use pixson_core::tipos::{Operacao, Valor};

/// Everything that can be observed of a session.
#[derive(Debug, Default, PartialEq)]
pub(super) struct VistoCliente {
    /// Clock changes and replies, in order.
    pub(super) saidas: Vec<SaidaCliente>,
    pub(super) enviados: Vec<Result<u64, ErroEnvio>>,
    pub(super) bytes: Vec<u8>,
    /// Its last output.
    pub(super) ultima: Option<Result<SaidaCliente, ErroSessao>>,
    pub(super) pendentes: usize,
    pub(super) relogio: u64,
}

/// The operation that a command of the script stands for.
pub(super) fn operacao(comando: u8) -> Operacao {
    let rg = "1111111111".parse().expect("legal");
    let rg_destino = "0000000022".parse().expect("legal");
    let valor = "8.5".parse().expect("legal");
    match comando {
        b'1' => Operacao::Saldo { rg },
        b'2' => Operacao::Saque { rg, valor },
        b'3' => Operacao::Deposito { rg, valor: Valor::MAX },
        b'4' => Operacao::Transferencia { rg_origem: rg, rg_destino, valor },
        _ => Operacao::Login { rg },
    }
}
