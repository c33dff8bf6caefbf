//! A progress bar for long work, on a terminal only: it counts the calls of the bank to its disk.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pixson_core::banco::ErroAbrir;
use pixson_core::banco::disco::{Aspecto, Disco, DiscoReal, Marca};

/// From how many accounts on there is a bar: fewer are done before a person could read it.
const MINIMO: usize = 1000;

const DESENHO: &str = "{msg} [{bar:30}] {pos} de {len}, faltam {eta}";

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Passos {
    /// Account files that are read.
    Leituras = 1,
    /// Account files that are replaced.
    Gravacoes = 2,
}

/// How far the work has come. Clones are the same bar.
#[derive(Clone, Debug)]
pub(super) struct Progresso {
    barra: ProgressBar,
    passos: Arc<AtomicU8>,
}

impl Progresso {
    /// A bar that is not shown yet.
    pub(super) fn novo() -> Self {
        Self { barra: ProgressBar::hidden(), passos: Arc::default() }
    }

    /// Begins a part of the work, with a bar of its own if there is much to do.
    pub(super) fn comecar(&self, oque: &'static str, passos: Passos, total: usize) {
        self.passos.store(passos as u8, Ordering::Relaxed);
        if total < MINIMO {
            return;
        }
        if let Ok(desenho) = ProgressStyle::with_template(DESENHO) {
            self.barra.set_style(desenho.progress_chars("=> "));
        }
        self.barra.reset();
        self.barra.set_length(total as u64);
        self.barra.set_message(oque);
        // This draws nothing if standard error is not a terminal.
        self.barra.set_draw_target(ProgressDrawTarget::stderr());
    }

    /// The same for the reading of all accounts of a directory.
    pub(super) fn comecar_leitura(&self, oque: &'static str, contas: &Path) {
        if ProgressDrawTarget::stderr().is_hidden() {
            return;
        }
        // A directory that cannot be listed gives no bar; the bank reports the error.
        let nomes = contas.read_dir().map(|itens| itens.filter_map(Result::ok));
        let total = nomes.map_or(0, |nomes| {
            nomes.filter(|item| item.path().extension().is_some_and(|tipo| tipo == "json")).count()
        });
        self.comecar(oque, Passos::Leituras, total);
    }

    pub(super) fn terminar(&self) {
        self.barra.finish_and_clear();
        self.barra.set_draw_target(ProgressDrawTarget::hidden());
    }

    fn contar(&self, passos: Passos, nome: &str) {
        let conta = nome.strip_suffix(".json").is_some_and(|rg| !rg.contains('/'));
        if conta && self.passos.load(Ordering::Relaxed) == passos as u8 {
            self.barra.inc(1);
        }
    }
}

/// The disk of this machine, counting the account files that are read and replaced.
#[derive(Debug)]
pub(super) struct DiscoContado {
    disco: DiscoReal,
    progresso: Progresso,
}

impl DiscoContado {
    pub(super) fn abrir(contas: &Path, progresso: &Progresso) -> Result<Self, ErroAbrir> {
        Ok(Self { disco: DiscoReal::abrir(contas)?, progresso: progresso.clone() })
    }
}

impl Disco for DiscoContado {
    type Arquivo = <DiscoReal as Disco>::Arquivo;

    fn travar(&self, nome: &str) -> io::Result<Self::Arquivo> {
        self.disco.travar(nome)
    }

    fn criar_pasta(&self, pasta: &str) -> io::Result<()> {
        self.disco.criar_pasta(pasta)
    }

    fn listar(&self, pasta: &str) -> io::Result<Vec<String>> {
        self.disco.listar(pasta)
    }

    fn ler(&self, nome: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        self.progresso.contar(Passos::Leituras, nome);
        self.disco.ler(nome, max_bytes)
    }

    fn ler_parte(
        &self,
        nome: &str,
        posicao: u64,
        bytes: usize,
        destino: &mut Vec<u8>,
    ) -> io::Result<bool> {
        self.disco.ler_parte(nome, posicao, bytes, destino)
    }

    fn criar(&self, nome: &str, como: Option<&str>) -> io::Result<Self::Arquivo> {
        self.disco.criar(nome, como)
    }

    fn escrever(&self, arquivo: &Self::Arquivo, posicao: u64, bytes: &[u8]) -> io::Result<()> {
        self.disco.escrever(arquivo, posicao, bytes)
    }

    fn cortar(&self, arquivo: &Self::Arquivo, bytes: u64) -> io::Result<()> {
        self.disco.cortar(arquivo, bytes)
    }

    fn sincronizar(&self, arquivo: &Self::Arquivo) -> io::Result<()> {
        self.disco.sincronizar(arquivo)
    }

    fn renomear(&self, de: &str, para: &str) -> io::Result<()> {
        self.progresso.contar(Passos::Gravacoes, para);
        self.disco.renomear(de, para)
    }

    fn sincronizar_pasta(&self, pasta: &str) -> io::Result<()> {
        self.disco.sincronizar_pasta(pasta)
    }

    fn apagar(&self, nome: &str) -> io::Result<()> {
        self.disco.apagar(nome)
    }

    fn pasta_no_lugar(&self, pasta: &str) -> io::Result<bool> {
        self.disco.pasta_no_lugar(pasta)
    }

    fn arquivo_no_lugar(&self, nome: &str, arquivo: &Self::Arquivo) -> io::Result<bool> {
        self.disco.arquivo_no_lugar(nome, arquivo)
    }

    fn dono_alheio(&self) -> bool {
        self.disco.dono_alheio()
    }

    fn marca(&self, arquivo: &Self::Arquivo) -> io::Result<Marca> {
        self.disco.marca(arquivo)
    }

    fn marca_de_nome(&self, nome: &str) -> io::Result<Option<Marca>> {
        self.disco.marca_de_nome(nome)
    }

    fn escrito(&self, nome: &str) -> io::Result<Option<u64>> {
        self.disco.escrito(nome)
    }

    fn aspecto(&self, nome: &str) -> io::Result<Option<Aspecto>> {
        self.disco.aspecto(nome)
    }
}
