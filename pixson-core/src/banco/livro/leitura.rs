//! The ledger from its first segment to its last: what is missing between them, and the reading of a
//! few of them at once.

use std::io;

use super::dano::Dano;
use super::lancamento::{Alcance, Inicio, Lancamento};
use super::lido::{EstadoDoSegmento, PorLer, TrechoLido, ler};
use super::mutirao::{Mutirao, Sozinho, reunir};
use crate::banco::ErroAbrir;
use crate::banco::diario::{Ponto, aspecto_de, ler_ponto, nome_de_segmento, segmentos, travar};
use crate::banco::disco::Disco;

/// How many segments are in memory at once, at most.
const DE_UMA_VEZ: usize = 16;

/// How many bytes of them, unless a single one has more: 256 MiB.
const DE_UMA_VEZ_BYTES: u64 = 256 * 1024 * 1024;

/// Reads the ledger of a bank that no process has open, from its first record to its last. Damage
/// does not end the reading: what stands behind the damage is read, and the damage is named.
///
/// # Errors
///
/// [`ErroAbrir`]: a process has the bank open, or it cannot be read at all.
pub fn ler_livro<D: Disco>(
    disco: &D,
    mut visitar: impl FnMut(Lancamento),
) -> Result<Alcance, ErroAbrir> {
    let _trava = travar(disco)?;
    let ponto = ler_ponto(disco)?.ponto;
    let numeros = segmentos(disco)?;
    let mut leitura = Leitura::default();
    let por_ler = por_ler(&numeros, EstadoDoSegmento::Fechado);
    let ler_um = |um| ler(disco, um, None, |_| true);
    percorrer(disco, &por_ler, &Sozinho, ler_um, |lidos| {
        for lido in lidos {
            let desde = leitura.trechos(lido.trechos);
            let novos = lido.registros.into_iter().filter(|registro| registro.seq >= desde);
            novos.map(Lancamento::de_registro).for_each(&mut visitar);
        }
        Ok(())
    })?;
    Ok(leitura.terminar(ponto, &numeros).0)
}

/// The whole ledger, to be read. `fechados` is what becomes of all segments but the last.
pub(super) fn por_ler(numeros: &[u64], fechados: EstadoDoSegmento) -> Vec<PorLer> {
    let ultimo = numeros.last();
    let estado = |numero| if ultimo == Some(numero) { EstadoDoSegmento::Ultimo } else { fechados };
    numeros.iter().map(|n| PorLer { numero: *n, estado: estado(n) }).collect()
}

/// Reads segments by `ler_um`, a few at once, and hands what it makes of them to `juntar`, in their order.
///
/// # Errors
///
/// Those of both.
pub(super) fn percorrer<D: Disco, T: Send>(
    disco: &D,
    por_ler: &[PorLer],
    mutirao: &dyn Mutirao,
    ler_um: impl Fn(PorLer) -> io::Result<Option<T>> + Sync,
    mut juntar: impl FnMut(Vec<T>) -> io::Result<()>,
) -> io::Result<()> {
    let mut restam = por_ler;
    while !restam.is_empty() {
        let (lote, depois) = restam.split_at(lote(disco, restam, mutirao.bracos()));
        let lidos = reunir(mutirao, lote, |&um| ler_um(um));
        let lidos: io::Result<Vec<Option<T>>> = lidos.into_iter().collect();
        juntar(lidos?.into_iter().flatten().collect())?;
        restam = depois;
    }
    Ok(())
}

/// How many of these segments are read at once.
fn lote(disco: &impl Disco, por_ler: &[PorLer], bracos: usize) -> usize {
    let mut bytes = 0_u64;
    let cabem =
        por_ler.iter().take(bracos.saturating_mul(2).clamp(1, DE_UMA_VEZ)).take_while(|um| {
            bytes += aspecto_de(disco, um.numero).map_or(0, |aspecto| aspecto.bytes);
            bytes <= DE_UMA_VEZ_BYTES
        });
    cabem.count().max(1)
}

/// How far the reading of a ledger has come.
#[derive(Debug, Default)]
pub(super) struct Leitura {
    alcance: Alcance,
    /// The number of the next record.
    proximo: Option<u64>,
    /// The first record behind each gap, in order.
    pub(super) lacunas: Vec<u64>,
}

impl Leitura {
    /// Takes note of a segment. Of its records those count whose number is at least the returned one:
    /// those before it came already, and are part of the damage.
    pub(super) fn trechos(&mut self, trechos: Vec<TrechoLido>) -> u64 {
        let desde = self.proximo.unwrap_or(0);
        for trecho in trechos {
            match trecho {
                TrechoLido::Corrida(inicio, quantos) => self.corrida(inicio, quantos),
                TrechoLido::Dano(dano) => self.alcance.danos.push(dano),
            }
        }
        desde
    }

    fn corrida(&mut self, inicio: Inicio, quantos: u64) {
        let (seq, fim) = (inicio.seq, inicio.seq + quantos);
        let esperado = self.proximo.unwrap_or(seq);
        if fim <= esperado {
            return;
        }
        if seq > esperado {
            self.alcance.danos.push(Dano::Falta { de: esperado, ate: seq - 1 });
            self.lacunas.push(seq);
        }
        self.proximo = Some(fim);
        self.alcance.desde.get_or_insert(inicio);
    }

    /// What was read, and whether the ledger is damaged and ends before the last record that the
    /// checkpoint covers.
    pub(super) fn terminar(self, ponto: Ponto, numeros: &[u64]) -> (Alcance, bool) {
        // If the checkpoint covers records that were not found, the end of the ledger is missing.
        let ultimo = self.proximo.map_or(0, |proximo| proximo - 1);
        let mut alcance = self.alcance;
        let falta_segmento = ponto.segmento > 0 && !numeros.contains(&ponto.segmento);
        if falta_segmento {
            alcance.danos.push(Dano::Segmento { arquivo: nome_de_segmento(ponto.segmento) });
        }
        let le_algo = ponto.segmento > 0 && alcance.desde.is_some();
        let falta_o_fim = ultimo < ponto.seq;
        if falta_o_fim && (le_algo || falta_segmento) {
            alcance.danos.push(Dano::Falta { de: ultimo + 1, ate: ponto.seq });
        }
        let sem_fim = falta_o_fim && !alcance.danos.is_empty();
        (alcance, sem_fim)
    }
}
