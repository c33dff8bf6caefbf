//! The bank: atomic operations over accounts, behind one trait.

#[cfg(feature = "json")]
mod abertura;
#[cfg(feature = "json")]
mod diario;
#[cfg(feature = "json")]
pub mod disco;
#[cfg(feature = "json")]
mod feito;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
mod livro;
mod memoria;
pub mod regras;

use thiserror::Error;

use crate::relogio::{Carimbo, Relogio, RelogioEsgotado};
use crate::sincronia::Arc;
use crate::tipos::{Culpa, Operacao, Recusa, Sucesso};

#[cfg(feature = "json")]
pub use abertura::{Abertura, Conta, ErroAbertura};
#[cfg(feature = "json")]
pub use diario::MedidasDoDiario;
#[cfg(feature = "json")]
pub use feito::{Efeito, Feito, Movimento};
#[cfg(feature = "json")]
pub use json::{Aviso, BancoJson, ConfiguracaoJson, ErroAbrir, Presa};
#[cfg(feature = "json")]
pub use json::{Cadastro, Conflito, ErroAbrirContas, ErroAjuste, ErroConta, Gestao};
#[cfg(feature = "json")]
pub use livro::{Alcance, Auditoria, Balanco, Dano, Divergencia, Inicio, Lancamento};
#[cfg(feature = "json")]
pub use livro::{auditar, ler_livro};
pub use memoria::BancoMemoria;

/// A bank, wherever it keeps its accounts.
///
/// An operation has two steps, so that a whole pipelined batch can wait for the disk once:
/// [`Banco::executar`] applies it and says what the reply will be; [`Banco::confirmar`] waits
/// until that reply may be sent.
///
/// An implementation keeps these laws, which `conformidade` of this crate's tests checks:
///
/// * Operations are linearizable, and an operation over two accounts is one step.
/// * The stamp is drawn from `relogio` **while the accounts are locked**, for balances and
///   refusals too. Sorting all replies of a run by stamp is thus a legal serial history.
/// * If no stamp is left, nothing is changed.
/// * No panic, whatever the operation.
///
/// A wrapper that counts, delays or injects faults is a dozen lines; `examples/banco_proprio.rs`
/// shows one.
pub trait Banco: Send + Sync {
    /// Applies `operacao`, or decides that it is refused, and draws the reply's stamp.
    ///
    /// The reply must not be sent before [`Banco::confirmar`] has accepted the receipt.
    ///
    /// # Errors
    ///
    /// [`RelogioEsgotado`] if no stamp can be drawn; nothing was changed.
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado>;

    /// Waits until everything that `recibo` covers will survive a power cut. One receipt covers
    /// every operation whose receipt is not greater.
    ///
    /// # Errors
    ///
    /// [`ResultadoDesconhecido`] if that can never be known. No reply that waited for it may be
    /// sent.
    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido>;
}

/// What [`Banco::executar`] did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "the reply waits for `Banco::confirmar`"]
pub struct Execucao {
    /// The reply's stamp.
    pub carimbo: Carimbo,
    /// The reply's content.
    pub desfecho: Result<Sucesso, Recusa>,
    /// What the reply has to wait for.
    pub recibo: Recibo,
}

/// How much of the bank's history must be durable before a reply may go out. What a later
/// operation changed never has a smaller receipt, so the greatest of a batch covers the batch.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Recibo(pub u64);

impl Recibo {
    /// Nothing to wait for.
    pub const IMEDIATO: Self = Self(0);
}

/// The storage failed after an operation was applied: nobody can say whether it will be there
/// after a restart.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("o armazenamento falhou: o resultado é desconhecido")]
pub struct ResultadoDesconhecido;

impl ResultadoDesconhecido {
    /// Whose fault it is: the storage's.
    pub fn culpa(&self) -> Culpa {
        Culpa::Armazenamento
    }
}

macro_rules! banco_atraves_de {
    ($($ponteiro:ty),+) => {$(
        impl<B: Banco + ?Sized> Banco for $ponteiro {
            fn executar(
                &self,
                operacao: Operacao,
                relogio: &Relogio,
            ) -> Result<Execucao, RelogioEsgotado> {
                (**self).executar(operacao, relogio)
            }

            fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
                (**self).confirmar(recibo)
            }
        }
    )+};
}
banco_atraves_de!(&B, Arc<B>, Box<B>);
