//! Where the money of a bank comes from.

use crate::banco::Feito;
use crate::banco::regras::{Movimentacao, Movimento};
use crate::tipos::Saldo;

/// Where the money comes from, in centavos. If nothing diverges and the ledger is not damaged,
/// [`Balanco::total`] is the sum of all balances.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Balanco {
    /// What accounts held before their first record, or hold if they have none.
    pub inicial: u128,
    /// What accounts were opened with.
    pub aberturas: u128,
    /// What adjustments added, or took away.
    pub ajustes: i128,
    /// What was deposited.
    pub depositos: u128,
    /// What was withdrawn.
    pub saques: u128,
}

impl Balanco {
    /// What all accounts should hold together.
    ///
    /// ```
    /// use pixson_core::banco::Balanco;
    ///
    /// let balanco = Balanco { aberturas: 1000, ajustes: -100, saques: 50, ..Balanco::default() };
    /// assert_eq!(balanco.total(), 850);
    /// ```
    pub fn total(&self) -> i128 {
        let Self { inicial, aberturas, ajustes, depositos, saques } = *self;
        let inteiro = |soma: u128| i128::try_from(soma).unwrap_or(i128::MAX);
        let entrou = [inicial, aberturas, depositos].map(inteiro).into_iter();
        let entrou = entrou.fold(ajustes, i128::saturating_add);
        entrou.saturating_sub(inteiro(saques))
    }

    pub(super) fn lancar(&mut self, feito: &Feito) {
        match feito {
            Feito::Movimentacao(Movimentacao::Saque { valor, .. }) => {
                self.saques += u128::from(valor.centavos());
            }
            Feito::Movimentacao(Movimentacao::Deposito { valor, .. }) => {
                self.depositos += u128::from(valor.centavos());
            }
            Feito::Movimentacao(Movimentacao::Transferencia { .. }) => {}
            Feito::Abertura(abertura) => {
                let saldos = abertura.contas().iter().map(|conta| em_centavos(conta.saldo));
                self.aberturas += saldos.sum::<u128>();
            }
            Feito::Ajuste(Movimento { antes, depois, .. }) => {
                self.ajustes += i128::from(depois.centavos()) - i128::from(antes.centavos());
            }
        }
    }

    /// Adds what another part of the ledger did.
    pub(super) fn somar(&mut self, outro: &Self) {
        self.inicial += outro.inicial;
        self.aberturas += outro.aberturas;
        self.ajustes += outro.ajustes;
        self.depositos += outro.depositos;
        self.saques += outro.saques;
    }
}

pub(super) fn em_centavos(saldo: Saldo) -> u128 {
    u128::from(saldo.centavos())
}
