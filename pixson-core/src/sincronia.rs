//! Where locks, condition variables and atomics come from: std, or under `cfg(shuttle)` a scheduler
//! that tries many interleavings of the same test (`tests/escalonamento.rs`).
//!
//! Whatever two threads of this crate share goes through these names, since the scheduler sees
//! nothing else.

#[cfg(shuttle)]
use shuttle::sync;
#[cfg(not(shuttle))]
use std::sync;

#[cfg(all(any(feature = "json", feature = "oraculos"), shuttle))]
pub(crate) use shuttle::thread;
#[cfg(all(any(feature = "json", feature = "oraculos"), not(shuttle)))]
pub(crate) use std::thread;

#[cfg(feature = "json")]
pub(crate) use sync::atomic::AtomicBool;
pub(crate) use sync::atomic::{AtomicU64, Ordering};
pub(crate) use sync::{Arc, Mutex, MutexGuard, PoisonError};
