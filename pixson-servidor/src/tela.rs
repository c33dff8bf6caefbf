use std::fmt::Display;
use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How many lines may wait for a slow reader before further ones are left out.
const LINHAS_MAX: usize = 64 * 1024;

/// How long the end of the program waits for a slow reader: 1 s.
const DESPEDIDA_MAX: Duration = Duration::from_secs(1);

/// Standard output, as the seed uses it: one line for each thing that happens.
///
/// A thread of its own writes the lines. Whoever does not read them, or has gone away, takes
/// nothing from the clients: they never wait for it.
#[derive(Debug)]
pub(crate) struct Tela(Option<Escritor>);

#[derive(Debug)]
struct Escritor {
    linhas: SyncSender<String>,
    /// Says, by its end, that everything is written.
    fim: Mutex<Receiver<()>>,
}

impl Tela {
    pub(crate) fn nova(silenciosa: bool) -> Self {
        if silenciosa {
            return Self(None);
        }
        let (linhas, recebidas) = mpsc::sync_channel(LINHAS_MAX);
        let (fim_dito, fim) = mpsc::channel();
        let escrever = move || {
            // Kept until the last line is out.
            let _fim_dito: mpsc::Sender<()> = fim_dito;
            escrever(&recebidas);
        };
        match thread::Builder::new().spawn(escrever) {
            Ok(_) => Self(Some(Escritor { linhas, fim: Mutex::new(fim) })),
            Err(_) => Self(None),
        }
    }

    /// Shows one line, or leaves it out if too many wait.
    pub(crate) fn mostrar(&self, linha: impl Display) {
        if let Some(Escritor { linhas, .. }) = &self.0 {
            let _ = linhas.try_send(linha.to_string());
        }
    }

    /// Waits, but not long, until everything is written.
    pub(crate) fn despedir(self) {
        if let Some(Escritor { linhas, fim }) = self.0 {
            drop(linhas);
            let fim = fim.into_inner().unwrap_or_else(PoisonError::into_inner);
            let _ = fim.recv_timeout(DESPEDIDA_MAX);
        }
    }
}

/// Writes lines, as many at a time as there are.
fn escrever(recebidas: &Receiver<String>) {
    let mut texto = String::new();
    while let Ok(linha) = recebidas.recv() {
        texto.clear();
        for linha in std::iter::once(linha).chain(recebidas.try_iter().take(1024)) {
            texto.push_str(&linha);
            texto.push('\n');
        }
        let mut saida = io::stdout().lock();
        let _ = saida.write_all(texto.as_bytes()).and_then(|()| saida.flush());
    }
}
