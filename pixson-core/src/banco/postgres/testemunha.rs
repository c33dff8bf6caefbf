//! Who is told of the stamps that are drawn for a bank on PostgreSQL.

use std::fmt::Debug;

use crate::relogio::Avanco;

/// A witness of the stamps that a [`BancoPostgres`](super::BancoPostgres) draws: a program that keeps a trace
/// cannot know otherwise above which rows a stamp was drawn, nor which stamps no reply will ever bear.
///
/// Its methods are called by threads that serve, before the replies are written, and should return soon. No
/// account is locked meanwhile.
pub trait Testemunha: Debug + Send + Sync {
    /// These were drawn for operations, whose replies will bear them, unless the transaction is done anew
    /// because nobody knew whether it was made.
    fn carimbou(&self, avancos: &[Avanco]);

    /// These were drawn for a transaction that was then not made: no reply will bear them.
    fn carimbou_em_vao(&self, avancos: &[Avanco]);
}
