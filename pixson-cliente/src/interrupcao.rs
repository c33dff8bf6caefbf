use std::io::{self, IsTerminal, Write};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use pixson_core::Operacao;
use signal_hook::consts::SIGINT;
use signal_hook::iterator::Signals;

use crate::conexao::move_dinheiro;
use crate::falha::DESCONHECIDO;

/// The exit code of a program that the person has interrupted, as shells give it.
pub(crate) const INTERROMPIDO_CODIGO: u8 = 130;

/// Whether money was asked to move and nobody was told yet what became of it.
static EM_JOGO: AtomicBool = AtomicBool::new(false);

/// While this lives, an interruption says that the outcome of an operation is unknown: keep it
/// from before a request until its answer was shown.
#[derive(Debug)]
pub(crate) struct EmJogo(());

impl EmJogo {
    pub(crate) fn se_move(operacao: &Operacao) -> Option<Self> {
        move_dinheiro(operacao).then(|| {
            EM_JOGO.store(true, Ordering::SeqCst);
            Self(())
        })
    }
}

impl Drop for EmJogo {
    fn drop(&mut self) {
        EM_JOGO.store(false, Ordering::SeqCst);
    }
}

/// From here on Ctrl-C ends the program in order. Where that cannot be had, it ends it all the
/// same, as the system does.
pub(crate) fn vigiar() {
    let Ok(mut sinais) = Signals::new([SIGINT]) else { return };
    thread::spawn(move || {
        if sinais.forever().next().is_some() {
            sair();
        }
    });
}

/// Ends the program, and says what nobody can know.
pub(crate) fn sair() -> ! {
    let mut erros = io::stderr();
    if erros.is_terminal() {
        // The terminal has shown ^C in the middle of a line.
        let _ = writeln!(erros);
    }
    if EM_JOGO.load(Ordering::SeqCst) {
        let _ = writeln!(erros, "Interrompido antes da resposta. {DESCONHECIDO}");
    }
    process::exit(INTERROMPIDO_CODIGO.into())
}
