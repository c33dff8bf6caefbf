use std::io::Write;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How many texts may wait for a slow reader before further ones are left out.
const TEXTOS_MAX: usize = 64 * 1024;

/// How many of them are written at once.
const LOTE_MAX: usize = 1024;

/// How long the end of the program waits for a slow reader: 1 s.
const DESPEDIDA_MAX: Duration = Duration::from_secs(1);

/// A thread that writes texts for others. Whoever does not read them, or has gone away, takes
/// nothing from the clients: they never wait for it.
#[derive(Debug)]
pub(crate) struct Escritor {
    textos: SyncSender<String>,
    /// Says, by its end, that everything is written.
    fim: Mutex<Receiver<()>>,
}

impl Escritor {
    /// `None` without a thread.
    pub(crate) fn novo(destino: impl Write + Send + 'static) -> Option<Self> {
        let (textos, recebidos) = mpsc::sync_channel(TEXTOS_MAX);
        let (fim_dito, fim) = mpsc::channel();
        let escrever = move || {
            // Kept until the last text is out.
            let _fim_dito: mpsc::Sender<()> = fim_dito;
            escrever(&recebidos, destino);
        };
        thread::Builder::new().spawn(escrever).ok()?;
        Some(Self { textos, fim: Mutex::new(fim) })
    }

    /// Writes a text some time soon, or leaves it out if too many wait.
    pub(crate) fn escrever(&self, texto: String) {
        let _ = self.textos.try_send(texto);
    }

    /// Waits, but not long, until everything is written.
    pub(crate) fn despedir(self) {
        let Self { textos, fim } = self;
        drop(textos);
        let fim = fim.into_inner().unwrap_or_else(PoisonError::into_inner);
        let _ = fim.recv_timeout(DESPEDIDA_MAX);
    }
}

fn escrever(recebidos: &Receiver<String>, mut destino: impl Write) {
    let mut lote = String::new();
    while let Ok(texto) = recebidos.recv() {
        lote.clear();
        for texto in std::iter::once(texto).chain(recebidos.try_iter().take(LOTE_MAX)) {
            lote.push_str(&texto);
        }
        let _ = destino.write_all(lote.as_bytes()).and_then(|()| destino.flush());
    }
}
