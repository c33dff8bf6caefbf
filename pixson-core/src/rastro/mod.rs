//! Traces of logical clocks: events, lines of JSON, the graph of what could influence what, and
//! what a process did against the rules (docs/rastro.md).

mod ascii;
mod avisos;
mod cabecalho;
mod causalidade;
mod desenho;
mod diagnostico;
mod em_json;
mod escrita;
mod evento;
mod grafo;
mod html;
mod inferencia;
mod infracao;
mod juncao;
mod leitura;
mod linha;
mod mensagens;
mod mermaid;
mod montagem;
mod ordem;
mod perguntas;
mod pontas;
mod rastros;
mod recorte;
mod regras;
mod rotulos;
mod sem_rastro;
mod shiviz;
mod svg;
mod tempos;
mod topologia;

pub use cabecalho::{COMANDO_MAX_BYTES, CabecalhoDoRastro, ErroDeProcesso, NomeDeProcesso};
pub use causalidade::Causalidade;
pub use desenho::{DESENHO_PROCESSOS_MAX, DesenhoGrande};
pub use diagnostico::diagnosticar;
pub use em_json::json;
pub use escrita::{RedatorDoRastro, escrever_linha};
pub use evento::{
    ConexaoNumerada, Conteudo, Dito, DitoLivre, EventoDoRelogio, Fato, MensagemVista,
    RespostaVista, TEXTO_MAX_BYTES,
};
pub use grafo::{AvisoDoGrafo, Grafo, NoDoGrafo, OutroLado, ProcessoDoGrafo};
pub use html::{html, html_ao_vivo};
pub use infracao::{Infracao, SemRastro};
pub use leitura::{ErroDeLinha, ler_linha};
pub use linha::{LINHA_MAX_BYTES, LinhaDoRastro, RelatoDoRastro, VERSAO_DO_RASTRO};
pub use mermaid::{MERMAID_EVENTOS_MAX, mermaid};
pub use montagem::montar;
pub use perguntas::{PerguntaDoRastro, perguntar};
pub use rastros::{EVENTOS_MAX, ErroDeRastro, LeitorDeRastros, Rastro, Rastros};
pub use recorte::{Filtro, Recorte};
pub use regras::RegraQuebrada;
pub use shiviz::{EXPRESSAO_DO_SHIVIZ, shiviz};
pub use svg::{SVG_EVENTOS_MAX, svg};
pub use tempos::{ENTRADAS_MAX, GrafoGrande, TemposVetoriais};
