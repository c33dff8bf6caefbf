//! The trace of a process, while it is being kept.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use pixson_core::rastro::{CabecalhoDoRastro, ConexaoNumerada, RedatorDoRastro};

use crate::carimbos::CarimbosDoBanco;
use crate::conexao::ConexaoGravada;
use crate::destinos::DestinosDoRastro;
use crate::escrivao::{Escrivao, ceder_a_vez};
use crate::mesa::Mesa;

/// How long the end of a trace waits for a slow disk, at most: 10 s.
const DESPEDIDA_MAX: Duration = Duration::from_secs(10);

/// The trace of a process. It is shared by all threads that record.
#[derive(Debug)]
pub struct Gravador {
    mesa: Arc<Mesa>,
    /// The number of the last connection that had none before.
    conexoes: AtomicU64,
    /// Its sender is dropped when everything is written.
    escrito: Mutex<Receiver<()>>,
}

impl Gravador {
    /// Begins a trace: writes its header, and starts the thread that writes the rest. `ao_falhar` is called
    /// once, by that thread, if the file takes no more lines; the file ends there.
    ///
    /// # Errors
    ///
    /// The header could not be written, or the system gives no thread.
    pub fn iniciar(
        destinos: impl Into<DestinosDoRastro>,
        cabecalho: &CabecalhoDoRastro,
        ao_falhar: impl FnOnce(&io::Error) + Send + 'static,
    ) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let redator = RedatorDoRastro::novo(cabecalho, &mut bytes);
        let mut destinos = destinos.into();
        if let Some(arquivo) = &mut destinos.arquivo {
            arquivo.escrever(&bytes)?;
        }
        bytes.clear();
        let (recados, chegam) = mpsc::channel();
        let (escreveu, escrito) = mpsc::channel();
        let mesa = Arc::new(Mesa::nova(recados, destinos.esperam_max()));
        let dele = Arc::clone(&mesa);
        let escrivao = Escrivao::novo(destinos, redator, bytes);
        thread::Builder::new().spawn(move || {
            // Dropped when the last line is written, which `encerrar` waits for.
            let _escreveu: mpsc::Sender<()> = escreveu;
            ceder_a_vez();
            escrivao.trabalhar(&chegam, &dele, ao_falhar);
        })?;
        Ok(Self { mesa, conexoes: AtomicU64::new(0), escrito: Mutex::new(escrito) })
    }

    /// A connection that has a number, as those of a server have. `porta` is the TCP port of the client's
    /// side.
    pub fn conexao(&self, numero: u64, porta: Option<u16>) -> ConexaoGravada {
        ConexaoGravada::nova(Arc::clone(&self.mesa), ConexaoNumerada { numero, porta })
    }

    /// A connection with a number of its own, from 1, as those of a client. A process numbers its
    /// connections in one way only.
    pub fn proxima_conexao(&self, porta: Option<u16>) -> ConexaoGravada {
        self.conexao(self.conexoes.fetch_add(1, Ordering::Relaxed) + 1, porta)
    }

    /// Where a bank that draws stamps above those of its rows tells of them.
    pub fn carimbos_do_banco(&self) -> CarimbosDoBanco {
        CarimbosDoBanco::novos(Arc::clone(&self.mesa))
    }

    /// Ends the trace in order, after the last event: every [`ConexaoGravada`] was dropped. It waits until
    /// all is written, for 10 s at most.
    pub fn encerrar(&self) {
        self.mesa.acabar();
        let escrito = self.escrito.lock().unwrap_or_else(PoisonError::into_inner);
        // The thread has ended, or the time is over: nothing more can be done for the trace.
        let _ = escrito.recv_timeout(DESPEDIDA_MAX);
    }
}
