//! Traces of logical clocks: events, lines of JSON, the graph of what could influence what, and
//! what a process did against the rules (docs/rastro.md).

mod ascii;
mod cabecalho;
mod escrita;
mod evento;
mod leitura;
mod linha;
mod rastros;

pub use cabecalho::{COMANDO_MAX_BYTES, CabecalhoDoRastro, ErroDeProcesso, NomeDeProcesso};
pub use escrita::{RedatorDoRastro, escrever_linha};
pub use evento::{
    ConexaoNumerada, Conteudo, Dito, DitoLivre, EventoDoRelogio, Fato, MensagemVista,
    RespostaVista, TEXTO_MAX_BYTES,
};
pub use leitura::{ErroDeLinha, ler_linha};
pub use linha::{LINHA_MAX_BYTES, LinhaDoRastro, RelatoDoRastro, VERSAO_DO_RASTRO};
pub use rastros::{EVENTOS_MAX, ErroDeRastro, LeitorDeRastros, Rastro, Rastros};
