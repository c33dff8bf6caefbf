//! The divergences that an audit finds on PostgreSQL.

use std::fmt;

use super::valores::saldo_de;
use crate::tipos::Rg;

/// Something that does not add up on PostgreSQL. Balances are in centavos, since whoever writes into the
/// tables by hand may write anything. `Display` is a sentence for a person.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DivergenciaPostgres {
    /// A row of the ledger is not what its operation leads to.
    ContaErrada {
        /// Its stamp.
        carimbo: i64,
        /// Its epoch.
        epoca: i64,
    },
    /// An account's balance changed between two entries: somebody has written into the tables, or removed
    /// an entry.
    Alterada {
        /// The account.
        rg: Rg,
        /// The stamp of the first entry after the change.
        carimbo: i64,
        /// Its epoch.
        epoca: i64,
        /// The balance that the ledger had.
        livro: i64,
        /// The balance that the entry begins with.
        encontrado: i64,
    },
    /// An account of the ledger was opened again.
    Reaberta {
        /// The account.
        rg: Rg,
        /// The stamp of the entry that opened it again.
        carimbo: i64,
        /// Its epoch.
        epoca: i64,
        /// The balance that the ledger had.
        livro: i64,
    },
    /// An account does not hold the balance that the ledger has.
    SaldoDiferente {
        /// The account.
        rg: Rg,
        /// The balance of the ledger.
        livro: i64,
        /// The balance of the account.
        conta: i64,
    },
    /// The ledger has an account that is not there.
    Ausente {
        /// The account.
        rg: Rg,
        /// The balance of the ledger.
        livro: i64,
    },
    /// The stamp of an account is below that of its last entry: the next operation may be stamped before
    /// it.
    CarimboAtrasado {
        /// The account.
        rg: Rg,
        /// The stamp of its last entry.
        livro: i64,
        /// Its own.
        conta: i64,
    },
    /// Rust and the database have counted the same tables and found different numbers, which a damaged
    /// index can cause.
    Discordam {
        /// What was counted.
        oque: &'static str,
        /// What Rust has found.
        em_rust: i128,
        /// What SQL has found.
        em_sql: i128,
    },
}

/// An amount of the tables, which may be none.
struct Quantia(i64);

impl fmt::Display for Quantia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match saldo_de(self.0) {
            Some(saldo) => saldo.fmt(f),
            None => write!(f, "{} centavos", self.0),
        }
    }
}

impl fmt::Display for DivergenciaPostgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dito = |centavos: &i64| Quantia(*centavos);
        match self {
            Self::ContaErrada { carimbo, epoca } => write!(
                f,
                "Lançamento de carimbo {carimbo}, época {epoca}: os saldos não correspondem à \
                 operação."
            ),
            Self::Alterada { rg, carimbo, epoca, livro, encontrado } => write!(
                f,
                "Conta {rg}: saldo alterado por fora de {} para {} antes do lançamento de carimbo \
                 {carimbo}, época {epoca}.",
                dito(livro),
                dito(encontrado)
            ),
            Self::Reaberta { rg, carimbo, epoca, livro } => write!(
                f,
                "Conta {rg}: a conta, com {}, foi removida por fora antes do lançamento de carimbo \
                 {carimbo}, época {epoca}, que a abriu de novo.",
                dito(livro)
            ),
            Self::SaldoDiferente { rg, livro, conta } => {
                write!(f, "Conta {rg}: a conta tem {} e o livro tem {}.", dito(conta), dito(livro))
            }
            Self::Ausente { rg, livro } => {
                write!(f, "Conta {rg}: o livro tem {}, e a conta não existe.", dito(livro))
            }
            Self::CarimboAtrasado { rg, livro, conta } => write!(
                f,
                "Conta {rg}: o carimbo da conta é {conta}, e o do seu último lançamento, {livro}."
            ),
            Self::Discordam { oque, em_rust, em_sql } => write!(
                f,
                "O PostgreSQL contou {oque} de dois modos: {em_rust} linha por linha, e {em_sql} em \
                 uma consulta. Um índice pode estar danificado."
            ),
        }
    }
}
