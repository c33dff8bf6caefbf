//! A person at a real terminal, with a real server to talk to.

use std::fs;
use std::os::fd::AsRawFd;
use std::path::Path;

use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use tempfile::TempDir;

use crate::comum::{PACIENCIA, sem_tubos};
use crate::servidor::banca::Banca;
use crate::servidor::duas_contas;

pub(crate) const PERGUNTA: &str = "Digite o comando: ";
pub(crate) const CTRL_D: &str = "\u{4}";

/// A client at a terminal.
pub(crate) struct Pessoa {
    pub(crate) sessao: PtySession,
}

impl Pessoa {
    pub(crate) fn sentar(estado: &Path, argumentos: &[&str], ambiente: &[(&str, &str)]) -> Self {
        let mut comando = sem_tubos(argumentos);
        comando.env("TERM", "xterm").env("XDG_STATE_HOME", estado);
        comando.envs(ambiente.iter().copied());
        let paciencia = u64::try_from(PACIENCIA.as_millis()).ok();
        Self { sessao: spawn_command(comando, paciencia).expect("a terminal") }
    }

    pub(crate) fn digitar(&mut self, teclas: &str) {
        self.sessao.send(teclas).expect("a terminal");
        self.sessao.flush().expect("a terminal");
    }

    /// Waits for this, and returns what was shown before it.
    pub(crate) fn ver(&mut self, texto: &str) -> String {
        // The terminal is read byte by byte.
        let bytes: String = texto.bytes().map(char::from).collect();
        let antes = self.sessao.exp_string(&bytes).expect("it is shown");
        let bytes: Vec<u8> =
            antes.chars().map(|letra| u8::try_from(letra).expect("a byte")).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits for the end, and returns the exit code.
    pub(crate) fn sair(mut self) -> i32 {
        self.sessao.exp_eof().expect("it ends");
        self.codigo()
    }

    pub(crate) fn codigo(&self) -> i32 {
        match self.sessao.process().wait().expect("our child") {
            WaitStatus::Exited(_, codigo) => codigo,
            outro => panic!("{outro:?}"),
        }
    }
}

pub(crate) struct Mesa {
    pub(crate) servidor: Banca,
    pub(crate) porta: String,
    pub(crate) estado: TempDir,
}

pub(crate) fn mesa() -> Mesa {
    let (servidor, porta) = Banca::com_porta(duas_contas());
    Mesa { servidor, porta, estado: TempDir::new().expect("a temporary directory") }
}

impl Mesa {
    pub(crate) fn sentar(&self, argumentos: &[&str], ambiente: &[(&str, &str)]) -> Pessoa {
        let comuns = ["1111111111", "--porta", &self.porta];
        Pessoa::sentar(self.estado.path(), &[&comuns, argumentos].concat(), ambiente)
    }
}

/// The end of the terminal that the client has. Held open: the last one to leave it resets it.
pub(crate) fn lado_da_pessoa(sessao: &PtySession) -> fs::File {
    let outro = sessao.process().get_file_handle().expect("a terminal");
    let sobre = format!("/proc/self/fdinfo/{}", outro.as_raw_fd());
    let sobre = fs::read_to_string(sobre).expect("what Linux says of a terminal");
    let numero = sobre.lines().find_map(|linha| linha.strip_prefix("tty-index:"));
    let numero = numero.expect("the number of a terminal").trim();
    fs::File::open(format!("/dev/pts/{numero}")).expect("the other end")
}
