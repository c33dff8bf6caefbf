//! Work on many pieces at once, by threads that the caller has.

use std::fmt::Debug;

use crate::sincronia::Mutex;

/// Whoever does independent pieces of work: the bank starts no thread, and a program that has some can
/// lend them.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// use pixson_core::banco::Mutirao;
///
/// /// Two threads, which take one piece after the other.
/// #[derive(Debug)]
/// struct Dois;
///
/// impl Mutirao for Dois {
///     fn bracos(&self) -> usize {
///         2
///     }
///
///     fn fazer(&self, quantas: usize, tarefa: &(dyn Fn(usize) + Sync)) {
///         let proxima = AtomicUsize::new(0);
///         std::thread::scope(|escopo| {
///             for _ in 0..self.bracos() {
///                 escopo.spawn(|| {
///                     loop {
///                         let qual = proxima.fetch_add(1, Ordering::Relaxed);
///                         if qual >= quantas {
///                             break;
///                         }
///                         tarefa(qual);
///                     }
///                 });
///             }
///         });
///     }
/// }
///
/// let soma = AtomicUsize::new(0);
/// Dois.fazer(100, &|qual| {
///     soma.fetch_add(qual, Ordering::Relaxed);
/// });
/// assert_eq!(soma.into_inner(), 4950);
/// ```
pub trait Mutirao: Debug + Sync {
    /// How many pieces are done at once; 0 counts as 1.
    fn bracos(&self) -> usize;

    /// Calls `tarefa` once with each number below `quantas`, in any order, and returns when all calls
    /// have. A piece that is left out is done by the caller afterwards.
    fn fazer(&self, quantas: usize, tarefa: &(dyn Fn(usize) + Sync));
}

/// The present thread alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sozinho;

impl Mutirao for Sozinho {
    fn bracos(&self) -> usize {
        1
    }

    fn fazer(&self, quantas: usize, tarefa: &(dyn Fn(usize) + Sync)) {
        (0..quantas).for_each(tarefa);
    }
}

/// What `tarefa` makes of each of these, in their order.
pub(super) fn reunir<E: Sync, T: Send>(
    mutirao: &dyn Mutirao,
    entradas: &[E],
    tarefa: impl Fn(&E) -> T + Sync,
) -> Vec<T> {
    let lugares: Vec<Mutex<Option<T>>> = entradas.iter().map(|_| Mutex::novo(None)).collect();
    mutirao.fazer(entradas.len(), &|qual| {
        if let (Some(entrada), Some(lugar)) = (entradas.get(qual), lugares.get(qual)) {
            let feita = tarefa(entrada);
            *lugar.trancar() = Some(feita);
        }
    });
    let feitas = lugares.iter().map(|lugar| lugar.trancar().take());
    feitas.zip(entradas).map(|(feita, entrada)| feita.unwrap_or_else(|| tarefa(entrada))).collect()
}
