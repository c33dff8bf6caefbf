//! The audit: every balance recomputed from the ledger, and compared with the files.

use std::io;

use super::balanco::{Balanco, em_centavos};
use super::divergencia::Divergencia;
use super::escrituracao::{Digerido, Escriturada, Fatia, fatia_de};
use super::lancamento::Alcance;
use super::leitura::{Leitura, percorrer, por_ler};
use super::lido::{EstadoDoSegmento, PorLer};
use super::mutirao::{Mutirao, Sozinho, reunir};
use crate::banco::ErroAbrir;
use crate::banco::arquivo::ContaArquivo;
use crate::banco::diario::{Ponto, apagar_indices_sem, ler_ponto, nome_de_indice};
use crate::banco::diario::{segmentos, travar};
use crate::banco::disco::Disco;
use crate::sincronia::Mutex;
use crate::tipos::{Rg, Saldo};

/// How many account files are read as one piece of work.
const ARQUIVOS_POR_VEZ: usize = 1024;

/// The accounts of the ledger are kept in so many slices: so many that those of a slice are found in a
/// processor's caches, and that all processors have some.
const FATIAS: usize = 64;

/// What an audit found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Auditoria {
    /// How many operations the ledger holds, as far as it could be read.
    pub lancamentos: u64,
    /// How many records the bank has made in its life. There are fewer in the ledger if segments were
    /// removed.
    pub feitos: u64,
    /// From where on, and how well, the ledger could be read.
    pub alcance: Alcance,
    /// How many accounts there are: files, and those that recovery will write.
    pub contas: u64,
    /// The sum of all readable balances, in centavos.
    pub total_em_centavos: u128,
    /// Where that sum comes from, by the ledger.
    pub balanco: Balanco,
    /// Everything that does not add up: by the ledger, in its order, then files, then indices.
    pub divergencias: Vec<Divergencia>,
}

/// Recomputes every balance of a bank that no process has open, from its ledger and its files, with
/// the present thread alone. [`auditar_com`] uses others as well.
///
/// # Errors
///
/// As for [`auditar_com`].
pub fn auditar<D: Disco>(disco: &D) -> Result<Auditoria, ErroAbrir> {
    auditar_com(disco, &Sozinho)
}

/// Recomputes every balance of a bank that no process has open, from its ledger and its files. How
/// many threads there are makes no difference to what is found.
///
/// After a crash, files that recovery will bring up to date are no divergence. Where the ledger is
/// damaged, the audit goes on with what is whole; [`Auditoria::alcance`] names the damage. A
/// balance that differs before and behind a gap in the ledger is no divergence, either.
///
/// The index of each closed segment is held against the segment, and written anew if it is missing or
/// says something else, as far as the disk can be written.
///
/// ```no_run
/// use pixson_core::banco::disco::DiscoReal;
/// use pixson_core::banco::{Sozinho, auditar_com};
///
/// let auditoria = auditar_com(&DiscoReal::abrir("contas")?, &Sozinho)?;
/// assert_eq!(auditoria.divergencias, []);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ErroAbrir`]: a process has the bank open, or it cannot be read at all.
pub fn auditar_com<D: Disco>(disco: &D, mutirao: &dyn Mutirao) -> Result<Auditoria, ErroAbrir> {
    let _trava = travar(disco)?;
    let ponto = ler_ponto(disco)?.ponto;
    let numeros = segmentos(disco)?;
    let mut auditoria = Auditoria { feitos: ponto.seq, ..Auditoria::default() };
    let Escrituradas { fatias, lacuna, indices_errados } =
        auditoria.ler_livro(disco, ponto, &numeros, mutirao)?;
    auditoria.conferir_arquivos(disco, fatias, lacuna, mutirao)?;
    auditoria.divergencias.extend(
        indices_errados
            .into_iter()
            .map(|numero| Divergencia::IndiceErrado { arquivo: nome_de_indice(numero) }),
    );
    // They are of no use, and the next audit tries again.
    let _ = apagar_indices_sem(disco, &numeros);
    Ok(auditoria)
}

/// The accounts of the ledger.
struct Escrituradas {
    fatias: Vec<Fatia>,
    /// The first record behind the last gap: what happened to an account in a gap is unknown.
    lacuna: u64,
    indices_errados: Vec<u64>,
}

impl Auditoria {
    fn ler_livro(
        &mut self,
        disco: &impl Disco,
        ponto: Ponto,
        numeros: &[u64],
        mutirao: &dyn Mutirao,
    ) -> io::Result<Escrituradas> {
        let fatias: Vec<_> =
            (0..FATIAS).map(|qual| (qual, Mutex::novo(Fatia::default()))).collect();
        let (mut leitura, mut achadas, mut indices_errados) = (Leitura::default(), vec![], vec![]);
        let por_ler = por_ler(numeros, EstadoDoSegmento::PorIndexar);
        let ler_um = |um| Ok(Digerido::ler(disco, um, FATIAS, 0)?.map(|digerido| (um, digerido)));
        percorrer(disco, &por_ler, mutirao, ler_um, |lote| {
            let mut digeridos = Vec::new();
            for (um, mut digerido) in lote {
                indices_errados.extend(digerido.indice_errado.then_some(um.numero));
                let desde = leitura.trechos(std::mem::take(&mut digerido.trechos));
                if digerido.primeiro.is_some_and(|primeiro| primeiro < desde) {
                    // Some of its records came in an earlier segment already. It is read again without them.
                    let um = PorLer { estado: EstadoDoSegmento::Fechado, ..um };
                    digerido = Digerido::ler(disco, um, FATIAS, desde)?.unwrap_or_default();
                }
                self.lancamentos += digerido.lancamentos;
                self.feitos = self.feitos.max(digerido.ultimo.unwrap_or(0));
                self.balanco.somar(&digerido.balanco);
                achadas.append(&mut digerido.achadas);
                digeridos.push(digerido);
            }
            reunir(mutirao, &fatias, |(qual, fatia)| {
                let mut fatia = fatia.trancar();
                for digerido in &digeridos {
                    fatia.lancar(*qual, digerido, ponto.seq, &leitura.lacunas);
                }
            });
            Ok(())
        })?;
        let lacuna = leitura.lacunas.last().copied().unwrap_or(0);
        let (alcance, sem_fim) = leitura.terminar(ponto, numeros);
        let lacuna = if sem_fim { ponto.seq + 1 } else { lacuna };
        self.alcance = alcance;
        let mut fatias: Vec<Fatia> =
            fatias.iter().map(|(_, fatia)| std::mem::take(&mut *fatia.trancar())).collect();
        for fatia in &mut fatias {
            self.balanco.inicial += fatia.inicial;
            achadas.append(&mut fatia.achadas);
        }
        achadas.sort_by_key(|&(onde, _)| onde);
        self.divergencias.extend(achadas.into_iter().map(|(_, divergencia)| divergencia));
        Ok(Escrituradas { fatias, lacuna, indices_errados })
    }

    fn conferir_arquivos(
        &mut self,
        disco: &impl Disco,
        mut fatias: Vec<Fatia>,
        lacuna: u64,
        mutirao: &dyn Mutirao,
    ) -> io::Result<()> {
        let mut rgs = ContaArquivo::listar(disco)?;
        rgs.sort_unstable();
        self.contas = rgs.len() as u64;
        let porcoes: Vec<&[Rg]> = rgs.chunks(ARQUIVOS_POR_VEZ).collect();
        let saldos = reunir(mutirao, &porcoes, |porcao| {
            porcao.iter().map(|&rg| saldo_do_arquivo(disco, rg)).collect::<Vec<_>>()
        });
        for (&rg, saldo) in rgs.iter().zip(saldos.into_iter().flatten()) {
            let qual = fatia_de(rg, fatias.len());
            let fatia = &mut fatias[qual];
            let livro = fatia.contas.remove(&rg);
            let Some(arquivo) = saldo else {
                self.divergencias.push(Divergencia::ArquivoIlegivel { rg });
                continue;
            };
            if livro.is_none() {
                self.balanco.inicial += em_centavos(arquivo);
            }
            let pendente = fatia.pendentes.get(&rg).is_some_and(|um| um.contains(&arquivo));
            // A file that recovery will overwrite counts with the balance that it will get.
            let vale = match livro {
                Some(livro) if pendente => livro.saldo,
                Some(Escriturada { seq, .. }) if seq < lacuna => arquivo,
                Some(Escriturada { saldo: livro, .. }) if livro != arquivo => {
                    self.divergencias.push(Divergencia::ArquivoDiferente { rg, livro, arquivo });
                    arquivo
                }
                _ => arquivo,
            };
            self.total_em_centavos += em_centavos(vale);
        }
        let mut sem_arquivo: Vec<(Rg, Escriturada)> =
            fatias.into_iter().flat_map(|fatia| fatia.contas).collect();
        sem_arquivo.sort_unstable_by_key(|&(rg, _)| rg);
        for (rg, Escriturada { saldo, sem_arquivo, .. }) in sem_arquivo {
            if sem_arquivo {
                self.contas += 1;
                self.total_em_centavos += em_centavos(saldo);
            } else {
                self.divergencias.push(Divergencia::ArquivoIlegivel { rg });
            }
        }
        Ok(())
    }
}

/// The balance in the file of an account, `None` if it cannot be read.
fn saldo_do_arquivo(disco: &impl Disco, rg: Rg) -> Option<Saldo> {
    ContaArquivo::abrir(disco, rg).ok().flatten().map(|(conta, _)| conta.saldo)
}
