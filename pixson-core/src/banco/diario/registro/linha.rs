//! Reading one line of the journal.

use memchr::memchr;

use super::{CRC, CRC_DIGITOS, Cabecalho, FIM, Registro, canonico, digitos, json};

/// A line that was read whole and whose checksum is right.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::banco) enum Linha {
    Cabecalho(Cabecalho),
    Registro(Registro),
}

/// The line at the beginning of `bytes` and its length in bytes, or `None` if no whole and right
/// line begins there.
pub(in crate::banco::diario) fn ler_linha(bytes: &[u8]) -> Option<(Linha, usize)> {
    let corpo = corpo_inteiro(bytes)?;
    let fim = corpo.len() + CRC.len() + CRC_DIGITOS + FIM.len();
    let linha = if corpo.starts_with(b"{\"pixson\"") {
        Linha::Cabecalho(json::cabecalho(&bytes[..fim])?)
    } else {
        Linha::Registro(canonico::registro(corpo).or_else(|| json::registro(&bytes[..fim]))?)
    };
    Some((linha, fim))
}

/// Whether a whole line with a right checksum begins here, be it understood or not.
pub(in crate::banco::diario) fn linha_inteira(bytes: &[u8]) -> bool {
    corpo_inteiro(bytes).is_some()
}

/// The part of the line at the beginning of `bytes` that its checksum covers, if the checksum is
/// right.
pub(in crate::banco::diario) fn corpo_inteiro(bytes: &[u8]) -> Option<&[u8]> {
    let fim = memchr(b'\n', bytes)? + 1;
    let (corpo, crc) = bytes[..fim].strip_suffix(FIM)?.split_last_chunk::<CRC_DIGITOS>()?;
    let corpo = corpo.strip_suffix(CRC)?;
    let certo = crc32fast::hash(corpo);
    if *crc != digitos(certo) {
        // It may still be spelt otherwise than the bank spells it.
        let crc = u32::from_str_radix(std::str::from_utf8(crc).ok()?, 16).ok()?;
        return (certo == crc).then_some(corpo);
    }
    Some(corpo)
}
