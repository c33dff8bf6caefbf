//! Where threads and `Arc` come from: std, or under `cfg(shuttle)` the scheduler. The interface of
//! the core then takes that scheduler's `Arc`.

#[cfg(shuttle)]
pub(crate) use shuttle::{sync::Arc, thread};
#[cfg(not(shuttle))]
pub(crate) use std::{sync::Arc, thread};
