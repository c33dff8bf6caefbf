//! Processes that no test leaves behind. The tests of both programs use this file.

use std::io::Write;
use std::ops::{Deref, DerefMut};
use std::process::{Child, Command, ExitStatus, Output};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use super::ambiente::PACIENCIA;

/// It is killed, by its id, if it has not ended when this value is dropped.
pub(crate) struct Filho {
    /// There until it is taken to its end.
    processo: Option<Child>,
    /// Dropped with this value: then nobody watches the process any more.
    _vigia: Option<Sender<()>>,
}

impl Filho {
    pub(crate) fn gerar(comando: &mut Command) -> Self {
        comando.spawn().expect("the program starts").into()
    }

    /// A process that is killed if it takes too long, so that its test fails instead of hanging too.
    pub(crate) fn vigiado(comando: &mut Command) -> Self {
        let processo = comando.spawn().expect("the program starts");
        let pid = Pid::from_child(&processo);
        let (vigia, fim) = mpsc::channel::<()>();
        thread::spawn(move || {
            if fim.recv_timeout(PACIENCIA) == Err(RecvTimeoutError::Timeout) {
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        Self { processo: Some(processo), _vigia: Some(vigia) }
    }

    pub(crate) fn sinalizar(&self, sinal: Signal) {
        kill_process(Pid::from_child(self), sinal).expect("our child");
    }

    /// Ctrl-C, as a terminal sends it.
    pub(crate) fn interromper(&self) {
        self.sinalizar(Signal::INT);
    }

    /// Stops a server in an orderly way.
    pub(crate) fn parar(&mut self) -> ExitStatus {
        self.sinalizar(Signal::TERM);
        self.wait().expect("our child")
    }

    /// Waits for its end. Returns what is left on its standard output and error.
    pub(crate) fn terminar(mut self) -> Output {
        let processo = self.processo.take().expect("it is taken once");
        processo.wait_with_output().expect("our child")
    }

    /// The same after it was given this on its standard input.
    pub(crate) fn terminar_com(mut self, entrada: &[u8]) -> Output {
        let mut tubo = self.stdin.take().expect("piped");
        // A program that has ended reads no more: that is for the test to judge.
        let _ = tubo.write_all(entrada);
        drop(tubo);
        self.terminar()
    }
}

impl From<Child> for Filho {
    fn from(processo: Child) -> Self {
        Self { processo: Some(processo), _vigia: None }
    }
}

impl Deref for Filho {
    type Target = Child;

    fn deref(&self) -> &Child {
        self.processo.as_ref().expect("it is not taken yet")
    }
}

impl DerefMut for Filho {
    fn deref_mut(&mut self) -> &mut Child {
        self.processo.as_mut().expect("it is not taken yet")
    }
}

impl Drop for Filho {
    fn drop(&mut self) {
        if let Some(processo) = &mut self.processo {
            let _ = processo.kill();
            let _ = processo.wait();
        }
    }
}
