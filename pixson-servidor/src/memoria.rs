//! How the program keeps to an address space that is limited.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The variable by which glibc is told how many heaps it may have.
const HEAPS: &str = "MALLOC_ARENA_MAX";

/// By itself glibc gives a thread a heap of its own, of 64 MiB of address space, up to eight for each
/// core. Where that space is limited, this starts the program once more, in the same process, and with
/// one heap for all. If the system does not allow it, fewer connections fit.
#[expect(clippy::disallowed_methods, reason = "the program is no test")]
pub(crate) fn poupar() {
    if pixson_rede::espaco_restante().is_none() || env::var_os(HEAPS).is_some() {
        return;
    }
    let mut argumentos = env::args_os();
    let (Some(nome), Ok(programa)) = (argumentos.next(), env::current_exe()) else { return };
    // Only a failure returns.
    let _ = Command::new(programa).arg0(nome).args(argumentos).env(HEAPS, "1").exec();
}
