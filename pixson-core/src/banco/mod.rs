//! The bank: atomic operations over accounts, behind one trait.
//!
//! | what | needs the feature |
//! |---|---|
//! | [`Banco`], [`Execucao`], [`Recibo`], [`ResultadoDesconhecido`], [`regras`], [`BancoMemoria`] | none |
//! | `BancoPostgres`, a bank that several servers may stand on, and `AdministracaoPostgres` | `postgres` |
//! | `BancoJson`, a bank in files, with its disk, its ledger and its administration: all the rest | `json`, on by default |

#[cfg(feature = "json")]
mod abertura;
#[cfg(feature = "json")]
mod arquivo;
#[cfg(feature = "json")]
mod diario;
#[cfg(feature = "json")]
pub mod disco;
#[cfg(feature = "json")]
mod erro;
#[cfg(feature = "json")]
mod feito;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
mod livro;
mod memoria;
#[cfg(feature = "postgres")]
mod postgres;
pub mod regras;

use thiserror::Error;

use crate::relogio::{Carimbo, Relogio, RelogioEsgotado};
use crate::sincronia::Arc;
use crate::tipos::{Culpa, Desfecho, Operacao};

#[cfg(feature = "json")]
pub use abertura::{Abertura, Conta, ErroAbertura};
#[cfg(feature = "json")]
pub use diario::MedidasDoDiario;
#[cfg(feature = "json")]
pub use erro::ErroAbrir;
#[cfg(feature = "json")]
pub use feito::{Efeito, Feito};
#[cfg(feature = "json")]
pub use json::{Aviso, BancoJson, ConfiguracaoJson, Presa};
#[cfg(feature = "json")]
pub use json::{Cadastro, Conflito, ErroAbrirContas, ErroAjuste, ErroConta, Gestao};
#[cfg(feature = "json")]
pub use livro::{Alcance, Auditoria, Balanco, Dano, Divergencia, Inicio, Lancamento};
#[cfg(feature = "json")]
pub use livro::{Mutirao, Sozinho};
#[cfg(feature = "json")]
pub use livro::{auditar, auditar_com, ler_extrato, ler_livro};
pub use memoria::BancoMemoria;
#[cfg(feature = "postgres")]
pub use postgres::{
    AdministracaoPostgres, AtoNoLivro, AuditoriaPostgres, BancoPostgres, ConfiguracaoPostgres,
    DivergenciaPostgres, ErroDeGestao, ErroEnderecoPostgres, ErroPostgres, EstadoDoPostgres,
    LancamentoPostgres, MedidasDoPostgres, Preparo, Testemunha, preparar,
};
pub use regras::Movimento;

/// A bank, wherever it keeps its accounts.
///
/// An operation has two steps, so that a whole pipelined batch can wait for the disk once:
/// [`Banco::executar`] applies it and says what the reply will be; [`Banco::confirmar`] waits
/// until that reply may be sent.
///
/// # Laws
///
/// An implementation keeps these, and a test checks them by calling `conformidade` of the crate
/// `pixson-oraculos`:
///
/// * Each operation has the outcome that [`regras::decidir`] gives.
/// * Operations are linearizable, and an operation over two accounts is one step.
/// * The stamp is drawn from `relogio` **while the accounts are locked**, for balances and
///   refusals too. Sorting all replies of a run by stamp is thus a legal serial history.
/// * If no stamp is left, nothing is changed.
/// * **A reply that shows a change waits for it.** A balance, a login or a refusal changes nothing,
///   and yet its reply tells what an account holds. Its receipt is at least that of the last change
///   of each account that was read: otherwise a power cut could take back a sum that a client has
///   already seen. [`Recibo`] has an example.
/// * **What storage refuses is not done.** See [`Banco::executar`].
/// * No panic, whatever the operation.
///
/// # Storage that fails
///
/// | when it fails | the bank answers | what holds |
/// |---|---|---|
/// | before anything was applied: no space, no connection | `executar`: [`Recusa::ServidorIndisponivel`] | it is **certainly not done**; the bank goes on |
/// | while it is applied, so that its effect is uncertain | `executar`: the outcome as though it was done, with a receipt; then `confirmar`: [`ResultadoDesconhecido`] | it is **unknown** |
/// | after it was applied | `confirmar`: [`ResultadoDesconhecido`] | it is **unknown**, and so is each reply whose receipt is not smaller |
///
/// On the wire both are `Servidor indisponível`, which tells a client that the outcome is unknown:
/// only a direct caller of the bank can tell them apart.
///
/// A wrapper that counts, delays or injects faults takes a dozen lines; `examples/banco_proprio.rs`
/// of `pixson-oraculos` shows one, and a whole bank.
///
/// [`Recusa::ServidorIndisponivel`]: crate::Recusa::ServidorIndisponivel
pub trait Banco: Send + Sync {
    /// Applies `operacao`, or decides that it is refused, and draws the reply's stamp.
    ///
    /// The reply must not be sent before [`Banco::confirmar`] has accepted the receipt, also if it is
    /// a balance or a refusal.
    ///
    /// The outcome [`ServidorIndisponivel`](crate::Recusa::ServidorIndisponivel) says that storage
    /// could not take the operation before anything of it was applied. It is certain that the
    /// operation was not done and never will be: no later balance shows it, and it may be asked for
    /// again. A bank that cannot be certain must not give this outcome. It answers as though the
    /// operation was done, with a receipt that [`Banco::confirmar`] then refuses. Like every reply
    /// this refusal has a stamp, drawn under the same locks.
    ///
    /// ```
    /// use pixson_core::banco::regras::{Decisao, decidir};
    /// use pixson_core::banco::{Banco, Execucao, Recibo, ResultadoDesconhecido};
    /// use pixson_core::relogio::RelogioEsgotado;
    /// use pixson_core::{Operacao, Recusa, Relogio, Rg, Saldo, Sucesso};
    ///
    /// /// One account with 10.0, and a disk without space.
    /// struct Cheio(Rg);
    ///
    /// impl Banco for Cheio {
    ///     fn executar(&self, operacao: Operacao, r: &Relogio) -> Result<Execucao, RelogioEsgotado> {
    ///         let dez = Saldo::de_centavos(1000).expect("in range");
    ///         let decisao = decidir(operacao, |rg| Ok((rg == self.0).then_some(dez)));
    ///         let carimbo = r.tique()?;
    ///         let desfecho = decisao.and_then(|decisao| match decisao {
    ///             Decisao::Consulta(_) => Ok(decisao.sucesso()),
    ///             Decisao::Movimentacao(_) => Err(Recusa::ServidorIndisponivel),
    ///         });
    ///         Ok(Execucao { carimbo, desfecho, recibo: Recibo::IMEDIATO })
    ///     }
    ///
    ///     fn confirmar(&self, _: Recibo) -> Result<(), ResultadoDesconhecido> {
    ///         Ok(()) // whatever is shown was durable before
    ///     }
    /// }
    ///
    /// let (rg, relogio) = ("1".parse()?, Relogio::novo());
    /// let saque = Cheio(rg).executar(Operacao::Saque { rg, valor: "1".parse()? }, &relogio)?;
    /// assert_eq!(saque.desfecho, Err(Recusa::ServidorIndisponivel));
    /// assert_eq!(saque.carimbo.valor(), 1, "a refusal bears a stamp");
    /// let saldo = Cheio(rg).executar(Operacao::Saldo { rg }, &relogio)?;
    /// assert_eq!(saldo.desfecho, Ok(Sucesso::Saldo("10.0".parse()?)), "nothing was done");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RelogioEsgotado`] if no stamp can be drawn; nothing was changed.
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado>;

    /// Applies several operations in order, each as [`Banco::executar`] does, and puts one [`Execucao`]
    /// for each of them behind what `feitas` holds. Each sees what those before it have changed.
    ///
    /// It is no transaction: one that is refused changes nothing, and the others are done. Operations of
    /// others may come between them.
    ///
    /// A bank that is a network away does them in one round trip. Others need not implement it.
    ///
    /// ```
    /// use pixson_core::banco::{Banco, BancoMemoria};
    /// use pixson_core::{Operacao, Recusa, Relogio, Saldo, Sucesso};
    ///
    /// let (rg, valor) = ("1".parse()?, "4".parse()?);
    /// let banco = BancoMemoria::com_contas([(rg, Saldo::de_centavos(1000)?)]);
    /// let mut feitas = Vec::new();
    /// banco.executar_lote(&[Operacao::Saque { rg, valor }; 3], &Relogio::novo(), &mut feitas)?;
    /// let desfechos: Vec<_> = feitas.iter().map(|feita| feita.desfecho).collect();
    /// let insuficiente = Err(Recusa::SaldoInsuficiente);
    /// assert_eq!(desfechos, [Ok(Sucesso::Saque), Ok(Sucesso::Saque), insuficiente]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RelogioEsgotado`] at the first operation for which no stamp can be drawn: it and those after it
    /// have changed nothing, and have no [`Execucao`].
    fn executar_lote(
        &self,
        operacoes: &[Operacao],
        relogio: &Relogio,
        feitas: &mut Vec<Execucao>,
    ) -> Result<(), RelogioEsgotado> {
        for &operacao in operacoes {
            feitas.push(self.executar(operacao, relogio)?);
        }
        Ok(())
    }

    /// Whether [`Banco::executar`] takes about as long for many operations as for one, since it waits for
    /// something far away. Then a [`Servico`](crate::Servico) lets several requests of a connection gather
    /// for [`Banco::executar_lote`], and an event loop leaves that call to another thread. It is the
    /// same at every call.
    fn distante(&self) -> bool {
        false
    }

    /// Waits until everything that `recibo` covers will survive a power cut. One receipt covers
    /// every operation whose receipt is not greater, on any connection. The method may be called
    /// any number of times, from any thread, in any order.
    ///
    /// # Errors
    ///
    /// [`ResultadoDesconhecido`] if that can never be known. No reply that waited for the receipt
    /// may be sent, and its outcome is unknown: the operation may be there after a restart, or not.
    /// This also holds for a balance: it may show a sum that a restart takes back.
    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido>;
}

/// What [`Banco::executar`] did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "the reply waits for `Banco::confirmar`"]
pub struct Execucao {
    /// The reply's stamp, drawn while the accounts were locked.
    pub carimbo: Carimbo,
    /// The reply's content. [`ServidorIndisponivel`](crate::Recusa::ServidorIndisponivel) here is
    /// certain: the operation was not done.
    pub desfecho: Desfecho,
    /// What the reply has to wait for, also if it is a balance or a refusal.
    pub recibo: Recibo,
}

/// How much of the bank's history must be durable before a reply may go out.
///
/// * A later change never has a smaller receipt, so that the greatest receipt of a batch covers the
///   batch.
/// * An operation that changes nothing, that is, a balance, a login or a refusal, has the greatest
///   receipt of the last changes of the accounts that it read. The receipt may be smaller only if
///   these changes are known to be durable: if an account was read back from storage, or nothing of
///   it was changed in this run, there is nothing to wait for.
///
/// A bank that numbers its changes keeps with each account the number of its last one:
///
/// ```
/// use pixson_core::banco::regras::em_ordem;
/// use pixson_core::banco::{Banco, BancoMemoria, Execucao, Recibo, ResultadoDesconhecido};
/// use pixson_core::relogio::RelogioEsgotado;
/// use pixson_core::{Operacao, Relogio, Rg, Saldo};
/// # use std::collections::HashMap;
/// # use std::sync::Mutex;
///
/// /// A bank in memory, and the last change of each account. One lock is around both.
/// struct Numerado(Mutex<(BancoMemoria, HashMap<Rg, u64>)>);
///
/// impl Banco for Numerado {
///     fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
///         let (banco, ultimas) = &mut *self.0.lock().expect("no thread panics under this lock");
///         let execucao = banco.executar(operacao, relogio)?;
///         let (uma, outra) = em_ordem(&operacao);
///         let lidas: Vec<Rg> = outra.into_iter().chain([uma]).collect();
///         let muda = operacao.move_dinheiro() && execucao.desfecho.is_ok();
///         if muda {
///             // The stamps of one run grow, and serve as numbers.
///             ultimas.extend(lidas.iter().map(|&rg| (rg, execucao.carimbo.valor())));
///         }
///         let espera = lidas.iter().filter_map(|rg| ultimas.get(rg)).max().copied();
///         Ok(Execucao { recibo: Recibo(espera.unwrap_or(0)), ..execucao })
///     }
/// #   fn confirmar(&self, _: Recibo) -> Result<(), ResultadoDesconhecido> { Ok(()) }
///     // `confirmar` waits until the changes up to that number are on the disk.
/// }
///
/// let rg: Rg = "1".parse()?;
/// let contas = BancoMemoria::com_contas([(rg, Saldo::ZERO)]);
/// let banco = Numerado(Mutex::new((contas, HashMap::new())));
/// let relogio = Relogio::novo();
/// let recibo = |operacao| banco.executar(operacao, &relogio).map(|execucao| execucao.recibo);
/// assert_eq!(recibo(Operacao::Saldo { rg })?, Recibo::IMEDIATO, "nothing has changed yet");
/// let deposito = recibo(Operacao::Deposito { rg, valor: "1".parse()? })?;
/// assert_eq!(recibo(Operacao::Saldo { rg })?, deposito, "it shows the deposit");
/// let recusado = recibo(Operacao::Saque { rg, valor: "2".parse()? })?;
/// assert_eq!(recusado, deposito, "a refusal tells of the balance, too");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Recibo(pub u64);

impl Recibo {
    /// Nothing to wait for: whatever the reply shows is durable, or no account was read.
    pub const IMEDIATO: Self = Self(0);
}

/// The storage failed while or after an operation was applied: whether the operation will be there
/// after a restart is unknown. For an operation that storage has certainly not taken,
/// [`Banco::executar`] gives [`ServidorIndisponivel`](crate::Recusa::ServidorIndisponivel) instead.
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

            fn executar_lote(
                &self,
                operacoes: &[Operacao],
                relogio: &Relogio,
                feitas: &mut Vec<Execucao>,
            ) -> Result<(), RelogioEsgotado> {
                (**self).executar_lote(operacoes, relogio, feitas)
            }

            fn distante(&self) -> bool {
                (**self).distante()
            }

            fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
                (**self).confirmar(recibo)
            }
        }
    )+};
}
banco_atraves_de!(&B, Arc<B>, Box<B>);
