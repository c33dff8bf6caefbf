//! What a record of the journal says was done: the money of an operation, or an act of the
//! administration.

use super::abertura::{Abertura, Conta};
use super::regras::{Movimentacao, Movimento};
use crate::tipos::{Operacao, Rg, Saldo, Valor};

/// What was done, with all that it changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Feito {
    /// A withdrawal.
    Saque {
        /// How much.
        valor: Valor,
        /// The account that was debited.
        titular: Movimento,
    },
    /// A deposit.
    Deposito {
        /// How much.
        valor: Valor,
        /// The account that was credited.
        titular: Movimento,
    },
    /// A transfer.
    Transferencia {
        /// How much.
        valor: Valor,
        /// The account that was debited.
        origem: Movimento,
        /// The account that was credited.
        destino: Movimento,
    },
    /// The administration opened these accounts, all of them or none.
    Abertura(Abertura),
    /// The administration set a balance.
    Ajuste(Movimento),
}

/// What was done to one account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Efeito<'f> {
    /// It was opened.
    Abriu(&'f Conta),
    /// Its balance changed.
    Mudou(Movimento),
}

impl Efeito<'_> {
    /// The account.
    pub fn rg(&self) -> Rg {
        match self {
            Self::Abriu(conta) => conta.rg,
            Self::Mudou(movimento) => movimento.rg,
        }
    }

    /// Its balance before, or `None` if there was no account.
    pub fn antes(&self) -> Option<Saldo> {
        match self {
            Self::Abriu(_) => None,
            Self::Mudou(movimento) => Some(movimento.antes),
        }
    }

    /// Its balance after.
    pub fn depois(&self) -> Saldo {
        match self {
            Self::Abriu(conta) => conta.saldo,
            Self::Mudou(movimento) => movimento.depois,
        }
    }
}

impl From<Movimentacao> for Feito {
    fn from(movimentacao: Movimentacao) -> Self {
        match movimentacao {
            Movimentacao::Saque { valor, titular } => Self::Saque { valor, titular },
            Movimentacao::Deposito { valor, titular } => Self::Deposito { valor, titular },
            Movimentacao::Transferencia { valor, origem, destino } => {
                Self::Transferencia { valor, origem, destino }
            }
        }
    }
}

impl Feito {
    /// The operation that a client asked for, or `None` of an act of the administration.
    pub fn operacao(&self) -> Option<Operacao> {
        match *self {
            Self::Saque { valor, titular } => Some(Operacao::Saque { rg: titular.rg, valor }),
            Self::Deposito { valor, titular } => Some(Operacao::Deposito { rg: titular.rg, valor }),
            Self::Transferencia { valor, origem, destino } => Some(Operacao::Transferencia {
                rg_origem: origem.rg,
                rg_destino: destino.rg,
                valor,
            }),
            Self::Abertura(_) | Self::Ajuste(_) => None,
        }
    }

    /// What it did to each of its accounts.
    pub fn efeitos(&self) -> impl Iterator<Item = Efeito<'_>> {
        let (abertas, movimentos) = match self {
            Self::Saque { titular, .. } | Self::Deposito { titular, .. } => {
                (&[][..], [Some(*titular), None])
            }
            Self::Transferencia { origem, destino, .. } => {
                (&[][..], [Some(*origem), Some(*destino)])
            }
            Self::Abertura(abertura) => (abertura.contas(), [None, None]),
            Self::Ajuste(movimento) => (&[][..], [Some(*movimento), None]),
        };
        let mudancas = movimentos.into_iter().flatten().map(Efeito::Mudou);
        abertas.iter().map(Efeito::Abriu).chain(mudancas)
    }
}
