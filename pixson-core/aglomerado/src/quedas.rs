//! How a cluster dies, or stops for a while.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{Aglomerado, PACIENCIA};

impl Aglomerado {
    /// Kills the whole cluster as a power cut of its processes would (SIGQUIT to the postmaster, which does
    /// not write anything more). [`Aglomerado::iniciar`] then recovers it.
    pub fn derrubar(&mut self) {
        self.terminar(Signal::QUIT);
    }

    /// Kills the postmaster alone, by SIGKILL, and waits until its processes have noticed: before, no new
    /// one may start on their memory.
    ///
    /// # Panics
    ///
    /// If they go on without it.
    pub fn matar(&mut self) {
        // So that it makes no more of them.
        self.sinalizar(Signal::STOP);
        let dele = self.postmaster().map(filhos_de).unwrap_or_default();
        self.terminar(Signal::KILL);
        let comecou = Instant::now();
        while dele.iter().any(|&filho| pai_de(filho).is_some()) {
            assert!(comecou.elapsed() < PACIENCIA, "still there: {}", self.registro());
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn terminar(&mut self, sinal: Signal) {
        if let Some(mut processo) = self.processo.take() {
            // Waiting would close it, and so give the directory up.
            let _entrada = processo.stdin.take();
            self.sinalizar(sinal);
            let _ = processo.wait();
        }
    }

    /// Stops the postmaster (SIGSTOP), so that new connections get no answer.
    pub fn congelar(&self) {
        self.sinalizar(Signal::STOP);
    }

    /// Stops all its processes, whatever they are doing.
    pub fn congelar_tudo(&self) {
        self.congelar();
        self.sinalizar_filhos(Signal::STOP);
    }

    /// Lets all of them go on.
    pub fn descongelar(&self) {
        self.sinalizar_filhos(Signal::CONT);
        self.sinalizar(Signal::CONT);
    }

    /// The postmaster, whose number stands in its directory while it runs.
    fn postmaster(&self) -> Option<Pid> {
        let arquivo = fs::read_to_string(self.dados().join("postmaster.pid")).ok()?;
        arquivo.lines().next()?.parse().ok().and_then(Pid::from_raw)
    }

    fn sinalizar(&self, sinal: Signal) {
        // It fails if the process has just ended, which is what is wanted.
        let _ = self.postmaster().map(|pid| kill_process(pid, sinal));
    }

    fn sinalizar_filhos(&self, sinal: Signal) {
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
