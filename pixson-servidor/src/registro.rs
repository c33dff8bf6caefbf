//! The log: structured lines on standard error, for whoever operates the server.

use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use clap::{Args, ValueEnum};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::escritor::Escritor;

/// What goes to the log, and how it looks.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Observação")]
pub(crate) struct ArgumentosDeRegistro {
    /// O que registrar na saída de erros: nada, erro, aviso, info ou detalhe [padrão: aviso]
    #[arg(long = "log", value_name = "NÍVEL", default_value = "aviso")]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    nivel: Nivel,

    /// Forma do registro: texto ou json [padrão: texto]
    #[arg(long = "log-formato", value_name = "FORMATO", default_value = "texto")]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    formato: Formato,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Nivel {
    Nada,
    Erro,
    Aviso,
    Info,
    Detalhe,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Formato {
    Texto,
    Json,
}

impl From<Nivel> for LevelFilter {
    fn from(nivel: Nivel) -> Self {
        match nivel {
            Nivel::Nada => Self::OFF,
            Nivel::Erro => Self::ERROR,
            Nivel::Aviso => Self::WARN,
            Nivel::Info => Self::INFO,
            Nivel::Detalhe => Self::DEBUG,
        }
    }
}

/// Where lines go, as long as the program runs.
static ESCRITOR: Mutex<Option<Escritor>> = Mutex::new(None);

/// Begins to log. To be called once.
pub(crate) fn iniciar(argumentos: ArgumentosDeRegistro) {
    let ArgumentosDeRegistro { nivel, formato } = argumentos;
    if nivel == Nivel::Nada {
        return;
    }
    *escritor() = Escritor::novo(io::stderr());
    let base = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::from(nivel))
        .with_ansi(false)
        .with_writer(|| Linha(Vec::new()));
    match formato {
        Formato::Texto => base.event_format(Texto).init(),
        Formato::Json => base.json().with_target(false).flatten_event(true).init(),
    }
}

/// Waits, but not long, until everything that was logged is written. What is logged later is not.
pub(crate) fn despedir() {
    let escritor = escritor().take();
    if let Some(escritor) = escritor {
        escritor.despedir();
    }
}

fn escritor() -> MutexGuard<'static, Option<Escritor>> {
    ESCRITOR.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One line on its way: it leaves as a whole.
struct Linha(Vec<u8>);

impl io::Write for Linha {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Linha {
    fn drop(&mut self) {
        let texto = String::from_utf8(std::mem::take(&mut self.0));
        if let (Some(escritor), Ok(texto)) = (&*escritor(), texto) {
            escritor.escrever(texto);
        }
    }
}

/// Time, level in Portuguese, sentence, fields.
struct Texto;

impl<S, N> FormatEvent<S, N> for Texto
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        contexto: &FmtContext<'_, S, N>,
        mut linha: Writer<'_>,
        evento: &Event<'_>,
    ) -> fmt::Result {
        SystemTime.format_time(&mut linha)?;
        let nivel = match *evento.metadata().level() {
            Level::ERROR => "ERRO",
            Level::WARN => "AVISO",
            Level::INFO => "INFO",
            _ => "DETALHE",
        };
        write!(linha, " {nivel} ")?;
        contexto.field_format().format_fields(linha.by_ref(), evento)?;
        writeln!(linha)
    }
}
