//! Diagrams of recorded runs: traces in, a picture and a diagnosis out.
//!
//! The traces, the graph and the pictures are those of `pixson_core::rastro`; this crate reads traces
//! line by line, however large their files are, and says what it found in sentences.
//!
//! ```
//! use pixson_core::rastro::{Filtro, SemRastro};
//! use pixson_diagrama::{Coleta, FormatoDoDiagrama};
//!
//! let rastro = "{\"formato\":\"pixson-rastro\",\"versao\":1,\"processo\":\"ana\"}\n";
//! let mut coleta = Coleta::default();
//! coleta.ler(rastro.as_bytes())?;
//! let estudo = coleta.estudar(SemRastro::PodemAdiantar);
//! assert!(estudo.acusacoes().is_empty());
//! let svg = estudo.desenhar(FormatoDoDiagrama::Svg, &Filtro::default())?;
//! assert!(svg.starts_with("<svg"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod coleta;
mod estudo;
mod formato;

pub use self::coleta::{Coleta, ErroDeLeitura};
pub use self::estudo::{ErroDeDesenho, Estudo};
pub use self::formato::FormatoDoDiagrama;
