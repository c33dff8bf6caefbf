//! What the journal of a run has done so far.

/// What the journal of this run has done so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MedidasDoDiario {
    /// How many records were made durable.
    pub registros: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// How many groups of records were synced, by their size: the entry `i` counts those of 2^i
    /// to 2^(i+1) − 1 records, the last one also all that are larger.
    pub grupos: [u64; 16],
}

impl MedidasDoDiario {
    /// Counts a group of so many records.
    pub(super) fn contar(&mut self, registros: u64, bytes: u64) {
        if let Some(ordem) = registros.checked_ilog2() {
            self.registros += registros;
            self.bytes += bytes;
            self.grupos[(ordem as usize).min(self.grupos.len() - 1)] += 1;
        }
    }
}
