//! The signals that end a program, and those that must not.

use std::fs;
use std::io;
use std::sync::Arc;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

/// Those by which a person asks for the end, and insists on it.
const DE_PESSOA: [i32; 3] = [SIGINT, SIGTERM, SIGQUIT];

/// Those that ask for it once, however often they come: a terminal that closes sends several, and the
/// system goes on to warn of used up time.
const DO_SISTEMA: [i32; 2] = [SIGHUP, SIGXCPU];

/// Those that whoever started the program may have told it to ignore (nohup, a job in the background).
const DISPENSAVEIS: [i32; 2] = [SIGHUP, SIGQUIT];

/// The signals that ask for the end of the program, but for those that it was born to ignore.
pub fn de_fim() -> Vec<i32> {
    let ignorados = ignorados();
    let conta = |sinal: &i32| !(DISPENSAVEIS.contains(sinal) && ignorados & bit(*sinal) != 0);
    DE_PESSOA.into_iter().chain(DO_SISTEMA).filter(conta).collect()
}

/// Whether a second signal of this kind ends the program at once.
pub fn insiste(sinal: i32) -> bool {
    DE_PESSOA.contains(&sinal)
}

/// From here on a file that would grow beyond `ulimit -f` is a write that fails, and not the end of
/// the program.
pub fn conter_arquivos() {
    // Whether it came is of no interest, only that the system sees a handler. Where there can be none,
    // the program ends as before.
    let _ = flag::register(SIGXFSZ, Arc::default());
}

/// What is to be done before a signal ends the program.
#[derive(Debug)]
pub struct AntesDoFim(Handle);

impl AntesDoFim {
    /// From here on, until this is dropped, `fazer` comes before the end.
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
                // Whoever waits for the program hears of the signal, as without this.
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
