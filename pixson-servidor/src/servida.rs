//! What a server asks of its bank, beside operations.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use pixson_core::{Banco, Rg, Saldo};
use pixson_metricas::InstantaneoDoBanco;
use pixson_observacao::{Observacao, Rastreio};

use crate::queda::Queda;

/// A bank that can be served by this program.
pub(crate) trait BancoServido: Banco {
    /// What is kept from one call of [`BancoServido::cuidar`] to the next.
    type Cuidado: Default;

    /// Begins the run. It comes last of all, so that a start that fails leaves the bank as it was.
    fn iniciar(&self) -> Result<(), Queda>;

    /// The same, which tells a trace of stamps that it draws otherwise than by the tick of a sending.
    #[must_use]
    fn rastreado(self, _: &mut Rastreio) -> Self
    where
        Self: Sized,
    {
        self
    }

    /// Says in the log that the server serves.
    fn anunciar(&self, endereco: SocketAddr, lacos: usize);

    /// Looks after it, about twice a second. It may ask for the stop.
    fn cuidar(&self, cuidado: &mut Self::Cuidado, observacao: &Observacao);

    /// Ends the run, after the last request.
    fn fechar(&self) -> Result<(), Queda>;

    /// What is to be said of a run that has ended in order.
    fn conferir_fim(&self) -> Result<(), Queda>;

    /// The number of the run.
    fn epoca(&self) -> u64;

    /// Its numbers.
    fn instantaneo(&self) -> InstantaneoDoBanco;

    /// What these accounts have, for the live page, as far as it is known without waiting for an operation.
    fn saldos(&self, contas: &BTreeSet<Rg>) -> BTreeMap<Rg, Saldo>;

    /// A sentence for each account file that cannot be replaced.
    fn queixas(&self) -> Vec<String>;

    /// Whether it serves.
    fn saudavel(&self) -> bool;
}
