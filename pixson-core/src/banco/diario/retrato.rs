//! The snapshot: the balances that account files do not hold yet, as of one record of the journal. It saves
//! a start from reading the journal since the checkpoint, and nothing depends on it.

use std::borrow::Cow;
use std::io::{self, ErrorKind};

use memchr::memchr;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::PASTA;
use super::registro::{NUMERO_MAX, com_crc, corpo_inteiro};
use crate::banco::disco::{Disco, nomear, sem_volta, temporario};
use crate::tipos::{Rg, Saldo, escrever};

/// The version of the format.
const VERSAO: u64 = 1;

/// A line is ended when it has so many bytes.
const LINHA_BYTES: usize = 64 * 1024;

/// The moment that a snapshot shows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::banco) struct Momento {
    /// The account files and the snapshot together hold every record up to this one.
    pub(in crate::banco) seq: u64,
    /// The segment from which on all later records are found.
    pub(in crate::banco) segmento: u64,
}

/// An account whose file is behind.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::banco) struct Retratada<'a> {
    pub(in crate::banco) rg: Rg,
    pub(in crate::banco) saldo: Saldo,
    /// The checksum of the content that the bank saw last in its file; `None` if there was no file.
    pub(in crate::banco) visto: Option<u32>,
    /// The holder's name, where its file may not have it.
    pub(in crate::banco) nome: Option<Cow<'a, str>>,
    /// Other balances that its file may rightly hold.
    pub(in crate::banco) conhecidos: Vec<Saldo>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonInicio {
    retrato: u64,
    seq: u64,
    segmento: u64,
    #[serde(rename = "crc")]
    _crc: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonContas<'a> {
    #[serde(borrow)]
    contas: Vec<JsonRetratada<'a>>,
    #[serde(rename = "crc")]
    _crc: &'a str,
}

#[derive(Deserialize)]
struct JsonRetratada<'a>(
    &'a str,
    #[serde(borrow)] &'a RawValue,
    Option<u32>,
    #[serde(default, borrow)] Option<Cow<'a, str>>,
    #[serde(default, borrow)] Vec<&'a RawValue>,
);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonFim {
    fim: u64,
    #[serde(rename = "crc")]
    _crc: String,
}

/// The snapshot of a bank.
pub(in crate::banco) struct Retrato;

impl Retrato {
    pub(in crate::banco) const NOME: &'static str = "diario/retrato.jsonl";

    /// A larger snapshot is neither written nor read: 1 GiB.
    const MAX_BYTES: u64 = 1 << 30;

    /// Reads the snapshot, and tells its accounts in the order in which they stand there. `None` if there
    /// is no snapshot. What was told before an error must not be used.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidData`] if its content is not what the bank writes; all others are the disk's.
    pub(in crate::banco) fn ler(
        disco: &impl Disco,
        contar: impl FnMut(Momento, Retratada<'_>),
    ) -> io::Result<Option<Momento>> {
        let lido = disco.ler(Self::NOME, Self::MAX_BYTES).map_err(nomear(Self::NOME))?;
        let Some(bytes) = lido else { return Ok(None) };
        let momento = Self::de_bytes(&bytes, contar).ok_or(ErrorKind::InvalidData);
        momento.map(Some).map_err(|erro| nomear(Self::NOME)(erro.into()))
    }

    fn de_bytes(bytes: &[u8], mut contar: impl FnMut(Momento, Retratada<'_>)) -> Option<Momento> {
        let mut resto = bytes;
        let mut linha = || -> Option<&[u8]> {
            let (esta, seguintes) = resto.split_at(memchr(b'\n', resto)? + 1);
            corpo_inteiro(esta)?;
            resto = seguintes;
            Some(esta)
        };
        let inicio: JsonInicio = serde_json::from_slice(linha()?).ok()?;
        let JsonInicio { retrato, seq, segmento, .. } = inicio;
        (retrato == VERSAO && seq < NUMERO_MAX && segmento < NUMERO_MAX).then_some(())?;
        let momento = Momento { seq, segmento };
        let mut contadas = 0;
        loop {
            let linha = linha()?;
            if let Ok(JsonFim { fim, .. }) = serde_json::from_slice(linha) {
                return (fim == contadas && resto.is_empty()).then_some(momento);
            }
            let JsonContas { contas, .. } = serde_json::from_slice(linha).ok()?;
            contadas += contas.len() as u64;
            for conta in contas {
                contar(momento, conta.conferir()?);
            }
        }
    }
}

impl<'a> JsonRetratada<'a> {
    fn conferir(self) -> Option<Retratada<'a>> {
        let Self(rg, saldo, visto, nome, conhecidos) = self;
        let conhecidos: Option<Vec<Saldo>> =
            conhecidos.iter().map(|saldo| saldo.get().parse().ok()).collect();
        let (rg, saldo) = (rg.parse().ok()?, saldo.get().parse().ok()?);
        Some(Retratada { rg, saldo, visto, nome, conhecidos: conhecidos? })
    }
}

impl Retratada<'_> {
    fn escrever(&self, saida: &mut Vec<u8>) {
        let Self { rg, saldo, visto, nome, conhecidos } = self;
        escrever(saida, &[&"[\"", rg, &"\",", saldo, &","]);
        match visto {
            Some(visto) => escrever(saida, &[&u64::from(*visto)]),
            None => escrever(saida, &[&"null"]),
        }
        if nome.is_some() || !conhecidos.is_empty() {
            saida.push(b',');
            let escrito = serde_json::to_writer(&mut *saida, nome);
            debug_assert!(escrito.is_ok(), "writing to a Vec is infallible");
        }
        if let [primeiro, outros @ ..] = conhecidos.as_slice() {
            escrever(saida, &[&",[", primeiro]);
            for outro in outros {
                escrever(saida, &[&",", outro]);
            }
            saida.push(b']');
        }
        saida.push(b']');
    }
}

/// A snapshot that is being written, under a temporary name.
pub(in crate::banco) struct Revelacao<'d, D: Disco> {
    disco: &'d D,
    arquivo: D::Arquivo,
    /// Where the next line will stand.
    posicao: u64,
    /// The accounts of the line that is being gathered.
    contas: Vec<u8>,
    contadas: u64,
}

impl<'d, D: Disco> Revelacao<'d, D> {
    /// Begins a snapshot of this moment. Nothing replaces the present one before
    /// [`Revelacao::terminar`].
    pub(in crate::banco) fn comecar(disco: &'d D, momento: Momento) -> io::Result<Self> {
        let temporario = temporario(Retrato::NOME);
        let arquivo = disco.criar(&temporario, None).map_err(nomear(&temporario))?;
        let mut nova = Self { disco, arquivo, posicao: 0, contas: Vec::new(), contadas: 0 };
        let Momento { seq, segmento } = momento;
        nova.linha(|saida| {
            escrever(saida, &[&r#"{"retrato":"#, &VERSAO, &r#","seq":"#, &seq]);
            escrever(saida, &[&r#","segmento":"#, &segmento]);
        })?;
        Ok(nova)
    }

    /// Adds an account. Of two with one RG the later one counts.
    pub(in crate::banco) fn juntar(&mut self, conta: &Retratada<'_>) -> io::Result<()> {
        if !self.contas.is_empty() {
            self.contas.push(b',');
        }
        conta.escrever(&mut self.contas);
        self.contadas += 1;
        if self.contas.len() < LINHA_BYTES { Ok(()) } else { self.linha_de_contas() }
    }

    /// Ends the snapshot, and puts it in the place of the present one. Durable on return; gives its bytes.
    ///
    /// # Errors
    ///
    /// Those of the disk; one of a sync is final.
    pub(in crate::banco) fn terminar(mut self) -> io::Result<u64> {
        if !self.contas.is_empty() {
            self.linha_de_contas()?;
        }
        let contadas = self.contadas;
        self.linha(|saida| escrever(saida, &[&r#"{"fim":"#, &contadas]))?;
        let temporario = temporario(Retrato::NOME);
        self.disco.sincronizar(&self.arquivo).map_err(sem_volta).map_err(nomear(&temporario))?;
        self.disco.renomear(&temporario, Retrato::NOME).map_err(nomear(Retrato::NOME))?;
        self.disco.sincronizar_pasta(PASTA).map_err(sem_volta)?;
        Ok(self.posicao)
    }

    fn linha_de_contas(&mut self) -> io::Result<()> {
        let mut contas = std::mem::take(&mut self.contas);
        self.linha(|saida| {
            saida.extend_from_slice(br#"{"contas":["#);
            saida.append(&mut contas);
            saida.push(b']');
        })
    }

    fn linha(&mut self, corpo: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut linha = Vec::with_capacity(LINHA_BYTES + LINHA_BYTES / 8);
        com_crc(&mut linha, corpo);
        let posicao = self.posicao;
        self.posicao += linha.len() as u64;
        if self.posicao > Retrato::MAX_BYTES {
            return Err(nomear(Retrato::NOME)(ErrorKind::FileTooLarge.into()));
        }
        let temporario = temporario(Retrato::NOME);
        self.disco.escrever(&self.arquivo, posicao, &linha).map_err(nomear(&temporario))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_snapshot_of_the_documentation_reads_and_is_written_as_it_stands_there() {
        let pagina = include_str!("../../../../docs/armazenamento.md");
        let inicio = pagina.find("{\"retrato\":1,").expect("the example");
        let (texto, _) = pagina[inicio..].split_once("```").expect("its end");
        let mut escritas = Vec::new();
        let momento = Retrato::de_bytes(texto.as_bytes(), |_, conta| {
            escritas.push(b',');
            conta.escrever(&mut escritas);
        });
        assert_eq!(momento, Some(Momento { seq: 1701, segmento: 19 }));
        let escritas = String::from_utf8(escritas).expect("UTF-8");
        assert!(texto.contains(&format!("[{}]", &escritas[1..])), "{escritas}");
        assert_eq!(Retrato::de_bytes(format!("{texto}\n").as_bytes(), |_, _| ()), None);
    }
}
