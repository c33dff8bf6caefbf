//! The errors of the disk: which file they are about, and whether the disk may be used again.

use std::fmt;
use std::io::{self, ErrorKind};

use thiserror::Error;

use crate::tipos::Culpa;

/// An error of the disk, and the file that it is about.
#[derive(Debug, Error)]
#[error("{arquivo}: {erro}")]
pub struct ErroDeArquivo {
    /// The file, relative to the bank's directory.
    pub arquivo: String,
    /// The error that the disk gave.
    #[source]
    pub erro: io::Error,
}

impl ErroDeArquivo {
    /// The `ErroDeArquivo` inside an error of the bank, if the bank knew the file.
    pub fn em(erro: &io::Error) -> Option<&Self> {
        let dentro = erro.get_ref()?;
        dentro.downcast_ref().or_else(|| Self::em(&dentro.downcast_ref::<SemVolta>()?.0))
    }

    /// The error that the disk gave, without what the bank has wrapped around it.
    pub fn raiz(erro: &io::Error) -> &io::Error {
        let Some(dentro) = erro.get_ref() else { return erro };
        let nomeado = dentro.downcast_ref().map(|nomeado: &Self| &nomeado.erro);
        match nomeado.or_else(|| dentro.downcast_ref().map(|SemVolta(erro)| erro)) {
            Some(dentro) => Self::raiz(dentro),
            None => erro,
        }
    }

    /// Whose fault it is: the storage's.
    pub fn culpa(&self) -> Culpa {
        Culpa::Armazenamento
    }
}

/// A folder or a file of the journal is open, and its name leads elsewhere or nowhere: no start would find
/// what is written to it.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("não está mais no lugar")]
pub struct ForaDoLugar;

impl ForaDoLugar {
    /// Whose fault it is: the storage's.
    pub fn culpa(&self) -> Culpa {
        Culpa::Armazenamento
    }
}

impl From<ForaDoLugar> for io::Error {
    fn from(erro: ForaDoLugar) -> Self {
        Self::other(erro)
    }
}

/// An error of the disk as a value that can be kept and compared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Causa {
    kind: ErrorKind,
    codigo: Option<i32>,
    fora_do_lugar: bool,
    texto: String,
}

impl Causa {
    /// The cause at the root of an error.
    pub fn de(erro: &io::Error) -> Self {
        let raiz = ErroDeArquivo::raiz(erro);
        let dentro = raiz.get_ref();
        let fora_do_lugar = dentro.and_then(|erro| erro.downcast_ref::<ForaDoLugar>()).is_some();
        let (kind, codigo, texto) = (raiz.kind(), raiz.raw_os_error(), raiz.to_string());
        Self { kind, codigo, fora_do_lugar, texto }
    }

    /// The cause as an error again.
    pub fn erro(&self) -> io::Error {
        match self.codigo {
            Some(codigo) => io::Error::from_raw_os_error(codigo),
            None if self.fora_do_lugar => ForaDoLugar.into(),
            None => io::Error::new(self.kind, self.texto.clone()),
        }
    }
}

impl Causa {
    /// Whether it is [`ForaDoLugar`].
    pub fn fora_do_lugar(&self) -> bool {
        self.fora_do_lugar
    }
}

impl fmt::Display for Causa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texto)
    }
}

/// Names the file that an error of the disk is about. The kind of the error stays what it was.
pub(in crate::banco) fn nomear(arquivo: &str) -> impl FnOnce(io::Error) -> io::Error {
    move |erro| {
        if ErroDeArquivo::em(&erro).is_some() {
            return erro;
        }
        io::Error::new(erro.kind(), ErroDeArquivo { arquivo: arquivo.to_owned(), erro })
    }
}

/// Marks an error after which the disk must not be used again, whatever its kind: a failed sync is
/// final, even if it failed for want of space.
pub(in crate::banco) fn sem_volta(erro: io::Error) -> io::Error {
    io::Error::other(SemVolta(erro))
}

/// Whether an error is one of [`sem_volta`].
pub(in crate::banco) fn e_sem_volta(erro: &io::Error) -> bool {
    let Some(dentro) = erro.get_ref() else { return false };
    let nomeado = dentro.downcast_ref::<ErroDeArquivo>();
    dentro.is::<SemVolta>() || nomeado.is_some_and(|nomeado| e_sem_volta(&nomeado.erro))
}

#[derive(Debug, Error)]
#[error(transparent)]
struct SemVolta(io::Error);

/// Whether an error is transient: space, file descriptors or memory are short and may come back,
/// and the disk itself works. An error of a sync never counts as transient.
pub(in crate::banco) fn passageiro(erro: &io::Error) -> bool {
    /// `ENFILE` and `EMFILE`, which std does not name.
    const SEM_DESCRITORES: [i32; 2] = [23, 24];
    let nomeado = erro.get_ref().and_then(|dentro| dentro.downcast_ref::<ErroDeArquivo>());
    let erro = nomeado.map_or(erro, |nomeado| &nomeado.erro);
    let kind = erro.kind();
    matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::OutOfMemory)
        || erro.raw_os_error().is_some_and(|codigo| SEM_DESCRITORES.contains(&codigo))
}

/// A copy of an error, for a later caller. It is never [`passageiro`].
pub(in crate::banco) fn repetir(causa: &io::Error) -> io::Error {
    let raiz = Causa::de(causa).erro();
    sem_volta(match ErroDeArquivo::em(causa) {
        Some(nomeado) => nomear(&nomeado.arquivo)(raiz),
        None => raiz,
    })
}
