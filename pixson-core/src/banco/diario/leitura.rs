//! The reading side of the journal.

use std::io;

use super::registro::{Cabecalho, Linha, Registro, ler_linha, linha_inteira};
use super::{PASTA, SEGMENTO_LIMITE_BYTES, nome_de_segmento};
use crate::banco::disco::Disco;

/// More than any segment has.
const SEGMENTO_LIDO_MAX_BYTES: u64 = 2 * SEGMENTO_LIMITE_BYTES;

/// How a record begins.
const INICIO_DE_REGISTRO: &[u8] = b"{\"seq\":";

/// What a segment holds.
#[derive(Debug)]
pub(in crate::banco) struct Segmento {
    pub(in crate::banco) nome: String,
    pub(in crate::banco) bytes: Vec<u8>,
    /// `None` if its first line is torn.
    pub(in crate::banco) cabecalho: Option<Cabecalho>,
    pub(in crate::banco) registros: Vec<Registro>,
    /// How many bytes the header and these records have.
    pub(in crate::banco) validos: usize,
    pub(in crate::banco) cauda: Cauda,
}

/// What stands behind the last good record of a segment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) enum Cauda {
    /// Nothing, or zeros.
    Limpa,
    /// Something that is not the next record. Of the good records behind it, the greatest `sinc`,
    /// if there are any; the greatest number there is, if a line is whole and not understood.
    Ruim { sinc: Option<u64> },
}

/// The numbers of the segments that are there, in order.
pub(in crate::banco) fn segmentos(disco: &impl Disco) -> io::Result<Vec<u64>> {
    let nomes = match disco.listar(PASTA) {
        Err(erro) if erro.kind() == io::ErrorKind::NotFound => Vec::new(),
        nomes => nomes?,
    };
    let mut numeros: Vec<u64> = nomes
        .iter()
        .filter_map(|nome| {
            let numero = nome.strip_suffix(".jsonl")?.parse().ok()?;
            // Another spelling of the number is none of ours.
            nome_de_segmento(numero).ends_with(&format!("/{nome}")).then_some(numero)
        })
        .collect();
    numeros.sort_unstable();
    Ok(numeros)
}

/// Reads one segment, as far as it is good.
pub(in crate::banco) fn ler_segmento(disco: &impl Disco, numero: u64) -> io::Result<Segmento> {
    let nome = nome_de_segmento(numero);
    let bytes = disco.ler(&nome, SEGMENTO_LIDO_MAX_BYTES)?.unwrap_or_default();
    let mut validos = 0;
    let cabecalho = match ler_linha(&bytes) {
        Some((Linha::Cabecalho(cabecalho), tamanho)) if cabecalho.segmento == numero => {
            validos = tamanho;
            Some(cabecalho)
        }
        _ => None,
    };
    let mut registros = Vec::new();
    if let Some(cabecalho) = cabecalho {
        let mut seq = cabecalho.seq;
        while let Some((Linha::Registro(registro), tamanho)) = ler_linha(&bytes[validos..]) {
            if (registro.seq, registro.epoca) != (seq, cabecalho.epoca) {
                break;
            }
            registros.push(registro);
            validos += tamanho;
            seq += 1;
        }
    }
    let cauda = examinar_cauda(&bytes[validos..]);
    Ok(Segmento { nome, bytes, cabecalho, registros, validos, cauda })
}

/// Looks behind the last good record. Space that was taken in advance is zeros; anything else
/// may hide good records, which know how far the journal had been synced before them. They are
/// looked for at every byte: what is damaged may be the end of the line before.
///
/// A line that was written whole is never a torn one. If it is not understood, a later version may
/// have written it, and what it says must not be cut off.
fn examinar_cauda(bytes: &[u8]) -> Cauda {
    if bytes.iter().all(|&byte| byte == 0) {
        return Cauda::Limpa;
    }
    let candidatos = bytes.windows(INICIO_DE_REGISTRO.len()).enumerate();
    let candidatos = candidatos
        .filter(|&(posicao, janela)| posicao == 0 || janela == INICIO_DE_REGISTRO)
        .map(|(posicao, _)| &bytes[posicao..]);
    let sincs = candidatos.filter_map(|linha| match ler_linha(linha) {
        Some((Linha::Registro(registro), _)) => Some(registro.sinc),
        Some((Linha::Cabecalho(_), _)) => None,
        None => linha_inteira(linha).then_some(u64::MAX),
    });
    Cauda::Ruim { sinc: sincs.max() }
}
