//! Cases side by side, for tests that mostly wait.

use std::thread;

/// Tries each of these in a thread of its own, and waits for all of them.
pub(crate) fn lado_a_lado<C: Send>(casos: impl IntoIterator<Item = C>, tentar: impl Fn(C) + Sync) {
    let tentar = &tentar;
    thread::scope(|escopo| {
        for caso in casos {
            escopo.spawn(move || tentar(caso));
        }
    });
}
