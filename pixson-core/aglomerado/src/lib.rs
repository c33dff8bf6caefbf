//! Private PostgreSQL clusters for tests: each in a directory of its own, on a free port, under a user
//! that is not root, stopped by its process when it is dropped.
//!
//! ```no_run
//! use pixson_aglomerado::Aglomerado;
//!
//! if let Some(aglomerado) = Aglomerado::novo() {
//!     println!("{}", aglomerado.url("postgres"));
//! }
//! ```

mod aglomerado;
mod intermediario;
mod maquina;
mod processos;
mod sql;

pub use self::aglomerado::Aglomerado;
pub use self::intermediario::{CorteDaRede, Intermediario};
pub use self::maquina::{como_dono, pasta_do_dono, porta_livre, portas_livres, programas};
pub use self::sql::SessaoSql;
