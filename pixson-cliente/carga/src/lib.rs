//! A load on a server of the Pixson bank protocol: how many requests it serves, how long they take,
//! and whether money was conserved. Any program or test can run one:
//!
//! ```no_run
//! use std::num::NonZeroU32;
//! use std::time::Duration;
//!
//! use pixson_carga::{ConfiguracaoDaCarga, Plano, Tipo, medir};
//! use pixson_conexao::ServidorDistante;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut configuracao = ConfiguracaoDaCarga::default();
//! configuracao.operacao = Tipo::Transferencia;
//! configuracao.conexoes = NonZeroU32::new(50).ok_or("none")?;
//! configuracao.duracao = Duration::from_secs(2);
//! let servidor = ServidorDistante::novo("localhost", 5000, Duration::from_secs(30));
//! let plano = Plano::novo(servidor, configuracao)?;
//! let medicao = medir(&plano, |_andamento| ())?;
//! assert!(medicao.relatorio().to_string().starts_with("Servidor: localhost:5000"));
//! assert_eq!(medicao.conservado(), Some(true));
//! # Ok(())
//! # }
//! ```

mod agenda;
mod canal;
mod carregada;
mod conferencia;
mod contas;
mod dialogo;
mod erro;
mod laco;
mod medicao;
mod medida;
mod plano;
mod progresso;
mod relatorio;
mod sorteio;
mod tipo;

pub use self::contas::ListaDeContas;
pub use self::erro::{ErroCarga, ErroPlano};
pub use self::medicao::{Medicao, medir};
pub use self::plano::{
    CONEXOES_MAX, ConfiguracaoDaCarga, DURACAO_MAX, LACOS_MAX, PIPELINE_MAX, Plano, TAXA_MAX,
};
pub use self::progresso::Andamento;
pub use self::relatorio::Relatorio;
pub use self::tipo::{PalavraDesconhecida, Tipo};
