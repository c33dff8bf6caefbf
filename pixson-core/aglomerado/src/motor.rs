//! What tests ask of a PostgreSQL, wherever it runs.

use std::fmt::Debug;
use std::process::Command;

use super::maquina::executar;
use super::sql::SessaoSql;

/// A PostgreSQL, or whatever speaks its protocol, with databases for tests.
pub trait Motor: Debug + Sync {
    /// The URL of one of its databases, with the password, if it takes one.
    fn url(&self, banco: &str) -> String;

    /// psql, as it speaks with one of its databases.
    fn psql(&self, banco: &str) -> Command;

    /// Says something in SQL, and gives what comes back, without headings.
    ///
    /// # Panics
    ///
    /// If it is refused.
    fn sql(&self, banco: &str, texto: &str) -> String {
        executar(self.psql(banco).args(["-c", texto])).trim_end().to_owned()
    }

    /// Begins a session of a database.
    ///
    /// # Panics
    ///
    /// If psql does not start.
    fn sessao(&self, banco: &str) -> SessaoSql {
        SessaoSql::iniciar(self.psql(banco))
    }
}

/// How psql is told to show rows alone, and to end at what is refused.
pub(super) const SO_LINHAS: [&str; 6] = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];
