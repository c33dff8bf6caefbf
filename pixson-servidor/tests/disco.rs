//! Disks that are full and disks that fail, under a real server.

mod comum;
#[path = "comum/lado_a_lado.rs"]
mod lado_a_lado;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pixson_core::{Recusa, Resposta, Saldo, Sucesso};
use tempfile::TempDir;

use comum::ambiente::programa;
use comum::conexao::conferir_saldo;
use comum::filho::Filho;
use comum::instancia::{Instancia, com_falhas, entrar, esperar_ate};
use comum::pasta::lancamentos;
use comum::{OUTRA, UMA, conta, duas_contas};
use lado_a_lado::lado_a_lado;

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

/// What both accounts hold at first, in centavos.
const INICIAL: u64 = 1000;

/// How many requests are written at once.
const LOTE: usize = 200;

/// What the log says of a full disk.
const SEM_ESPACO: &str = "falta espaço em disco";

/// More single deposits than any failing sync lets through.
const DEPOSITOS_MAX: u64 = 50;

/// More batches than fit in the space that a journal takes in advance.
const LOTES_MAX: usize = 200;

/// How many servers of which a sync fails run side by side.
const AO_MESMO_TEMPO: usize = 4;

/// Deposits centavo by centavo until one is not done. Returns how many were acknowledged, and
/// whether the connection goes on.
fn depositar_ate_falhar(fluxo: &TcpStream, rg: &str) -> (u64, bool) {
    let mut leitor = BufReader::new(fluxo);
    let lote = format!("t:0|op:3|rg:{rg}|valor:0.01\n").repeat(LOTE);
    let mut feitos = 0;
    for _ in 0..LOTES_MAX {
        if leitor.get_mut().write_all(lote.as_bytes()).is_err() {
            return (feitos, false);
        }
        let mut recusas = 0;
        for _ in 0..LOTE {
            let mut linha = String::new();
            if !leitor.read_line(&mut linha).is_ok_and(|bytes| bytes > 0) {
                return (feitos, false);
            }
            let resposta = Resposta::decodificar(linha.trim_end().as_bytes());
            match resposta.expect("a legal reply").desfecho() {
                Some(Ok(Sucesso::Deposito)) => feitos += 1,
                Some(Err(Recusa::ServidorIndisponivel)) => recusas += 1,
                outro => panic!("{outro:?}"),
            }
        }
        if recusas > 0 {
            return (feitos, true);
        }
    }
    panic!("{feitos} deposits, and no disk failed");
}

fn saldo(centavos: u64) -> Saldo {
    Saldo::de_centavos(centavos).expect("in range")
}

/// A small file system, in a mount namespace that nobody else sees. It is gone, and the process
/// that holds it is killed by its id, when the test ends.
struct DiscoPequeno {
    _guarda: Filho,
    raiz: PathBuf,
    _ponto: TempDir,
}

impl DiscoPequeno {
    /// `Err` says why this machine does not allow it.
    fn montar(tamanho: &str) -> Result<Self, String> {
        // Whoever may mount needs no user namespace, and may be forbidden one.
        Self::montar_com(tamanho, &["--mount"])
            .or_else(|_| Self::montar_com(tamanho, &["--mount", "--map-root-user"]))
    }

    fn montar_com(tamanho: &str, isolamento: &[&str]) -> Result<Self, String> {
        const ROTEIRO: &str =
            r#"mount -t tmpfs -o "size=$0" tmpfs "$1" && echo pronto && exec cat"#;
        let ponto = TempDir::new().expect("a temporary directory");
        let mut guarda = programa("unshare")
            .args(isolamento)
            .args(["sh", "-c", ROTEIRO, tamanho])
            .arg(ponto.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map(Filho::from)
            .map_err(|erro| format!("unshare: {erro}"))?;
        let mut saida = BufReader::new(guarda.stdout.take().expect("piped"));
        let mut erros = guarda.stderr.take().expect("piped");
        let interior = ponto.path().strip_prefix("/").expect("an absolute path");
        let raiz = Path::new("/proc").join(guarda.id().to_string()).join("root").join(interior);
        let disco = Self { _guarda: guarda, raiz, _ponto: ponto };
        let mut linha = String::new();
        let pronto = saida.read_line(&mut linha).is_ok() && linha == "pronto\n";
        match fs::write(disco.raiz.join("prova"), "") {
            Ok(()) if pronto => Ok(disco),
            Err(erro) if pronto => Err(format!("the mount cannot be reached: {erro}")),
            _ => {
                let mut causa = String::new();
                let _ = erros.read_to_string(&mut causa);
                Err(causa)
            }
        }
    }

    /// Takes all the space that is left. To remove the file gives it back.
    fn encher(&self) -> PathBuf {
        let lastro = self.raiz.join("lastro");
        let mut arquivo = File::create(&lastro).expect("writable");
        let erro = std::iter::repeat_with(|| arquivo.write_all(&[1; 4096]))
            .find_map(Result::err)
            .expect("no disk is endless");
        assert_eq!(erro.kind(), ErrorKind::StorageFull);
        lastro
    }
}

#[test]
fn a_full_disk_refuses_changes_serves_balances_and_resumes_by_itself() {
    let disco = match DiscoPequeno::montar("4m") {
        Ok(disco) => disco,
        Err(causa) => {
            let _ = writeln!(io::stderr(), "skipped, no small disk to fill: {}", causa.trim());
            return;
        }
    };
    let contas = disco.raiz.join("contas");
    fs::create_dir(&contas).expect("writable");
    for rg in [UMA, OUTRA] {
        fs::write(contas.join(format!("{rg}.json")), conta(rg, "10.0")).expect("writable");
    }
    let mut instancia = Instancia::servir(&contas);
    let mut conexao = entrar(&instancia, UMA);
    let deposito = format!("t:0|op:3|rg:{UMA}|valor:0.01");
    assert!(conexao.pedir(&deposito).contains("|s:0|"));
    let lastro = disco.encher();

    // The space that the journal has taken in advance is used up first.
    let (feitos, continua) = depositar_ate_falhar(conexao.fluxo(), UMA);
    assert!(continua && feitos > 0, "{feitos}");
    let uma = INICIAL + 1 + feitos;
    conferir_saldo(&mut conexao, UMA, saldo(uma));
    let transferencia = format!("t:0|op:4|rg_origem:{UMA}|rg_destino:{OUTRA}|valor:1");
    for recusada in [&deposito, &transferencia] {
        assert!(conexao.pedir(recusada).ends_with("|s:1|resposta:Servidor indisponível"));
    }
    let mut outra = entrar(&instancia, OUTRA);
    conferir_saldo(&mut outra, OUTRA, saldo(INICIAL));
    assert!(outra.pedir(&format!("t:0|op:2|rg:{OUTRA}|valor:1")).ends_with("indisponível"));
    assert!(instancia.proximo_erro().contains(SEM_ESPACO), "whoever operates it is told");
    // A checkpoint finds no space either, and nobody is the worse for it.
    let olhada = || fs::metadata(&contas).and_then(|dados| dados.modified()).expect("a directory");
    let antes = olhada();
    esperar_ate("a checkpoint", || olhada() != antes);
    conferir_saldo(&mut outra, OUTRA, saldo(INICIAL));

    fs::remove_file(lastro).expect("writable");
    assert!(conexao.pedir(&transferencia).contains("|s:0|"));
    assert!(outra.pedir(&format!("t:0|op:2|rg:{OUTRA}|valor:0.5")).contains("|s:0|"));
    let (uma, outra) = (uma - 100, INICIAL + 100 - 50);
    for (rg, centavos) in [(UMA, uma), (OUTRA, outra)] {
        let (arquivo, esperado) = (format!("{rg}.json"), conta(rg, &saldo(centavos).to_string()));
        esperar_ate("the account's file", || {
            fs::read_to_string(contas.join(&arquivo)).expect("readable") == esperado
        });
    }

    // Killed on a full disk, it cannot start; with space, everything is there.
    assert!(conexao.pedir(&deposito).contains("|s:0|"));
    let lastro = disco.encher();
    let avisos = instancia.matar();
    assert!(avisos.iter().all(|aviso| aviso.contains(SEM_ESPACO)), "{avisos:?}");
    let saida = Instancia::comando(&contas).output().expect("it starts");
    let frase = String::from_utf8(saida.stderr).expect("UTF-8");
    assert_eq!((saida.status.code(), frase.lines().count()), (Some(1), 1), "{frase}");
    assert!(frase.contains("não há espaço para recuperar o banco"), "{frase}");
    assert!(frase.contains("Libere espaço"), "{frase}");
    fs::remove_file(lastro).expect("writable");
    let mut instancia = Instancia::servir(&contas);
    conferir_saldo(&mut entrar(&instancia, UMA), UMA, saldo(uma + 1));
    conferir_saldo(&mut entrar(&instancia, OUTRA), OUTRA, saldo(outra));
    assert_eq!(instancia.parar(), [""; 0]);
    assert_eq!(lancamentos(&contas), 1 + feitos + 3);
}

#[test]
fn a_disk_that_fails_ends_the_server_which_recovers_all_that_was_acknowledged() {
    let contas = duas_contas();
    // Writing beyond this size is an error of the disk like any other: space is not what lacks.
    let roteiro = r#"ulimit -f 3072; exec "$0" "$@""#;
    let mut comando = programa("sh");
    comando.args(["-c", roteiro, SERVIDOR, "--porta", "0", "--contas"]).arg(contas.path());
    let mut instancia = Instancia::iniciar(&mut comando);
    let mut parada = entrar(&instancia, OUTRA);
    let conexao = entrar(&instancia, UMA);
    let (feitos, _) = depositar_ate_falhar(conexao.fluxo(), UMA);
    assert!(feitos > 0);
    assert_eq!(parada.resto(), "", "the others are told by an orderly end");
    let (fim, erros) = instancia.esperar_fim();
    assert_eq!(fim.code(), Some(1));
    assert_eq!(erros.len(), 1, "{erros:?}");
    assert!(erros[0].starts_with("O armazenamento falhou ("), "{erros:?}");
    assert!(erros[0].ends_with("Reinicie o servidor para recuperar o banco."), "{erros:?}");

    let antes = lancamentos(contas.path());
    let mut instancia = Instancia::servir(contas.path());
    // What was refused in the last batch may have been done: its outcome was unknown.
    let possiveis = feitos..=feitos + LOTE as u64;
    assert!(possiveis.contains(&antes), "{feitos} were acknowledged, {antes} are there");
    let mut conexao = entrar(&instancia, UMA);
    conferir_saldo(&mut conexao, UMA, saldo(INICIAL + antes));
    assert!(conexao.pedir(&format!("t:0|op:3|rg:{UMA}|valor:0.01")).contains("|s:0|"));
    assert_eq!(instancia.parar(), [""; 0]);
    assert_eq!(lancamentos(contas.path()), antes + 1);
}

/// A server of which one call of each thread, the one with this number, fails as on a broken disk.
/// `None` if this machine lets nobody trace a process.
fn com_sincronia_ruim(contas: &Path, chamada: &str, qual: usize) -> Option<Command> {
    let mut comando = com_falhas(SERVIDOR, &format!("{chamada}:error=EIO:when={qual}"))?;
    comando.args(["--porta", "0", "--contas"]).arg(contas);
    Some(comando)
}

/// Deposits a centavo until it is not done, and each time waits for what is to be waited for.
/// Returns how many were acknowledged.
fn depositar_um_a_um(fluxo: &TcpStream, mut esperar: impl FnMut(u64)) -> u64 {
    let mut leitor = BufReader::new(fluxo);
    for feitos in 0..DEPOSITOS_MAX {
        let pedido = format!("t:0|op:3|rg:{UMA}|valor:0.01\n");
        let mut linha = String::new();
        if leitor.get_mut().write_all(pedido.as_bytes()).is_err()
            || leitor.read_line(&mut linha).is_err()
            || !linha.contains("|s:0|")
        {
            return feitos;
        }
        esperar(feitos + 1);
    }
    panic!("{DEPOSITOS_MAX} deposits, and no sync failed")
}

/// Whichever sync of a real server fails, of the journal or of a checkpoint: nothing is acknowledged
/// from there on, it ends with an error, and the next one has all that was acknowledged.
#[test]
fn a_sync_that_fails_is_never_acknowledged_over() {
    // A thread that checkpoints comes to a number before one that deposits, if it is waited for.
    let casos: Vec<_> = (1..=7)
        .map(|qual| ("fdatasync", qual, false))
        .chain((3..=6).map(|qual| ("fdatasync", qual, true)))
        .chain((1..=6).map(|qual| ("fsync", qual, true)))
        .collect();
    if com_falhas(SERVIDOR, "fsync:error=EIO").is_none() {
        let _ = writeln!(io::stderr(), "skipped, no process can be traced here");
        return;
    }
    // A checkpoint comes each second, and most of a case is waiting for it.
    lado_a_lado(0..AO_MESMO_TEMPO, |faixa| {
        casos.iter().skip(faixa).step_by(AO_MESMO_TEMPO).copied().for_each(falhar_e_recuperar);
    });
}

fn falhar_e_recuperar(caso @ (chamada, qual, espera): (&str, usize, bool)) {
    let contas = duas_contas();
    let comando = com_sincronia_ruim(contas.path(), chamada, qual);
    let mut comando = comando.expect("processes can be traced here");
    let (feitos, (fim, erros)) = match Instancia::tentar(&mut comando) {
        // It failed before it listened.
        Err(fim) => (0, fim),
        Ok(mut instancia) => {
            let conexao = entrar(&instancia, UMA);
            let arquivo = contas.path().join(format!("{UMA}.json"));
            let feitos = depositar_um_a_um(conexao.fluxo(), |feitos| {
                let esperado = conta(UMA, &saldo(INICIAL + feitos).to_string());
                esperar_ate("the file, or the end", || {
                    let atual = fs::read_to_string(&arquivo).expect("readable");
                    !espera || atual == esperado || instancia.terminou()
                });
            });
            (feitos, instancia.esperar_fim())
        }
    };
    assert_eq!((fim.code(), erros.len()), (Some(1), 1), "{caso:?}: {erros:?}");
    assert!(erros[0].contains("o dispositivo falhou)"), "{caso:?}: {erros:?}");

    let la = lancamentos(contas.path());
    assert!((feitos..=feitos + 1).contains(&la), "{caso:?}: {feitos} done, {la} are there");
    let mut instancia = Instancia::servir(contas.path());
    conferir_saldo(&mut entrar(&instancia, UMA), UMA, saldo(INICIAL + la));
    assert_eq!(instancia.parar(), [""; 0]);
    assert_eq!(lancamentos(contas.path()), la);
}
