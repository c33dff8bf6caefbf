//! What a cluster needs of its machine: programs, a user, a port.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::thread;

use tempfile::TempDir;

/// Where ports are looked for: below those that Linux gives to clients (from 32,768 on), one of which could take
/// the port of a cluster before it is started, or while it is stopped.
const PRIMEIRA_PORTA: u16 = 14_000;
const LUGARES: u16 = 16_000;

/// Where Debian keeps the programs of each version.
const VERSOES: &str = "/usr/lib/postgresql";

/// Who owns the cluster: its processes refuse to run as root.
struct Usuario {
    uid: u32,
    gid: u32,
}

/// The URL of the database that somebody else runs and that tests are to use, if whoever runs them names one.
pub(super) fn banco_alheio() -> Option<String> {
    env::var("PIXSON_TESTE_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// Says on the error output that a test is not run on the database of somebody else, and how many so far.
pub(super) fn pular(motivo: &str) {
    static PULADOS: AtomicUsize = AtomicUsize::new(0);
    let quantos = PULADOS.fetch_add(1, Ordering::Relaxed) + 1;
    let atual = thread::current();
    let teste = atual.name().unwrap_or_default();
    let _ = writeln!(io::stderr(), "not run ({quantos} so far): {teste}: {motivo}");
}

/// Where the programs of the newest version are that is installed, for clusters of one's own. `None` where there
/// are none, and where tests are to use the database of `PIXSON_TESTE_POSTGRES`, which is said on the
/// error output.
pub fn programas() -> Option<PathBuf> {
    if banco_alheio().is_some() {
        pular("it starts a cluster of its own");
        return None;
    }
    let programas = binarios();
    if programas.is_none() {
        let _ = writeln!(io::stderr(), "not run: Debian's package postgresql is not installed");
    }
    programas
}

pub(super) fn binarios() -> Option<PathBuf> {
    let versoes = fs::read_dir(VERSOES).ok()?.flatten();
    let numero = |pasta: &Path| pasta.file_name()?.to_str()?.parse::<u32>().ok();
    let pastas =
        versoes.map(|versao| versao.path()).filter(|pasta| pasta.join("bin/initdb").exists());
    pastas.max_by_key(|pasta| numero(pasta)).map(|pasta| pasta.join("bin"))
}

/// The user `postgres`, if we are root.
fn usuario() -> Option<Usuario> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let usuarios = fs::read_to_string("/etc/passwd").expect("there are users");
    let linha = usuarios.lines().find(|linha| linha.starts_with("postgres:"));
    let campos: Vec<&str> = linha.expect("the package has made its user").split(':').collect();
    let numero = |campo: usize| campos[campo].parse().expect("a number");
    Some(Usuario { uid: numero(2), gid: numero(3) })
}

/// Lets a program run as the user who may own a cluster, if we are root.
///
/// # Panics
///
/// If there is no such user.
pub fn como_dono(comando: &mut Command) -> &mut Command {
    if let Some(Usuario { uid, gid }) = usuario() {
        comando.uid(uid).gid(gid);
    }
    comando
}

/// A temporary directory of that user.
///
/// # Panics
///
/// If there is no such user, or no room.
pub fn pasta_do_dono() -> TempDir {
    let pasta = TempDir::with_prefix("pixson-aglomerado-").expect("a temporary directory");
    if let Some(Usuario { uid, gid }) = usuario() {
        chown(pasta.path(), Some(uid), Some(gid)).expect("root may give a directory away");
    }
    pasta
}

/// A port of 127.0.0.1 on which nobody listens.
///
/// # Panics
///
/// If there is none.
pub fn porta_livre() -> u16 {
    portas_livres(1)
}

/// The first of so many ports of 127.0.0.1, one after the other, on which nobody listens.
///
/// # Panics
///
/// If there are none.
pub fn portas_livres(quantas: u16) -> u16 {
    static TENTADAS: AtomicU16 = AtomicU16::new(0);
    let livre = |porta: u16| TcpListener::bind(("127.0.0.1", porta)).is_ok();
    // Each process begins elsewhere.
    let minha = u16::try_from(std::process::id() % 1000).expect("below 1000") * 16;
    let mut portas = (0..LUGARES).map(|_| {
        let tentada = TENTADAS.fetch_add(quantas, Ordering::Relaxed).wrapping_add(minha);
        PRIMEIRA_PORTA + tentada % LUGARES
    });
    let todas = |primeira: &u16| (*primeira..*primeira + quantas).all(livre);
    portas.find(todas).expect("free ports")
}

pub(super) fn executar(comando: &mut Command) -> String {
    let saida = comando.output();
    // Not its environment, where a password may be.
    let dito: Vec<_> = [comando.get_program()].into_iter().chain(comando.get_args()).collect();
    let saida = saida.unwrap_or_else(|erro| panic!("{dito:?}: {erro}"));
    let erros = String::from_utf8_lossy(&saida.stderr);
    assert!(saida.status.success(), "{dito:?}: {erros}");
    String::from_utf8(saida.stdout).expect("UTF-8")
}
