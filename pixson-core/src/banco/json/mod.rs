//! The bank that keeps each account in a JSON file: its type, and what each part of it does.

mod administracao;
mod atrasadas;
mod aviso;
mod cadastro;
mod contas;
mod copia;
mod dobras;
mod exame;
mod execucao;
mod indexacao;
mod inicio;
mod lista;
mod porcao;
mod presa;
mod presas;
mod publicacao;
mod publicar;
mod recuperacao;
mod recuperada;
mod recuperar;
mod retratar;
mod tentativa;
mod troca;

use std::collections::BTreeMap;

pub use self::administracao::{Conflito, ErroAbrirContas, ErroAjuste, Gestao};
use self::atrasadas::Atrasadas;
pub use self::aviso::Aviso;
pub use self::cadastro::{Cadastro, ErroConta};
use self::contas::{ContaViva, Contas, Vaga};
pub use self::presa::Presa;
use self::presas::Presas;
use self::publicacao::Publicacao;
use super::diario::{Diario, MedidasDoDiario};
use super::disco::{Disco, DiscoReal};
use crate::sincronia::{Arc, AtomicBool, AtomicU64, Mutex, Ordering};
use crate::tipos::{Rg, Saldo};

/// A bank that keeps each account in a JSON file named after its RG (protocolo.md, section 5),
/// and loses nothing: `docs/armazenamento.md` says how.
///
/// Opening it recovers what a crash has left, but for account files when many are behind: these follow
/// by checkpoints, and nobody notices ([`BancoJson::contas_por_recuperar`]). It begins no run: the
/// first operation, or [`BancoJson::iniciar`], takes an epoch, and the first record begins a segment of
/// the journal. A bank that is dropped or closed before its run begins leaves the directory as it was.
///
/// Operations on different accounts run side by side; each account has a lock of its own, and the
/// two of a transfer are taken in RG order. What was done is in a journal before
/// [`Banco::confirmar`](super::Banco::confirmar) accepts its receipt; the account files follow when
/// [`BancoJson::publicar`] is called, which the program should do twice a second. A file that is
/// put into the directory while the bank is open is an account at once.
///
/// A file that cannot be understood is kept as it is, and its account alone answers
/// [`Recusa::ContaIlegivel`](crate::Recusa::ContaIlegivel).
///
/// ```no_run
/// use pixson_core::Servico;
/// use pixson_core::banco::BancoJson;
///
/// let (banco, avisos) = BancoJson::abrir("contas")?;
/// for aviso in avisos {
///     eprintln!("{aviso}");
/// }
/// let servico = Servico::novo(banco);
/// // … serve, and call `publicar` from time to time …
/// for aviso in servico.banco().fechar()? {
///     eprintln!("{aviso}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BancoJson<D: Disco = DiscoReal> {
    disco: Arc<D>,
    contas: Contas,
    diario: Diario<D>,
    /// Accounts that a start found to be behind, and that nothing has needed since.
    atrasadas: Mutex<Atrasadas>,
    /// Accounts whose file is behind, each once.
    sujas: Mutex<Vec<Arc<Vaga>>>,
    segmentos_retidos: Option<u64>,
    indexar_depois_de: u32,
    arquivos_por_vez: usize,
    /// Accounts whose file cannot be replaced.
    presas: Mutex<Presas>,
    /// Its lock serialises checkpoints.
    publicacao: Mutex<Publicacao<D::Arquivo>>,
    /// The epoch of this run is durable: stamps may be drawn.
    iniciado: AtomicBool,
    /// The last record that is in the files of all its accounts.
    publicado: AtomicU64,
    /// How many times the disk failed, or was short of something.
    falhas: AtomicU64,
}

/// The sizes of a [`BancoJson`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ConfiguracaoJson {
    /// About how many accounts are kept in memory. There may be more while they are in use or their
    /// files are behind.
    pub contas_em_memoria: usize,
    /// From how many bytes on [`BancoJson::publicar`] begins a new segment of the journal.
    pub segmento_bytes: u64,
    /// How many bytes of space the journal takes in advance at a time.
    pub reserva_bytes: usize,
    /// How many account files a checkpoint replaces before it makes their names durable; at
    /// least 1.
    pub arquivos_por_vez: usize,
    /// How many closed segments of the journal are kept as the ledger; `None` keeps all. What
    /// recovery needs is always kept.
    pub segmentos_retidos: Option<u64>,
    /// After how many calls of [`BancoJson::publicar`] in a row in which the journal began no new
    /// segment the next ones write the indices of closed segments, one each.
    pub indexar_depois_de: u32,
}

impl Default for ConfiguracaoJson {
    /// 131 072 accounts, segments of 16 MiB, space by 1 MiB, files by 128, the whole ledger; indices
    /// after 20 calls without a new segment, which is about ten seconds.
    fn default() -> Self {
        Self {
            contas_em_memoria: 128 * 1024,
            segmento_bytes: 16 * 1024 * 1024,
            reserva_bytes: 1024 * 1024,
            arquivos_por_vez: 128,
            segmentos_retidos: None,
            indexar_depois_de: 20,
        }
    }
}

impl<D: Disco> BancoJson<D> {
    /// The number of this run, from 1.
    pub fn epoca(&self) -> u64 {
        self.diario.epoca()
    }

    /// How many records are not in the files of all their accounts yet.
    pub fn registros_atrasados(&self) -> u64 {
        let publicado = self.publicado.load(Ordering::Relaxed);
        self.diario.ultimo().saturating_sub(publicado)
    }

    /// How many times the disk failed in this run, or was short of something.
    pub fn falhas_do_disco(&self) -> u64 {
        self.falhas.load(Ordering::Relaxed)
    }

    /// What the journal of this run has done so far.
    pub fn medidas(&self) -> MedidasDoDiario {
        self.diario.medidas()
    }

    /// What these accounts have, for a display: without waiting for an operation, and without reading a file. An
    /// account is left out if it is not in memory or not there, somebody is using it, or its last record is not
    /// durable yet.
    pub fn saldos_sem_esperar(&self, rgs: impl IntoIterator<Item = Rg>) -> BTreeMap<Rg, Saldo> {
        let saldo = |viva: &ContaViva| self.diario.confirmado(viva.seq).then_some(viva.conta.saldo);
        rgs.into_iter()
            .filter_map(|rg| Some((rg, self.contas.espiar(rg, saldo).flatten()?)))
            .collect()
    }

    /// Whether the disk has failed. Nothing is acknowledged any more: the program should end, and
    /// the next one recovers.
    pub fn falhou(&self) -> bool {
        self.diario.falhou()
    }
}
