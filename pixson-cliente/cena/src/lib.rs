//! Scenes: small texts in Portuguese that say which client sends and which receives, step by step, and
//! that are played against a real server (docs/cenas.md).
//!
//! ```
//! use pixson_cena::Cena;
//!
//! let texto = "cena \"um login\"\nator ana 1111111111\nana envia login\nana recebe\n";
//! let cena: Cena = texto.parse()?;
//! assert_eq!(cena.atores().len(), 1);
//! assert_eq!(cena.passos().len(), 2);
//!
//! let erro = "cena \"\"\nator ana 1\nana recebe\n".parse::<Cena>().expect_err("nothing was sent");
//! assert_eq!(erro.to_string(), "linha 3, coluna 1: ana não tem resposta a receber");
//! # Ok::<(), pixson_cena::ErroDeCena>(())
//! ```

mod canal;
mod cena;
mod em_cena;
mod erro;
mod falha;
mod frases;
mod inferido;
mod leitura;
mod palco;
mod roteiro;

pub use self::cena::{
    AtoDaCena, AtorDaCena, Cena, DiagnosticoEsperado, PassoDoAtor, Posicao, Vicio,
};
pub use self::erro::{ErroDeCena, MotivoDaCena};
pub use self::falha::{FalhaDaCena, MotivoDaFalha};
pub use self::palco::{Encenacao, encenar};
