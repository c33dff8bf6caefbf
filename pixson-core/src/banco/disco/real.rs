#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "every other module goes through the seam"
)]

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::Disco;
use crate::sincronia::{Arc, Mutex, PoisonError};

/// What a new file allows: its owner to read and write.
const MODO: u32 = 0o600;

/// A directory of this machine.
#[derive(Debug)]
pub struct DiscoReal {
    raiz: PathBuf,
    /// Folders that were synced before, open: syncing one again needs no descriptor.
    pastas: Mutex<HashMap<String, Arc<File>>>,
}

impl DiscoReal {
    /// The disk that holds this directory, which nobody looks at yet.
    pub fn novo(raiz: impl AsRef<Path>) -> Self {
        Self { raiz: raiz.as_ref().to_path_buf(), pastas: Mutex::default() }
    }

    fn pasta(&self, pasta: &str) -> io::Result<Arc<File>> {
        // The table holds whole entries whatever panics.
        let mut pastas = self.pastas.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(aberta) = pastas.get(pasta) {
            return Ok(Arc::clone(aberta));
        }
        let aberta = Arc::new(File::open(self.caminho(pasta))?);
        pastas.insert(pasta.to_owned(), Arc::clone(&aberta));
        Ok(aberta)
    }

    fn caminho(&self, nome: &str) -> PathBuf {
        // Joining the empty name would put a slash behind the path.
        if nome.is_empty() { self.raiz.clone() } else { self.raiz.join(nome) }
    }
}

impl Disco for DiscoReal {
    type Arquivo = File;

    fn travar(&self, nome: &str) -> io::Result<File> {
        let caminho = self.caminho(nome);
        let mut opcoes = OpenOptions::new();
        opcoes.create(true).truncate(false).write(true).mode(MODO);
        let arquivo = match opcoes.open(&caminho) {
            // A copy of a bank that may only be read can be locked as well, and audited.
            Err(erro)
                if matches!(
                    erro.kind(),
                    ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
                ) =>
            {
                File::open(&caminho)?
            }
            aberto => aberto?,
        };
        match arquivo.try_lock() {
            Ok(()) => Ok(arquivo),
            Err(TryLockError::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(erro)) => Err(erro),
        }
    }

    fn criar_pasta(&self, pasta: &str) -> io::Result<()> {
        use std::os::unix::fs::DirBuilderExt;

        match fs::DirBuilder::new().mode(0o700).create(self.caminho(pasta)) {
            Err(erro) if erro.kind() != ErrorKind::AlreadyExists => Err(erro),
            _ => Ok(()),
        }
    }

    fn listar(&self, pasta: &str) -> io::Result<Vec<String>> {
        let mut nomes = Vec::new();
        for item in fs::read_dir(self.caminho(pasta))? {
            // A name that is no UTF-8 is none of ours.
            nomes.extend(item?.file_name().into_string());
        }
        Ok(nomes)
    }

    fn ler(&self, nome: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        let caminho = self.caminho(nome);
        let dados = match fs::symlink_metadata(&caminho) {
            Ok(dados) => dados,
            Err(erro) if erro.kind() == ErrorKind::NotFound => return Ok(None),
            Err(erro) => return Err(erro),
        };
        if !dados.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidData, "not a regular file"));
        }
        let arquivo = match File::open(&caminho) {
            Ok(arquivo) => arquivo,
            // It went between the two looks.
            Err(erro) if erro.kind() == ErrorKind::NotFound => return Ok(None),
            Err(erro) => return Err(erro),
        };
        let mut conteudo = Vec::new();
        arquivo.take(max_bytes.saturating_add(1)).read_to_end(&mut conteudo)?;
        if u64::try_from(conteudo.len()).is_ok_and(|bytes| bytes <= max_bytes) {
            Ok(Some(conteudo))
        } else {
            Err(io::Error::new(ErrorKind::FileTooLarge, "file too large"))
        }
    }

    fn criar(&self, nome: &str, como: Option<&str>) -> io::Result<File> {
        let caminho = self.caminho(nome);
        // What has the name goes first: a link would lead elsewhere, and a pipe would block.
        match fs::remove_file(&caminho) {
            Err(erro) if erro.kind() != ErrorKind::NotFound => return Err(erro),
            _ => {}
        }
        let arquivo = OpenOptions::new().write(true).create_new(true).mode(MODO).open(caminho)?;
        match como.map(|modelo| fs::metadata(self.caminho(modelo))) {
            Some(Ok(dados)) => arquivo.set_permissions(dados.permissions())?,
            Some(Err(erro)) if erro.kind() != ErrorKind::NotFound => return Err(erro),
            _ => {}
        }
        Ok(arquivo)
    }

    fn escrever(&self, arquivo: &File, posicao: u64, bytes: &[u8]) -> io::Result<()> {
        arquivo.write_all_at(bytes, posicao)
    }

    fn cortar(&self, arquivo: &File, bytes: u64) -> io::Result<()> {
        arquivo.set_len(bytes)
    }

    fn sincronizar(&self, arquivo: &File) -> io::Result<()> {
        // Size is data too: `fdatasync` keeps what is needed to read the bytes back.
        arquivo.sync_data()
    }

    fn renomear(&self, de: &str, para: &str) -> io::Result<()> {
        fs::rename(self.caminho(de), self.caminho(para))
    }

    fn sincronizar_pasta(&self, pasta: &str) -> io::Result<()> {
        self.pasta(pasta)?.sync_all()
    }

    fn apagar(&self, nome: &str) -> io::Result<()> {
        fs::remove_file(self.caminho(nome))
    }
}
