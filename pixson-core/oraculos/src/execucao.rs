//! An operation from its request to its reply, for tests that do one operation at a time.

use pixson_core::banco::Banco;
use pixson_core::relogio::{Carimbo, Relogio};
use pixson_core::tipos::{Desfecho, Operacao};

/// Executes, waits for durability, and gives the outcome.
///
/// # Panics
///
/// If no stamp is left, or the storage fails.
pub fn fazer<B: Banco>(banco: &B, relogio: &Relogio, operacao: Operacao) -> (Carimbo, Desfecho) {
    let execucao = banco.executar(operacao, relogio).expect("stamps are left");
    banco.confirmar(execucao.recibo).expect("the storage works");
    (execucao.carimbo, execucao.desfecho)
}
