//! The log: structured lines on standard error, for the operator of the server.

use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use clap::ValueEnum;
use clap::builder::PossibleValue;
use pixson_linha::objeto::em_ascii;
use pixson_linha::visivel::visivel;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::escritor::Escritor;

/// How much goes to the log. Each level has what those before it have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Nivel {
    /// Nothing.
    Nada,
    /// What makes the server stop.
    Erro,
    /// What whoever runs it should know.
    Aviso,
    /// What it does: starting, connections, stopping.
    Info,
    /// Each request.
    Detalhe,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Formato {
    /// Time, level, sentence, fields.
    Texto,
    /// An object of JSON in each line.
    Json,
}

// Not derived: the derive would show what rustdoc says of a variant in completions.
impl ValueEnum for Nivel {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Nada, Self::Erro, Self::Aviso, Self::Info, Self::Detalhe]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Nada => "nada",
            Self::Erro => "erro",
            Self::Aviso => "aviso",
            Self::Info => "info",
            Self::Detalhe => "detalhe",
        }))
    }
}

impl ValueEnum for Formato {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Texto, Self::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Texto => "texto",
            Self::Json => "json",
        }))
    }
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

/// The thread that writes the lines, as long as the program runs.
static ESCRITOR: Mutex<Option<Escritor>> = Mutex::new(None);

/// Begins to log, on standard error, the events that the whole process gives to `tracing`.
///
/// # Panics
///
/// If this process has installed a `tracing` subscriber already.
pub fn iniciar(nivel: Nivel, formato: Formato) {
    if nivel == Nivel::Nada {
        return;
    }
    *escritor() = Escritor::novo(io::stderr());
    let base = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::from(nivel))
        .with_ansi(false)
        .with_writer(move || LinhaDeRegistro { bytes: Vec::new(), formato });
    match formato {
        Formato::Texto => base.event_format(FormatoDeTexto).init(),
        Formato::Json => base.event_format(FormatoDeJson).init(),
    }
}

/// Waits until everything that was logged is written, for 1 s at most. Later events are dropped.
pub fn despedir() {
    let escritor = escritor().take();
    if let Some(escritor) = escritor {
        escritor.despedir();
    }
}

fn escritor() -> MutexGuard<'static, Option<Escritor>> {
    ESCRITOR.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One line that is being written: it is passed on as a whole, when it is dropped.
struct LinhaDeRegistro {
    bytes: Vec<u8>,
    formato: Formato,
}

impl io::Write for LinhaDeRegistro {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for LinhaDeRegistro {
    fn drop(&mut self) {
        let texto = String::from_utf8(std::mem::take(&mut self.bytes));
        if let (Some(escritor), Ok(texto)) = (&*escritor(), texto) {
            escritor.escrever(inofensiva(&texto, self.formato));
        }
    }
}

/// Makes a line harmless, whatever its fields hold: it stays one line, without control characters.
fn inofensiva(linha: &str, formato: Formato) -> String {
    let linha = linha.strip_suffix('\n').unwrap_or(linha);
    match formato {
        Formato::Texto => visivel(linha).into_owned() + "\n",
        Formato::Json => em_ascii(linha) + "\n",
    }
}

/// The level of a line, in the words of `--log`, in both forms of the log.
fn palavra(evento: &Event<'_>) -> &'static str {
    match *evento.metadata().level() {
        Level::ERROR => "ERRO",
        Level::WARN => "AVISO",
        Level::INFO => "INFO",
        _ => "DETALHE",
    }
}

/// Time, level, sentence, fields.
struct FormatoDeTexto;

impl<S, N> FormatEvent<S, N> for FormatoDeTexto
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
        write!(linha, " {} ", palavra(evento))?;
        contexto.field_format().format_fields(linha.by_ref(), evento)?;
        writeln!(linha)
    }
}

/// The same as an object: `timestamp`, `level`, `message`, and the fields.
struct FormatoDeJson;

impl<S, N> FormatEvent<S, N> for FormatoDeJson
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _contexto: &FmtContext<'_, S, N>,
        mut linha: Writer<'_>,
        evento: &Event<'_>,
    ) -> fmt::Result {
        let mut quando = String::new();
        SystemTime.format_time(&mut Writer::new(&mut quando))?;
        let mut campos = Campos(Vec::new());
        evento.record(&mut campos);
        let mut bytes = Vec::new();
        let escrito = escrever_objeto(&mut bytes, &quando, palavra(evento), &campos);
        let texto = escrito.ok().and_then(|()| String::from_utf8(bytes).ok());
        writeln!(linha, "{}", texto.ok_or(fmt::Error)?)
    }
}

fn escrever_objeto(
    bytes: &mut Vec<u8>,
    quando: &str,
    nivel: &str,
    Campos(campos): &Campos,
) -> serde_json::Result<()> {
    let mut escritor = serde_json::Serializer::new(bytes);
    let mut objeto = escritor.serialize_map(None)?;
    objeto.serialize_entry("timestamp", quando)?;
    objeto.serialize_entry("level", nivel)?;
    for (nome, valor) in campos {
        objeto.serialize_entry(nome, valor)?;
    }
    objeto.end()
}

/// The sentence of an event and its fields.
struct Campos(Vec<(&'static str, Value)>);

impl Visit for Campos {
    fn record_debug(&mut self, campo: &Field, valor: &dyn fmt::Debug) {
        self.0.push((campo.name(), format!("{valor:?}").into()));
    }

    fn record_str(&mut self, campo: &Field, valor: &str) {
        self.0.push((campo.name(), valor.into()));
    }

    fn record_u64(&mut self, campo: &Field, valor: u64) {
        self.0.push((campo.name(), valor.into()));
    }

    fn record_i64(&mut self, campo: &Field, valor: i64) {
        self.0.push((campo.name(), valor.into()));
    }

    fn record_bool(&mut self, campo: &Field, valor: bool) {
        self.0.push((campo.name(), valor.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line_and_moves_no_cursor_whatever_its_fields_hold() {
        let ruim = "aviso host=a\u{1b}[2J\r\u{202e}\u{2028}é\n";
        let texto = inofensiva(ruim, Formato::Texto);
        assert_eq!(texto, "aviso host=a\u{fffd}[2J\u{fffd}\u{fffd}\u{fffd}é\n");
        let json = inofensiva("{\"host\":\"\u{2028}é\u{7f}\"}\n", Formato::Json);
        assert_eq!(json, "{\"host\":\"\\u2028\\u00e9\\u007f\"}\n");
    }
}
