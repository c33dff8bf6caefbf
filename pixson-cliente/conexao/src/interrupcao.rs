//! An interruption as an input: something that is waited for beside sockets, files and pipes.

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

/// So much can be written to a pipe for which poll(2) says that there is place: 4 KiB, which is
/// `PIPE_BUF` of Linux.
const PEDACO_BYTES: usize = 4096;

/// Whether somebody wants an end, for whoever waits. Once it has come, it stays.
#[derive(Debug)]
pub struct Interrupcao {
    /// Has something to read once it has come. Nobody reads it.
    veio: Option<PipeReader>,
    marca: Arc<AtomicBool>,
}

/// What a wait ended with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FimDaEspera {
    /// What was waited for. It goes before an interruption.
    Pronto,
    /// The deadline.
    Prazo,
    /// The interruption.
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
    /// Whether an error says this.
    pub fn em(erro: &io::Error) -> bool {
        erro.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<Self>)
    }

    /// Not of the kind `Interrupted`, after which std tries again.
    fn erro() -> io::Error {
        io::Error::other(Self)
    }
}

impl Interrupcao {
    /// One that never comes.
    pub fn nunca() -> Self {
        Self { veio: None, marca: Arc::default() }
    }

    /// One that comes when something is written to the other end, or when that is dropped.
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

    /// Ctrl-C, which is SIGINT: from here on the first one is an input, and the second ends the program
    /// at once with this exit code. Where that cannot be had, the first ends it, as the system does.
    pub fn por_ctrl_c(codigo: u8) -> Self {
        let Ok((este, gatilho)) = Self::por_gatilho() else { return Self::nunca() };
        if low_level::pipe::register(SIGINT, gatilho).is_err() {
            return Self::nunca();
        }
        // In this order: the first finds nothing set. It is no signal that cannot be handled, the only
        // reason to fail once the pipe was taken.
        let marca = || Arc::clone(&este.marca);
        let _ = flag::register_conditional_shutdown(SIGINT, codigo.into(), marca());
        let _ = flag::register(SIGINT, marca());
        este
    }

    /// Set when Ctrl-C has come, for whoever looks at no descriptor.
    pub fn marca(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.marca)
    }

    /// Whether it has come.
    pub fn veio(&self) -> bool {
        let Some(veio) = &self.veio else { return false };
        let mut fds = [PollFd::new(veio, PollFlags::IN)];
        // What cannot be asked for has not come.
        poll(&mut fds, Some(&Timespec::default())).is_ok_and(|prontos| prontos > 0)
    }

    /// Whether it can come at all.
    pub(crate) fn pode_vir(&self) -> bool {
        self.veio.is_some()
    }

    /// Waits until there is something to read, or the end of it.
    ///
    /// # Errors
    ///
    /// The system cannot wait for it.
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
    /// The system cannot wait for it.
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
            // A wait that a Timespec cannot hold is for ever.
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

    /// Does what the system takes as long as it likes for, such as looking a name up or opening a
    /// named pipe, and waits for it no longer than until the deadline or the interruption. What comes
    /// of it later is for nobody.
    ///
    /// # Errors
    ///
    /// What `fazer` says, [`Interrompida`], `TimedOut`, or that there is no thread for it.
    pub fn durante<T: Send + 'static>(
        &self,
        prazo: Option<Instant>,
        fazer: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (fim, viva) = io::pipe()?;
        let (entregar, feito) = mpsc::channel();
        thread::Builder::new().spawn(move || {
            // Dropped at the end, also that of a panic, which is how the wait ends.
            let _viva = viva;
            // Whoever waited may have left.
            drop(entregar.send(fazer()));
        })?;
        match self.esperar_leitura(&fim, prazo)? {
            FimDaEspera::Pronto => feito.recv().unwrap_or_else(|_| Err(io::Error::other("pânico"))),
            FimDaEspera::Prazo => Err(io::ErrorKind::TimedOut.into()),
            FimDaEspera::Interrompida => Err(Interrompida::erro()),
        }
    }
}

/// A file, a pipe or a terminal, of which nothing is read in advance: a read that would wait ends with
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

/// An output to the descriptor `fd`: a write for which a pipe or a terminal has no place ends with
/// [`Interrompida`] once the interruption has come.
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
    /// Whatever the destination holds back must be flushed after each write.
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
