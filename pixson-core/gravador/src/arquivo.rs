//! The file of a trace: what is refused, and how a trace goes on in it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use pixson_core::rastro::{LINHA_MAX_BYTES, LinhaDoRastro, ler_linha};
use pixson_core::tipos::Culpa;
use rustix::fs::OFlags;
use thiserror::Error;

/// Who may read and write a file that is created: its owner. It has RGs and balances.
const MODO: u32 = 0o600;

/// How the first line begins, as Pixson writes it.
const COMECO: &[u8] = b"{\"formato\":\"pixson-rastro\"";

/// How much is read of each end of a file: a line, and its LF.
const PONTA_BYTES: u64 = LINHA_MAX_BYTES as u64 + 1;

/// A file that this process alone appends a trace to.
#[derive(Debug)]
pub struct ArquivoDoRastro(pub(crate) File);

/// Why a file takes no trace.
#[derive(Debug, Error)]
pub enum ErroDeGravacao {
    /// It is a directory, a pipe or a device. A pipe would have the program wait for its reader.
    #[error("não é um arquivo comum")]
    NaoEComum,
    /// It has something else in it, which stays as it is.
    #[error("já existe, e não é um rastro")]
    NaoERastro,
    /// Another process writes to it.
    #[error("outro processo está gravando nele")]
    EmUso,
    /// The system does not give it.
    #[error(transparent)]
    Sistema(#[from] io::Error),
}

impl ErroDeGravacao {
    /// Whose fault it is: that of whoever named the file, or of the storage.
    pub fn culpa(&self) -> Culpa {
        match self {
            Self::NaoEComum | Self::NaoERastro | Self::EmUso => Culpa::Solicitante,
            Self::Sistema(_) => Culpa::Armazenamento,
        }
    }
}

impl ArquivoDoRastro {
    /// Opens a file to append a trace to it, and creates it if it is not there (mode 0600). If the last
    /// line of an earlier trace is torn, it is cut off: another one could not be read behind it.
    ///
    /// # Errors
    ///
    /// [`ErroDeGravacao`]; a file that is there is as it was.
    pub fn abrir(caminho: &Path) -> Result<Self, ErroDeGravacao> {
        // A pipe without a reader, or a terminal, must not hold up the program before it is refused.
        let sem_esperar = OFlags::NONBLOCK | OFlags::NOCTTY;
        let aberto = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(MODO)
            .custom_flags(sem_esperar.bits().cast_signed())
            .open(caminho);
        let mut arquivo = aberto.map_err(|erro| match erro.kind() {
            io::ErrorKind::IsADirectory => ErroDeGravacao::NaoEComum,
            _ => ErroDeGravacao::Sistema(erro),
        })?;
        if !arquivo.metadata()?.is_file() {
            return Err(ErroDeGravacao::NaoEComum);
        }
        arquivo.try_lock().map_err(|erro| match erro {
            TryLockError::WouldBlock => ErroDeGravacao::EmUso,
            TryLockError::Error(erro) => ErroDeGravacao::Sistema(erro),
        })?;
        emendar(&mut arquivo)?;
        Ok(Self(arquivo))
    }

    pub(crate) fn escrever(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }
}

/// Makes sure that what is in the file is a trace, and that its last line ends.
fn emendar(arquivo: &mut File) -> Result<(), ErroDeGravacao> {
    let tamanho = arquivo.metadata()?.len();
    if tamanho == 0 {
        return Ok(());
    }
    let comeco = ler_em(arquivo, 0)?;
    let primeira = comeco.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let cortada = primeira.len() == comeco.len()
        && (COMECO.starts_with(primeira) || primeira.starts_with(COMECO));
    if !cortada && !matches!(ler_linha(primeira), Ok(LinhaDoRastro::Cabecalho(_))) {
        return Err(ErroDeGravacao::NaoERastro);
    }
    let fim = ler_em(arquivo, tamanho.saturating_sub(PONTA_BYTES))?;
    let ultima = fim.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    if ultima.is_empty() {
        return Ok(());
    }
    if ultima.len() as u64 == PONTA_BYTES {
        return Err(ErroDeGravacao::NaoERastro);
    }
    if ler_linha(ultima).is_ok() {
        arquivo.write_all(b"\n")?;
    } else {
        arquivo.set_len(tamanho - ultima.len() as u64)?;
    }
    Ok(())
}

fn ler_em(arquivo: &mut File, onde: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    arquivo.seek(SeekFrom::Start(onde))?;
    Read::by_ref(arquivo).take(PONTA_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
