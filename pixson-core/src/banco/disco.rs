//! The only module of the crate that touches files.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "every other module goes through this one"
)]

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// A directory whose files are read whole and replaced whole.
#[derive(Debug)]
pub(super) struct Pasta {
    caminho: PathBuf,
}

impl Pasta {
    /// How the name of a half-written file begins. None of them is ever read.
    const TEMPORARIO: &'static str = ".tmp-";

    /// Opens an existing directory, and deletes what a killed process left half-written.
    pub(super) fn abrir(caminho: &Path) -> io::Result<Self> {
        for item in fs::read_dir(caminho)? {
            let item = item?;
            if item.file_name().as_encoded_bytes().starts_with(Self::TEMPORARIO.as_bytes()) {
                fs::remove_file(item.path())?;
            }
        }
        Ok(Self { caminho: caminho.to_path_buf() })
    }

    /// The content of a regular file, or `None` if there is nothing of that name.
    ///
    /// Fails beyond `max_bytes`, and for anything but a regular file, which is never opened:
    /// to open a pipe would block.
    pub(super) fn ler(&self, nome: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        let caminho = self.caminho.join(nome);
        let dados = match fs::metadata(&caminho) {
            Ok(dados) => dados,
            Err(erro) if erro.kind() == ErrorKind::NotFound => return Ok(None),
            Err(erro) => return Err(erro),
        };
        if !dados.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidData, "not a regular file"));
        }
        let mut conteudo = Vec::new();
        File::open(&caminho)?.take(max_bytes + 1).read_to_end(&mut conteudo)?;
        if u64::try_from(conteudo.len()).is_ok_and(|bytes| bytes <= max_bytes) {
            Ok(Some(conteudo))
        } else {
            Err(io::Error::new(ErrorKind::FileTooLarge, "file too large"))
        }
    }

    /// Replaces an existing file: after a crash at any point it holds the old content or the
    /// new, whole. Durable on return. The file keeps its permissions.
    pub(super) fn substituir(&self, nome: &str, conteudo: &[u8]) -> io::Result<()> {
        let destino = self.caminho.join(nome);
        let temporario = self.caminho.join(format!("{}{nome}", Self::TEMPORARIO));
        let resultado = self.gravar_e_renomear(&temporario, &destino, conteudo);
        if resultado.is_err() {
            // The error that counts is the first one; the name is cleared at the next start.
            let _ = fs::remove_file(&temporario);
        }
        resultado
    }

    fn gravar_e_renomear(
        &self,
        temporario: &Path,
        destino: &Path,
        conteudo: &[u8],
    ) -> io::Result<()> {
        let permissoes = fs::metadata(destino)?.permissions();
        let mut arquivo =
            OpenOptions::new().write(true).create(true).truncate(true).open(temporario)?;
        arquivo.write_all(conteudo)?;
        arquivo.set_permissions(permissoes)?;
        arquivo.sync_all()?;
        fs::rename(temporario, destino)?;
        // Only now does a power cut keep the new name.
        File::open(&self.caminho)?.sync_all()
    }
}
