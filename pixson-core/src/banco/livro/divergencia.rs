//! The divergences that an audit finds.

use std::fmt;

use crate::tipos::{Rg, Saldo};

/// Something that does not add up. `Display` is a sentence for a person.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Divergencia {
    /// The balances of a record are not those that its operation leads to.
    ContaErrada {
        /// The record.
        seq: u64,
    },
    /// An account's balance changed between two records: somebody edited its file while the bank
    /// was stopped.
    Ajuste {
        /// The account.
        rg: Rg,
        /// The first record after the change.
        seq: u64,
        /// The balance that the ledger had.
        livro: Saldo,
        /// The balance that the bank found.
        encontrado: Saldo,
    },
    /// An account of the ledger was opened again: somebody had removed its file while the bank was
    /// stopped.
    Reaberta {
        /// The account.
        rg: Rg,
        /// The record that opened it again.
        seq: u64,
        /// The balance that the ledger had.
        livro: Saldo,
    },
    /// The file of an account does not hold the balance that the ledger has.
    ArquivoDiferente {
        /// The account.
        rg: Rg,
        /// The balance of the ledger.
        livro: Saldo,
        /// The balance in the file.
        arquivo: Saldo,
    },
    /// The file of an account cannot be understood, or is missing although the ledger has it.
    ArquivoIlegivel {
        /// The account.
        rg: Rg,
    },
    /// The index of a segment did not say what the segment says, although its checksum was right and
    /// it was made of this very file: a statement may have passed over entries. It was written anew.
    IndiceErrado {
        /// The index, relative to the bank's directory.
        arquivo: String,
    },
}

impl fmt::Display for Divergencia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ContaErrada { seq } => {
                write!(f, "Lançamento {seq}: os saldos não correspondem à operação.")
            }
            Self::Ajuste { rg, seq, livro, encontrado } => write!(
                f,
                "Conta {rg}: saldo alterado por fora de {livro} para {encontrado} \
                 antes do lançamento {seq}."
            ),
            Self::Reaberta { rg, seq, livro } => write!(
                f,
                "Conta {rg}: o arquivo, com {livro}, foi removido por fora antes do lançamento \
                 {seq}, que abriu a conta de novo."
            ),
            Self::ArquivoDiferente { rg, livro, arquivo } => {
                write!(f, "Conta {rg}: o arquivo tem {arquivo} e o livro tem {livro}.")
            }
            Self::ArquivoIlegivel { rg } => {
                write!(f, "Conta {rg}: o arquivo não pode ser lido.")
            }
            Self::IndiceErrado { arquivo } => write!(
                f,
                "O índice {arquivo} não correspondia ao segmento: um extrato pode ter saído \
                 incompleto. Peça-o de novo."
            ),
        }
    }
}
