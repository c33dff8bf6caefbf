//! The PostgreSQL of the tests that do it no harm.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::aglomerado::Aglomerado;
use super::alheio::Alheio;
use super::endereco::Endereco;
use super::intermediario::Intermediario;
use super::maquina::{banco_alheio, pular};
use super::motor::Motor;

/// The database of a private cluster that others are copied from.
const MODELO: &str = "modelo";

/// A PostgreSQL for many tests that do it no harm: a private cluster, on which nothing survives a crash, or the
/// database of `PIXSON_TESTE_POSTGRES`.
#[derive(Debug)]
pub struct MotorComum {
    qual: Qual,
    /// Makes the tables of a bank in the database of a URL.
    preparar: fn(&str),
    /// Nobody else begins names with it.
    prefixo: String,
    /// How many databases and users were made.
    feitos: AtomicUsize,
}

#[derive(Debug)]
enum Qual {
    Proprio(Aglomerado),
    Alheio(Alheio),
}

impl MotorComum {
    /// `preparar` makes the tables of a bank in the database of a URL. `None` where the packages of PostgreSQL
    /// are missing, which is said on the error output.
    ///
    /// # Panics
    ///
    /// If the programs are there and do not work, or `PIXSON_TESTE_POSTGRES` is no URL.
    pub fn novo(preparar: fn(&str)) -> Option<Self> {
        let qual = if let Some(url) = banco_alheio() {
            Qual::Alheio(Alheio::novo(url))
        } else {
            let proprio = Aglomerado::com_opcoes(&["fsync=off", "max_connections=300"])?;
            proprio.sql("postgres", &format!("CREATE DATABASE {MODELO}"));
            preparar(&proprio.url(MODELO));
            Qual::Proprio(proprio)
        };
        let prefixo = format!("pixson_{}", acaso());
        Some(Self { qual, preparar, prefixo, feitos: AtomicUsize::new(0) })
    }

    /// The name of a new database, with the tables of a bank.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    pub fn banco_novo(&self) -> String {
        let nome = self.nome_novo();
        match &self.qual {
            Qual::Proprio(proprio) => {
                proprio.sql("postgres", &format!("CREATE DATABASE {nome} TEMPLATE {MODELO}"));
            }
            // Not every engine can copy a database.
            Qual::Alheio(alheio) => {
                alheio.criar("DATABASE", &nome, "");
                (self.preparar)(&alheio.url(&nome));
            }
        }
        nome
    }

    /// A new user with these options who may log in, and whose rights are all on that database: its name, and the
    /// URL of the database for it.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    pub fn papel_novo(&self, opcoes: &str, banco: &str) -> (String, String) {
        let (nome, senha) = (self.nome_novo(), acaso());
        let opcoes = format!("LOGIN PASSWORD '{senha}' {opcoes}");
        match &self.qual {
            Qual::Proprio(proprio) => {
                proprio.sql("postgres", &format!("CREATE ROLE {nome} {opcoes}"));
            }
            Qual::Alheio(alheio) => alheio.criar("ROLE", &nome, &opcoes),
        }
        let url = self.url(banco);
        let endereco = Endereco::novo(&url).expect("as we make them");
        let dele = Endereco { usuario: &nome, senha: Some(&senha), ..endereco }.to_string();
        (nome, dele)
    }

    /// A network to a database that can be cut, and the URL of the database over it. `None` where nobody can
    /// see what goes over it, which is said on the error output.
    ///
    /// # Panics
    ///
    /// If this machine gives no port.
    pub fn rede(&self, banco: &str) -> Option<(Intermediario, String)> {
        let url = self.url(banco);
        let endereco = Endereco::novo(&url).expect("as we make them");
        let Some(destino) = endereco.em_claro() else {
            pular("it cuts the network to one database, in the clear (sslmode=disable)");
            return None;
        };
        let rede = Intermediario::novo(destino);
        let onde = format!("127.0.0.1:{}", rede.porta());
        let por_ela = Endereco { onde: &onde, ..endereco }.to_string();
        Some((rede, por_ela))
    }

    fn nome_novo(&self) -> String {
        format!("{}_{}", self.prefixo, self.feitos.fetch_add(1, Ordering::Relaxed))
    }

    fn motor(&self) -> &dyn Motor {
        match &self.qual {
            Qual::Proprio(proprio) => proprio,
            Qual::Alheio(alheio) => alheio,
        }
    }
}

impl Motor for MotorComum {
    fn url(&self, banco: &str) -> String {
        self.motor().url(banco)
    }

    fn psql(&self, banco: &str) -> Command {
        self.motor().psql(banco)
    }
}

/// Digits that nobody foresees.
fn acaso() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}
