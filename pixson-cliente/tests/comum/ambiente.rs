//! Programs under test, in an environment that is the same whoever runs the tests.
#![allow(dead_code, reason = "every test program includes the whole module")]

use std::env;
use std::ffi::OsStr;
use std::process::Command;
use std::time::Duration;

/// How long a test waits for something that should come at once, before it gives up.
pub(crate) const PACIENCIA: Duration = Duration::from_secs(30);

/// What a program keeps of the environment: where it finds other programs, its libraries and a place
/// for temporary files, and where its coverage is to be written. No program of this workspace shows
/// or does anything else because of these.
const MANTIDAS: [&str; 4] = ["PATH", "LD_LIBRARY_PATH", "TMPDIR", "LLVM_PROFILE_FILE"];

/// In which way a server under test serves its connections, if whoever runs the tests says so: so all
/// tests over sockets run for both ways.
const LACOS: &str = "PIXSON_LACOS";

/// The command of one of our programs, or of another one that starts it.
#[expect(clippy::disallowed_methods, reason = "this is the place for it")]
pub(crate) fn programa(nome: impl AsRef<OsStr>) -> Command {
    let mut comando = Command::new(nome);
    comando.env_clear();
    let mantidas = MANTIDAS.iter().chain([&LACOS]);
    comando.envs(mantidas.filter_map(|mantida| Some((mantida, env::var_os(mantida)?))));
    comando
}

/// What a program has written.
pub(crate) fn texto(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("UTF-8")
}
