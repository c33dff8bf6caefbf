//! The checkpoint: which records the account files hold already.

use std::io;

use serde::{Deserialize, Serialize};

use crate::banco::disco::{Disco, substituir};

const MAX_BYTES: u64 = 4096;

/// What `ponto.json` says. Without one, every record counts.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
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

impl Ponto {
    pub(in crate::banco) const NOME: &'static str = "diario/ponto.json";

    pub(in crate::banco) fn ler(disco: &impl Disco) -> io::Result<Option<Self>> {
        let Some(bytes) = disco.ler(Self::NOME, MAX_BYTES)? else {
            return Ok(None);
        };
        serde_json::from_slice(&bytes).map(Some).map_err(io::Error::from)
    }

    /// Durable on return.
    pub(in crate::banco) fn gravar(&self, disco: &impl Disco) -> io::Result<()> {
        let mut texto = serde_json::to_vec(self)?;
        texto.push(b'\n');
        substituir(disco, Self::NOME, &texto)
    }
}
