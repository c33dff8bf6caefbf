//! Where data goes: standard output, or a file that appears as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, StdoutLock, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Falha;

/// What a file with people's names and money allows: its owner to read and write.
const MODO: u32 = 0o600;

/// Standard output, by the block.
pub(super) struct Saida(BufWriter<StdoutLock<'static>>);

impl Saida {
    pub(super) fn nova() -> Self {
        Self(BufWriter::new(io::stdout().lock()))
    }

    pub(super) fn linha(&mut self, texto: &str) -> Result<(), Falha> {
        writeln!(self.0, "{texto}").map_err(Falha::Saida)
    }

    pub(super) fn json(&mut self, objeto: &impl Serialize) -> Result<(), Falha> {
        escrever_json(&mut self.0, objeto).map_err(Falha::Saida)
    }

    /// All of it has left.
    pub(super) fn fechar(mut self) -> Result<(), Falha> {
        self.0.flush().map_err(Falha::Saida)
    }
}

/// One object on a line of its own.
pub(super) fn escrever_json(saida: &mut impl Write, objeto: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *saida, objeto)?;
    saida.write_all(b"\n")
}

/// A file that has its name only when it is whole; until then nothing is to be seen of it but a
/// hidden file beside it, which goes if this value is dropped.
pub(super) struct ArquivoInteiro {
    saida: BufWriter<File>,
    parcial: PathBuf,
    nome: PathBuf,
    pronto: bool,
}

impl ArquivoInteiro {
    pub(super) fn criar(nome: &Path) -> io::Result<Self> {
        let arquivo = nome.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        if nome.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let oculto = format!(".{}.parcial-{}", arquivo.to_string_lossy(), std::process::id());
        let parcial = nome.with_file_name(oculto);
        let arquivo = OpenOptions::new().write(true).create_new(true).mode(MODO).open(&parcial)?;
        let saida = BufWriter::new(arquivo);
        Ok(Self { saida, parcial, nome: nome.to_path_buf(), pronto: false })
    }

    pub(super) fn json(&mut self, objeto: &impl Serialize) -> io::Result<()> {
        escrever_json(&mut self.saida, objeto)
    }

    /// Durable on return, in place of a file that had the name.
    pub(super) fn terminar(mut self) -> io::Result<()> {
        self.saida.flush()?;
        self.saida.get_ref().sync_all()?;
        fs::rename(&self.parcial, &self.nome)?;
        self.pronto = true;
        let pasta = self.nome.parent().filter(|pasta| !pasta.as_os_str().is_empty());
        File::open(pasta.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for ArquivoInteiro {
    fn drop(&mut self) {
        if !self.pronto {
            // What cannot be removed is hidden, and says what it is.
            let _ = fs::remove_file(&self.parcial);
        }
    }
}
