//! Where operations of all connections wait for the lane, and who drives it: whoever waits and finds it
//! free takes all that wait (as the journal's leader does), so that no thread is needed for it.

use std::collections::VecDeque;
use std::sync::{Condvar, PoisonError};
use std::time::Instant;

use super::via::{DestinoDoLote, Via};
use crate::relogio::Relogio;
use crate::sincronia::{Arc, Mutex};
use crate::tipos::Operacao;

/// How many operations one transaction has at most.
const LOTE_MAX: usize = 4096;

/// One call that waits for its outcome.
#[derive(Debug)]
struct LoteNaFila {
    operacoes: Vec<Operacao>,
    prazo: Instant,
    destino: Mutex<Option<DestinoDoLote>>,
    /// There is an outcome, or the lane is free and this call is the first one. Each call has its own: all
    /// would wake up for each batch if they shared one.
    acordar: Condvar,
}

#[derive(Debug)]
struct EstadoDaFila {
    chamadas: VecDeque<Arc<LoteNaFila>>,
    /// Nobody drives it while it is here.
    via: Option<Via>,
}

#[derive(Debug)]
pub(super) struct FilaDaVia {
    espera: Mutex<EstadoDaFila>,
}

impl EstadoDaFila {
    /// Has the lane driven by the first call that waits, unless somebody drives it.
    fn chamar(&self) {
        if let (Some(_), Some(primeira)) = (&self.via, self.chamadas.front()) {
            primeira.acordar.notify_one();
        }
    }
}

impl FilaDaVia {
    pub(super) fn nova(via: Via) -> Self {
        let espera = EstadoDaFila { chamadas: VecDeque::new(), via: Some(via) };
        Self { espera: Mutex::novo(espera) }
    }

    /// The most operations that [`FilaDaVia::executar`] may be given.
    pub(super) const MAX: usize = LOTE_MAX;

    /// Does operations, together with those of others. The clock is that of the program: a batch is
    /// stamped with the clock of whoever drives the lane.
    pub(super) fn executar(
        &self,
        operacoes: &[Operacao],
        relogio: &Relogio,
        prazo: Instant,
    ) -> DestinoDoLote {
        let minha = Arc::new(LoteNaFila {
            operacoes: operacoes.to_vec(),
            prazo,
            destino: Mutex::default(),
            acordar: Condvar::new(),
        });
        let mut espera = self.espera.trancar();
        espera.chamadas.push_back(Arc::clone(&minha));
        loop {
            if let Some(destino) = minha.destino.trancar().take() {
                return destino;
            }
            if let Some(via) = espera.via.take() {
                let juntas = tirar(&mut espera.chamadas);
                drop(espera);
                LiderDaVia { fila: self, via: Some(via), juntas }.conduzir(relogio);
                espera = self.espera.trancar();
                continue;
            }
            let resta = prazo.saturating_duration_since(Instant::now());
            if resta.is_zero() {
                let antes = espera.chamadas.len();
                espera.chamadas.retain(|chamada| !Arc::ptr_eq(chamada, &minha));
                if espera.chamadas.len() < antes {
                    // It may have been called to drive the lane just now.
                    espera.chamar();
                    return DestinoDoLote::NaoFeito;
                }
                // It is under way: whoever drives the lane has deadlines too.
                espera = minha.acordar.wait(espera).unwrap_or_else(PoisonError::into_inner);
            } else {
                let esperado = minha.acordar.wait_timeout(espera, resta);
                espera = esperado.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    /// Does something with the lane if nobody drives it.
    pub(super) fn com_via<R>(&self, fazer: impl FnOnce(&mut Via) -> R) -> Option<R> {
        let via = self.espera.trancar().via.take()?;
        let mut lider = LiderDaVia { fila: self, via: Some(via), juntas: Vec::new() };
        lider.via.as_mut().map(fazer)
    }
}

/// The calls that the next batch takes: the first, and those after it that fit.
fn tirar(chamadas: &mut VecDeque<Arc<LoteNaFila>>) -> Vec<Arc<LoteNaFila>> {
    let (mut juntas, mut quantas) = (Vec::new(), 0);
    while let Some(chamada) = chamadas.front() {
        quantas += chamada.operacoes.len();
        if quantas > LOTE_MAX && !juntas.is_empty() {
            break;
        }
        juntas.extend(chamadas.pop_front());
    }
    juntas
}

/// Drives the lane for some calls. When it is dropped, be it by a panic, the lane is free again, and every
/// call has an outcome.
struct LiderDaVia<'f> {
    fila: &'f FilaDaVia,
    via: Option<Via>,
    juntas: Vec<Arc<LoteNaFila>>,
}

impl LiderDaVia<'_> {
    fn conduzir(mut self, relogio: &Relogio) {
        let Some(prazo) = self.juntas.iter().map(|chamada| chamada.prazo).min() else { return };
        let Some(via) = &mut self.via else { return };
        let todas = self.juntas.iter().flat_map(|chamada| &chamada.operacoes);
        let todas: Vec<Operacao> = todas.copied().collect();
        let destino = via.executar(&todas, relogio, prazo);
        let (como, execucoes): (fn(_) -> _, _) = match destino {
            DestinoDoLote::Feito(execucoes) => (DestinoDoLote::Feito, execucoes),
            DestinoDoLote::Desconhecido(execucoes) => (DestinoDoLote::Desconhecido, execucoes),
            DestinoDoLote::NaoFeito => (|_| DestinoDoLote::NaoFeito, Vec::new()),
        };
        let mut execucoes = execucoes.into_iter();
        for chamada in &self.juntas {
            let dela = execucoes.by_ref().take(chamada.operacoes.len()).collect();
            *chamada.destino.trancar() = Some(como(dela));
        }
    }
}

impl Drop for LiderDaVia<'_> {
    fn drop(&mut self) {
        if let Some(via) = &mut self.via
            && std::thread::panicking()
        {
            via.abandonar();
            for chamada in &self.juntas {
                // What became of it is unknown, unless that was said before.
                let mut destino = chamada.destino.trancar();
                destino.get_or_insert(DestinoDoLote::Desconhecido(Vec::new()));
            }
        }
        let mut espera = self.fila.espera.trancar();
        espera.via = self.via.take();
        espera.chamar();
        drop(espera);
        for chamada in &self.juntas {
            chamada.acordar.notify_one();
        }
    }
}
