//! The reading side of the journal.

use std::io;

use super::linhas::{INICIO_DE_REGISTRO, LinhasBoas};
use super::registro::{Cabecalho, Linha, Registro, ler_linha, linha_inteira};
use super::{PASTA, PEDACO_BYTES, SEGMENTO_LIMITE_BYTES, nome_de_segmento};
use crate::banco::disco::{Disco, ForaDoLugar, nomear, substituir};
use crate::relogio::Carimbo;

/// Up to how many bytes a segment is read: more than any segment has.
const SEGMENTO_LIDO_MAX_BYTES: u64 = 2 * SEGMENTO_LIMITE_BYTES;

/// The content of a segment, as far as it is good.
#[derive(Debug)]
pub(in crate::banco) struct Segmento {
    pub(in crate::banco) nome: String,
    /// All of its bytes, if there is more behind its last good record than space; otherwise none.
    pub(in crate::banco) bytes: Vec<u8>,
    /// How many bytes it has, and whether the last of them is a zero, be they in memory or not.
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
        let mut linhas = LinhasBoas::do_segmento(numero);
        linhas.ler(&bytes, None, &mut |_| true);
        let fim = FimDoSegmento::de_bytes(bytes, linhas.validos);
        Self { cauda, ..linhas.em_segmento(fim) }
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
    ler_em_pedacos(disco, numero, PEDACO_BYTES, so_com, fica)
}

fn ler_em_pedacos(
    disco: &impl Disco,
    numero: u64,
    pedaco: usize,
    so_com: Option<&[u8]>,
    mut fica: impl FnMut(&Registro) -> bool,
) -> io::Result<Option<Segmento>> {
    let nome = nome_de_segmento(numero);
    let mut linhas = LinhasBoas::do_segmento(numero);
    let (mut bytes, mut tamanho, mut termina_em_zero) = (Vec::new(), 0, false);
    let ate_o_fim = loop {
        // A line may be longer than a piece.
        let (antes, quantos) = (bytes.len(), pedaco.max(bytes.len()));
        let parte = disco.ler_parte(&nome, tamanho as u64, quantos, &mut bytes);
        if !parte.map_err(nomear(&nome))? {
            return Ok(None);
        }
        tamanho += bytes.len() - antes;
        termina_em_zero = bytes.last().map_or(termina_em_zero, |&ultimo| ultimo == 0);
        let acabou = bytes.len() - antes < quantos;
        bytes.drain(..linhas.ler(&bytes, so_com, &mut fica));
        if linhas.parou || acabou || tamanho as u64 > SEGMENTO_LIDO_MAX_BYTES {
            break acabou && !linhas.parou;
        }
    };
    if ate_o_fim && bytes.iter().all(|&byte| byte == 0) {
        let fim =
            FimDoSegmento { bytes: Vec::new(), tamanho, termina_em_zero, cauda: Cauda::Limpa };
        return Ok(Some(linhas.em_segmento(fim)));
    }
    // There is more than space behind the last good record: all of it is looked at.
    let lidos = disco.ler(&nome, SEGMENTO_LIDO_MAX_BYTES).map_err(nomear(&nome))?;
    Ok(lidos.map(|bytes| {
        let fim = FimDoSegmento::de_bytes(bytes, linhas.validos);
        linhas.em_segmento(fim)
    }))
}

/// What follows the good lines of a segment, and what is known of its end.
struct FimDoSegmento {
    bytes: Vec<u8>,
    tamanho: usize,
    termina_em_zero: bool,
    cauda: Cauda,
}

impl FimDoSegmento {
    /// That of a segment with these bytes, so many of which are good lines.
    fn de_bytes(bytes: Vec<u8>, validos: usize) -> Self {
        let cauda = examinar_cauda(bytes.get(validos..).unwrap_or_default());
        let (tamanho, termina_em_zero) = (bytes.len(), bytes.last() == Some(&0));
        Self { bytes, tamanho, termina_em_zero, cauda }
    }
}

impl LinhasBoas {
    fn em_segmento(self, fim: FimDoSegmento) -> Segmento {
        let Self { numero, cabecalho, fim_do_cabecalho, registros, primeiro, fins, sinc, .. } =
            self;
        let FimDoSegmento { bytes, tamanho, termina_em_zero, cauda } = fim;
        Segmento {
            nome: nome_de_segmento(numero),
            bytes,
            tamanho,
            termina_em_zero,
            cabecalho,
            fim_do_cabecalho,
            registros,
            primeiro,
            fins,
            sinc,
            validos: self.validos,
            cauda,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::banco::Feito;
    use crate::banco::disco::DiscoReal;
    use crate::banco::regras::{Movimentacao, Movimento};

    /// A segment with three records.
    fn exemplo() -> Vec<u8> {
        let mut bytes = Vec::new();
        Cabecalho { segmento: 1, epoca: 1, seq: 1, reserva: 64 }.escrever(&mut bytes);
        for seq in 1..4 {
            let quanto = |texto: &str| texto.parse().expect("legal balance");
            let rg = seq.to_string().parse().expect("legal RG");
            let titular = Movimento { rg, antes: quanto("1.0"), depois: quanto("2.0") };
            let valor = "1".parse().expect("legal amount");
            let feito = Feito::from(Movimentacao::Deposito { valor, titular });
            let carimbo = Carimbo::novo(seq).expect("legal stamp");
            Registro { seq, epoca: 1, carimbo, feito: &feito, sinc: seq - 1 }.escrever(&mut bytes);
        }
        bytes
    }

    #[test]
    fn a_segment_that_is_read_in_pieces_is_what_it_is_as_a_whole() {
        let pasta = tempfile::tempdir().expect("a temporary directory");
        let disco = DiscoReal::abrir(pasta.path()).expect("the directory");
        disco.criar_pasta(PASTA).expect("a folder");
        let inteiro = exemplo();
        let com = |cauda: &[u8]| [&inteiro, cauda].concat();
        let mut casos =
            vec![com(b""), com(&[0; 100]), com(b"\n"), com(b"x"), com(&[0, 0, b'x', 0])];
        casos.push(com(&inteiro[inteiro.len() - 90..]));
        casos.extend((0..inteiro.len()).step_by(7).map(|corte| inteiro[..corte].to_vec()));
        for posicao in (0..inteiro.len()).step_by(7) {
            let mut virado = com(&[0; 9]);
            virado[posicao] ^= 1;
            casos.push(virado);
        }
        for bytes in casos {
            let arquivo = disco.criar(&nome_de_segmento(1), None).expect("a new file");
            disco.escrever(&arquivo, 0, &bytes).expect("space");
            for so_com in [None, Some(&b"\"3\""[..])] {
                let ler = |pedaco| {
                    let lido = ler_em_pedacos(&disco, 1, pedaco, so_com, |_| true);
                    let lido = lido.expect("a sound disk").expect("a segment");
                    assert!(lido.bytes.is_empty() || lido.bytes == bytes, "all of it, or nothing");
                    let limpa = lido.cauda == Cauda::Limpa;
                    assert!(!limpa || bytes[lido.validos..].iter().all(|&byte| byte == 0));
                    format!("{lido:?}")
                };
                let como_um_todo = ler(PEDACO_BYTES);
                for pedaco in [1, 2, 50, 100, 101, 400, bytes.len().max(1)] {
                    assert_eq!(ler(pedaco), como_um_todo, "pieces of {pedaco}");
                }
            }
        }
    }
}
