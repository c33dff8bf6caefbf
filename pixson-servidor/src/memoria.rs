//! How the program saves address space where that is limited.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The environment variable that limits the heaps (arenas) of glibc.
const HEAPS: &str = "MALLOC_ARENA_MAX";

/// By default glibc gives threads heaps of their own, each of 64 MiB of address space, up to eight
/// for each core. Where address space is limited, this executes the program anew in the same
/// process, with one heap for all threads. If that fails, fewer connections fit.
#[expect(clippy::disallowed_methods, reason = "the rule is for tests")]
pub(crate) fn poupar() {
    if pixson_rede::espaco_restante().is_none() || env::var_os(HEAPS).is_some() {
        return;
    }
    let mut argumentos = env::args_os();
    let (Some(nome), Ok(programa)) = (argumentos.next(), env::current_exe()) else { return };
    // `exec` returns only if it fails.
    let _ = Command::new(programa).arg0(nome).args(argumentos).env(HEAPS, "1").exec();
}
