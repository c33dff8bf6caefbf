//! A thread that writes for others, so that no client waits for a slow reader of screen or log.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How much text may wait for a slow reader before further text is dropped: 8 MiB, in up to 64 Ki
/// pieces.
const ESPERA_MAX_BYTES: usize = 8 * 1024 * 1024;
const TEXTOS_MAX: usize = 64 * 1024;

/// How many pieces are written at once.
const LOTE_MAX: usize = 1024;

/// How long texts gather before the next are written: 2 ms. Without this pause each text would wake
/// the thread; a server that shows its clock then served 0.6 of what a quiet one does, instead of
/// 0.7.
const PAUSA: Duration = Duration::from_millis(2);

/// How long the end of the program waits for a slow reader, at most: 1 s.
const DESPEDIDA_MAX: Duration = Duration::from_secs(1);

/// A thread that writes texts for others. A reader that is slow or has gone causes no backpressure:
/// the server's clients never wait for it.
#[derive(Debug)]
pub struct Escritor {
    textos: SyncSender<String>,
    /// How many bytes wait to be written.
    esperam: Arc<AtomicUsize>,
    /// Its sender is dropped when everything is written.
    fim: Mutex<Receiver<()>>,
}

impl Escritor {
    /// Starts the thread, which writes to `destino`. `None` if the system gives no thread.
    pub fn novo(destino: impl Write + Send + 'static) -> Option<Self> {
        let (textos, recebidos) = mpsc::sync_channel(TEXTOS_MAX);
        let (fim_dito, fim) = mpsc::channel();
        let esperam = Arc::new(AtomicUsize::new(0));
        let escritos = Arc::clone(&esperam);
        let escrever = move || {
            // The sender is dropped only after the last text is written, which `despedir` waits
            // for.
            let _fim_dito: mpsc::Sender<()> = fim_dito;
            escrever(&recebidos, destino, &escritos);
        };
        thread::Builder::new().spawn(escrever).ok()?;
        Some(Self { textos, esperam, fim: Mutex::new(fim) })
    }

    /// Queues a text to be written soon, or drops it if too much is waiting.
    pub fn escrever(&self, texto: String) {
        let bytes = texto.len();
        let antes = self.esperam.fetch_add(bytes, Ordering::Relaxed);
        if antes + bytes > ESPERA_MAX_BYTES || self.textos.try_send(texto).is_err() {
            self.esperam.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    /// Waits until everything is written, for 1 s at most.
    pub fn despedir(self) {
        let Self { textos, fim, .. } = self;
        drop(textos);
        let fim = fim.into_inner().unwrap_or_else(PoisonError::into_inner);
        let _ = fim.recv_timeout(DESPEDIDA_MAX);
    }
}

fn escrever(recebidos: &Receiver<String>, mut destino: impl Write, esperam: &AtomicUsize) {
    let mut lote = String::new();
    while let Ok(texto) = recebidos.recv() {
        lote.clear();
        for texto in std::iter::once(texto).chain(recebidos.try_iter().take(LOTE_MAX)) {
            lote.push_str(&texto);
        }
        let _ = destino.write_all(lote.as_bytes()).and_then(|()| destino.flush());
        esperam.fetch_sub(lote.len(), Ordering::Relaxed);
        // A text that is queued while this thread sleeps costs its sender no wake-up.
        thread::sleep(PAUSA);
    }
}
