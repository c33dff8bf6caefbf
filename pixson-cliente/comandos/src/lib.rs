//! What can be asked of an account in one line: on the command line, in a script, or at a prompt.
//!
//! ```
//! use pixson_comandos::{ComandoDeConta, LeitorDeScript, ler_palavras};
//! use pixson_core::{Operacao, Rg};
//!
//! let rg: Rg = "1111111111".parse()?;
//! let comando = ler_palavras("saque 8,50")?;
//! assert_eq!(comando.operacao(rg), Operacao::Saque { rg, valor: "8.50".parse()? });
//!
//! let mut script = LeitorDeScript::novo(&b"saldo # quanto tem\nsaque tudo\n"[..]);
//! let primeira = script.proxima()?.expect("there are two lines");
//! assert_eq!(primeira.comando, Ok(Some(ComandoDeConta::Saldo)));
//! let segunda = script.proxima()?.expect("there are two lines");
//! assert!(segunda.comando.is_err(), "a sentence says why");
//! assert_eq!(script.proxima()?, None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod comando;
mod script;

pub use self::comando::{ComandoDeConta, conselho, ler_palavras};
pub use self::script::{LeitorDeScript, LinhaDeScript};
