//! Where threads and shared pointers come from: std, or under `cfg(shuttle)` the scheduler that the
//! core is built with then, whose pointers its interface takes.

#[cfg(shuttle)]
pub(crate) use shuttle::{sync::Arc, thread};
#[cfg(not(shuttle))]
pub(crate) use std::{sync::Arc, thread};
