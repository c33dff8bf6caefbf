//! What may be asked of the bank, and what it answers: the table of all refusals.

use std::borrow::Cow;

use thiserror::Error;

use super::{Culpa, Rg, Saldo, TipoDeOperacao, Valor};

/// What a client may ask for, whether it comes over the wire, from a test or by a direct call.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Operacao {
    /// Login (operation 6): from here on, this connection acts for that account.
    Login {
        /// The account.
        rg: Rg,
    },
    /// Balance (operation 1).
    Saldo {
        /// The account.
        rg: Rg,
    },
    /// Withdrawal (operation 2).
    Saque {
        /// The account to debit.
        rg: Rg,
        /// How much.
        valor: Valor,
    },
    /// Deposit (operation 3).
    Deposito {
        /// The account to credit.
        rg: Rg,
        /// How much.
        valor: Valor,
    },
    /// Transfer (operation 4), one atomic step over two accounts.
    Transferencia {
        /// The account to debit.
        rg_origem: Rg,
        /// The account to credit.
        rg_destino: Rg,
        /// How much.
        valor: Valor,
    },
}

impl Operacao {
    /// Its kind.
    pub const fn tipo(&self) -> TipoDeOperacao {
        match self {
            Self::Login { .. } => TipoDeOperacao::Login,
            Self::Saldo { .. } => TipoDeOperacao::Saldo,
            Self::Saque { .. } => TipoDeOperacao::Saque,
            Self::Deposito { .. } => TipoDeOperacao::Deposito,
            Self::Transferencia { .. } => TipoDeOperacao::Transferencia,
        }
    }

    /// The account on whose behalf the operation runs: `rg`, or `rg_origem` of a transfer.
    pub fn titular(&self) -> Rg {
        match *self {
            Self::Login { rg }
            | Self::Saldo { rg }
            | Self::Saque { rg, .. }
            | Self::Deposito { rg, .. } => rg,
            Self::Transferencia { rg_origem, .. } => rg_origem,
        }
    }

    /// Whether the operation changes a balance, if it is done. Such an operation is not idempotent:
    /// while its outcome is unknown, as after a lost connection, a client must not repeat it
    /// unseen.
    ///
    /// ```
    /// use pixson_core::{Operacao, Rg};
    ///
    /// let rg: Rg = "1111111111".parse()?;
    /// assert!(Operacao::Saque { rg, valor: "8.5".parse()? }.move_dinheiro());
    /// assert!(!Operacao::Saldo { rg }.move_dinheiro());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn move_dinheiro(&self) -> bool {
        match self {
            Self::Login { .. } | Self::Saldo { .. } => false,
            Self::Saque { .. } | Self::Deposito { .. } | Self::Transferencia { .. } => true,
        }
    }
}

/// What became of an operation: that it was done, or why not.
pub type Desfecho = Result<Sucesso, Recusa>;

/// That an operation was done, and what its reply says.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Sucesso {
    /// The account exists and the connection now acts for it.
    Login,
    /// The balance.
    Saldo(Saldo),
    /// The withdrawal is done.
    Saque,
    /// The deposit is done.
    Deposito,
    /// The transfer is done.
    Transferencia,
}

impl Sucesso {
    /// What stands before the balance in the text of [`Sucesso::Saldo`].
    pub(crate) const PREFIXO_SALDO: &'static str = "Saldo: ";

    /// The kind of the operations that it answers.
    pub const fn tipo(self) -> TipoDeOperacao {
        match self {
            Self::Login => TipoDeOperacao::Login,
            Self::Saldo(_) => TipoDeOperacao::Saldo,
            Self::Saque => TipoDeOperacao::Saque,
            Self::Deposito => TipoDeOperacao::Deposito,
            Self::Transferencia => TipoDeOperacao::Transferencia,
        }
    }

    /// The success that a text stands for, if it is spelt exactly as [`Sucesso::texto`] writes it.
    pub(crate) fn de_texto(texto: &str) -> Option<Self> {
        let sucesso = |tipo: &TipoDeOperacao| match tipo {
            TipoDeOperacao::Login => Some(Self::Login),
            TipoDeOperacao::Saldo => {
                texto.strip_prefix(Self::PREFIXO_SALDO)?.parse().ok().map(Self::Saldo)
            }
            TipoDeOperacao::Saque => Some(Self::Saque),
            TipoDeOperacao::Deposito => Some(Self::Deposito),
            TipoDeOperacao::Transferencia => Some(Self::Transferencia),
        };
        let mut todos = TipoDeOperacao::TODOS.iter().filter_map(sucesso);
        todos.find(|sucesso| sucesso.texto() == texto)
    }

    /// The text of the reply.
    pub fn texto(self) -> Cow<'static, str> {
        match self {
            Self::Login => "Login realizado com sucesso".into(),
            Self::Saldo(saldo) => format!("{}{saldo}", Self::PREFIXO_SALDO).into(),
            Self::Saque => "Saque realizado com sucesso".into(),
            Self::Deposito => "Depósito realizado com sucesso".into(),
            Self::Transferencia => "Transferência realizada com sucesso".into(),
        }
    }
}

macro_rules! recusas {
    ($($(#[doc = $doc:literal])+ $nome:ident = $texto:literal,)+) => {
        /// Why an operation was not done. `Display` is the text of the reply
        /// (protocolo.md, section 3).
        ///
        /// One table serves the code that decides (bank or session), the serializer and the parser.
        #[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
        pub enum Recusa {
            $($(#[doc = $doc])+ #[error($texto)] $nome,)+
        }

        impl Recusa {
            /// Every refusal, in the order of the table.
            pub const TODAS: &'static [Self] = &[$(Self::$nome),+];

            /// The text of the reply.
            pub const fn texto(self) -> &'static str {
                match self {
                    $(Self::$nome => $texto,)+
                }
            }
        }
    };
}

recusas! {
    /// Session: nobody has logged in on this connection.
    LoginNecessario = "Login necessário",
    /// Session: the account is not the one logged in.
    OperacaoNaoAutorizada = "Operação não autorizada",
    /// Session: the amount is zero, negative, has three decimals, is no number, or is too large.
    ValorInvalido = "Valor inválido",
    /// Bank: there is no such account.
    ClienteNaoEncontrado = "Cliente não encontrado",
    /// Bank: origin and destination are the same.
    MesmaConta = "Não é possível transferir para a mesma conta",
    /// Bank: there is no such account to debit.
    OrigemNaoEncontrada = "Conta de origem não encontrada",
    /// Bank: there is no such account to credit.
    DestinoNaoEncontrado = "Conta de destino não encontrada",
    /// Bank: the account holds less than the amount.
    SaldoInsuficiente = "Saldo insuficiente",
    /// Bank: the account would hold more than [`Saldo::MAX`].
    SaldoAcimaDoLimite = "Saldo acima do limite",
    /// Bank: the file of this account cannot be read; the others go on.
    ContaIlegivel = "Conta ilegível",
    /// Bank: the storage failed. In a reply it means that whether the operation was done is
    /// **unknown**. As the outcome of `Banco::executar` it is certain: it was not done.
    ServidorIndisponivel = "Servidor indisponível",
    /// Server: no place for another connection.
    ServidorLotado = "Servidor lotado",
    /// Session: a well-formed stamp, then no operation of the protocol.
    OperacaoInvalida = "Operação inválida",
    /// Session: no well-formed stamp.
    MensagemInvalida = "Mensagem inválida",
    /// Session: a stamp beyond 2^62 − 1, or too far ahead of the server's clock.
    CarimboInvalido = "Carimbo inválido",
    /// Session: more than 1024 bytes in one message.
    MensagemLongaDemais = "Mensagem longa demais",
}

impl Recusa {
    /// The refusal that a text stands for.
    pub(crate) fn de_texto(texto: &str) -> Option<Self> {
        Self::TODAS.iter().copied().find(|recusa| recusa.texto() == texto)
    }

    /// Whose fault it is.
    pub fn culpa(self) -> Culpa {
        match self {
            Self::LoginNecessario
            | Self::OperacaoNaoAutorizada
            | Self::ValorInvalido
            | Self::ClienteNaoEncontrado
            | Self::MesmaConta
            | Self::OrigemNaoEncontrada
            | Self::DestinoNaoEncontrado
            | Self::SaldoInsuficiente
            | Self::SaldoAcimaDoLimite => Culpa::Solicitante,
            Self::OperacaoInvalida
            | Self::MensagemInvalida
            | Self::CarimboInvalido
            | Self::MensagemLongaDemais => Culpa::Par,
            Self::ContaIlegivel | Self::ServidorIndisponivel => Culpa::Armazenamento,
            Self::ServidorLotado => Culpa::Servidor,
        }
    }
}
