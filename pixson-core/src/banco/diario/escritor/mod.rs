//! The writing side of the journal: appending, and waiting together for the disk.

mod espera;
mod giro;
mod grupo;
mod lideranca;
mod lugar;
mod medidas;

use std::collections::VecDeque;
use std::io;

use self::espera::Espera;
pub use self::medidas::MedidasDoDiario;
use super::registro::{Cabecalho, Registro};
use super::{SEGMENTO_LIMITE_BYTES, nome_de_segmento};
use crate::banco::disco::{Disco, nomear, passageiro, repetir};
use crate::banco::{Feito, ResultadoDesconhecido};
use crate::relogio::Carimbo;
use crate::sincronia::{Arc, AtomicU64, Mutex, MutexGuard, Ordering, thread};

/// The journal of one run, open for appending.
#[derive(Debug)]
pub(in crate::banco) struct Diario<D: Disco> {
    disco: Arc<D>,
    epoca: u64,
    segmento_max_bytes: u64,
    /// Zeros that are written to take space in advance.
    zeros: Vec<u8>,
    estado: Mutex<EstadoDoEscritor<D::Arquivo>>,
    /// Records before this one may be acknowledged without the lock: `duravel` + 1, and 0 once the
    /// disk has failed.
    por_confirmar: AtomicU64,
}

#[derive(Debug)]
struct EstadoDoEscritor<A> {
    /// The segment that is being written; `None` before the first record, so that a run without
    /// records leaves no segment.
    arquivo: Option<Arc<A>>,
    /// Its header.
    cabecalho: Cabecalho,
    /// The header is durable, and so is the segment's name.
    comecado: bool,
    /// The last segment before this run, or 0.
    anterior: u64,
    /// Earlier segments of this run that recovery may still need, oldest first, each with its last
    /// record.
    fechados: VecDeque<(u64, u64)>,
    /// Records that no write has taken yet.
    lote: Vec<u8>,
    /// An empty buffer, for the group that gathers while this one is written.
    vago: Vec<u8>,
    /// Where the first byte of `lote` will stand.
    posicao: u64,
    /// Where the space that the segment has in advance ends.
    reservado: u64,
    /// The last record in `lote` or before it.
    ultimo: u64,
    /// The last record that is known to be synced.
    duravel: u64,
    medidas: MedidasDoDiario,
    /// A thread, the leader, is writing and syncing.
    lider: bool,
    espera: Espera,
    /// Why nothing is acknowledged any more: the first error of the disk.
    falha: Option<io::Error>,
    /// The bank was closed: nothing is appended any more.
    fechado: bool,
}

/// The sizes of a journal.
#[derive(Clone, Copy, Debug)]
pub(in crate::banco) struct Tamanhos {
    /// From how many bytes on a segment is full.
    pub(in crate::banco) segmento_max_bytes: u64,
    /// How many bytes of space are taken in advance at a time; 0 counts as 1.
    pub(in crate::banco) reserva_bytes: usize,
}

/// The disk is full, or has failed: the record was not appended, and nothing has changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) struct NaoAnexado;

impl<D: Disco> Diario<D> {
    /// The journal of run `epoca`, whose first record is `seq`. Nothing is written before that
    /// record. Its segment follows segment `anterior`, or is the first one if `anterior` is 0.
    pub(in crate::banco) fn novo(
        disco: Arc<D>,
        (epoca, seq, anterior): (u64, u64, u64),
        tamanhos: Tamanhos,
    ) -> Self {
        let Tamanhos { segmento_max_bytes, reserva_bytes } = tamanhos;
        let zeros = vec![0; reserva_bytes.max(1)];
        let cabecalho = Cabecalho { segmento: anterior + 1, epoca, seq, reserva: bytes(&zeros) };
        let posicao = bytes(&linha_de(cabecalho));
        let estado = EstadoDoEscritor {
            arquivo: None,
            cabecalho,
            comecado: false,
            anterior,
            fechados: VecDeque::new(),
            lote: Vec::new(),
            vago: Vec::new(),
            posicao,
            reservado: posicao,
            ultimo: seq - 1,
            duravel: seq - 1,
            medidas: MedidasDoDiario::default(),
            lider: false,
            espera: Espera::default(),
            falha: None,
            fechado: false,
        };
        let (estado, por_confirmar) = (Mutex::novo(estado), AtomicU64::new(seq));
        Self { disco, epoca, segmento_max_bytes, zeros, estado, por_confirmar }
    }

    pub(in crate::banco) fn epoca(&self) -> u64 {
        self.epoca
    }

    /// Appends a record, which is not durable yet, and returns its number. The caller holds the
    /// locks of its accounts.
    pub(in crate::banco) fn anexar(
        &self,
        carimbo: Carimbo,
        feito: &Feito,
    ) -> Result<u64, NaoAnexado> {
        let mut estado = self.estado.trancar();
        let cheio = estado.posicao + bytes(&estado.lote) >= SEGMENTO_LIMITE_BYTES;
        if estado.falha.is_some() || estado.fechado || cheio {
            return Err(NaoAnexado);
        }
        let seq = estado.ultimo + 1;
        let sinc = estado.duravel;
        let antes = estado.lote.len();
        let epoca = self.epoca;
        Registro { seq, epoca, carimbo, feito, sinc }.escrever(&mut estado.lote);
        if let Err(erro) = self.reservar(&mut estado) {
            estado.lote.truncate(antes);
            if !passageiro(&erro) {
                self.falhar(&mut estado, &erro);
            }
            return Err(NaoAnexado);
        }
        estado.ultimo = seq;
        Ok(seq)
    }

    /// Takes space for the whole of `lote` in advance, so that writing it cannot fail for want of
    /// space after its operations were applied.
    fn reservar(&self, estado: &mut EstadoDoEscritor<D::Arquivo>) -> io::Result<()> {
        debug_assert!(estado.reservado >= estado.posicao, "zeros would cover records");
        if estado.posicao + bytes(&estado.lote) <= estado.reservado {
            return Ok(());
        }
        let nome = nome_de_segmento(estado.cabecalho.segmento);
        let arquivo = match &estado.arquivo {
            Some(arquivo) => Arc::clone(arquivo),
            // The header follows with the first group, since nothing is synced while accounts are
            // locked.
            None => Arc::new(self.disco.criar(&nome, None).map_err(nomear(&nome))?),
        };
        estado.arquivo = Some(Arc::clone(&arquivo));
        while estado.posicao + bytes(&estado.lote) > estado.reservado {
            let reservado = self.disco.escrever(&arquivo, estado.reservado, &self.zeros);
            reservado.map_err(nomear(&nome))?;
            estado.reservado += bytes(&self.zeros);
        }
        Ok(())
    }

    /// Waits until record `seq` is durable. This is a group commit: the first thread that waits
    /// leads, and writes and syncs everything appended so far, while the next group gathers.
    pub(in crate::banco) fn confirmar(&self, seq: u64) -> Result<(), ResultadoDesconhecido> {
        if self.confirmado(seq) {
            return Ok(());
        }
        let mut estado = self.estado.trancar();
        // A record that was never appended cannot become durable, and is not waited for.
        let seq = seq.min(estado.ultimo);
        loop {
            let falhou = estado.falha.is_some();
            if falhou || estado.duravel >= seq {
                Self::soltar(estado);
                return if falhou { Err(ResultadoDesconhecido) } else { Ok(()) };
            }
            if estado.lider {
                estado.espera.entrar(seq);
                drop(estado);
                thread::park();
                if self.confirmado(seq) {
                    return Ok(());
                }
                estado = self.estado.trancar();
                estado.espera.sair();
            } else {
                estado = self.gravar(estado);
            }
        }
    }

    /// Whether a record is durable, and the disk has not failed.
    pub(in crate::banco) fn confirmado(&self, seq: u64) -> bool {
        seq < self.por_confirmar.load(Ordering::Acquire)
    }

    fn marcar_duravel(&self, estado: &mut EstadoDoEscritor<D::Arquivo>, ultimo: u64) {
        estado.duravel = ultimo;
        if estado.falha.is_none() {
            self.por_confirmar.store(ultimo + 1, Ordering::Release);
        }
    }

    /// Releases the lock, and wakes the threads that have something to do.
    fn soltar(mut estado: Trancado<'_, D>) {
        let (duravel, ninguem_lidera) = (estado.duravel, !estado.lider);
        let chamadas = estado.espera.chamar(duravel, ninguem_lidera);
        drop(estado);
        for thread in chamadas {
            thread.unpark();
        }
    }

    /// Waits until no thread leads. The caller then leads itself, or calls [`Diario::soltar`] so
    /// that another thread can.
    fn esperar_vez<'e>(&'e self, mut estado: Trancado<'e, D>) -> Trancado<'e, D> {
        while estado.lider {
            estado.espera.entrar(u64::MAX);
            drop(estado);
            thread::park();
            estado = self.estado.trancar();
            estado.espera.sair();
        }
        estado
    }

    pub(in crate::banco) fn medidas(&self) -> MedidasDoDiario {
        self.estado.trancar().medidas
    }

    /// The last record that was appended.
    pub(in crate::banco) fn ultimo(&self) -> u64 {
        self.estado.trancar().ultimo
    }

    /// Whether the bank was closed: nothing is appended any more.
    pub(in crate::banco) fn fechado(&self) -> bool {
        self.estado.trancar().fechado
    }

    /// Whether the disk has failed: nothing is acknowledged any more.
    pub(in crate::banco) fn falhou(&self) -> bool {
        self.estado.trancar().falha.is_some()
    }

    /// Takes note that the disk has failed: nothing is acknowledged from here on.
    pub(in crate::banco) fn desistir(&self, causa: &io::Error) {
        self.falhar(&mut self.estado.trancar(), causa);
    }

    fn falhar(&self, estado: &mut EstadoDoEscritor<D::Arquivo>, causa: &io::Error) {
        estado.falha.get_or_insert_with(|| repetir(causa));
        self.por_confirmar.store(0, Ordering::Release);
        for thread in estado.espera.chamar_todos() {
            thread.unpark();
        }
    }

    /// The first error of the disk, if it has failed.
    fn conferir(estado: &EstadoDoEscritor<D::Arquivo>) -> io::Result<()> {
        estado.falha.as_ref().map_or(Ok(()), |causa| Err(repetir(causa)))
    }

    /// As [`Diario::confirmar`], with the disk's error if it failed.
    pub(in crate::banco) fn esperar_por(&self, seq: u64) -> io::Result<()> {
        let confirmado = self.confirmar(seq);
        Self::conferir(&self.estado.trancar())?;
        confirmado.map_err(io::Error::other)
    }
}

type Trancado<'e, D> = MutexGuard<'e, EstadoDoEscritor<<D as Disco>::Arquivo>>;

/// The first line of a segment.
fn linha_de(cabecalho: Cabecalho) -> Vec<u8> {
    let mut linha = Vec::new();
    cabecalho.escrever(&mut linha);
    linha
}

fn bytes(lote: &[u8]) -> u64 {
    lote.len() as u64
}
