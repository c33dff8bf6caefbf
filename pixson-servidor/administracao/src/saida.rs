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

/// What a file with people's names and money allows: its owner to read and write.
const MODO: u32 = 0o600;

/// Standard output, by the block.
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

    /// All of it has left.
    pub(super) fn fechar(mut self) -> Result<(), NaoFeito> {
        self.0.flush().map_err(NaoFeito::SaidaPadrao)
    }
}

/// A file that has its name only when it is whole; until then nothing is to be seen of it but a
/// hidden file beside it, which goes if this value is dropped or a signal ends the program. What is no
/// file, such as a pipe, is written to as it is.
pub(super) struct ArquivoInteiro {
    saida: BufWriter<File>,
    /// The hidden file, which is removed when this goes, and the name that it is to have.
    oculto: Option<(TempPath, PathBuf)>,
    _vigia: Option<AntesDoFim>,
}

impl ArquivoInteiro {
    pub(super) fn criar(nome: &Path) -> io::Result<Self> {
        let nome = match fs::metadata(nome) {
            Ok(dados) if dados.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            // A file in the place of a pipe or a device would be one that nobody reads.
            Ok(dados) if !dados.is_file() => {
                let saida = BufWriter::new(OpenOptions::new().write(true).open(nome)?);
                return Ok(Self { saida, oculto: None, _vigia: None });
            }
            // The file that a link leads to, and not the link.
            Ok(_) => fs::canonicalize(nome)?,
            Err(erro) if erro.kind() == io::ErrorKind::NotFound => nome.to_path_buf(),
            Err(erro) => return Err(erro),
        };
        let arquivo = nome.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        let oculto = format!(".{}.parcial-{}", arquivo.to_string_lossy(), std::process::id());
        // Not a random name: what is left of a killed process would stay for ever.
        let oculto = nome.with_file_name(oculto);
        // One that is left of a killed process of the same number.
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

    /// Durable on return, in place of a file that had the name.
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
        #[expect(clippy::disallowed_methods, reason = "no program of ours is started")]
        let mut mkfifo = Command::new("mkfifo");
        assert!(mkfifo.arg(&tubo).status().expect("mkfifo runs").success());
        let leitor = thread::spawn({
            let tubo = tubo.clone();
            // Both ends: whoever never opens it for writing holds nobody up.
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
