//! The disk of this machine: the one module that calls the file system.

#![expect(clippy::disallowed_types, reason = "all other modules go through the trait")]

use std::collections::HashMap;
use std::fs::{File, Permissions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, Uid};
use rustix::fs::{fchown, fstat, mkdirat, openat, renameat, statat, unlinkat};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::identidade::{identidade, leva_a};
use super::{Aspecto, Disco, Marca};
use crate::sincronia::{Arc, AtomicBool, Mutex, Ordering};

/// The permissions of new files and folders: for their owner alone.
const MODO: Mode = Mode::RUSR.union(Mode::WUSR);
const MODO_DE_PASTA: Mode = Mode::RWXU;

/// The flags with which every name is opened. A link is not followed, since it may lead out of the
/// directory; and opening something else than a file, such as a pipe without a writer, must not
/// block.
const COMO: OFlags =
    OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// How a folder is opened.
const COMO_PASTA: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

/// A directory of this machine. Its file descriptor is held open: even if its name changes
/// afterwards, every call acts on the directory that was opened.
#[derive(Debug)]
pub struct DiscoReal {
    /// The name, only to see whether it still leads here.
    caminho: PathBuf,
    raiz: File,
    /// Folders that were used before, held open like the directory itself.
    pastas: Mutex<HashMap<String, Arc<File>>>,
    /// The owner of the directory, if that is not the user who runs this process.
    dono: Option<(Uid, Gid)>,
    /// A file or folder that was created could not be given to that owner.
    alheio: AtomicBool,
}

impl DiscoReal {
    /// Opens a directory. The last part of its name may be a link, which is followed now and never
    /// again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is none, [`ErrorKind::NotADirectory`] if it is something
    /// else, and otherwise as the system has them.
    pub fn abrir(diretorio: impl AsRef<Path>) -> io::Result<Self> {
        let caminho = diretorio.as_ref().to_path_buf();
        let raiz = File::from(openat(CWD, &caminho, COMO_PASTA, Mode::empty())?);
        let dados = raiz.metadata()?;
        let dono = (Uid::from_raw(dados.uid()), Gid::from_raw(dados.gid()));
        let dono = (dono.0 != geteuid()).then_some(dono);
        Ok(Self { caminho, raiz, pastas: Mutex::default(), dono, alheio: AtomicBool::new(false) })
    }

    /// A folder of the directory, `""` being the directory itself.
    fn pasta(&self, pasta: &str) -> io::Result<Arc<File>> {
        let mut pastas = self.pastas.trancar();
        if let Some(aberta) = pastas.get(pasta) {
            return Ok(Arc::clone(aberta));
        }
        let nome = if pasta.is_empty() { "." } else { pasta };
        let como = COMO_PASTA | OFlags::NOFOLLOW;
        let aberta = Arc::new(File::from(openat(&self.raiz, nome, como, Mode::empty())?));
        pastas.insert(pasta.to_owned(), Arc::clone(&aberta));
        Ok(aberta)
    }

    /// The folder of a name, and the rest of the name.
    fn lugar<'n>(&self, nome: &'n str) -> io::Result<(Arc<File>, &'n str)> {
        let (pasta, arquivo) = nome.rsplit_once('/').unwrap_or(("", nome));
        Ok((self.pasta(pasta)?, arquivo))
    }

    /// Opens what has the name, if that is a regular file.
    fn abrir_arquivo(&self, nome: &str, como: OFlags) -> io::Result<File> {
        let (pasta, nome) = self.lugar(nome)?;
        let aberto = match openat(&pasta, nome, como | COMO, MODO) {
            // The name is that of a link, a socket, a pipe without a reader, or a folder that was
            // to be written.
            Err(Errno::LOOP | Errno::NXIO | Errno::ISDIR) => return Err(nao_e_arquivo()),
            aberto => aberto?,
        };
        if FileType::from_raw_mode(fstat(&aberto)?.st_mode) == FileType::RegularFile {
            Ok(File::from(aberto))
        } else {
            Err(nao_e_arquivo())
        }
    }

    /// Opens for reading what has the name, if there is anything.
    fn abrir_se_ha(&self, nome: &str) -> io::Result<Option<File>> {
        match self.abrir_arquivo(nome, OFlags::RDONLY) {
            Err(erro) if erro.kind() == ErrorKind::NotFound => Ok(None),
            aberto => aberto.map(Some),
        }
    }

    /// The numbers of a file and of the directory, and the instant of the file's birth: a copy has
    /// others, and so has a file that a copy was written into.
    fn marcar(&self, arquivo: &File) -> io::Result<Marca> {
        let dados = arquivo.metadata()?;
        // A file system that does not record instants of birth gives an error.
        let nascido = dados.created().ok().and_then(nanos).unwrap_or(0);
        Ok(Marca { diretorio: self.raiz.metadata()?.ino(), numero: dados.ino(), nascido })
    }

    /// Gives what was created to the owner of the directory, if another user runs this process: a
    /// command that an administrator runs once must not leave a file that the service cannot read.
    fn entregar(&self, criado: impl AsFd) {
        let Some((dono, grupo)) = self.dono else { return };
        if fchown(criado, Some(dono), Some(grupo)).is_err() {
            self.alheio.store(true, Ordering::Relaxed);
        }
    }
}

/// An instant of the file system's clock, in nanoseconds since 1970.
fn nanos(quando: SystemTime) -> Option<u64> {
    let desde = quando.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(desde.as_nanos()).ok()
}

fn nao_e_arquivo() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "não é um arquivo comum")
}

impl Disco for DiscoReal {
    type Arquivo = File;

    fn travar(&self, nome: &str) -> io::Result<File> {
        let arquivo = if nome.is_empty() {
            // A descriptor of its own: the lock ends with it.
            File::from(openat(&self.raiz, ".", COMO_PASTA, Mode::empty())?)
        } else {
            match self.abrir_arquivo(nome, OFlags::CREATE | OFlags::RDWR) {
                // A read-only copy of a bank can be locked as well, so that it can be audited.
                Err(erro)
                    if matches!(
                        erro.kind(),
                        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
                    ) =>
                {
                    self.abrir_arquivo(nome, OFlags::RDONLY)?
                }
                aberto => aberto?,
            }
        };
        match arquivo.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ErrorKind::WouldBlock.into()),
            // Some network file systems can lock files but not folders.
            Err(TryLockError::Error(_)) if nome.is_empty() => {}
            Err(TryLockError::Error(erro)) => return Err(erro),
        }
        if !nome.is_empty() {
            // The file may have been created just now.
            self.entregar(&arquivo);
        }
        Ok(arquivo)
    }

    fn criar_pasta(&self, pasta: &str) -> io::Result<()> {
        match mkdirat(&self.raiz, pasta, MODO_DE_PASTA) {
            Ok(()) => {
                self.entregar(&*self.pasta(pasta)?);
                Ok(())
            }
            Err(Errno::EXIST) => Ok(()),
            Err(erro) => Err(erro.into()),
        }
    }

    fn listar(&self, pasta: &str) -> io::Result<Vec<String>> {
        let mut nomes = Vec::new();
        for item in Dir::read_from(&*self.pasta(pasta)?)? {
            // The bank writes no name that is not UTF-8.
            let item = item?;
            let nome = item.file_name().to_str().ok();
            nomes.extend(nome.filter(|&nome| nome != "." && nome != "..").map(str::to_owned));
        }
        Ok(nomes)
    }

    fn ler(&self, nome: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(arquivo) = self.abrir_se_ha(nome)? else { return Ok(None) };
        // A buffer that grows while a segment is read would be copied several times.
        let tamanho = usize::try_from(arquivo.metadata()?.len().min(max_bytes)).unwrap_or(0);
        let mut conteudo = Vec::new();
        conteudo.try_reserve_exact(tamanho.saturating_add(1))?;
        arquivo.take(max_bytes.saturating_add(1)).read_to_end(&mut conteudo)?;
        let cabe = u64::try_from(conteudo.len()).is_ok_and(|bytes| bytes <= max_bytes);
        cabe.then_some(Some(conteudo)).ok_or(ErrorKind::FileTooLarge.into())
    }

    fn ler_parte(
        &self,
        nome: &str,
        posicao: u64,
        bytes: usize,
        destino: &mut Vec<u8>,
    ) -> io::Result<bool> {
        let Some(mut arquivo) = self.abrir_se_ha(nome)? else { return Ok(false) };
        arquivo.seek(SeekFrom::Start(posicao))?;
        destino.try_reserve(bytes)?;
        arquivo.take(bytes as u64).read_to_end(destino)?;
        Ok(true)
    }

    fn criar(&self, nome: &str, como: Option<&str>) -> io::Result<File> {
        let (pasta, arquivo) = self.lugar(nome)?;
        // Whatever has the name is removed first: it may be a link or a pipe.
        match unlinkat(&pasta, arquivo, AtFlags::empty()) {
            Err(erro) if erro != Errno::NOENT => return Err(erro.into()),
            _ => {}
        }
        let novo = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | COMO;
        let criado = openat(&pasta, arquivo, novo, MODO)?;
        self.entregar(&criado);
        let criado = File::from(criado);
        let modelo = como.map(|modelo| {
            let (pasta, modelo) = self.lugar(modelo)?;
            Ok(statat(&pasta, modelo, AtFlags::SYMLINK_NOFOLLOW)?)
        });
        match modelo {
            Some(Ok(dados)) if FileType::from_raw_mode(dados.st_mode) == FileType::RegularFile => {
                criado.set_permissions(Permissions::from_mode(dados.st_mode & 0o7777))?;
            }
            Some(Err::<_, io::Error>(erro)) if erro.kind() != ErrorKind::NotFound => {
                return Err(erro);
            }
            _ => {}
        }
        Ok(criado)
    }

    fn escrever(&self, arquivo: &File, posicao: u64, bytes: &[u8]) -> io::Result<()> {
        arquivo.write_all_at(bytes, posicao)
    }

    fn cortar(&self, arquivo: &File, bytes: u64) -> io::Result<()> {
        arquivo.set_len(bytes)
    }

    fn sincronizar(&self, arquivo: &File) -> io::Result<()> {
        // `fdatasync` suffices: it also writes the file's size, which is needed to read the bytes
        // back.
        arquivo.sync_data()
    }

    fn renomear(&self, de: &str, para: &str) -> io::Result<()> {
        let ((pasta, de), (outra, para)) = (self.lugar(de)?, self.lugar(para)?);
        Ok(renameat(&pasta, de, &outra, para)?)
    }

    fn sincronizar_pasta(&self, pasta: &str) -> io::Result<()> {
        self.pasta(pasta)?.sync_all()
    }

    fn apagar(&self, nome: &str) -> io::Result<()> {
        let (pasta, nome) = self.lugar(nome)?;
        Ok(unlinkat(&pasta, nome, AtFlags::empty())?)
    }

    fn pasta_no_lugar(&self, pasta: &str) -> io::Result<bool> {
        if pasta.is_empty() {
            // `identidade` would take an empty name for the open folder itself.
            let nome = self.caminho.join(".");
            return leva_a(identidade(CWD, &nome, AtFlags::empty()), &self.raiz);
        }
        let achada = identidade(&self.raiz, Path::new(pasta), AtFlags::SYMLINK_NOFOLLOW);
        leva_a(achada, &*self.pasta(pasta)?)
    }

    fn arquivo_no_lugar(&self, nome: &str, arquivo: &File) -> io::Result<bool> {
        let (pasta, nome) = self.lugar(nome)?;
        leva_a(identidade(&pasta, Path::new(nome), AtFlags::SYMLINK_NOFOLLOW), arquivo)
    }

    fn dono_alheio(&self) -> bool {
        self.dono.is_some() && !geteuid().is_root() || self.alheio.load(Ordering::Relaxed)
    }

    fn marca(&self, arquivo: &File) -> io::Result<Marca> {
        self.marcar(arquivo)
    }

    fn marca_de_nome(&self, nome: &str) -> io::Result<Option<Marca>> {
        self.abrir_se_ha(nome)?.map(|aberto| self.marcar(&aberto)).transpose()
    }

    fn escrito(&self, nome: &str) -> io::Result<Option<u64>> {
        Ok(self.aspecto(nome)?.map(|aspecto| aspecto.escrito))
    }

    fn aspecto(&self, nome: &str) -> io::Result<Option<Aspecto>> {
        let Some(aberto) = self.abrir_se_ha(nome)? else { return Ok(None) };
        let dados = aberto.metadata()?;
        let escrito = dados.modified().ok().and_then(nanos);
        Ok(escrito.map(|escrito| Aspecto { bytes: dados.len(), escrito }))
    }
}
