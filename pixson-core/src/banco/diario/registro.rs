//! One line of the journal: its text, and the check of it.

use std::io::Write;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::relogio::Carimbo;
use crate::tipos::{Operacao, Rg, Saldo, Valor};

/// What stands between the checked part of a line and its checksum.
const CRC: &[u8] = b",\"crc\":\"";

/// What stands behind the checksum.
const FIM: &[u8] = b"\"}\n";

/// The version of the format.
const VERSAO: u64 = 1;

/// Digits of the checksum.
const CRC_DIGITOS: usize = 8;

/// The first line of a segment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) struct Cabecalho {
    pub(in crate::banco) segmento: u64,
    pub(in crate::banco) epoca: u64,
    /// The first record that follows.
    pub(in crate::banco) seq: u64,
}

/// One operation that changed something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) struct Registro {
    pub(in crate::banco) seq: u64,
    pub(in crate::banco) epoca: u64,
    pub(in crate::banco) carimbo: Carimbo,
    /// The operation's number on the wire: 2, 3 or 4.
    pub(in crate::banco) op: u8,
    pub(in crate::banco) valor: Valor,
    pub(in crate::banco) contas: Imagens,
    /// The last record known to be synced.
    pub(in crate::banco) sinc: u64,
}

/// The accounts of a record: one, or the two of a transfer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) struct Imagens {
    pub(in crate::banco) primeira: Imagem,
    pub(in crate::banco) segunda: Option<Imagem>,
}

/// An account before and after an operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) struct Imagem {
    pub(in crate::banco) rg: Rg,
    pub(in crate::banco) antes: Saldo,
    pub(in crate::banco) depois: Saldo,
}

impl Imagens {
    pub(in crate::banco) fn iter(&self) -> impl Iterator<Item = Imagem> {
        [Some(self.primeira), self.segunda].into_iter().flatten()
    }
}

/// A line that was read whole and whose checksum is right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) enum Linha {
    Cabecalho(Cabecalho),
    Registro(Registro),
}

impl Cabecalho {
    pub(in crate::banco) fn escrever(&self, saida: &mut Vec<u8>) {
        let Self { segmento, epoca, seq } = self;
        com_crc(saida, |saida| {
            write!(saida, r#"{{"pixson":1,"segmento":{segmento},"epoca":{epoca},"seq":{seq}"#)
        });
    }
}

impl Registro {
    /// The number of a mutating operation and its amount, or `None` of one that changes nothing.
    pub(in crate::banco) fn op_e_valor(operacao: &Operacao) -> Option<(u8, Valor)> {
        match *operacao {
            Operacao::Login { .. } | Operacao::Saldo { .. } => None,
            Operacao::Saque { valor, .. } => Some((2, valor)),
            Operacao::Deposito { valor, .. } => Some((3, valor)),
            Operacao::Transferencia { valor, .. } => Some((4, valor)),
        }
    }

    pub(in crate::banco) fn escrever(&self, saida: &mut Vec<u8>) {
        let Self { seq, epoca, carimbo, op, valor, contas, sinc } = self;
        com_crc(saida, |saida| {
            write!(
                saida,
                r#"{{"seq":{seq},"epoca":{epoca},"carimbo":{carimbo},"op":{op},"valor":{valor},"contas":["#
            )?;
            for (indice, Imagem { rg, antes, depois }) in contas.iter().enumerate() {
                let virgula = if indice == 0 { "" } else { "," };
                write!(saida, r#"{virgula}["{rg}",{antes},{depois}]"#)?;
            }
            write!(saida, r#"],"sinc":{sinc}"#)
        });
    }
}

/// Appends a line and its checksum.
fn com_crc(saida: &mut Vec<u8>, corpo: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) {
    let inicio = saida.len();
    let escrito = corpo(saida).and_then(|()| {
        let crc = crc32fast::hash(&saida[inicio..]);
        saida.extend_from_slice(CRC);
        write!(saida, "{crc:08x}")
    });
    debug_assert!(escrito.is_ok(), "a Vec takes everything");
    saida.extend_from_slice(FIM);
}

/// The line at the beginning of `bytes` and its length, or `None` if there is no whole and right
/// one.
pub(super) fn ler_linha(bytes: &[u8]) -> Option<(Linha, usize)> {
    let fim = bytes.iter().position(|&byte| byte == b'\n')? + 1;
    let (corpo, crc) = bytes[..fim].strip_suffix(FIM)?.split_last_chunk::<CRC_DIGITOS>()?;
    let corpo = corpo.strip_suffix(CRC)?;
    let crc = u32::from_str_radix(std::str::from_utf8(crc).ok()?, 16).ok()?;
    if crc32fast::hash(corpo) != crc {
        return None;
    }
    let linha = if corpo.starts_with(b"{\"pixson\"") {
        let json: JsonCabecalho = serde_json::from_slice(&bytes[..fim]).ok()?;
        Linha::Cabecalho(json.conferir()?)
    } else {
        let json: JsonRegistro<'_> = serde_json::from_slice(&bytes[..fim]).ok()?;
        Linha::Registro(json.conferir()?)
    };
    Some((linha, fim))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonCabecalho {
    pixson: u64,
    segmento: u64,
    epoca: u64,
    seq: u64,
    #[serde(rename = "crc")]
    _crc: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonRegistro<'a> {
    seq: u64,
    epoca: u64,
    carimbo: u64,
    op: u8,
    #[serde(borrow)]
    valor: &'a RawValue,
    #[serde(borrow)]
    contas: Vec<(&'a str, &'a RawValue, &'a RawValue)>,
    sinc: u64,
    #[serde(rename = "crc")]
    _crc: String,
}

impl JsonCabecalho {
    fn conferir(&self) -> Option<Cabecalho> {
        let Self { pixson, segmento, epoca, seq, .. } = *self;
        (pixson == VERSAO).then_some(Cabecalho { segmento, epoca, seq })
    }
}

impl JsonRegistro<'_> {
    fn conferir(&self) -> Option<Registro> {
        let imagem = |(rg, antes, depois): &(&str, &RawValue, &RawValue)| {
            Some(Imagem {
                rg: rg.parse().ok()?,
                antes: antes.get().parse().ok()?,
                depois: depois.get().parse().ok()?,
            })
        };
        let (primeira, segunda) = match self.contas.as_slice() {
            [primeira] => (imagem(primeira)?, None),
            [primeira, segunda] => (imagem(primeira)?, Some(imagem(segunda)?)),
            _ => return None,
        };
        Some(Registro {
            seq: self.seq,
            epoca: self.epoca,
            carimbo: Carimbo::novo(self.carimbo)?,
            op: self.op,
            valor: self.valor.get().parse().ok()?,
            contas: Imagens { primeira, segunda },
            sinc: self.sinc,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registro() -> Registro {
        let imagem = |rg: &str, antes: &str, depois: &str| Imagem {
            rg: rg.parse().expect("legal RG"),
            antes: antes.parse().expect("legal balance"),
            depois: depois.parse().expect("legal balance"),
        };
        Registro {
            seq: 17,
            epoca: 3,
            carimbo: Carimbo::novo(11).expect("legal stamp"),
            op: 4,
            valor: "5.5".parse().expect("legal amount"),
            contas: Imagens {
                primeira: imagem("1111111111", "15.5", "10.0"),
                segunda: Some(imagem("2222222222", "10.0", "15.5")),
            },
            sinc: 16,
        }
    }

    fn escrito() -> Vec<u8> {
        let mut bytes = Vec::new();
        registro().escrever(&mut bytes);
        bytes
    }

    #[test]
    fn a_record_is_a_readable_line_and_reads_back() {
        let bytes = escrito();
        assert_eq!(
            String::from_utf8_lossy(&bytes),
            "{\"seq\":17,\"epoca\":3,\"carimbo\":11,\"op\":4,\"valor\":5.5,\"contas\":[\
             [\"1111111111\",15.5,10.0],[\"2222222222\",10.0,15.5]],\"sinc\":16,\"crc\":\"4c46b521\"}\n"
        );
        assert_eq!(ler_linha(&bytes), Some((Linha::Registro(registro()), bytes.len())));
        let cabecalho = Cabecalho { segmento: 2, epoca: 3, seq: 17 };
        let mut bytes = Vec::new();
        cabecalho.escrever(&mut bytes);
        assert_eq!(ler_linha(&bytes), Some((Linha::Cabecalho(cabecalho), bytes.len())));
    }

    #[test]
    fn no_flipped_bit_and_no_cut_goes_unseen() {
        let bytes = escrito();
        for cortada in 0..bytes.len() {
            assert_eq!(ler_linha(&bytes[..cortada]), None);
        }
        for indice in 0..bytes.len() {
            for bit in 0..8 {
                let mut virada = bytes.clone();
                virada[indice] ^= 1 << bit;
                // The case of a hexadecimal digit says nothing.
                let mesma = virada.to_ascii_lowercase() == bytes && indice > bytes.len() - 12;
                assert_eq!(ler_linha(&virada).is_some(), mesma, "bit {bit} of byte {indice}");
            }
        }
    }
}
