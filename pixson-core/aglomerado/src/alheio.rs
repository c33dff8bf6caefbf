//! A database that somebody else runs.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use super::endereco::{Endereco, separar_senha};
use super::maquina::binarios;
use super::motor::{Motor, SO_LINHAS};

/// Reads what is to be said in the end, and says it when nobody is left who could use what is dropped by it: when
/// the test program has ended, however it did.
const FAXINA: &str =
    r#"said=$(cat); printf '%s\n' 'SET client_min_messages = warning;' "$said" | "$@""#;

/// The database of a URL, with whatever its user may do there. What is made on it is dropped when the test
/// program ends.
#[derive(Debug)]
pub(super) struct Alheio {
    url: String,
    faxina: Mutex<Child>,
}

impl Alheio {
    /// # Panics
    ///
    /// If it is no URL with a user, a machine and a database.
    pub(super) fn novo(url: String) -> Self {
        assert!(
            Endereco::novo(&url).is_some(),
            "PIXSON_TESTE_POSTGRES has to be as postgres://user:password@machine:port/database"
        );
        let mut faxina = Command::new("sh");
        faxina.args(["-c", FAXINA, "sh"]).arg(programa()).args(["-X", "-q"]);
        entrar(&mut faxina, &url);
        // Ctrl-C ends the test program, and not what comes after it.
        faxina.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null());
        let faxina = Mutex::new(faxina.spawn().expect("a shell starts"));
        Self { url, faxina }
    }

    /// Makes a database or a role, with these words behind its name, and has it dropped when the test program has
    /// ended, after what was made before.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    pub(super) fn criar(&self, especie: &str, nome: &str, opcoes: &str) {
        let mut faxina = self.faxina.lock().expect("no panic");
        let entrada = faxina.stdin.as_mut().expect("piped");
        writeln!(entrada, "DROP {especie} IF EXISTS {nome};").expect("the shell reads");
        drop(faxina);
        self.sql(self.endereco().banco, &format!("CREATE {especie} {nome} {opcoes}"));
    }

    fn endereco(&self) -> Endereco<'_> {
        Endereco::novo(&self.url).expect("`novo` has looked")
    }
}

impl Motor for Alheio {
    fn url(&self, banco: &str) -> String {
        Endereco { banco, ..self.endereco() }.to_string()
    }

    fn psql(&self, banco: &str) -> Command {
        let mut psql = Command::new(programa());
        psql.args(SO_LINHAS).stdin(Stdio::null());
        entrar(&mut psql, &self.url(banco));
        psql
    }
}

/// Lets a command of psql speak with a database. Arguments can be read by others, the environment cannot.
fn entrar(comando: &mut Command, url: &str) {
    let (url, senha) = separar_senha(url);
    comando.arg(url).envs(senha.map(|senha| ("PGPASSWORD", senha)));
}

/// psql as Debian has it, or as it is found.
fn programa() -> PathBuf {
    binarios().map_or_else(|| "psql".into(), |pasta| pasta.join("psql"))
}
