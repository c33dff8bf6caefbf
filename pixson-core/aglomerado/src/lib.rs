//! PostgreSQL for tests: private clusters, each in a directory of its own, on a free port, under a user that is not
//! root, stopped by its process when it is dropped; or, where that will do, the database of
//! `PIXSON_TESTE_POSTGRES`, which somebody else runs.
//!
//! ```no_run
//! use pixson_aglomerado::{Aglomerado, Motor};
//!
//! if let Some(aglomerado) = Aglomerado::novo() {
//!     println!("{}", aglomerado.url("postgres"));
//! }
//! ```

mod aglomerado;
mod alheio;
mod endereco;
mod intermediario;
mod maquina;
mod motor;
mod motor_comum;
mod processos;
mod sql;

pub use self::aglomerado::Aglomerado;
pub use self::endereco::separar_senha;
pub use self::intermediario::{CorteDaRede, Intermediario};
pub use self::maquina::{como_dono, pasta_do_dono, porta_livre, portas_livres, programas};
pub use self::motor::Motor;
pub use self::motor_comum::MotorComum;
pub use self::sql::SessaoSql;
