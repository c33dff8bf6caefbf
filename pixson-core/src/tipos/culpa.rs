//! Whose fault an error is.

/// Whose fault an error is, and so who can do something about it.
///
/// Every error type of this crate has a method `culpa` that answers with one of these.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Culpa {
    /// The peer: it sent bytes, or an order of messages, that the protocol does not allow.
    Par,
    /// The person or program that asked: the request is legal and the bank says no.
    Solicitante,
    /// The caller of this library: a method was called when its documentation forbids it.
    Chamador,
    /// The storage under the bank: a disk, a file, or the data in it.
    Armazenamento,
    /// The server's own resources: it has no place, or no stamp, left to give.
    Servidor,
}
