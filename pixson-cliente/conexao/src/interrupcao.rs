//! An interruption as an input, which is waited for together with sockets, files and pipes.

use std::error::Error;
use std::fmt;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::SIGINT;
use signal_hook::{flag, low_level};

/// How many bytes a pipe takes without blocking once poll(2) reports it as writable: 4 KiB,
/// `PIPE_BUF` of Linux.
const PEDACO_BYTES: usize = 4096;

/// A request to end every wait. Once it has come, it stays.
#[derive(Debug)]
pub struct Interrupcao {
    /// Becomes readable when the interruption comes. It is never read, so that it stays readable.
    veio: Option<PipeReader>,
    marca: Arc<AtomicBool>,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FimDaEspera {
    /// The descriptor is ready. This takes precedence over an interruption.
    Pronto,
    /// The deadline has passed.
    Prazo,
    /// The interruption has come.
    Interrompida,
}

/// Why a read, a write or a wait was given up: the error inside of an [`io::Error`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Interrompida;

impl fmt::Display for Interrompida {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrompido")
    }
}

impl Error for Interrompida {}

impl Interrompida {
    /// Whether an error bears this one.
    pub fn em(erro: &io::Error) -> bool {
        erro.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<Self>)
    }

    /// An error that bears this one. It is not of the kind `Interrupted`, after which std would try
    /// again.
    fn erro() -> io::Error {
        io::Error::other(Self)
    }
}

impl Interrupcao {
    /// An interruption that never comes.
    pub fn nunca() -> Self {
        Self { veio: None, marca: Arc::default() }
    }

    /// An interruption that comes when something is written to the returned end, or when that is
    /// dropped.
    ///
    /// # Errors
    ///
    /// The system gives no pipe.
    ///
    /// ```
    /// use pixson_conexao::Interrupcao;
    ///
    /// let (interrupcao, gatilho) = Interrupcao::por_gatilho()?;
    /// assert!(!interrupcao.veio());
    /// drop(gatilho);
    /// assert!(interrupcao.veio());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn por_gatilho() -> io::Result<(Self, PipeWriter)> {
        let (veio, gatilho) = io::pipe()?;
        Ok((Self { veio: Some(veio), marca: Arc::default() }, gatilho))
    }

    /// Ctrl-C, which is SIGINT: from here on the first one is an input, and the second ends the
    /// program at once with this exit code. If the handlers cannot be installed, the first one ends
    /// the program, as by default.
    pub fn por_ctrl_c(codigo: u8) -> Self {
        let Ok((este, gatilho)) = Self::por_gatilho() else { return Self::nunca() };
        if low_level::pipe::register(SIGINT, gatilho).is_err() {
            return Self::nunca();
        }
        // The order matters: at the first signal the conditional shutdown must find the flag unset.
        // These calls fail only for a signal that cannot be handled, and then the registration
        // above would have failed.
        let marca = || Arc::clone(&este.marca);
        let _ = flag::register_conditional_shutdown(SIGINT, codigo.into(), marca());
        let _ = flag::register(SIGINT, marca());
        este
    }

    /// A flag that is set when Ctrl-C has come, for code that cannot wait for a file descriptor.
    pub fn marca(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.marca)
    }

    /// Whether the interruption has come.
    pub fn veio(&self) -> bool {
        let Some(veio) = &self.veio else { return false };
        let mut fds = [PollFd::new(veio, PollFlags::IN)];
        // If `poll` fails, the interruption counts as not come.
        poll(&mut fds, Some(&Timespec::default())).is_ok_and(|prontos| prontos > 0)
    }

    /// Whether the interruption can come at all.
    pub(crate) fn pode_vir(&self) -> bool {
        self.veio.is_some()
    }

    /// Waits until there is something to read, or the end of the input.
    ///
    /// # Errors
    ///
    /// The system cannot wait for this descriptor.
    pub fn esperar_leitura(
        &self,
        fonte: &impl AsFd,
        prazo: Option<Instant>,
    ) -> io::Result<FimDaEspera> {
        self.esperar(fonte, PollFlags::IN, prazo)
    }

    /// Waits until something can be written.
    ///
    /// # Errors
    ///
    /// The system cannot wait for this descriptor.
    pub fn esperar_escrita(
        &self,
        destino: &impl AsFd,
        prazo: Option<Instant>,
    ) -> io::Result<FimDaEspera> {
        self.esperar(destino, PollFlags::OUT, prazo)
    }

    fn esperar(
        &self,
        fd: &impl AsFd,
        interesse: PollFlags,
        prazo: Option<Instant>,
    ) -> io::Result<FimDaEspera> {
        loop {
            let resta = prazo.map(|prazo| prazo.saturating_duration_since(Instant::now()));
            // A time that a `Timespec` cannot hold counts as for ever.
            let resta = resta.and_then(|resta: Duration| Timespec::try_from(resta).ok());
            let mut fds = vec![PollFd::new(fd, interesse)];
            fds.extend(self.veio.as_ref().map(|veio| PollFd::new(veio, PollFlags::IN)));
            match poll(&mut fds, resta.as_ref()) {
                Ok(0) => return Ok(FimDaEspera::Prazo),
                Ok(_) if fds[0].revents().is_empty() => return Ok(FimDaEspera::Interrompida),
                Ok(_) => return Ok(FimDaEspera::Pronto),
                Err(Errno::INTR) => {}
                Err(erro) => return Err(erro.into()),
            }
        }
    }

    /// Runs a call that may block without bound, such as looking a name up or opening a named pipe,
    /// in a thread of its own, and waits for it until the deadline or the interruption. A later
    /// result is dropped.
    ///
    /// # Errors
    ///
    /// The error of `fazer`, [`Interrompida`], `TimedOut`, or that the system gives no thread or
    /// pipe.
    pub fn durante<T: Send + 'static>(
        &self,
        prazo: Option<Instant>,
        fazer: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (fim, viva) = io::pipe()?;
        let (entregar, feito) = mpsc::channel();
        thread::Builder::new().spawn(move || {
            // Dropped at the end of the thread, also after a panic, which ends the wait.
            let _viva = viva;
            // The receiver may be gone already.
            drop(entregar.send(fazer()));
        })?;
        match self.esperar_leitura(&fim, prazo)? {
            FimDaEspera::Pronto => feito.recv().unwrap_or_else(|_| Err(io::Error::other("pânico"))),
            FimDaEspera::Prazo => Err(io::ErrorKind::TimedOut.into()),
            FimDaEspera::Interrompida => Err(Interrompida::erro()),
        }
    }
}

/// A file, a pipe or a terminal, without a buffer: a read that would block ends with
/// [`Interrompida`] once the interruption has come.
#[derive(Debug)]
pub struct EntradaInterrompivel<'a, F> {
    fonte: F,
    interrupcao: &'a Interrupcao,
}

impl<'a, F> EntradaInterrompivel<'a, F> {
    /// A source whose reads can be interrupted.
    pub fn nova(fonte: F, interrupcao: &'a Interrupcao) -> Self {
        Self { fonte, interrupcao }
    }
}

impl<F: Read + AsFd> Read for EntradaInterrompivel<'_, F> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.interrupcao.esperar_leitura(&self.fonte, None)? {
            FimDaEspera::Pronto | FimDaEspera::Prazo => self.fonte.read(buf),
            FimDaEspera::Interrompida => Err(Interrompida::erro()),
        }
    }
}

/// An output to the file descriptor `fd`: a write that would block ends with [`Interrompida`] once
/// the interruption has come.
#[derive(Debug)]
pub struct SaidaInterrompivel<'a, D, S> {
    fd: D,
    destino: S,
    interrupcao: &'a Interrupcao,
}

impl<'a, D, S> SaidaInterrompivel<'a, D, S> {
    /// An output that can be interrupted. What is written to `destino` goes to `fd`.
    pub fn nova(fd: D, destino: S, interrupcao: &'a Interrupcao) -> Self {
        Self { fd, destino, interrupcao }
    }
}

impl<D: AsFd, S: Write> Write for SaidaInterrompivel<'_, D, S> {
    /// Writes up to 4 KiB (a short write), and flushes: bytes in a buffer of the destination could
    /// block later, when no interruption is watched for.
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self.interrupcao.esperar_escrita(&self.fd, None)? {
            FimDaEspera::Pronto | FimDaEspera::Prazo => {
                let escritos = self.destino.write(&buf[..buf.len().min(PEDACO_BYTES)])?;
                self.destino.flush()?;
                Ok(escritos)
            }
            FimDaEspera::Interrompida => Err(Interrompida::erro()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.destino.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_read_goes_before_an_interruption_and_that_before_a_wait() {
        let (interrupcao, gatilho) = Interrupcao::por_gatilho().expect("a pipe");
        let (entrada, mut dados) = io::pipe().expect("a pipe");
        let agora = Some(Instant::now());
        assert_eq!(
            interrupcao.esperar_leitura(&entrada, agora).expect("a pipe"),
            FimDaEspera::Prazo
        );
        drop(gatilho);
        dados.write_all(b"a").expect("there is place");
        let mut entrada = EntradaInterrompivel::nova(entrada, &interrupcao);
        let mut bytes = [0; 8];
        assert_eq!(entrada.read(&mut bytes).expect("it is there"), 1);
        let erro = entrada.read(&mut bytes).expect_err("nothing is there");
        assert!(Interrompida::em(&erro), "{erro:?}");
        drop(dados);
        assert_eq!(entrada.read(&mut bytes).expect("the end"), 0);
    }

    #[test]
    fn a_pipe_that_nobody_reads_is_filled_and_then_given_up() {
        let (interrupcao, gatilho) = Interrupcao::por_gatilho().expect("a pipe");
        let (_ninguem_le, cano) = io::pipe().expect("a pipe");
        drop(gatilho);
        let fd = cano.try_clone().expect("a descriptor");
        let mut saida = SaidaInterrompivel::nova(fd, cano, &interrupcao);
        saida.write_all(b"there is place for this").expect("an empty pipe");
        let erro = saida.write_all(&vec![b'x'; 1 << 24]).expect_err("no pipe holds so much");
        assert!(Interrompida::em(&erro), "{erro:?}");
    }

    #[test]
    fn what_never_ends_is_waited_for_until_the_deadline_or_the_interruption() {
        let (interrupcao, gatilho) = Interrupcao::por_gatilho().expect("a pipe");
        let (acabar, acabou) = mpsc::channel::<()>();
        let acabou = Arc::new(std::sync::Mutex::new(acabou));
        let sem_fim = || {
            let acabou = Arc::clone(&acabou);
            move || {
                let _ = acabou.lock().map(|acabou| acabou.recv());
                Ok(())
            }
        };
        let prazo = Some(Instant::now() + Duration::from_millis(50));
        let feito = interrupcao.durante(prazo, sem_fim());
        assert_eq!(feito.map_err(|erro| erro.kind()), Err(io::ErrorKind::TimedOut));
        assert_eq!(interrupcao.durante(None, || Ok(7)).expect("it is done"), 7);
        drop(gatilho);
        let erro = interrupcao.durante(None, sem_fim()).expect_err("it never ends");
        assert!(Interrompida::em(&erro), "{erro:?}");
        drop(acabar);
    }
}
