//! Ctrl-C.

use std::io::{self, IsTerminal};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use pixson_core::Operacao;
use pixson_linha::fala::dizer;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::SIGINT;
use signal_hook::flag;
use signal_hook::iterator::Signals;

use crate::falha::{DESCONHECIDO, INTERROMPIDO, INTERROMPIDO_CODIGO};
use crate::relato::Relato;

/// How the terminal was before a line editor changed it.
static TERMINAL: OnceLock<Termios> = OnceLock::new();

/// Whether money was asked to move and nobody was told yet what became of it. Whoever ends the
/// program keeps it locked: none is asked to move after that.
static EM_JOGO: Mutex<bool> = Mutex::new(false);

/// What an interruption tells, in JSON, of the request that is on its way, if there is one.
static A_CAMINHO: Mutex<Option<Relato>> = Mutex::new(None);

/// The report that an interruption gives in place of the next one. Whoever writes that one holds
/// this, so that only one of the two is written.
pub(crate) fn a_caminho() -> MutexGuard<'static, Option<Relato>> {
    A_CAMINHO.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While this lives, an interruption says that the outcome of an operation is unknown: keep it
/// from before a request until its answer was shown.
#[derive(Debug)]
pub(crate) struct EmJogo(());

impl EmJogo {
    pub(crate) fn se_move(operacao: &Operacao) -> Option<Self> {
        operacao.move_dinheiro().then(|| {
            *em_jogo() = true;
            Self(())
        })
    }
}

impl Drop for EmJogo {
    fn drop(&mut self) {
        *em_jogo() = false;
    }
}

/// A flag is whole whatever panics.
fn em_jogo() -> MutexGuard<'static, bool> {
    EM_JOGO.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on Ctrl-C ends the program in order, and a second one at once, if nobody takes what is
/// to be said. Where that cannot be had, the first ends it all the same, as the system does.
pub(crate) fn vigiar() {
    if let Ok(modos) = tcgetattr(io::stdin()) {
        let _ = TERMINAL.set(modos);
    }
    let saindo = Arc::new(AtomicBool::new(false));
    let codigo = INTERROMPIDO_CODIGO.into();
    let _ = flag::register_conditional_shutdown(SIGINT, codigo, Arc::clone(&saindo));
    let Ok(mut sinais) = Signals::new([SIGINT]) else { return };
    thread::spawn(move || {
        if sinais.forever().next().is_some() {
            if let Some(modos) = TERMINAL.get() {
                let _ = tcsetattr(io::stdin(), OptionalActions::Now, modos);
            }
            saindo.store(true, Ordering::SeqCst);
            sair();
        }
    });
}

/// From here on the first Ctrl-C only sets what is returned; the second ends the program at once.
pub(crate) fn anotar() -> Arc<AtomicBool> {
    let pedida = Arc::new(AtomicBool::new(false));
    // In this order: the first Ctrl-C finds nothing set. Without a handler the system ends the
    // program.
    let _ = flag::register_conditional_shutdown(
        SIGINT,
        INTERROMPIDO_CODIGO.into(),
        Arc::clone(&pedida),
    );
    let _ = flag::register(SIGINT, Arc::clone(&pedida));
    pedida
}

/// Ends the program, and says what nobody can know.
fn sair() -> ! {
    // To the end, too: no more money is asked to move.
    let em_jogo = em_jogo();
    // Whoever has it is writing the report itself. Otherwise it is held to the end: there is none
    // but this.
    let a_caminho = A_CAMINHO.try_lock();
    if let Some(relato) = a_caminho.as_deref().ok().and_then(Option::as_ref) {
        // What cannot be written here is said below, if there is money in it.
        let _ = relato.escrever();
    }
    if io::stderr().is_terminal() {
        // The terminal has shown ^C in the middle of a line.
        let _ = dizer([""]);
    }
    if *em_jogo {
        let _ = dizer([format!("{INTERROMPIDO} {DESCONHECIDO}")]);
    }
    process::exit(INTERROMPIDO_CODIGO.into())
}
