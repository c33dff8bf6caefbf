//! The checkpoint: which records the account files hold already.

use std::io::{self, ErrorKind};

use serde::Deserialize;

use crate::banco::disco::{Disco, substituir};

const MAX_BYTES: u64 = 4096;

/// What `ponto.json` says. Without one, every record counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::banco) struct Ponto {
    /// The account files hold every record up to this one.
    pub(in crate::banco) seq: u64,
    /// The run that wrote it.
    pub(in crate::banco) epoca: u64,
    /// No segment before this one is needed for recovery.
    pub(in crate::banco) segmento: u64,
    /// The bank was closed in order.
    pub(in crate::banco) limpo: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    seq: u64,
    epoca: u64,
    segmento: u64,
    limpo: bool,
    #[serde(rename = "crc")]
    _crc: String,
}

impl Ponto {
    pub(in crate::banco) const NOME: &'static str = "diario/ponto.json";

    pub(in crate::banco) fn ler(disco: &impl Disco) -> io::Result<Option<Self>> {
        let Some(bytes) = disco.ler(Self::NOME, MAX_BYTES)? else {
            return Ok(None);
        };
        let Json { seq, epoca, segmento, limpo, .. } = serde_json::from_slice(&bytes)?;
        let ponto = Self { seq, epoca, segmento, limpo };
        // One spelling only: what does not write itself again has been changed.
        if ponto.texto().as_bytes() == bytes {
            Ok(Some(ponto))
        } else {
            Err(ErrorKind::InvalidData.into())
        }
    }

    /// Durable on return.
    pub(in crate::banco) fn gravar(&self, disco: &impl Disco) -> io::Result<()> {
        substituir(disco, Self::NOME, self.texto().as_bytes())
    }

    fn texto(&self) -> String {
        let Self { seq, epoca, segmento, limpo } = self;
        let corpo =
            format!(r#"{{"seq":{seq},"epoca":{epoca},"segmento":{segmento},"limpo":{limpo}"#);
        let crc = crc32fast::hash(corpo.as_bytes());
        format!("{corpo},\"crc\":\"{crc:08x}\"}}\n")
    }
}
