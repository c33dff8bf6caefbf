//! Who waits for the disk, and whom the end of a group wakes.

use crate::sincronia::thread::{self, Thread};

/// The threads that wait for a record to be durable, in the order in which they came.
///
/// Each is woken by itself, when it has something to do: its record is durable, or the next group
/// is for it to lead. A condition variable wakes everybody, also the group that gathers meanwhile,
/// and they all take the journal's lock one after another: of 64 connections that deposit, a quarter
/// fewer were served in a second.
#[derive(Debug, Default)]
pub(super) struct Espera(Vec<(u64, Thread)>);

impl Espera {
    /// The calling thread waits for this record.
    pub(super) fn entrar(&mut self, seq: u64) {
        self.0.push((seq, thread::current()));
    }

    /// The calling thread waits no more, if nobody has woken it.
    pub(super) fn sair(&mut self) {
        let esta = thread::current().id();
        self.0.retain(|(_, outra)| outra.id() != esta);
    }

    /// Takes out those who wait for `ate` or before it and, if nobody leads, whoever is to lead
    /// next.
    pub(super) fn chamar(&mut self, ate: u64, ninguem_lidera: bool) -> Vec<Thread> {
        let duraveis = self.0.extract_if(.., |(seq, _)| *seq <= ate);
        let mut chamadas: Vec<Thread> = duraveis.map(|(_, thread)| thread).collect();
        if ninguem_lidera && !self.0.is_empty() {
            chamadas.push(self.0.remove(0).1);
        }
        chamadas
    }

    /// Takes out everybody.
    pub(super) fn chamar_todos(&mut self) -> Vec<Thread> {
        self.chamar(u64::MAX, false)
    }
}
