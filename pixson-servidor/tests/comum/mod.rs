//! A real server process for a test, on a free port and in a directory of its own.
#![allow(dead_code, reason = "every test program includes the whole module")]

pub(crate) mod ambiente;
pub(crate) mod filho;
pub(crate) mod honestos;
pub(crate) mod instancia;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use ambiente::programa;
use filho::Filho;
use rustix::process::Signal;
use tempfile::TempDir;

/// How long a test waits for something that should come at once, before it gives up.
pub(crate) const PACIENCIA: Duration = Duration::from_secs(30);

/// A directory with these accounts.
pub(crate) fn contas(contas: &[(&str, &str)]) -> TempDir {
    let pasta = TempDir::new().expect("a temporary directory");
    for (rg, saldo) in contas {
        fs::write(pasta.path().join(format!("{rg}.json")), conta(rg, saldo)).expect("writable");
    }
    pasta
}

/// The two accounts of the seed's session, with 10.0 each.
pub(crate) fn duas_contas() -> TempDir {
    contas(&[("1111111111", "10.0"), ("2222222222", "10.0")])
}

/// The text of an account's file.
pub(crate) fn conta(rg: &str, saldo: &str) -> String {
    format!(r#"{{"rg": "{rg}", "nome": "João {rg}", "saldo": {saldo}}}"#)
}

/// A running server. It is killed, by its id, when the test ends.
pub(crate) struct Servidor {
    binario: PathBuf,
    processo: Filho,
    linhas: Receiver<String>,
    pub(crate) porta: u16,
    pub(crate) contas: TempDir,
}

impl Servidor {
    pub(crate) fn iniciar(binario: &Path, contas: TempDir) -> Self {
        let mut comando = programa(binario);
        comando.args(["--porta", "0", "--contas"]).arg(contas.path());
        let mut processo = Filho::gerar(comando.stdin(Stdio::null()).stdout(Stdio::piped()));
        let saida = processo.stdout.take().expect("piped");
        let (enviar, linhas) = mpsc::channel();
        thread::spawn(move || {
            let linhas = BufReader::new(saida).lines().map_while(Result::ok);
            linhas.for_each(|linha| {
                let _ = enviar.send(linha);
            });
        });
        let binario = binario.to_path_buf();
        let mut servidor = Self { binario, processo, linhas, porta: 0, contas };
        let linha = servidor.proxima_linha();
        let porta = linha.strip_prefix("Servidor iniciado na porta ").expect("the first line");
        servidor.porta = porta.parse().expect("a port");
        assert_eq!(servidor.proxima_linha(), "Aguardando conexão");
        servidor
    }

    pub(crate) fn proxima_linha(&mut self) -> String {
        self.linhas.recv_timeout(PACIENCIA).expect("another line of the server")
    }

    /// The lines up to the first that `serve` accepts.
    pub(crate) fn linhas_ate(&mut self, serve: impl Fn(&str) -> bool) -> Vec<String> {
        let mut linhas = Vec::new();
        while !linhas.last().is_some_and(|linha: &String| serve(linha)) {
            linhas.push(self.proxima_linha());
        }
        linhas
    }

    pub(crate) fn conectar(&self) -> Conexao {
        Conexao::em(self.porta)
    }

    /// An account's file. While the server runs it may be a second old.
    pub(crate) fn arquivo(&self, rg: &str) -> String {
        fs::read_to_string(self.contas.path().join(format!("{rg}.json"))).expect("readable")
    }

    pub(crate) fn sinalizar(&self, sinal: Signal) {
        self.processo.sinalizar(sinal);
    }

    /// Stops the server in an orderly way: from here on its files are current.
    pub(crate) fn parar(&mut self) {
        self.sinalizar(Signal::TERM);
        assert_eq!(self.esperar_fim().code(), Some(0));
    }

    /// Starts another server on the same accounts, after stopping this one in an orderly way.
    pub(crate) fn reiniciar(mut self) -> Self {
        if self.processo.try_wait().expect("our child").is_none() {
            self.parar();
        }
        let binario = PathBuf::from(&self.binario);
        let contas = std::mem::replace(&mut self.contas, duas_contas());
        drop(self);
        Self::iniciar(&binario, contas)
    }

    pub(crate) fn esperar_fim(&mut self) -> ExitStatus {
        let prazo = Instant::now() + PACIENCIA;
        loop {
            if let Some(situacao) = self.processo.try_wait().expect("our child") {
                return situacao;
            }
            assert!(Instant::now() < prazo, "the server does not end");
            thread::yield_now();
        }
    }
}

/// A client that knows bytes only.
pub(crate) struct Conexao {
    leitor: BufReader<TcpStream>,
}

impl Conexao {
    pub(crate) fn em(porta: u16) -> Self {
        Self::de(TcpStream::connect(("127.0.0.1", porta)).expect("the server listens"))
    }

    pub(crate) fn de(fluxo: TcpStream) -> Self {
        fluxo.set_nodelay(true).expect("a TCP socket");
        fluxo.set_read_timeout(Some(PACIENCIA)).expect("a TCP socket");
        Self { leitor: BufReader::new(fluxo) }
    }

    /// Reads what there is. `false` when the server has closed.
    pub(crate) fn leu_algo(&mut self) -> bool {
        let mut bytes = [0; 8 * 1024];
        self.leitor.get_mut().read(&mut bytes).is_ok_and(|quantos| quantos > 0)
    }

    /// Reads what there is now. `false` when there is nothing.
    pub(crate) fn leu_algo_ja(&mut self) -> bool {
        let fluxo = self.leitor.get_mut();
        fluxo.set_nonblocking(true).expect("a TCP socket");
        let leu = fluxo.read(&mut [0; 8 * 1024]).is_ok_and(|quantos| quantos > 0);
        fluxo.set_nonblocking(false).expect("a TCP socket");
        leu
    }

    /// Sends the same again and again, reading nothing, until no buffer takes any more. Returns
    /// how many bytes were taken.
    pub(crate) fn encher(&mut self, bytes: &[u8]) -> usize {
        let fluxo = self.leitor.get_mut();
        fluxo.set_nonblocking(true).expect("a TCP socket");
        let lote = bytes.repeat(1000);
        let mut enviados = 0;
        while let Ok(mais) = fluxo.write(&lote[enviados % bytes.len()..]) {
            enviados += mais;
        }
        fluxo.set_nonblocking(false).expect("a TCP socket");
        enviados
    }

    pub(crate) fn fluxo(&self) -> &TcpStream {
        self.leitor.get_ref()
    }

    pub(crate) fn enviar(&mut self, bytes: &[u8]) {
        self.leitor.get_mut().write_all(bytes).expect("the server reads");
    }

    /// One reply, without its LF.
    pub(crate) fn linha(&mut self) -> String {
        let mut linha = String::new();
        self.leitor.read_line(&mut linha).expect("the server answers");
        linha.strip_suffix('\n').expect("a whole line").to_owned()
    }

    pub(crate) fn pedir(&mut self, mensagem: &str) -> String {
        self.enviar(format!("{mensagem}\n").as_bytes());
        self.linha()
    }

    /// As the original: one `recv` of at most 1024 bytes.
    pub(crate) fn recv(&mut self) -> String {
        let mut bytes = [0; 1024];
        let quantos = self.leitor.get_mut().read(&mut bytes).expect("the server answers");
        String::from_utf8(bytes[..quantos].to_vec()).expect("replies are UTF-8")
    }

    /// Everything until the server closes.
    pub(crate) fn resto(&mut self) -> String {
        let mut resto = String::new();
        self.leitor.read_to_string(&mut resto).expect("an orderly end");
        resto
    }
}

/// Lets connections ask the same, and read nothing, until the server seems to take no more of any
/// of them.
pub(crate) fn encher_todas(conexoes: &mut [Conexao], bytes: &[u8]) {
    // What is sent while the server still works makes no round an idle one.
    let mut rondas_ociosas = 0;
    while rondas_ociosas < 3 {
        let tomados: usize = conexoes.iter_mut().map(|conexao| conexao.encher(bytes)).sum();
        rondas_ociosas = if tomados == 0 { rondas_ociosas + 1 } else { 0 };
        thread::park_timeout(Duration::from_millis(50));
    }
}

/// The binary of another package of this workspace, built in the profile of this test.
#[expect(clippy::disallowed_methods, reason = "cargo builds as it was told to build this test")]
pub(crate) fn binario_vizinho(este: &str, pacote: &str) -> PathBuf {
    let pasta = Path::new(este).parent().expect("a binary lies in a directory");
    let manifesto = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", pacote, "--manifest-path"]).arg(manifesto);
    if pasta.ends_with("release") {
        cargo.arg("--release");
    }
    cargo.arg("--target-dir").arg(pasta.parent().expect("the target directory"));
    assert!(cargo.status().expect("cargo runs").success(), "{pacote} does not build");
    pasta.join(pacote)
}
