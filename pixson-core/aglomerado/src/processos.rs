//! The processes of a cluster, and how they die or stop for a while.

use std::fs;
use std::path::PathBuf;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long a cluster has to start or to stop.
pub(crate) const PACIENCIA: Duration = Duration::from_mins(1);

/// A cluster that was started and not yet waited for.
#[derive(Debug)]
pub(crate) struct Processos {
    /// The shell that runs the postmaster, and ends with it.
    guarda: Child,
    /// The directory of the data.
    dados: PathBuf,
}

impl Processos {
    pub(crate) fn novos(guarda: Child, dados: PathBuf) -> Self {
        Self { guarda, dados }
    }

    /// Whether the postmaster has ended.
    pub(crate) fn acabaram(&mut self) -> bool {
        self.guarda.try_wait().is_ok_and(|fim| fim.is_some())
    }

    /// Sends a signal that ends the postmaster, and waits for that.
    pub(crate) fn terminar(mut self, sinal: Signal) {
        // Waiting would close it, and so give the directory up.
        let _entrada = self.guarda.stdin.take();
        self.sinalizar(sinal);
        let _ = self.guarda.wait();
    }

    /// Kills the postmaster alone, by SIGKILL, and waits until its processes have noticed: before, no new
    /// one may start on their memory. Says whether they have.
    pub(crate) fn matar(self) -> bool {
        // So that it makes no more of them.
        self.sinalizar(Signal::STOP);
        let dele = self.postmaster().map(filhos_de).unwrap_or_default();
        self.terminar(Signal::KILL);
        let comecou = Instant::now();
        while dele.iter().any(|&filho| pai_de(filho).is_some()) {
            if comecou.elapsed() > PACIENCIA {
                return false;
            }
            thread::sleep(Duration::from_millis(5));
        }
        true
    }

    /// The postmaster, whose number stands in its directory while it runs.
    fn postmaster(&self) -> Option<Pid> {
        let arquivo = fs::read_to_string(self.dados.join("postmaster.pid")).ok()?;
        arquivo.lines().next()?.parse().ok().and_then(Pid::from_raw)
    }

    pub(crate) fn sinalizar(&self, sinal: Signal) {
        // It fails if the process has just ended, which is what is wanted.
        let _ = self.postmaster().map(|pid| kill_process(pid, sinal));
    }

    pub(crate) fn sinalizar_filhos(&self, sinal: Signal) {
        for filho in self.postmaster().map(filhos_de).unwrap_or_default() {
            let _ = kill_process(filho, sinal);
        }
    }
}

/// The processes that this one has made and that have not ended, as Linux tells.
fn filhos_de(pai: Pid) -> Vec<Pid> {
    let processos = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numeros =
        processos.filter_map(|pasta| Pid::from_raw(pasta.file_name().to_str()?.parse().ok()?));
    numeros.filter(|&numero| pai_de(numero) == Some(pai)).collect()
}

/// Who has made a process that has not ended; one that waits to be collected has.
fn pai_de(processo: Pid) -> Option<Pid> {
    let dele = fs::read_to_string(format!("/proc/{}/stat", processo.as_raw_pid())).ok()?;
    // The name before it may hold anything, and ends with the last parenthesis.
    let mut campos = dele.rsplit_once(") ")?.1.split(' ');
    let estado = campos.next().filter(|estado| !["Z", "X"].contains(estado));
    estado.and(campos.next()).and_then(|pai| Pid::from_raw(pai.parse().ok()?))
}
