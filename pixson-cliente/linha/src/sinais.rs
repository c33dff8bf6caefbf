//! Signals that must not end a program without a word.

use std::sync::Arc;

use signal_hook::consts::SIGXFSZ;
use signal_hook::flag;

/// From here on a file that would grow beyond `ulimit -f` is a write that fails, and not the end of
/// the program.
pub fn conter_arquivos() {
    // Whether it came is of no interest, only that the system sees a handler. Where there can be none,
    // the program ends as before.
    let _ = flag::register(SIGXFSZ, Arc::default());
}
