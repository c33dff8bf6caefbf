//! The checkpoint: which records the account files hold already.

use std::io::{self, ErrorKind};

use serde::Deserialize;

use super::leitura::segmentos;
use super::registro::NUMERO_MAX;
use crate::banco::ErroAbrir;
use crate::banco::disco::{Disco, Marca, nomear, substituir_marcado};

const MAX_BYTES: u64 = 4096;

/// The content of `ponto.json`. Without that file every record counts.
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

/// The checkpoint that was found in a directory.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::banco) struct PontoLido {
    pub(in crate::banco) ponto: Ponto,
    /// The file is a copy, not the one that the bank wrote. A checkpoint of an earlier version
    /// bears no mark, and is taken for the bank's own.
    pub(in crate::banco) copia: bool,
    /// When the file that the bank wrote was born, or 0 if that is not known.
    pub(in crate::banco) nascido: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PontoJson {
    seq: u64,
    epoca: u64,
    segmento: u64,
    limpo: bool,
    /// Checkpoints of earlier versions have no mark.
    #[serde(default)]
    marca: Option<[u64; 3]>,
    #[serde(rename = "crc")]
    _crc: String,
}

/// The checkpoint of a bank. A bank that was never served has none, and then every record counts.
pub(in crate::banco) fn ler_ponto(disco: &impl Disco) -> Result<PontoLido, ErroAbrir> {
    let lido = Ponto::ler(disco).map_err(|erro| match ErroAbrir::from(erro) {
        erro @ (ErroAbrir::Arquivo { .. } | ErroAbrir::SemEspaco(_)) => erro,
        _ => ErroAbrir::Corrompido { arquivo: Ponto::NOME.to_owned(), posicao: 0 },
    })?;
    match lido {
        Some(lido) => Ok(lido),
        // The checkpoint is written before the first segment is begun: segments without it are a
        // copy that lacks it.
        None => Ok(PontoLido { copia: !segmentos(disco)?.is_empty(), ..PontoLido::default() }),
    }
}

impl Ponto {
    pub(in crate::banco) const NOME: &'static str = "diario/ponto.json";

    /// Reads the checkpoint, `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidData`] of this function's own if its content is not what the bank
    /// writes; all others are the disk's, and bear the file's name.
    fn ler(disco: &impl Disco) -> io::Result<Option<PontoLido>> {
        let bytes = match disco.ler(Self::NOME, MAX_BYTES) {
            Ok(None) => return Ok(None),
            Err(erro) if erro.kind() == ErrorKind::FileTooLarge => {
                return Err(ErrorKind::InvalidData.into());
            }
            lidos => lidos.map_err(nomear(Self::NOME))?.unwrap_or_default(),
        };
        let (ponto, marca) = Self::de_bytes(&bytes).ok_or(ErrorKind::InvalidData)?;
        let atual = disco.marca_de_nome(Self::NOME).map_err(nomear(Self::NOME))?;
        let (copia, nascido) = (marca.is_some() && marca != atual, marca.map_or(0, |m| m.nascido));
        Ok(Some(PontoLido { ponto, copia, nascido }))
    }

    fn de_bytes(bytes: &[u8]) -> Option<(Self, Option<Marca>)> {
        let PontoJson { seq, epoca, segmento, limpo, marca, .. } =
            serde_json::from_slice(bytes).ok()?;
        let ponto = Self { seq, epoca, segmento, limpo };
        let marca = marca.map(|[diretorio, numero, nascido]| Marca { diretorio, numero, nascido });
        let em_ordem = [seq, epoca, segmento].iter().all(|&numero| numero < NUMERO_MAX);
        // There is one spelling only: a text that does not reproduce itself has been changed.
        (em_ordem && ponto.texto(marca).as_bytes() == bytes).then_some((ponto, marca))
    }

    /// Replaces the checkpoint, durably on return.
    pub(in crate::banco) fn gravar(&self, disco: &impl Disco) -> io::Result<()> {
        substituir_marcado(disco, Self::NOME, |marca| self.texto(Some(marca)).into_bytes())
            .map_err(nomear(Self::NOME))
    }

    fn texto(&self, marca: Option<Marca>) -> String {
        let Self { seq, epoca, segmento, limpo } = self;
        let marca = marca.map_or_else(String::new, |Marca { diretorio, numero, nascido }| {
            format!(r#","marca":[{diretorio},{numero},{nascido}]"#)
        });
        let corpo = format!(
            r#"{{"seq":{seq},"epoca":{epoca},"segmento":{segmento},"limpo":{limpo}{marca}"#
        );
        let crc = crc32fast::hash(corpo.as_bytes());
        format!("{corpo},\"crc\":\"{crc:08x}\"}}\n")
    }
}
