//! The kinds of operations: one table for the parser, the serializer, the journal, and whatever names them.

macro_rules! tipos_de_operacao {
    ($($(#[doc = $doc:literal])+ $nome:ident = $numero:literal $palavra:literal,)+) => {
        /// The kind of an operation, without its accounts and amount.
        ///
        /// Code that turns bytes or words into operations matches it without a wildcard, so that
        /// the compiler stops at each place that lacks a new kind. [`TipoDeOperacao::TODOS`] has
        /// all kinds.
        ///
        /// ```
        /// use pixson_core::tipos::TipoDeOperacao;
        ///
        /// assert_eq!(TipoDeOperacao::Transferencia.numero(), 4);
        /// assert_eq!(TipoDeOperacao::de_numero(6), Some(TipoDeOperacao::Login));
        /// assert_eq!(TipoDeOperacao::de_numero(5), None);
        /// assert_eq!(TipoDeOperacao::Deposito.palavra(), "deposito");
        /// assert_eq!(TipoDeOperacao::de_palavra("saldo"), Some(TipoDeOperacao::Saldo));
        /// assert_eq!(TipoDeOperacao::de_palavra("Saldo"), None);
        /// ```
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum TipoDeOperacao {
            $($(#[doc = $doc])+ $nome = $numero,)+
        }

        impl TipoDeOperacao {
            /// Every kind, in the order of the grammar.
            pub const TODOS: &'static [Self] = &[$(Self::$nome),+];

            /// The number that stands for it.
            pub const fn numero(self) -> u8 {
                self as u8
            }

            /// The word that stands for it where a program writes or reads one: in ASCII, without capitals.
            pub const fn palavra(self) -> &'static str {
                match self {
                    $(Self::$nome => $palavra,)+
                }
            }

            /// The kind that a word stands for, if it stands for one.
            pub fn de_palavra(palavra: &str) -> Option<Self> {
                match palavra {
                    $($palavra => Some(Self::$nome),)+
                    _ => None,
                }
            }

            /// The kind that a number stands for, if it stands for one.
            pub const fn de_numero(numero: u8) -> Option<Self> {
                match numero {
                    $($numero => Some(Self::$nome),)+
                    _ => None,
                }
            }
        }
    };
}

tipos_de_operacao! {
    /// [`Operacao::Login`](super::Operacao::Login).
    Login = 6 "login",
    /// [`Operacao::Saldo`](super::Operacao::Saldo).
    Saldo = 1 "saldo",
    /// [`Operacao::Saque`](super::Operacao::Saque).
    Saque = 2 "saque",
    /// [`Operacao::Deposito`](super::Operacao::Deposito).
    Deposito = 3 "deposito",
    /// [`Operacao::Transferencia`](super::Operacao::Transferencia).
    Transferencia = 4 "transferencia",
}
