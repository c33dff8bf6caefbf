//! Where data goes: standard output, or a file that appears as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, StdoutLock, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use pixson_linha::objeto;
use serde::Serialize;
use tempfile::TempPath;

use super::nao_feito::NaoFeito;
use pixson_linha::sinais::AntesDoFim;

/// The permissions of a file with people's names and money: only its owner may read and write.
const MODO: u32 = 0o600;

/// Standard output, buffered in blocks.
pub(super) struct SaidaPadrao(BufWriter<StdoutLock<'static>>);

impl SaidaPadrao {
    pub(super) fn nova() -> Self {
        Self(BufWriter::new(io::stdout().lock()))
    }

    pub(super) fn linha(&mut self, texto: &str) -> Result<(), NaoFeito> {
        writeln!(self.0, "{texto}").map_err(NaoFeito::SaidaPadrao)
    }

    pub(super) fn json(&mut self, objeto: &impl Serialize) -> Result<(), NaoFeito> {
        objeto::escrever(&mut self.0, objeto).map_err(NaoFeito::SaidaPadrao)
    }

    /// Writes what is still buffered.
    pub(super) fn fechar(mut self) -> Result<(), NaoFeito> {
        self.0.flush().map_err(NaoFeito::SaidaPadrao)
    }
}

/// A file that gets its name only when it is whole. Until then there is only a hidden file beside
/// it, which is removed if this value is dropped or a signal ends the program. Something other than
/// a file, such as a pipe, is written to directly.
pub(super) struct ArquivoInteiro {
    saida: BufWriter<File>,
    /// The hidden file, which is removed when this is dropped, and the name that it will get.
    oculto: Option<(TempPath, PathBuf)>,
    _vigia: Option<AntesDoFim>,
}

impl ArquivoInteiro {
    pub(super) fn criar(nome: &Path) -> io::Result<Self> {
        let nome = match fs::metadata(nome) {
            Ok(dados) if dados.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            // A pipe or a device must not be replaced by a file, which its reader would never see.
            Ok(dados) if !dados.is_file() => {
                let saida = BufWriter::new(OpenOptions::new().write(true).open(nome)?);
                return Ok(Self { saida, oculto: None, _vigia: None });
            }
            // The file that a link leads to is replaced, and not the link.
            Ok(_) => fs::canonicalize(nome)?,
            Err(erro) if erro.kind() == io::ErrorKind::NotFound => nome.to_path_buf(),
            Err(erro) => return Err(erro),
        };
        let arquivo = nome.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        let oculto = format!(".{}.parcial-{}", arquivo.to_string_lossy(), std::process::id());
        // The name is not random, so that the file of a killed process can be found and removed.
        let oculto = nome.with_file_name(oculto);
        // Removes what a killed process with the same process id has left.
        match fs::remove_file(&oculto) {
            Err(erro) if erro.kind() != io::ErrorKind::NotFound => return Err(erro),
            _ => {}
        }
        let dele = oculto.clone();
        let vigia = AntesDoFim::fazer(move || drop(fs::remove_file(dele)))?;
        let arquivo = OpenOptions::new().write(true).create_new(true).mode(MODO).open(&oculto)?;
        let saida = BufWriter::new(arquivo);
        let oculto = TempPath::try_from_path(oculto)?;
        Ok(Self { saida, oculto: Some((oculto, nome)), _vigia: Some(vigia) })
    }

    pub(super) fn json(&mut self, objeto: &impl Serialize) -> io::Result<()> {
        objeto::escrever(&mut self.saida, objeto)
    }

    /// Gives the file its name, in place of a file that had it. It is durable on return.
    pub(super) fn terminar(mut self) -> io::Result<()> {
        self.saida.flush()?;
        let Some((oculto, nome)) = self.oculto.take() else { return Ok(()) };
        self.saida.get_ref().sync_all()?;
        oculto.persist(&nome)?;
        let pasta = nome.parent().filter(|pasta| !pasta.as_os_str().is_empty());
        File::open(pasta.unwrap_or(Path::new(".")))?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::thread;

    use super::*;

    fn exportar(nome: &Path) {
        let mut arquivo = ArquivoInteiro::criar(nome).expect("a place to write");
        arquivo.json(&1).expect("space");
        arquivo.terminar().expect("space");
    }

    fn pasta() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary directory")
    }

    #[test]
    fn a_pipe_is_written_to_and_stays_a_pipe() {
        let pasta = pasta();
        let tubo = pasta.path().join("tubo");
        #[expect(clippy::disallowed_methods, reason = "mkfifo is no program of this workspace")]
        let mut mkfifo = Command::new("mkfifo");
        assert!(mkfifo.arg(&tubo).status().expect("mkfifo runs").success());
        let leitor = thread::spawn({
            let tubo = tubo.clone();
            // It opens both ends, so that neither opening blocks if the other side never opens the
            // pipe.
            move || {
                let mut aberto = OpenOptions::new().read(true).write(true).open(tubo)?;
                let mut lidos = [0; 2];
                io::Read::read_exact(&mut aberto, &mut lidos).map(|()| lidos)
            }
        });
        exportar(&tubo);
        let dados = fs::symlink_metadata(&tubo).expect("there");
        assert!(!dados.is_file(), "a file is in its place");
        assert_eq!(leitor.join().expect("no panic").expect("readable"), *b"1\n");
    }

    #[test]
    fn the_file_behind_a_link_is_replaced_and_the_link_stays() {
        let pasta = pasta();
        let (alvo, elo) = (pasta.path().join("alvo"), pasta.path().join("elo"));
        fs::write(&alvo, "old").expect("writable");
        std::os::unix::fs::symlink("alvo", &elo).expect("a link");
        exportar(&elo);
        assert!(fs::symlink_metadata(&elo).expect("there").is_symlink());
        assert_eq!(fs::read(&alvo).expect("readable"), b"1\n");
    }

    #[test]
    fn what_a_killed_process_of_the_same_number_left_is_in_nobodys_way() {
        let pasta = pasta();
        let nome = pasta.path().join("contas.jsonl");
        let morto = ArquivoInteiro::criar(&nome).expect("a place to write");
        std::mem::forget(morto);
        assert_eq!(fs::read_dir(pasta.path()).expect("a folder").count(), 1);
        exportar(&nome);
        assert_eq!(fs::read_dir(pasta.path()).expect("a folder").count(), 1);
        assert_eq!(fs::read(&nome).expect("readable"), b"1\n");
    }
}
