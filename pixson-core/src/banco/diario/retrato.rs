//! The snapshot: the balances that account files do not hold yet, as of one record of the journal. It saves
//! a start from reading the journal since the checkpoint, and nothing depends on it.

use std::io::{self, ErrorKind};

use memchr::memchr;
use serde::Deserialize;

use super::registro::{NUMERO_MAX, com_crc, corpo_inteiro};
use super::retratada::{Retratada, retratadas};
use super::{PASTA, PEDACO_BYTES};
use crate::banco::disco::{Disco, nomear, sem_volta, temporario};
use crate::tipos::{Rg, escrever};

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

    /// Reads the snapshot, and tells its accounts, in RG order and each once. `None` if there is no snapshot. What was told before an error must not be used.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidData`] if its content is not what the bank writes; all others are the disk's.
    pub(in crate::banco) fn ler(
        disco: &impl Disco,
        contar: impl FnMut(Momento, Retratada<'_>),
    ) -> io::Result<Option<Momento>> {
        Self::ler_em_pedacos(disco, PEDACO_BYTES, contar)
    }

    fn ler_em_pedacos(
        disco: &impl Disco,
        pedaco: usize,
        mut contar: impl FnMut(Momento, Retratada<'_>),
    ) -> io::Result<Option<Momento>> {
        let (mut bytes, mut posicao, mut lido) = (Vec::new(), 0, RetratoLido::default());
        loop {
            let antes = bytes.len();
            let parte = disco.ler_parte(Self::NOME, posicao, pedaco, &mut bytes);
            if !parte.map_err(nomear(Self::NOME))? {
                return Ok(None);
            }
            let quantos = bytes.len() - antes;
            posicao += quantos as u64;
            if posicao > Self::MAX_BYTES {
                return Err(nomear(Self::NOME)(ErrorKind::FileTooLarge.into()));
            }
            let lidos = lido.ler(&bytes, &mut contar);
            let ate_aqui = lidos.map(|lidos| drop(bytes.drain(..lidos)));
            if ate_aqui.is_none() || quantos < pedaco {
                let momento = ate_aqui.and_then(|()| lido.momento_do_fim(&bytes));
                let momento = momento.ok_or(ErrorKind::InvalidData);
                return momento.map(Some).map_err(|erro| nomear(Self::NOME)(erro.into()));
            }
        }
    }
}

/// A snapshot, as far as it was read.
#[derive(Debug, Default)]
struct RetratoLido {
    momento: Option<Momento>,
    contadas: u64,
    /// The account that was told last.
    ultima: Option<Rg>,
    /// Its last line was read.
    terminou: bool,
}

impl RetratoLido {
    /// Reads the whole lines that `bytes` begin with, and gives their length; what is left is to come again,
    /// with more behind it. `None` if one of them is not what the bank writes there.
    fn ler(
        &mut self,
        bytes: &[u8],
        contar: &mut impl FnMut(Momento, Retratada<'_>),
    ) -> Option<usize> {
        let mut lidos = 0;
        while let Some(fim) = memchr(b'\n', &bytes[lidos..]) {
            self.linha(&bytes[lidos..=lidos + fim], contar)?;
            lidos += fim + 1;
        }
        Some(lidos)
    }

    fn linha(
        &mut self,
        linha: &[u8],
        contar: &mut impl FnMut(Momento, Retratada<'_>),
    ) -> Option<()> {
        let corpo = corpo_inteiro(linha).filter(|_| !self.terminou)?;
        let Some(momento) = self.momento else {
            let JsonInicio { retrato, seq, segmento, .. } = serde_json::from_slice(linha).ok()?;
            let certo = retrato == VERSAO && seq < NUMERO_MAX && segmento < NUMERO_MAX;
            self.momento = certo.then_some(Momento { seq, segmento });
            return certo.then_some(());
        };
        if let Ok(JsonFim { fim, .. }) = serde_json::from_slice(linha) {
            self.terminou = true;
            return (fim == self.contadas).then_some(());
        }
        for conta in retratadas(linha, corpo)? {
            let anterior = self.ultima.replace(conta.rg);
            anterior.is_none_or(|anterior| anterior < conta.rg).then_some(())?;
            self.contadas += 1;
            contar(momento, conta);
        }
        Some(())
    }

    /// Its moment, if it is whole, and nothing follows its last line.
    fn momento_do_fim(&self, resto: &[u8]) -> Option<Momento> {
        self.momento.filter(|_| self.terminou && resto.is_empty())
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

    /// Adds an account. They come in RG order, each once.
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
    use crate::banco::disco::DiscoReal;

    /// What these bytes are as a snapshot, in pieces of any size.
    fn de_bytes(bytes: &[u8], mut contar: impl FnMut(Momento, Retratada<'_>)) -> Option<Momento> {
        let pasta = tempfile::tempdir().expect("a temporary directory");
        let disco = DiscoReal::abrir(pasta.path()).expect("the directory");
        disco.criar_pasta(PASTA).expect("a folder");
        let arquivo = disco.criar(Retrato::NOME, None).expect("a new file");
        disco.escrever(&arquivo, 0, bytes).expect("space");
        let lido = Retrato::ler(&disco, &mut contar);
        for pedaco in [1, 2, 60, 100, bytes.len().max(1), bytes.len() + 1] {
            let outro = Retrato::ler_em_pedacos(&disco, pedaco, |_, _| ());
            assert_eq!(outro.ok(), lido.as_ref().ok().copied(), "pieces of {pedaco}");
        }
        lido.ok().flatten()
    }

    #[test]
    fn the_snapshot_of_the_documentation_reads_and_is_written_as_it_stands_there() {
        let pagina = include_str!("../../../../docs/armazenamento.md");
        let inicio = pagina.find("{\"retrato\":1,").expect("the example");
        let (texto, _) = pagina[inicio..].split_once("```").expect("its end");
        let mut escritas = Vec::new();
        let momento = de_bytes(texto.as_bytes(), |_, conta| {
            escritas.push(b',');
            conta.escrever(&mut escritas);
        });
        assert_eq!(momento, Some(Momento { seq: 1701, segmento: 19 }));
        let escritas = String::from_utf8(escritas).expect("UTF-8");
        assert!(texto.contains(&format!("[{}]", &escritas[1..])), "{escritas}");
        assert_eq!(de_bytes(format!("{texto}\n").as_bytes(), |_, _| ()), None);
    }

    #[test]
    fn accounts_in_another_order_or_told_twice_make_no_snapshot() {
        let retrato = |contas: [&str; 2]| {
            let mut texto = Vec::new();
            com_crc(&mut texto, |saida| saida.extend(br#"{"retrato":1,"seq":7,"segmento":2"#));
            for conta in contas {
                com_crc(&mut texto, |saida| {
                    escrever(saida, &[&r#"{"contas":[[""#, &conta, &r#"",1.0,null]]"#]);
                });
            }
            com_crc(&mut texto, |saida| saida.extend(br#"{"fim":2"#));
            de_bytes(&texto, |_, _| ())
        };
        assert_eq!(retrato(["1", "2"]), Some(Momento { seq: 7, segmento: 2 }));
        assert_eq!(retrato(["2", "1"]), None);
        assert_eq!(retrato(["2", "2"]), None);
    }
}
