//! A process that no test leaves behind.

use std::ops::{Deref, DerefMut};
use std::process::{Child, Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process};

/// It is killed, by its id, if it has not ended when this value is dropped.
pub(crate) struct Filho(Child);

impl Filho {
    pub(crate) fn gerar(comando: &mut Command) -> Self {
        Self(comando.spawn().expect("the program starts"))
    }

    pub(crate) fn sinalizar(&self, sinal: Signal) {
        kill_process(Pid::from_child(self), sinal).expect("our child");
    }

    /// Stops a server in an orderly way.
    pub(crate) fn parar(&mut self) -> ExitStatus {
        self.sinalizar(Signal::TERM);
        self.wait().expect("our child")
    }
}

impl From<Child> for Filho {
    fn from(processo: Child) -> Self {
        Self(processo)
    }
}

impl Deref for Filho {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Filho {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Filho {
    fn drop(&mut self) {
        let _ = self.kill();
        let _ = self.wait();
    }
}
