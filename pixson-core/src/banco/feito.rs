//! The act that a record of the journal stands for: an operation that moved money, or an act of the
//! administration.

use super::abertura::{Abertura, Conta};
use super::regras::{Movimentacao, Movimento};
use crate::tipos::{Operacao, Rg, Saldo};

/// What was done, with all that it changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Feito {
    /// A client's operation moved money.
    Movimentacao(Movimentacao),
    /// The administration opened these accounts, all of them or none.
    Abertura(Abertura),
    /// The administration set a balance.
    Ajuste(Movimento),
}

/// What was done to one account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Efeito<'f> {
    /// The account was opened.
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
        Self::Movimentacao(movimentacao)
    }
}

impl Feito {
    /// The operation that a client asked for, or `None` for an act of the administration.
    pub fn operacao(&self) -> Option<Operacao> {
        match self {
            Self::Movimentacao(movimentacao) => Some(movimentacao.operacao()),
            Self::Abertura(_) | Self::Ajuste(_) => None,
        }
    }

    /// The effect on each of its accounts.
    pub fn efeitos(&self) -> impl Iterator<Item = Efeito<'_>> {
        let (abertas, movimentada, ajuste) = match self {
            Self::Movimentacao(movimentacao) => (&[][..], Some(movimentacao), None),
            Self::Abertura(abertura) => (abertura.contas(), None, None),
            Self::Ajuste(movimento) => (&[][..], None, Some(*movimento)),
        };
        let movimentos = movimentada.into_iter().flat_map(Movimentacao::movimentos).chain(ajuste);
        abertas.iter().map(Efeito::Abriu).chain(movimentos.map(Efeito::Mudou))
    }
}
