//! A server process.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use rustix::process::Signal;

use super::ambiente::programa;
use super::conexao::{ConexaoCrua, ligar};
use super::filho::Filho;
use super::rastro::RastroDeProva;
use super::{PACIENCIA, binario, dizer};

/// A server that is heard, on accounts that outlive it. It is killed, by its id, when dropped.
pub(crate) struct Instancia {
    processo: Filho,
    saida: Receiver<String>,
    erros: Receiver<String>,
    pub(crate) porta: u16,
    rastro: Option<RastroDeProva>,
}

impl Instancia {
    /// The command that serves these accounts on a free port.
    pub(crate) fn comando(contas: &Path) -> Command {
        let mut comando = programa(binario());
        comando.args(["--porta", "0", "--contas"]).arg(contas);
        comando
    }

    /// Starts a process, and waits for nothing.
    pub(crate) fn gerar(comando: &mut Command) -> Self {
        let rastro = RastroDeProva::de(comando);
        let mut instancia = Self::sem_rastro(comando);
        instancia.rastro = rastro;
        instancia
    }

    /// The same for one that keeps no trace, which would take memory and time of its own.
    fn sem_rastro(comando: &mut Command) -> Self {
        let comando = comando.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut processo = Filho::gerar(comando);
        let saida = linhas(processo.stdout.take().expect("piped"));
        let erros = linhas(processo.stderr.take().expect("piped"));
        Self { processo, saida, erros, porta: 0, rastro: None }
    }

    /// Serves these accounts.
    pub(crate) fn servir(contas: &Path) -> Self {
        Self::iniciar(&mut Self::comando(contas))
    }

    /// Starts a server, and waits until it listens.
    pub(crate) fn iniciar(comando: &mut Command) -> Self {
        Self::tentar(comando).unwrap_or_else(|fim| panic!("the server does not start: {fim:?}"))
    }

    /// The same for one that may end before: `Err` says how.
    pub(crate) fn tentar(comando: &mut Command) -> Result<Self, (ExitStatus, Vec<String>)> {
        let mut instancia = Self::gerar(comando);
        let Ok(linha) = instancia.saida.recv_timeout(PACIENCIA) else {
            return Err(instancia.esperar_fim());
        };
        let porta = linha.strip_prefix("Servidor iniciado na porta ").expect("the first line");
        instancia.porta = porta.parse().expect("a port");
        Ok(instancia)
    }

    /// The same for one that shows nothing, logs what it does, and keeps no trace, so that it can be measured.
    pub(crate) fn iniciar_calada(comando: &mut Command) -> Self {
        let mut instancia = Self::sem_rastro(comando.args(["--silencioso", "--log", "info"]));
        instancia.porta = porta_no_log(&instancia.proximo_erro());
        instancia
    }

    pub(crate) fn conectar(&self) -> ConexaoCrua {
        ConexaoCrua::em(self.porta)
    }

    /// A connection for those who expect it to break.
    pub(crate) fn fluxo(&self) -> TcpStream {
        ligar(self.porta)
    }

    /// The next line on standard output.
    pub(crate) fn proxima_linha(&mut self) -> String {
        self.saida.recv_timeout(PACIENCIA).expect("another line of the server")
    }

    /// The lines up to the first that `serve` accepts.
    pub(crate) fn linhas_ate(&mut self, serve: impl Fn(&str) -> bool) -> Vec<String> {
        let mut linhas = Vec::new();
        while !linhas.last().is_some_and(|linha: &String| serve(linha)) {
            linhas.push(self.proxima_linha());
        }
        linhas
    }

    /// The next line on standard error.
    pub(crate) fn proximo_erro(&mut self) -> String {
        self.erros.recv_timeout(PACIENCIA).expect("another line on standard error")
    }

    /// The lines that have come on standard error, without waiting for any.
    pub(crate) fn erros_ja(&self) -> impl Iterator<Item = String> {
        self.erros.try_iter()
    }

    pub(crate) fn id(&self) -> u32 {
        self.processo.id()
    }

    pub(crate) fn sinalizar(&self, sinal: Signal) {
        self.processo.sinalizar(sinal);
    }

    pub(crate) fn terminou(&mut self) -> bool {
        self.processo.try_wait().expect("our child").is_some()
    }

    /// SIGKILL. Returns what is left on standard error.
    pub(crate) fn matar(&mut self) -> Vec<String> {
        self.processo.kill().expect("our child");
        self.esperar_fim().1
    }

    /// Stops the server in an orderly way: from here on its files are current. Returns what is
    /// left on standard error.
    pub(crate) fn parar(&mut self) -> Vec<String> {
        self.sinalizar(Signal::TERM);
        let (fim, erros) = self.esperar_fim();
        assert_eq!(fim.code(), Some(0), "{erros:?}");
        if let Some(rastro) = &self.rastro {
            rastro.conferir(true);
        }
        erros
    }

    /// How the process ended, and what is left on standard error.
    pub(crate) fn esperar_fim(&mut self) -> (ExitStatus, Vec<String>) {
        let mut erros = Vec::new();
        loop {
            match self.erros.recv_timeout(PACIENCIA) {
                Ok(linha) => erros.push(linha),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("the server does not end: {erros:?}"),
            }
        }
        (self.processo.wait().expect("our child"), erros)
    }
}

/// What a server said before its test failed is part of the failure.
impl Drop for Instancia {
    fn drop(&mut self) {
        if thread::panicking() {
            self.erros.try_iter().for_each(|linha| dizer(&linha));
            return;
        }
        // Killed here at the latest, so that the trace grows no more.
        let _ = self.processo.kill();
        let _ = self.processo.wait();
        if let Some(rastro) = self.rastro.take() {
            rastro.conferir(false);
        }
    }
}

/// Where a server listens, by the first line of its log.
pub(crate) fn porta_no_log(linha: &str) -> u16 {
    let porta = linha.split("127.0.0.1:").nth(1).and_then(|resto| resto.split(' ').next());
    porta.and_then(|porta| porta.parse().ok()).expect("where it listens")
}

/// A client that has logged in.
pub(crate) fn entrar(instancia: &Instancia, rg: &str) -> ConexaoCrua {
    let mut conexao = instancia.conectar();
    let resposta = conexao.pedir(&format!("t:0|op:6|rg:{rg}"));
    assert!(resposta.ends_with("|s:0|resposta:Login realizado com sucesso"), "{resposta}");
    conexao
}

/// Whether this machine lets a process be traced, so that its calls can be made to fail.
fn ha_rastreador() -> bool {
    let prova = programa("strace").args(["-qq", "-o", "/dev/null", "true"]).output();
    prova.is_ok_and(|saida| saida.status.success())
}

/// A program some of whose calls fail, as strace's `--inject` has it; `None` where nothing can be
/// traced.
pub(crate) fn com_falhas(binario: &str, falhas: &str) -> Option<Command> {
    if !ha_rastreador() {
        return None;
    }
    let (chamadas, _) = falhas.split_once(':').expect("calls, and what becomes of them");
    let mut comando = programa("strace");
    comando.args(["-D", "-f", "-qq", "-o", "/dev/null"]);
    comando.arg(format!("--trace={chamadas}")).arg(format!("--inject={falhas}")).arg(binario);
    Some(comando)
}

/// Takes lines off a pipe, so that nobody ever waits for space in it.
pub(crate) fn linhas(fonte: impl Read + Send + 'static) -> Receiver<String> {
    let (enviar, linhas) = mpsc::channel();
    thread::spawn(move || {
        for linha in BufReader::new(fonte).lines().map_while(Result::ok) {
            let _ = enviar.send(linha);
        }
    });
    linhas
}

/// Looks again and again, without a pause, until it sees what it waits for.
pub(crate) fn esperar_ate(oque: &str, mut chegou: impl FnMut() -> bool) {
    let inicio = Instant::now();
    while !chegou() {
        assert!(inicio.elapsed() < PACIENCIA, "waited in vain for {oque}");
        thread::yield_now();
    }
}
