//! The journal read as a ledger: each account's statement, and the audit of the whole bank.

mod auditoria;
mod balanco;
mod dano;
mod divergencia;
mod escrituracao;
mod extrato;
mod lancamento;
mod leitura;
mod lido;
mod mutirao;

pub use self::auditoria::{Auditoria, auditar, auditar_com};
pub use self::balanco::Balanco;
pub use self::dano::Dano;
pub use self::divergencia::Divergencia;
pub use self::extrato::ler_extrato;
pub use self::lancamento::{Alcance, Inicio, Lancamento};
pub use self::leitura::ler_livro;
pub use self::mutirao::{Mutirao, Sozinho};
