//! Where locks, atomics and threads come from: std, or under `cfg(shuttle)` a scheduler that tries
//! many interleavings of the same test (`tests/escalonamento.rs`).
//!
//! Everything that threads share in this crate goes through these names, since the scheduler sees
//! nothing else.

#[cfg(shuttle)]
use shuttle::sync;
#[cfg(not(shuttle))]
use std::sync;

#[cfg(all(feature = "json", shuttle))]
pub(crate) use shuttle::thread;
#[cfg(all(feature = "json", not(shuttle)))]
pub(crate) use std::thread;

use sync::PoisonError;
#[cfg(feature = "json")]
use sync::TryLockError;
#[cfg(feature = "json")]
pub(crate) use sync::atomic::AtomicBool;
pub(crate) use sync::atomic::{AtomicU64, Ordering};
pub(crate) use sync::{Arc, MutexGuard};

/// A lock that is never poisoned: its data stay usable if a thread panics while it holds the lock.
///
/// Ignoring the poison is sound because no code of this crate can panic between two changes of the
/// guarded data: a panic would be a bug, and still leaves the data consistent. The bank goes on for
/// all other threads.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn novo(valor: T) -> Self {
        Self(sync::Mutex::new(valor))
    }

    /// Waits for the lock.
    pub(crate) fn trancar(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the lock if it is free.
    #[cfg(feature = "json")]
    pub(crate) fn tentar_trancar(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(trancado) => Some(trancado),
            Err(TryLockError::Poisoned(envenenado)) => Some(envenenado.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a_lock_outlives_a_panic_of_who_held_it() {
        let mutex = Mutex::novo(1);
        let caido = catch_unwind(AssertUnwindSafe(|| {
            let _trancado = mutex.trancar();
            panic!("while it is locked");
        }));
        assert!(caido.is_err());
        *mutex.trancar() += 1;
        assert_eq!(*mutex.trancar(), 2);
    }
}
