//! The first try of a bank on PostgreSQL: `contrib/postgres/experimente` serves with what it says, and
//! leaves nothing behind.

mod comum;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use comum::ambiente::programa;
use comum::instancia::{Instancia, esperar_ate};
use comum::pasta::nomes;
use comum::{UMA, binario, binario_do_cliente, texto};
use pixson_aglomerado::{portas_livres, programas};
use rustix::process::Signal;
use tempfile::TempDir;

/// The last thing that it says before it waits.
const FIM: &str = "Ctrl-C para tudo";

fn experimente(temporaria: &Path, argumentos: &[&str]) -> Command {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib/postgres/experimente");
    let mut comando = programa(script);
    comando.args(argumentos).env("TMPDIR", temporaria);
    comando.arg("--binarios").arg(binario().parent().expect("a binary lies in a directory"));
    comando
}

/// A directory for temporary ones, which the owner of a cluster may pass through.
fn temporaria() -> TempDir {
    let pasta = TempDir::new().expect("a temporary directory");
    let todos = fs::Permissions::from_mode(0o755);
    fs::set_permissions(pasta.path(), todos).expect("our directory");
    pasta
}

/// A try that has begun.
struct Experimento {
    script: Instancia,
    /// What it has shown.
    dito: Vec<String>,
    temporaria: TempDir,
    porta: u16,
}

impl Experimento {
    /// `None` where PostgreSQL is not installed.
    fn comecar(argumentos: &[&str]) -> Option<Self> {
        programas()?;
        // The client that it names.
        binario_do_cliente();
        let (temporaria, porta) = (temporaria(), portas_livres(2));
        let numero = porta.to_string();
        let argumentos = [argumentos, &["--porta", &numero]].concat();
        let mut script = Instancia::gerar(&mut experimente(temporaria.path(), &argumentos));
        let dito = script.linhas_ate(|linha| linha.contains(FIM));
        Some(Self { script, dito, temporaria, porta })
    }

    /// The line that has these words, as somebody copies it.
    fn linha(&self, palavras: &str) -> &str {
        let mut linhas = self.dito.iter().filter(|linha| linha.contains(palavras));
        let linha = linhas.next().unwrap_or_else(|| panic!("no {palavras}: {:#?}", self.dito));
        assert_eq!(linhas.next(), None, "{palavras} twice");
        linha.trim()
    }

    /// Types a line that it has shown.
    fn digitar(&self, palavras: &str) -> Output {
        let raiz = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let linhas = format!("{}\n{}", self.linha("export PGPASSFILE"), self.linha(palavras));
        let saida = programa("bash").args(["-c", &linhas]).current_dir(raiz).output();
        let saida = saida.expect("a shell");
        assert!(saida.status.success(), "{linhas}: {}", texto(&saida.stderr));
        saida
    }

    /// What the client says that asks for this.
    fn cliente(&self, servidor: u16, pedido: &str) -> String {
        let porta = (self.porta + servidor).to_string();
        let mut cliente = programa(binario_do_cliente());
        cliente.args(["--porta", &porta, "--rg", UMA]).args(pedido.split(' '));
        let saida = cliente.output().expect("the client runs");
        format!("{}{}", texto(&saida.stdout), texto(&saida.stderr))
    }

    /// Ends it by a signal, and looks for what is left.
    fn terminar(mut self, sinal: Signal) {
        let filhos = descendentes(self.script.id());
        assert!(filhos.len() > 5, "a cluster has several processes: {filhos:?}");
        self.script.sinalizar(sinal);
        let (fim, erros) = self.script.esperar_fim();
        assert_eq!((fim.code(), erros), (Some(0), vec![]));
        let vivos: Vec<_> = filhos.into_iter().filter(Processo::vive).collect();
        assert_eq!(vivos, [], "left behind");
        assert_eq!(nomes(self.temporaria.path()), [""; 0]);
    }
}

/// A process, and when it began, since numbers are used again.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Processo {
    pid: u32,
    pai: u32,
    inicio: String,
}

impl Processo {
    /// The one of that number, unless it has ended.
    fn ler(pid: u32) -> Option<Self> {
        let texto = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name, in parentheses, may have anything in it.
        let campos: Vec<&str> = texto.rsplit_once(") ")?.1.split(' ').collect();
        let pai = campos[1].parse().expect("a number");
        (campos[0] != "Z").then(|| Self { pid, pai, inicio: campos[19].to_owned() })
    }

    fn vive(&self) -> bool {
        Self::ler(self.pid).is_some_and(|agora| agora.inicio == self.inicio)
    }
}

/// The children of a process, their children, and so on.
fn descendentes(raiz: u32) -> Vec<Processo> {
    let numeros = nomes(Path::new("/proc")).into_iter().filter_map(|nome| nome.parse().ok());
    let todos: Vec<Processo> = numeros.filter_map(Processo::ler).collect();
    let mut achados: Vec<Processo> = Vec::new();
    let mut pais = vec![raiz];
    while let Some(pai) = pais.pop() {
        let filhos: Vec<_> = todos.iter().filter(|processo| processo.pai == pai).cloned().collect();
        pais.extend(filhos.iter().map(|filho| filho.pid));
        achados.extend(filhos);
    }
    achados
}

#[test]
fn a_first_try_serves_the_sample_accounts_and_leaves_nothing_behind() {
    let Some(experimento) = Experimento::comecar(&[]) else { return };
    assert_eq!(experimento.cliente(0, "deposito 14"), "Depósito realizado com sucesso\n");
    let mostrado = experimento.digitar("1111111111 saldo");
    assert_eq!(texto(&mostrado.stdout), "Saldo: 24.0\n");
    let auditado = experimento.digitar("auditar");
    assert!(texto(&auditado.stdout).contains("\nTotal: 114.00\n"), "{auditado:?}");
    experimento.terminar(Signal::INT);
}

#[test]
fn the_standby_of_a_first_try_takes_over_as_its_words_say() {
    let Some(experimento) = Experimento::comecar(&["--reserva", "--servidores=2"]) else { return };
    assert_eq!(experimento.cliente(0, "deposito 14"), "Depósito realizado com sucesso\n");
    let primario = experimento.linha("kill -9").split(' ').nth(2).and_then(|pid| pid.parse().ok());
    let primario = Processo::ler(primario.expect("a number")).expect("it runs");
    experimento.digitar("kill -9");
    esperar_ate("the primary to end", || !primario.vive());
    experimento.digitar("pg_ctl promote");
    for (servidor, saldo) in [(0, "24.0"), (1, "24.0")] {
        assert_eq!(experimento.cliente(servidor, "saldo"), format!("Saldo: {saldo}\n"));
    }
    assert_eq!(experimento.cliente(1, "saque 4"), "Saque realizado com sucesso\n");
    let mostrado = experimento.digitar("1111111111 saldo");
    assert_eq!(texto(&mostrado.stdout), "Saldo: 20.0\n");
    experimento.terminar(Signal::TERM);
}

#[test]
fn a_first_try_that_cannot_serve_says_why_and_leaves_nothing_behind() {
    if programas().is_none() {
        return;
    }
    binario_do_cliente();
    let ocupada = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let porta = ocupada.local_addr().expect("bound").port().to_string();
    let temporaria = temporaria();
    let saida = experimente(temporaria.path(), &["--porta", &porta]).output().expect("a script");
    let erros = texto(&saida.stderr);
    assert!(erros.contains(&format!("A porta {porta} de 127.0.0.1 já está em uso")), "{erros}");
    assert_eq!(saida.status.code(), Some(1), "{erros}");
    assert_eq!(nomes(temporaria.path()), [""; 0]);
}

#[test]
fn a_wrong_word_is_told_with_its_code_before_anything_starts() {
    let temporaria = temporaria();
    for (argumentos, frase) in [
        (&["--reservas"][..], "Argumento desconhecido: --reservas."),
        (&["--porta"], "Falta o valor de --porta."),
        (&["--porta", "x"], "Valor inválido para --porta: \"x\" (use um número de 1 a 65535)."),
        (
            &["--servidores=10"],
            "Valor inválido para --servidores: \"10\" (use um número de 1 a 9).",
        ),
        (&["--porta=65535", "--servidores", "2"], "Não há 2 portas a partir de 65535."),
    ] {
        let script = experimente(temporaria.path(), &[]).get_program().to_owned();
        let saida = programa(script).args(argumentos).output().expect("a script");
        let dito = format!("{frase} Veja contrib/postgres/experimente --help.\n");
        assert_eq!((texto(&saida.stderr), saida.status.code()), (&*dito, Some(2)));
    }
    for ajuda in ["-h", "--help", "--ajuda"] {
        let saida = experimente(temporaria.path(), &[ajuda]).output().expect("a script");
        assert_eq!(saida.status.code(), Some(0));
        assert!(texto(&saida.stdout).contains("\nExemplos:\n"));
    }
    for (achado, frase) in [
        (
            "",
            "O PostgreSQL não está instalado. Instale o pacote postgresql: apt install postgresql.",
        ),
        ("14", "O PostgreSQL em /14/bin é antigo demais: é preciso o 15 ou mais novo."),
    ] {
        // The shell looks for the packages by a command of its own, in whose place this one comes.
        let procura = format!("() {{ [ -z '{achado}' ] || echo '/{achado}/bin/initdb'; }}");
        let mut script = experimente(temporaria.path(), &[]);
        let saida = script.env("BASH_FUNC_compgen%%", procura).output().expect("a script");
        let dito = format!("{frase}\n");
        assert_eq!((texto(&saida.stderr), saida.status.code()), (&*dito, Some(3)));
    }
    assert_eq!(nomes(temporaria.path()), [""; 0]);
}

#[test]
fn programs_that_are_not_there_are_named_before_anything_starts() {
    if programas().is_none() {
        return;
    }
    let temporaria = temporaria();
    let nenhuma: PathBuf = temporaria.path().join("nenhuma");
    let saida = experimente(temporaria.path(), &[]).arg("--binarios").arg(&nenhuma).output();
    let saida = saida.expect("a script");
    let dito = format!("Falta o programa {}/pixson-servidor.\n", nenhuma.display());
    assert_eq!((texto(&saida.stderr), saida.status.code()), (&*dito, Some(3)));
    assert_eq!(nomes(temporaria.path()), [""; 0]);
}
