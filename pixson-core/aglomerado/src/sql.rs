//! A conversation in SQL.

use std::io::Write;
use std::process::{Child, ChildStdin, Command, Stdio};

/// A session in which a test says one thing after the other, and waits for none. It ends when it is dropped.
#[derive(Debug)]
pub struct SessaoSql {
    processo: Child,
    entrada: Option<ChildStdin>,
}

impl SessaoSql {
    /// With psql as it is to be started.
    pub(super) fn iniciar(mut psql: Command) -> Self {
        psql.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut processo = psql.spawn().expect("psql starts");
        let entrada = processo.stdin.take();
        Self { processo, entrada }
    }

    /// Says something in SQL, which is done after what was said before.
    ///
    /// # Panics
    ///
    /// If the session has ended.
    pub fn dizer(&mut self, texto: &str) {
        let entrada = self.entrada.as_mut().expect("it has not ended");
        writeln!(entrada, "{texto};").expect("psql reads");
    }
}

impl Drop for SessaoSql {
    fn drop(&mut self) {
        self.entrada = None;
        let _ = self.processo.wait();
    }
}
