//! The redo journal, as sections 2, 4 and 7 of `docs/armazenamento.md` describe it.

mod escritor;
mod indice;
mod leitura;
mod linhas;
mod ponto;
mod registro;
mod retratada;
mod retrato;
mod trava;
mod veredito;

pub use escritor::MedidasDoDiario;
pub(super) use escritor::{Diario, NaoAnexado, Tamanhos};
pub(super) use indice::{Indexado, Indice, Nomeadas, aspecto_de, conferir_indice, criar_indice};
pub(super) use indice::{apagar_indice, apagar_indices_sem, nome_de_indice};
pub(super) use leitura::{Cauda, Segmento};
pub(super) use leitura::{ler_segmento, ler_segmento_com, registros_depois};
pub(super) use leitura::{nomes_do_diario, segmento_vazio, segmentos};
pub(super) use ponto::{Ponto, PontoLido, ler_ponto};
pub(super) use registro::{Cabecalho, NUMERO_MAX, Registro};
pub(super) use retratada::Retratada;
pub(super) use retrato::{Momento, Retrato, Revelacao};
pub(super) use trava::{TRAVA, Trava, travar};
pub(super) use veredito::{Prova, Veredito};

/// The folder of the journal.
pub(super) const PASTA: &str = "diario";

/// A segment of this size takes no further record, even if no checkpoint succeeds for long: 512
/// MiB. It can thus always be read again.
const SEGMENTO_LIMITE_BYTES: u64 = 512 * 1024 * 1024;

/// So many bytes of a segment or a snapshot are read at a time: 1 MiB, which stays in a processor's caches and
/// is one buffer for a whole file.
const PEDACO_BYTES: usize = 1024 * 1024;

/// The name of a segment.
pub(super) fn nome_de_segmento(numero: u64) -> String {
    format!("{PASTA}/{numero:010}.jsonl")
}
