//! What becomes of an operation: an answer, or money that moves.

use crate::tipos::{Operacao, Rg, Saldo, Sucesso, Valor};

/// The balance of an account before and after.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Movimento {
    /// The account.
    pub rg: Rg,
    /// Its balance before.
    pub antes: Saldo,
    /// Its balance after.
    pub depois: Saldo,
}

/// What becomes of an operation that is not refused. A success that moves money cannot lack the
/// balances that it changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a decision that is not applied changes nothing"]
pub enum Decisao {
    /// The operation only asks, and changes nothing.
    Consulta(Consulta),
    /// Money moves.
    Movimentacao(Movimentacao),
}

/// The answer to an operation that changes nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Consulta {
    /// The account is there.
    Login,
    /// What it holds.
    Saldo(Saldo),
}

/// Money that moves, in one step, with the balances of all its accounts before and after.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Movimentacao {
    /// A withdrawal.
    Saque {
        /// How much.
        valor: Valor,
        /// The account that is debited.
        titular: Movimento,
    },
    /// A deposit.
    Deposito {
        /// How much.
        valor: Valor,
        /// The account that is credited.
        titular: Movimento,
    },
    /// A transfer.
    Transferencia {
        /// How much.
        valor: Valor,
        /// The account that is debited.
        origem: Movimento,
        /// The account that is credited.
        destino: Movimento,
    },
}

impl Decisao {
    /// What to answer, once the changes are made.
    pub fn sucesso(&self) -> Sucesso {
        match self {
            Self::Consulta(Consulta::Login) => Sucesso::Login,
            Self::Consulta(Consulta::Saldo(saldo)) => Sucesso::Saldo(*saldo),
            Self::Movimentacao(movimentacao) => movimentacao.sucesso(),
        }
    }

    /// The accounts that change, each with its balance before and after: none, one, or the two of a
    /// transfer, which change in one step.
    pub fn movimentos(&self) -> impl Iterator<Item = Movimento> + use<> {
        let movimentos = match self {
            Self::Consulta(_) => [None, None],
            Self::Movimentacao(movimentacao) => movimentacao.pares(),
        };
        movimentos.into_iter().flatten()
    }
}

impl Movimentacao {
    /// What to answer, once it is made.
    pub fn sucesso(&self) -> Sucesso {
        match self {
            Self::Saque { .. } => Sucesso::Saque,
            Self::Deposito { .. } => Sucesso::Deposito,
            Self::Transferencia { .. } => Sucesso::Transferencia,
        }
    }

    /// The accounts that change, that of the holder first.
    pub fn movimentos(&self) -> impl Iterator<Item = Movimento> + use<> {
        self.pares().into_iter().flatten()
    }

    /// The operation that asked for it.
    pub fn operacao(&self) -> Operacao {
        match *self {
            Self::Saque { valor, titular } => Operacao::Saque { rg: titular.rg, valor },
            Self::Deposito { valor, titular } => Operacao::Deposito { rg: titular.rg, valor },
            Self::Transferencia { valor, origem, destino } => {
                Operacao::Transferencia { rg_origem: origem.rg, rg_destino: destino.rg, valor }
            }
        }
    }

    fn pares(&self) -> [Option<Movimento>; 2] {
        match *self {
            Self::Saque { titular, .. } | Self::Deposito { titular, .. } => [Some(titular), None],
            Self::Transferencia { origem, destino, .. } => [Some(origem), Some(destino)],
        }
    }
}
