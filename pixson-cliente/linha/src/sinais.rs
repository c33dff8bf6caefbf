//! The signals that ask for the end of a program, and one that must not end it.

use std::fs;
use std::io;
use std::sync::Arc;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

/// Signals by which a person asks for the end; a second one insists on it.
const DE_PESSOA: [i32; 3] = [SIGINT, SIGTERM, SIGQUIT];

/// Signals that count once, however often they come: a terminal that closes sends several, and the
/// system repeats its warning of used up time.
const DO_SISTEMA: [i32; 2] = [SIGHUP, SIGXCPU];

/// Signals that a program may have been started to ignore (nohup, a job in the background).
const DISPENSAVEIS: [i32; 2] = [SIGHUP, SIGQUIT];

/// The signals that ask for the end of the program, except those that it was started to ignore.
pub fn de_fim() -> Vec<i32> {
    let ignorados = ignorados();
    let conta = |sinal: &i32| !(DISPENSAVEIS.contains(sinal) && ignorados & bit(*sinal) != 0);
    DE_PESSOA.into_iter().chain(DO_SISTEMA).filter(conta).collect()
}

/// Whether a second signal of this kind ends the program at once.
pub fn insiste(sinal: i32) -> bool {
    DE_PESSOA.contains(&sinal)
}

/// From here on a write beyond `ulimit -f` fails with an error and does not end the program.
pub fn conter_arquivos() {
    // The flag is never read: the handler alone keeps the signal from ending the program. If it
    // cannot be installed, the signal ends the program as before.
    let _ = flag::register(SIGXFSZ, Arc::default());
}

/// An action that runs before a signal ends the program.
#[derive(Debug)]
pub struct AntesDoFim(Handle);

impl AntesDoFim {
    /// From here on, until this value is dropped, `fazer` runs before a signal ends the program.
    ///
    /// # Errors
    ///
    /// The system takes no handler, or gives no thread.
    pub fn fazer(fazer: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let mut sinais = Signals::new(de_fim())?;
        let vigia = sinais.handle();
        let vigiar = move || {
            if let Some(sinal) = sinais.forever().next() {
                fazer();
                // The program ends by the signal itself, so that its parent process sees the same
                // as without this.
                let _ = emulate_default_handler(sinal);
            }
        };
        thread::Builder::new().spawn(vigiar)?;
        Ok(Self(vigia))
    }
}

impl Drop for AntesDoFim {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// The signals that the process ignores, a bit for each, as proc(5) has them in `status`.
fn ignorados() -> u64 {
    let situacao = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mascara = situacao.lines().find_map(|linha| linha.strip_prefix("SigIgn:"));
    mascara.and_then(|mascara| u64::from_str_radix(mascara.trim(), 16).ok()).unwrap_or(0)
}

fn bit(sinal: i32) -> u64 {
    1 << (sinal - 1)
}
