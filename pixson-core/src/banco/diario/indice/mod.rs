//! The index of a closed segment: which accounts the segment names (docs/armazenamento.md, section 2).
//!
//! It holds no money. All that it can do is to let a statement pass its segment over, and it counts
//! only as long as the segment is the file that it was made from.

mod rol;

use std::io;

use self::rol::{Rol, codigo};
use super::leitura::{Segmento, ler_segmento, nomes_do_diario};
use super::registro::{NUMERO_MAX, Registro};
use super::veredito::{Prova, Veredito};
use super::{PASTA, nome_de_segmento};
use crate::banco::disco::{Aspecto, Disco, TEMPORARIO, nomear, substituir};
use crate::relogio::Carimbo;
use crate::tipos::Rg;

/// How the name of an index ends.
const FIM_DO_NOME: &str = ".indice";

/// How an index begins: what it is, and the version of its format.
const INICIO: [u8; 8] = *b"pixson\0\x01";

/// The largest index that is read: 64 MiB, more than that of any segment.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

const CRC_BYTES: usize = size_of::<u32>();

/// The name of the index of a segment.
pub(in crate::banco) fn nome_de_indice(numero: u64) -> String {
    format!("{PASTA}/{numero:010}{FIM_DO_NOME}")
}

/// What an index says of its segment besides the accounts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) struct Indexado {
    pub(in crate::banco) epoca: u64,
    /// The first record.
    pub(in crate::banco) seq: u64,
    /// Its stamp.
    pub(in crate::banco) carimbo: Carimbo,
    /// How many records there are.
    pub(in crate::banco) registros: u64,
}

/// An index whose checksum is right, of the segment as it is now.
#[derive(Debug)]
pub(in crate::banco) struct Indice {
    pub(in crate::banco) indexado: Indexado,
    bytes: Vec<u8>,
}

/// The numbers of an index before its list: the segment, its size, the instant at which it was
/// written, and those of [`Indexado`].
const NUMEROS: usize = 7;
const INICIO_DO_ROL: usize = INICIO.len() + NUMEROS * 8;

impl Indice {
    /// The index of a segment, if the disk has one, and it was made of the file that has the segment's
    /// name now. Any other is as good as none, and so is one that cannot be read.
    pub(in crate::banco) fn ler(disco: &impl Disco, numero: u64) -> Option<Self> {
        let aspecto = aspecto_de(disco, numero)?;
        let bytes = disco.ler(&nome_de_indice(numero), MAX_BYTES).ok().flatten()?;
        Self::de_bytes(bytes, numero, aspecto)
    }

    fn de_bytes(bytes: Vec<u8>, numero: u64, aspecto: Aspecto) -> Option<Self> {
        let (corpo, crc) = bytes.split_last_chunk::<CRC_BYTES>()?;
        let numeros = corpo.strip_prefix(&INICIO)?.get(..NUMEROS * 8)?;
        let certo = u32::from_le_bytes(*crc) == crc32fast::hash(corpo);
        let (numeros, _) = numeros.as_chunks::<8>();
        let numeros: &[[u8; 8]; NUMEROS] = numeros.first_chunk()?;
        let [segmento, tamanho, escrito, epoca, seq, carimbo, registros] =
            numeros.map(u64::from_le_bytes);
        let deste = (segmento, Aspecto { bytes: tamanho, escrito }) == (numero, aspecto);
        // No segment has other numbers; with these, sums do not overflow.
        let em_ordem =
            [epoca, seq, registros].iter().all(|numero| (1..NUMERO_MAX).contains(numero));
        if !certo || !deste || !em_ordem || Rol::ler(&corpo[INICIO_DO_ROL..]).is_none() {
            return None;
        }
        let indexado = Indexado { epoca, seq, carimbo: Carimbo::novo(carimbo)?, registros };
        Some(Self { indexado, bytes })
    }

    /// Whether the segment names an account.
    pub(in crate::banco) fn nomeia(&self, rg: Rg) -> bool {
        let rol = Rol::ler(&self.bytes[INICIO_DO_ROL..self.bytes.len() - CRC_BYTES]);
        rol.is_none_or(|rol| rol.tem(codigo(rg)))
    }
}

/// The accounts that the records of a segment name, each any number of times.
#[derive(Debug, Default)]
pub(in crate::banco) struct Nomeadas(Vec<u64>);

impl Nomeadas {
    pub(in crate::banco) fn acrescentar(&mut self, registro: &Registro) {
        self.0.extend(registro.feito.efeitos().map(|efeito| codigo(efeito.rg())));
    }
}

/// The content of the index of a closed segment, whose records name these accounts, and which had `aspecto`
/// before it was read. `None` if it is to have none: there is a damaged part in it, or no record.
fn indice_de(segmento: &Segmento, nomeadas: Nomeadas, aspecto: Aspecto) -> Option<Vec<u8>> {
    let (cabecalho, primeiro) = (segmento.cabecalho?, segmento.primeiro?);
    let inteiro = segmento.julgar(Prova::do_livro(false)) == Veredito::Inteiro;
    if !inteiro || segmento.tamanho as u64 != aspecto.bytes {
        return None;
    }
    let numeros = [
        cabecalho.segmento,
        aspecto.bytes,
        aspecto.escrito,
        cabecalho.epoca,
        cabecalho.seq,
        primeiro.valor(),
        segmento.quantos(),
    ];
    let mut bytes = INICIO.to_vec();
    bytes.extend(numeros.iter().flat_map(|numero| numero.to_le_bytes()));
    rol::escrever(nomeadas.0, &mut bytes);
    let crc = crc32fast::hash(&bytes);
    bytes.extend(crc.to_le_bytes());
    Some(bytes)
}

/// The size of a segment and the instant at which it was written, if the disk can say it now.
pub(in crate::banco) fn aspecto_de(disco: &impl Disco, numero: u64) -> Option<Aspecto> {
    disco.aspecto(&nome_de_segmento(numero)).ok().flatten()
}

/// Holds the index of a closed segment against the segment, and writes it anew if it says anything
/// else. A disk that cannot be written is no reason not to read.
///
/// `false` if it counted, and did not say what the segment says: a statement may have passed over a
/// segment that names its account.
pub(in crate::banco) fn conferir_indice(
    disco: &impl Disco,
    segmento: &Segmento,
    nomeadas: Nomeadas,
    numero: u64,
    aspecto: Aspecto,
) -> bool {
    let nome = nome_de_indice(numero);
    let lido = disco.ler(&nome, MAX_BYTES);
    let certo = indice_de(segmento, nomeadas, aspecto);
    if matches!(&lido, Ok(lido) if *lido == certo) {
        return true;
    }
    let contava =
        lido.ok().flatten().is_some_and(|lido| Indice::de_bytes(lido, numero, aspecto).is_some());
    match &certo {
        Some(certo) => drop(substituir(disco, &nome, certo)),
        // What is damaged is read, and named, by every statement.
        None => drop(disco.apagar(&nome)),
    }
    !contava || certo.is_none()
}

/// Writes the index of a closed segment that has none.
///
/// # Errors
///
/// As the disk has them.
pub(in crate::banco) fn criar_indice(disco: &impl Disco, numero: u64) -> io::Result<()> {
    let Some(aspecto) = aspecto_de(disco, numero) else { return Ok(()) };
    let mut nomeadas = Nomeadas::default();
    let nomear_contas = |registro: &Registro| {
        nomeadas.acrescentar(registro);
        false
    };
    let Some(segmento) = ler_segmento(disco, numero, nomear_contas)? else { return Ok(()) };
    indice_de(&segmento, nomeadas, aspecto)
        .map_or(Ok(()), |bytes| substituir(disco, &nome_de_indice(numero), &bytes))
}

/// Removes the index of a segment. If it cannot be removed, it is of no use to anybody, and of no harm.
pub(in crate::banco) fn apagar_indice(disco: &impl Disco, numero: u64) {
    let _ = disco.apagar(&nome_de_indice(numero));
}

/// Removes indices whose segment is gone, and those that were never finished.
pub(in crate::banco) fn apagar_indices_sem(
    disco: &impl Disco,
    segmentos: &[u64],
) -> io::Result<()> {
    let sobra = |nome: &String| {
        let Some(indice) = nome.strip_suffix(FIM_DO_NOME) else { return false };
        let numero = indice.strip_prefix(TEMPORARIO).unwrap_or(indice);
        let Ok(lido) = numero.parse::<u64>() else { return false };
        // The bank writes no other spelling of the number.
        let nosso = format!("{lido:010}") == numero;
        nosso && (numero != indice || segmentos.binary_search(&lido).is_err())
    };
    for nome in nomes_do_diario(disco)?.iter().filter(|nome| sobra(nome)) {
        let nome = format!("{PASTA}/{nome}");
        disco.apagar(&nome).map_err(nomear(&nome))?;
    }
    Ok(())
}
