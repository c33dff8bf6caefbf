//! The content of a line whose checksum is right. The JSON types are private to this module: the
//! bank's own types are never read by derivation.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{ABERTURA, AJUSTE, Cabecalho, NUMERO_MAX, Registro, VERSAO, movimentacao};
use crate::banco::abertura::{Abertura, Conta};
use crate::banco::feito::Feito;
use crate::banco::regras::Movimento;
use crate::relogio::Carimbo;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonCabecalho {
    pixson: u64,
    segmento: u64,
    epoca: u64,
    seq: u64,
    /// Segments of earlier versions do not name their reserve.
    #[serde(default)]
    reserva: u64,
    #[serde(rename = "crc")]
    _crc: String,
}

/// A record that moves money. By far the most records do, so that this form is tried first; an act
/// of the administration fails at its `op`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonDinheiro<'a> {
    seq: u64,
    epoca: u64,
    carimbo: u64,
    op: u8,
    #[serde(borrow)]
    valor: &'a RawValue,
    #[serde(borrow)]
    contas: Vec<JsonMovimento<'a>>,
    sinc: u64,
    #[serde(rename = "crc")]
    _crc: String,
}

/// A record of the administration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonAdministracao<'a> {
    seq: u64,
    epoca: u64,
    carimbo: u64,
    op: &'a str,
    #[serde(borrow)]
    contas: &'a RawValue,
    sinc: u64,
    #[serde(rename = "crc")]
    _crc: String,
}

type JsonMovimento<'a> = (&'a str, &'a RawValue, &'a RawValue);

#[derive(Deserialize)]
struct JsonConta<'a>(&'a str, #[serde(borrow)] Cow<'a, str>, &'a RawValue);

pub(super) fn cabecalho(linha: &[u8]) -> Option<Cabecalho> {
    serde_json::from_slice::<JsonCabecalho>(linha).ok()?.conferir()
}

impl JsonCabecalho {
    fn conferir(&self) -> Option<Cabecalho> {
        let Self { pixson, segmento, epoca, seq, reserva, .. } = *self;
        let cabe = em_ordem([segmento, epoca, seq, reserva]) && seq > 0;
        (pixson == VERSAO && cabe).then_some(Cabecalho { segmento, epoca, seq, reserva })
    }
}

pub(super) fn registro(linha: &[u8]) -> Option<Registro> {
    match serde_json::from_slice::<JsonDinheiro<'_>>(linha) {
        Ok(json) => json.conferir(),
        Err(_) => serde_json::from_slice::<JsonAdministracao<'_>>(linha).ok()?.conferir(),
    }
}

impl JsonDinheiro<'_> {
    fn conferir(&self) -> Option<Registro> {
        let (uma, outra) = match self.contas.as_slice() {
            [uma] => (movimento(uma)?, None),
            [uma, outra] => (movimento(uma)?, Some(movimento(outra)?)),
            _ => return None,
        };
        let movimentacao = movimentacao(self.op, self.valor.get().parse().ok()?, uma, outra)?;
        let Self { seq, epoca, carimbo, sinc, .. } = *self;
        em_ordem([seq, epoca, sinc]).then_some(())?;
        let feito = movimentacao.into();
        Some(Registro { seq, epoca, carimbo: Carimbo::novo(carimbo)?, feito, sinc })
    }
}

impl JsonAdministracao<'_> {
    fn conferir(&self) -> Option<Registro> {
        let feito = match self.op {
            ABERTURA => {
                let contas: Vec<JsonConta<'_>> = serde_json::from_str(self.contas.get()).ok()?;
                let contas: Option<Vec<Conta>> = contas.iter().map(conta).collect();
                Feito::Abertura(Abertura::nova(contas?).ok()?)
            }
            AJUSTE => {
                let [unico]: [JsonMovimento<'_>; 1] =
                    serde_json::from_str(self.contas.get()).ok()?;
                Feito::Ajuste(movimento(&unico)?)
            }
            _ => return None,
        };
        let Self { seq, epoca, carimbo, sinc, .. } = *self;
        em_ordem([seq, epoca, sinc]).then_some(())?;
        Some(Registro { seq, epoca, carimbo: Carimbo::novo(carimbo)?, feito, sinc })
    }
}

/// Whether the bank can have written these numbers.
fn em_ordem<const N: usize>(numeros: [u64; N]) -> bool {
    numeros.iter().all(|&numero| numero < NUMERO_MAX)
}

fn movimento((rg, antes, depois): &JsonMovimento<'_>) -> Option<Movimento> {
    Some(Movimento {
        rg: rg.parse().ok()?,
        antes: antes.get().parse().ok()?,
        depois: depois.get().parse().ok()?,
    })
}

fn conta(JsonConta(rg, nome, saldo): &JsonConta<'_>) -> Option<Conta> {
    Some(Conta { rg: rg.parse().ok()?, nome: nome.parse().ok()?, saldo: saldo.get().parse().ok()? })
}
