//! The reading side of the journal.

use std::io;

use memchr::{memchr, memmem};

use super::registro::{Cabecalho, Linha, Registro, ler_linha, linha_inteira};
use super::{PASTA, SEGMENTO_LIMITE_BYTES, nome_de_segmento};
use crate::banco::disco::{Disco, ForaDoLugar, nomear, substituir};
use crate::relogio::Carimbo;

/// Up to how many bytes a segment is read: more than any segment has.
const SEGMENTO_LIDO_MAX_BYTES: u64 = 2 * SEGMENTO_LIMITE_BYTES;

/// How a record begins.
const INICIO_DE_REGISTRO: &[u8] = b"{\"seq\":";

/// The content of a segment, as far as it is good.
#[derive(Debug)]
pub(in crate::banco) struct Segmento {
    pub(in crate::banco) nome: String,
    pub(in crate::banco) bytes: Vec<u8>,
    /// How many bytes it has, and whether the last of them is a zero, be they still in memory or not.
    pub(super) tamanho: usize,
    termina_em_zero: bool,
    /// `None` if its first line is torn.
    pub(in crate::banco) cabecalho: Option<Cabecalho>,
    fim_do_cabecalho: usize,
    /// The records that were asked for: all, unless it was read for one account.
    pub(in crate::banco) registros: Vec<Registro>,
    /// The stamp of the first of all.
    pub(in crate::banco) primeiro: Option<Carimbo>,
    /// Where each of all ends, in bytes from the beginning of the segment.
    fins: Vec<usize>,
    /// The greatest `sinc` of all.
    pub(super) sinc: u64,
    /// How many bytes the header and these records have.
    pub(in crate::banco) validos: usize,
    pub(in crate::banco) cauda: Cauda,
}

/// The bytes behind the last good record of a segment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) enum Cauda {
    /// Nothing, or zeros.
    Limpa,
    /// Something that is not the next record. `sinc` is the greatest one of the good records behind
    /// it, if there are any, and `u64::MAX` if a line there is whole but not understood.
    Ruim { sinc: Option<u64> },
}

/// The names in the journal's folder, in no order. There may be no folder yet.
pub(in crate::banco) fn nomes_do_diario(disco: &impl Disco) -> io::Result<Vec<String>> {
    match disco.listar(PASTA) {
        Err(erro) if erro.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        nomes => nomes.map_err(nomear(PASTA)),
    }
}

/// The numbers of the segments that are there, in order.
pub(in crate::banco) fn segmentos(disco: &impl Disco) -> io::Result<Vec<u64>> {
    let mut numeros: Vec<u64> = nomes_do_diario(disco)?
        .iter()
        .filter_map(|nome| {
            let numero = nome.strip_suffix(".jsonl")?.parse().ok()?;
            // The bank writes no other spelling of the number.
            nome_de_segmento(numero).ends_with(&format!("/{nome}")).then_some(numero)
        })
        .collect();
    numeros.sort_unstable();
    Ok(numeros)
}

impl Segmento {
    /// How many good records it has.
    pub(in crate::banco) fn quantos(&self) -> u64 {
        self.fins.len() as u64
    }

    /// The number of the record that comes after all good ones.
    pub(in crate::banco) fn proximo(&self) -> u64 {
        self.cabecalho.map_or(0, |cabecalho| cabecalho.seq + self.quantos())
    }

    /// Whether records are missing at the end: the file is shorter than it was when the records up
    /// to `sincronizado` were synced, and no space follows the records that it has. A file grows by
    /// a whole step of the reserve before any record is written there, so that a power cut leaves
    /// no such file.
    pub(super) fn encurtado(&self, sincronizado: u64) -> bool {
        let Some(Cabecalho { seq, reserva, .. }) = self.cabecalho else { return false };
        let certos = usize::try_from(sincronizado.saturating_sub(seq - 1)).unwrap_or(usize::MAX);
        let ultimo = certos.min(self.fins.len()).checked_sub(1);
        let (Some(ultimo), Ok(reserva @ 1..)) = (ultimo, usize::try_from(reserva)) else {
            return false;
        };
        let passos = (self.fins[ultimo] - self.fim_do_cabecalho).div_ceil(reserva);
        let tinha = self.fim_do_cabecalho.saturating_add(passos.saturating_mul(reserva));
        !self.termina_em_zero && self.tamanho < tinha
    }

    /// Gives back the memory of its bytes.
    #[must_use]
    pub(in crate::banco) fn sem_bytes(self) -> Self {
        Self { bytes: Vec::new(), ..self }
    }

    /// Replaces the segment by its good part with one byte of space behind it, which proves that no record
    /// is missing there. Durable on return.
    pub(in crate::banco) fn regravar(&self, disco: &impl Disco) -> io::Result<()> {
        let lidos = disco.ler(&self.nome, SEGMENTO_LIDO_MAX_BYTES).map_err(nomear(&self.nome))?;
        let inteiro = lidos.filter(|bytes| bytes.len() == self.tamanho);
        // The bank is locked: nobody else writes to it.
        let mut inteiro = inteiro.ok_or_else(|| nomear(&self.nome)(ForaDoLugar.into()))?;
        inteiro.truncate(self.validos);
        inteiro.push(0);
        substituir(disco, &self.nome, &inteiro)
    }
}

#[cfg(test)]
impl Segmento {
    /// A segment as it might have been read, with `cauda` behind its records; a bad one has one byte.
    pub(super) fn de_teste(
        cabecalho: Option<Cabecalho>,
        registros: &[Registro],
        cauda: Cauda,
    ) -> Self {
        let mut bytes = Vec::new();
        if let Some(cabecalho) = cabecalho {
            cabecalho.escrever(&mut bytes);
        }
        for registro in registros {
            let Registro { seq, epoca, carimbo, ref feito, sinc } = *registro;
            Registro { seq, epoca, carimbo, feito, sinc }.escrever(&mut bytes);
        }
        bytes.extend((cauda != Cauda::Limpa).then_some(b'x'));
        let numero = cabecalho.map_or(1, |cabecalho| cabecalho.segmento);
        Self { cauda, ..ler_bytes(numero, bytes, None, |_| true) }
    }
}

/// Reads one segment, as far as it is good, keeping those records only that are asked for; the others are
/// read and checked alike. `None` if it is not there.
pub(in crate::banco) fn ler_segmento(
    disco: &impl Disco,
    numero: u64,
    fica: impl FnMut(&Registro) -> bool,
) -> io::Result<Option<Segmento>> {
    ler_segmento_com(disco, numero, None, fica)
}

/// The same of a segment whose index counts: all of its lines were understood once, so that of those
/// without the text `so_com` the checksum alone is looked at.
pub(in crate::banco) fn ler_segmento_com(
    disco: &impl Disco,
    numero: u64,
    so_com: Option<&[u8]>,
    fica: impl FnMut(&Registro) -> bool,
) -> io::Result<Option<Segmento>> {
    let nome = nome_de_segmento(numero);
    let lidos = disco.ler(&nome, SEGMENTO_LIDO_MAX_BYTES).map_err(nomear(&nome))?;
    Ok(lidos.map(|bytes| ler_bytes(numero, bytes, so_com, fica)))
}

/// What these bytes are as the segment of this number.
fn ler_bytes(
    numero: u64,
    bytes: Vec<u8>,
    so_com: Option<&[u8]>,
    mut fica: impl FnMut(&Registro) -> bool,
) -> Segmento {
    let mut validos = 0;
    let cabecalho = match ler_linha(&bytes) {
        Some((Linha::Cabecalho(cabecalho), tamanho)) if cabecalho.segmento == numero => {
            validos = tamanho;
            Some(cabecalho)
        }
        _ => None,
    };
    let fim_do_cabecalho = validos;
    let (mut registros, mut primeiro, mut fins) = (Vec::new(), None, Vec::new());
    let mut sinc = 0;
    if let Some(cabecalho) = cabecalho {
        let mut seq = cabecalho.seq;
        let mut busca = so_com.map(|texto| Busca { texto, bytes: &bytes, achado: None });
        loop {
            let sem = busca.as_mut().filter(|_| primeiro.is_some());
            if let Some(tamanho) = sem.and_then(|busca| busca.linha_sem(validos)) {
                validos += tamanho;
                fins.push(validos);
                seq += 1;
                continue;
            }
            let Some((Linha::Registro(registro), tamanho)) = ler_linha(&bytes[validos..]) else {
                break;
            };
            if (registro.seq, registro.epoca) != (seq, cabecalho.epoca) {
                break;
            }
            primeiro.get_or_insert(registro.carimbo);
            sinc = sinc.max(registro.sinc);
            if fica(&registro) {
                registros.push(registro);
            }
            validos += tamanho;
            fins.push(validos);
            seq += 1;
        }
    }
    let cauda = examinar_cauda(&bytes[validos..]);
    Segmento {
        nome: nome_de_segmento(numero),
        tamanho: bytes.len(),
        termina_em_zero: bytes.last() == Some(&0),
        bytes,
        cabecalho,
        fim_do_cabecalho,
        registros,
        primeiro,
        fins,
        sinc,
        validos,
        cauda,
    }
}

/// The search for the lines of a segment that have a text in them.
struct Busca<'b> {
    texto: &'b [u8],
    bytes: &'b [u8],
    /// Where the text comes next, or the end of the segment.
    achado: Option<usize>,
}

impl Busca<'_> {
    /// The length of the line that begins here, if it is a record with a right checksum and without the
    /// text.
    fn linha_sem(&mut self, inicio: usize) -> Option<usize> {
        let achado = match self.achado {
            Some(achado) if achado >= inicio => achado,
            _ => {
                let resto = &self.bytes[inicio..];
                let achado =
                    memmem::find(resto, self.texto).map_or(self.bytes.len(), |n| inicio + n);
                *self.achado.insert(achado)
            }
        };
        let linha = self.bytes[inicio..].strip_prefix(INICIO_DE_REGISTRO)?;
        let tamanho = INICIO_DE_REGISTRO.len() + memchr(b'\n', linha)? + 1;
        (inicio + tamanho <= achado && linha_inteira(&self.bytes[inicio..])).then_some(tamanho)
    }
}

/// The whole records that stand anywhere behind `posicao`: what can still be read of a segment that
/// is damaged there.
pub(in crate::banco) fn registros_depois(bytes: &[u8], posicao: usize) -> Vec<Registro> {
    let candidatos = linhas_possiveis(bytes.get(posicao..).unwrap_or_default());
    let lidas = candidatos.filter_map(|linha| match ler_linha(linha) {
        Some((Linha::Registro(registro), _)) => Some(registro),
        _ => None,
    });
    lidas.collect()
}

/// The places where a record may begin, sought at every byte, since the damage may have taken the
/// end of the line before.
fn linhas_possiveis(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let janelas = bytes.windows(INICIO_DE_REGISTRO.len()).enumerate();
    janelas
        .filter(|&(posicao, janela)| posicao == 0 || janela == INICIO_DE_REGISTRO)
        .map(|(posicao, _)| &bytes[posicao..])
}

/// Whether a segment has a header and nothing else. A segment that cannot be read does not count as
/// empty.
pub(in crate::banco) fn segmento_vazio(disco: &impl Disco, numero: u64) -> bool {
    /// More than any header has; a segment with records or space is longer.
    const CABECALHO_MAX_BYTES: u64 = 512;
    let bytes = disco.ler(&nome_de_segmento(numero), CABECALHO_MAX_BYTES).ok().flatten();
    let linha = bytes.as_deref().and_then(|bytes| Some((ler_linha(bytes)?, bytes.len())));
    matches!(linha, Some(((Linha::Cabecalho(_), linha), bytes)) if linha == bytes)
}

/// Looks behind the last good record. Space that was taken in advance is zeros; anything else may
/// hide good records, whose `sinc` says how far the journal had been synced before them.
///
/// A line whose checksum is right is no torn write. If it is not understood, a later version may
/// have written it, and it must not be cut off.
fn examinar_cauda(bytes: &[u8]) -> Cauda {
    if bytes.iter().all(|&byte| byte == 0) {
        return Cauda::Limpa;
    }
    let sincs = linhas_possiveis(bytes).filter_map(|linha| match ler_linha(linha) {
        Some((Linha::Registro(registro), _)) => Some(registro.sinc),
        Some((Linha::Cabecalho(_), _)) => None,
        None => linha_inteira(linha).then_some(u64::MAX),
    });
    Cauda::Ruim { sinc: sincs.max() }
}
