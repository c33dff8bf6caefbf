//! The thread that writes.

use std::io;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use pixson_core::rastro::RedatorDoRastro;

use crate::destinos::DestinosDoRastro;
use crate::mesa::{Mesa, Recado};

/// From how many bytes on lines are written: 256 KiB.
const LOTE_BYTES: usize = 256 * 1024;

/// How long events gather before the next are written: 20 ms. What is left while this thread sleeps
/// costs whoever leaves it no wake-up.
const PAUSA: Duration = Duration::from_millis(20);

/// How much this thread stands back behind those that serve: what a busy machine leaves no time for is
/// lost and counted, and nobody is served later because of it.
#[cfg(target_os = "linux")]
const CORTESIA: i32 = 10;

/// Whoever hands events on: to the ring, and as lines to the file, as long as it takes them.
#[derive(Debug)]
pub(crate) struct Escrivao {
    destinos: DestinosDoRastro,
    redator: RedatorDoRastro,
    bytes: Vec<u8>,
}

impl Escrivao {
    /// `bytes` are what is to be written first.
    pub(crate) fn novo(
        destinos: DestinosDoRastro,
        redator: RedatorDoRastro,
        bytes: Vec<u8>,
    ) -> Self {
        Self { destinos, redator, bytes }
    }

    /// Writes until the end comes. If the file takes no more, that is told once, and nothing that comes then is
    /// written to it.
    pub(crate) fn trabalhar(
        mut self,
        recados: &Receiver<Recado>,
        mesa: &Mesa,
        ao_falhar: impl FnOnce(&io::Error),
    ) {
        let mut ao_falhar = Some(ao_falhar);
        while let Ok(primeiro) = recados.recv() {
            let tomado = self.tomar(std::iter::once(primeiro).chain(recados.try_iter()), mesa);
            let acabou = *tomado.as_ref().unwrap_or(&false);
            let escrito = tomado.and_then(|_| self.fechar_lote(mesa, acabou));
            if let Err(erro) = escrito {
                self.destinos.arquivo = None;
                if let Some(ao_falhar) = ao_falhar.take() {
                    ao_falhar(&erro);
                }
            }
            if acabou {
                return;
            }
            thread::sleep(PAUSA);
        }
    }

    /// Whether the end has come.
    fn tomar(&mut self, recados: impl Iterator<Item = Recado>, mesa: &Mesa) -> io::Result<bool> {
        for recado in recados {
            let Recado::Eventos(eventos) = recado else { return Ok(true) };
            if self.destinos.arquivo.is_some() {
                for evento in &eventos {
                    self.redator.evento(evento, &mut self.bytes);
                }
            }
            mesa.retirar(eventos.len());
            if let Some(anel) = &self.destinos.anel {
                anel.tomar(eventos);
            }
            if self.bytes.len() >= LOTE_BYTES {
                self.escrever()?;
            }
        }
        Ok(false)
    }

    fn fechar_lote(&mut self, mesa: &Mesa, acabou: bool) -> io::Result<()> {
        let perdidas = mesa.tirar_perdidas();
        if let Some(anel) = self.destinos.anel.as_ref().filter(|_| perdidas > 0) {
            anel.perder(perdidas);
        }
        if perdidas > 0 || acabou {
            self.redator.perda(mesa.us(), perdidas, &mut self.bytes);
        }
        self.escrever()
    }

    fn escrever(&mut self) -> io::Result<()> {
        let escrito = match &mut self.destinos.arquivo {
            Some(arquivo) => arquivo.escrever(&self.bytes),
            None => Ok(()),
        };
        self.bytes.clear();
        escrito
    }
}

/// Lowers the priority of this thread; on Linux each thread has one of its own.
pub(crate) fn ceder_a_vez() {
    // If the system refuses, it only writes sooner than it needs to.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), CORTESIA);
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::sync::mpsc;

    use pixson_core::Relogio;
    use pixson_core::rastro::{CabecalhoDoRastro, EventoDoRelogio, Fato, Rastros};
    use tempfile::NamedTempFile;

    use super::*;
    use crate::arquivo::ArquivoDoRastro;

    const ESPERAM_MAX: usize = 1000;

    fn evento(relogio: &Relogio) -> EventoDoRelogio {
        let (antes, depois) = (relogio.agora(), relogio.tique().expect("far from the end"));
        EventoDoRelogio {
            us: 0,
            antes,
            depois,
            fato: Fato::Execucao { linhas: None, resposta: None },
        }
    }

    /// One that writes to this file, with the header of its trace.
    fn escrivao(arquivo: File) -> Escrivao {
        let cabecalho = CabecalhoDoRastro::novo("ana".parse().expect("a name"));
        let mut bytes = Vec::new();
        let redator = RedatorDoRastro::novo(&cabecalho, &mut bytes);
        Escrivao::novo(ArquivoDoRastro(arquivo).into(), redator, bytes)
    }

    #[test]
    fn what_does_not_fit_is_counted_in_the_trace() {
        let arquivo = NamedTempFile::new().expect("a temporary file");
        let (recados, chegam) = mpsc::channel();
        let (mesa, relogio) = (Mesa::nova(recados, ESPERAM_MAX), Relogio::novo());
        mesa.deixar((0..ESPERAM_MAX).map(|_| evento(&relogio)).collect());
        mesa.deixar((0..3).map(|_| evento(&relogio)).collect());
        let escrivao = escrivao(arquivo.reopen().expect("it is there"));
        mesa.acabar();
        escrivao.trabalhar(&chegam, &mesa, |erro| panic!("{erro}"));
        let mut rastros = Rastros::default();
        rastros.arquivo(&fs::read(arquivo.path()).expect("readable")).expect("a trace");
        let rastro = &rastros.todos()[0];
        assert_eq!((rastro.perdidas(), rastro.inteiro()), (3, false));
    }

    #[test]
    fn a_file_that_fails_is_told_once_and_what_comes_then_fills_no_memory() {
        let arquivo = NamedTempFile::new().expect("a temporary file");
        let (recados, chegam) = mpsc::channel();
        let (mesa, relogio) = (Mesa::nova(recados, ESPERAM_MAX), Relogio::novo());
        let so_leitura = File::open(arquivo.path()).expect("it is there");
        for _ in 0..3 {
            mesa.deixar(vec![evento(&relogio)]);
        }
        mesa.acabar();
        let mut falhas = 0;
        escrivao(so_leitura).trabalhar(&chegam, &mesa, |_| falhas += 1);
        assert_eq!(falhas, 1);
        mesa.deixar((0..ESPERAM_MAX).map(|_| evento(&relogio)).collect());
        assert_eq!(mesa.tirar_perdidas(), 0, "nothing waited any more");
    }
}
