//! A private cluster.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use super::maquina::{como_dono, executar, pasta_do_dono, porta_livre, programas};
use super::motor::{Motor, SO_LINHAS};
use super::processos::{PACIENCIA, Processos};

/// Runs a cluster for as long as somebody holds the other end of its input. If that process ends without
/// dropping anything, as a test program does with what is static, it ends too, and its directory goes.
const GUARDA: &str = r#"
folder=$1
shift
exec 3<&0
"$@" </dev/null 3<&- & cluster=$!
{ cat <&3 >/dev/null; : >"$folder/abandoned"; kill -QUIT $cluster; kill -CONT $cluster; } 2>/dev/null & guard=$!
wait $cluster
kill $guard 2>/dev/null
[ ! -e "$folder/abandoned" ] || { cd /; rm -rf "$folder"; }
"#;

/// A cluster that is running, or was stopped by its test.
#[derive(Debug)]
pub struct Aglomerado {
    pasta: TempDir,
    binarios: PathBuf,
    porta: u16,
    processos: Option<Processos>,
}

impl Aglomerado {
    /// A new cluster with the user `pixson`, who may do everything and needs no password. `None` where
    /// [`programas`] gives none.
    ///
    /// # Panics
    ///
    /// If the programs are there and do not work.
    pub fn novo() -> Option<Self> {
        Self::com_opcoes(&[])
    }

    /// As [`Aglomerado::novo`], with settings in the form `name=value`.
    ///
    /// # Panics
    ///
    /// If the programs are there and do not work.
    pub fn com_opcoes(opcoes: &[&str]) -> Option<Self> {
        let aglomerado = Self::vazio()?;
        let dados = aglomerado.dados();
        let mut initdb = aglomerado.programa("initdb");
        initdb.args(["-U", "pixson", "-A", "trust", "-E", "UTF8", "--locale", "C", "-N", "-D"]);
        executar(initdb.arg(&dados));
        let texto = opcoes.join("\n");
        let arquivo = dados.join("postgresql.auto.conf");
        fs::write(&arquivo, texto).expect("the settings can be written");
        Some(aglomerado.ligado())
    }

    /// A standby of this cluster, which follows it under that name. The primary waits for it only if its
    /// `synchronous_standby_names` says so.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    #[must_use]
    pub fn replica(&self, nome: &str) -> Self {
        let replica = Self::vazio().expect("the packages are installed");
        let conexao =
            format!("host=127.0.0.1 port={} user=pixson application_name={nome}", self.porta);
        let mut copia = replica.programa("pg_basebackup");
        copia.args(["-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", &conexao, "-D"]);
        executar(copia.arg(replica.dados()));
        replica.ligado()
    }

    /// From now on every connection over TCP needs a password, but those of [`Motor::psql`], which
    /// use the socket in the cluster's own directory.
    ///
    /// # Panics
    ///
    /// If the cluster refuses.
    pub fn exigir_senha(&self) {
        let regras = "local all all trust\nhost all all all scram-sha-256\n";
        fs::write(self.dados().join("pg_hba.conf"), regras).expect("the rules can be written");
        self.sql("postgres", "SELECT pg_reload_conf()");
    }

    /// Gives the cluster a certificate for that name, and TLS. Gives the path of the certificate, or `None`
    /// where openssl is missing.
    ///
    /// # Panics
    ///
    /// If the cluster refuses.
    pub fn cifrar(&self, nome: &str) -> Option<PathBuf> {
        let (certificado, chave) =
            (self.pasta.path().join("raiz.crt"), self.pasta.path().join("chave"));
        let mut openssl = self.comando("openssl");
        openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj"]);
        openssl.arg(format!("/CN={nome}")).arg("-addext").arg(format!("subjectAltName=DNS:{nome}"));
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
        openssl.arg("-keyout").arg(&chave).arg("-out").arg(&certificado);
        if !openssl.output().ok()?.status.success() {
            return None;
        }
        for (opcao, valor) in [
            ("ssl_cert_file", certificado.display().to_string()),
            ("ssl_key_file", chave.display().to_string()),
            ("ssl", "on".to_owned()),
        ] {
            self.sql("postgres", &format!("ALTER SYSTEM SET {opcao} = '{valor}'"));
        }
        self.sql("postgres", "SELECT pg_reload_conf()");
        Some(certificado)
    }

    /// Makes a standby a primary, and waits until it is one.
    ///
    /// # Panics
    ///
    /// If it refuses.
    pub fn promover(&self) {
        self.sql("postgres", "SELECT pg_promote(true, 60)");
    }

    fn vazio() -> Option<Self> {
        let binarios = programas()?;
        let pasta = pasta_do_dono();
        let porta = porta_livre();
        Some(Self { pasta, binarios, porta, processos: None })
    }

    fn ligado(mut self) -> Self {
        self.iniciar();
        self
    }

    fn dados(&self) -> PathBuf {
        self.pasta.path().join("dados")
    }

    fn programa(&self, nome: &str) -> Command {
        self.comando(self.binarios.join(nome))
    }

    /// A program that runs as the cluster's user, in its directory.
    fn comando(&self, programa: impl AsRef<OsStr>) -> Command {
        let mut comando = Command::new(programa);
        como_dono(&mut comando);
        comando.current_dir(self.pasta.path()).stdin(Stdio::null());
        comando
    }

    /// Starts the cluster if it is stopped, and waits until it answers.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn iniciar(&mut self) {
        if self.processos.is_some() {
            return;
        }
        let registro = self.pasta.path().join("registro");
        let registro = fs::File::options().create(true).append(true).open(registro);
        let registro = registro.expect("the log can be written");
        let mut guarda = self.comando("sh");
        guarda.args(["-c", GUARDA, "sh"]).arg(self.pasta.path());
        guarda
            .arg(self.binarios.join("postgres"))
            .arg("-D")
            .arg(self.dados())
            .arg("-k")
            .arg(self.pasta.path());
        guarda.args(["-p", &self.porta.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        // Memory that outlives a kill lies in its directory, and goes with it.
        guarda.args(["-c", "dynamic_shared_memory_type=mmap"]);
        guarda.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(registro);
        let guarda = guarda.spawn().expect("a shell starts");
        self.processos = Some(Processos::novos(guarda, self.dados()));
        let comecou = Instant::now();
        while !self.responde() {
            let acabaram = self.processos.as_mut().is_some_and(Processos::acabaram);
            assert!(!acabaram, "postgres ended: {}", self.registro());
            assert!(comecou.elapsed() < PACIENCIA, "postgres is silent: {}", self.registro());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn responde(&self) -> bool {
        let mut pronto = self.programa("pg_isready");
        pronto.args(["-q", "-h", "127.0.0.1", "-p", &self.porta.to_string()]);
        pronto.status().is_ok_and(|fim| fim.success())
    }

    /// Kills the whole cluster as a power cut of its processes would (SIGQUIT to the postmaster, which does
    /// not write anything more). [`Aglomerado::iniciar`] then recovers it.
    pub fn derrubar(&mut self) {
        if let Some(processos) = self.processos.take() {
            processos.terminar(Signal::QUIT);
        }
    }

    /// Kills the postmaster alone, by SIGKILL, and waits until its processes have noticed.
    ///
    /// # Panics
    ///
    /// If they go on without it.
    pub fn matar(&mut self) {
        let notaram = self.processos.take().is_none_or(Processos::matar);
        assert!(notaram, "still there: {}", self.registro());
    }

    /// Stops the postmaster (SIGSTOP), so that new connections get no answer.
    pub fn congelar(&self) {
        if let Some(processos) = &self.processos {
            processos.sinalizar(Signal::STOP);
        }
    }

    /// Stops all its processes, whatever they are doing.
    pub fn congelar_tudo(&self) {
        self.congelar();
        if let Some(processos) = &self.processos {
            processos.sinalizar_filhos(Signal::STOP);
        }
    }

    /// Lets all of them go on.
    pub fn descongelar(&self) {
        if let Some(processos) = &self.processos {
            processos.sinalizar_filhos(Signal::CONT);
            processos.sinalizar(Signal::CONT);
        }
    }

    /// What the cluster has said.
    pub fn registro(&self) -> String {
        fs::read_to_string(self.pasta.path().join("registro")).unwrap_or_default()
    }

    /// The port on 127.0.0.1.
    pub fn porta(&self) -> u16 {
        self.porta
    }
}

impl Motor for Aglomerado {
    fn url(&self, banco: &str) -> String {
        format!("postgres://pixson@127.0.0.1:{}/{banco}", self.porta)
    }

    fn psql(&self, banco: &str) -> Command {
        let mut psql = self.programa("psql");
        psql.args(SO_LINHAS).arg("-h").arg(self.pasta.path());
        psql.args(["-p", &self.porta.to_string(), "-U", "pixson", "-d", banco]);
        psql
    }
}

impl Drop for Aglomerado {
    fn drop(&mut self) {
        self.descongelar();
        self.derrubar();
    }
}
