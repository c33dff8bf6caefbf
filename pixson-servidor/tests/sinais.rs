//! Signals: those that end a server in order, those that must not, and what they leave of an export.

mod comum;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};

use comum::ambiente::programa;
use comum::banca::Banca;
use comum::filho::Filho;
use comum::instancia::{Instancia, com_falhas, entrar, esperar_ate};
use comum::pasta::nomes;
use comum::{OUTRA, UMA, conta, dizer, duas_contas, texto};
use rustix::process::Signal;
use tempfile::TempDir;

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

/// How many accounts an export needs to take a moment.
const CONTAS: u32 = 3000;

/// How often an export that was done before the signal is tried again.
const TENTATIVAS: usize = 50;

/// The program, started by a shell that has done this first.
fn depois_de(preparo: &str) -> Command {
    let mut comando = programa("sh");
    comando.args(["-c", &format!(r#"{preparo}; exec "$0" "$@""#), SERVIDOR]);
    comando
}

#[test]
fn each_signal_that_asks_for_the_end_stops_it_in_order() {
    for sinal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT, Signal::XCPU] {
        let mut servidor = Banca::abrir(duas_contas());
        let mut conexao = servidor.conectar();
        assert!(conexao.pedir("t:1|op:6|rg:1111111111").contains("|s:0|"));
        assert!(conexao.pedir("t:5|op:2|rg:1111111111|valor:1").contains("|s:0|"));
        servidor.sinalizar(sinal);
        assert_eq!(conexao.resto(), "", "an orderly end");
        assert_eq!(servidor.esperar_fim().0.code(), Some(0), "{sinal:?}");
        assert!(servidor.arquivo(UMA).ends_with(r#""saldo": 9.0}"#));
    }
}

/// Whether a process ignores a signal, and whether it catches it, by the kernel's own table.
fn tratamento(pid: u32, sinal: Signal) -> (bool, bool) {
    let dados = fs::read_to_string(format!("/proc/{pid}/status")).expect("our child runs");
    let tem = |campo: &str| {
        let mascara = dados.lines().find_map(|linha| linha.strip_prefix(campo)).expect("Linux");
        let mascara = u64::from_str_radix(mascara.trim(), 16).expect("hexadecimal");
        mascara >> (sinal.as_raw() - 1) & 1 == 1
    };
    (tem("SigIgn:"), tem("SigCgt:"))
}

#[test]
fn a_signal_that_it_was_born_to_ignore_stays_ignored() {
    let contas = duas_contas();
    let mut comando = depois_de("trap '' HUP QUIT INT");
    comando.args(["--porta", "0", "--contas"]).arg(contas.path());
    let mut instancia = Instancia::iniciar(&mut comando);
    let ignorado = (true, false);
    assert_eq!(tratamento(instancia.id(), Signal::HUP), ignorado);
    assert_eq!(tratamento(instancia.id(), Signal::QUIT), ignorado);
    instancia.sinalizar(Signal::HUP);
    assert!(entrar(&instancia, UMA).pedir("t:0|op:1|rg:1111111111").contains("|s:0|"));
    // A script starts its jobs without Ctrl-C, and stops them with the same signal.
    instancia.sinalizar(Signal::INT);
    assert_eq!(instancia.esperar_fim().0.code(), Some(0));
}

#[test]
fn a_terminal_that_closes_says_so_more_than_once_and_the_stop_is_in_order() {
    let contas = duas_contas();
    let mut comando = Instancia::comando(contas.path());
    let mut instancia = Instancia::iniciar(comando.args(["--log", "info"]));
    // A peer that takes no reply holds up the stop for as long as it may.
    let mut lerdo = entrar(&instancia, UMA);
    lerdo.encher(format!("t:5|op:1|rg:{UMA}\n").as_bytes());
    instancia.sinalizar(Signal::HUP);
    while !instancia.proximo_erro().contains("parada solicitada") {}
    instancia.sinalizar(Signal::HUP);
    // The first that a person sends, and no more than that.
    instancia.sinalizar(Signal::TERM);
    assert_eq!(instancia.esperar_fim().0.code(), Some(0));
}

#[test]
fn the_first_signal_after_a_failed_disk_does_not_break_the_stop_off() {
    let contas = duas_contas();
    // No file may grow beyond this, and nothing is said of the signal that comes with it.
    let mut comando = depois_de("ulimit -f 3072");
    comando.args(["--porta", "0", "--log", "info", "--contas"]).arg(contas.path());
    let mut instancia = Instancia::iniciar(&mut comando);
    let mut lerdo = entrar(&instancia, OUTRA);
    lerdo.encher(format!("t:5|op:1|rg:{OUTRA}\n").as_bytes());
    let mut conexao = entrar(&instancia, UMA);
    let deposito = format!("t:0|op:3|rg:{UMA}|valor:0.01\n");
    conexao.encher(deposito.as_bytes());
    esperar_ate("the disk to fail", || {
        conexao.encher(deposito.as_bytes());
        while conexao.leu_algo_ja() {}
        instancia.erros_ja().any(|linha| linha.contains("parada solicitada"))
    });
    instancia.sinalizar(Signal::TERM);
    let (fim, erros) = instancia.esperar_fim();
    assert_eq!(fim.code(), Some(1), "{erros:?}");
    let frase =
        "O armazenamento falhou (diario/0000000001.jsonl: o tamanho permitido se esgotou): ";
    assert!(erros.last().is_some_and(|ultima| ultima.starts_with(frase)), "{erros:?}");
}

#[test]
fn a_second_signal_of_a_person_ends_it_at_once_also_after_a_hangup() {
    let contas = duas_contas();
    let mut comando = Instancia::comando(contas.path());
    let mut instancia = Instancia::iniciar(comando.args(["--log", "info"]));
    let mut lerdo = entrar(&instancia, UMA);
    lerdo.encher(format!("t:5|op:1|rg:{UMA}\n").as_bytes());
    instancia.sinalizar(Signal::TERM);
    while !instancia.proximo_erro().contains("parada solicitada") {}
    instancia.sinalizar(Signal::HUP);
    instancia.sinalizar(Signal::QUIT);
    let codigo = instancia.esperar_fim().0.code();
    assert_eq!(codigo, Some(130), "unless the machine slept for seconds");
}

#[test]
fn a_system_without_threads_is_named_as_what_it_is() {
    let Some(mut comando) = com_falhas(SERVIDOR, "clone3,clone:error=EAGAIN:when=2+") else {
        dizer("skipped, no process can be traced here");
        return;
    };
    let contas = duas_contas();
    let saida = comando.args(["--porta", "0", "--contas"]).arg(contas.path()).output();
    let saida = saida.expect("strace runs");
    assert_eq!(
        texto(&saida.stderr),
        "O sistema não permite criar as threads de que o servidor precisa (o sistema não tem mais \
         recursos no momento).\n"
    );
    assert_eq!(saida.status.code(), Some(1));
}

/// A bank with accounts enough.
fn muitas_contas() -> TempDir {
    let pasta = TempDir::new().expect("a temporary directory");
    for rg in 0..CONTAS {
        let arquivo = pasta.path().join(format!("{rg}.json"));
        fs::write(arquivo, conta(&rg.to_string(), "1.0")).expect("writable");
    }
    pasta
}

#[test]
fn an_export_that_a_signal_ends_leaves_nothing() {
    let (contas, destino) = (muitas_contas(), TempDir::new().expect("a temporary directory"));
    let arquivo = destino.path().join("saida.jsonl");
    let interromper = |sinal: Signal| {
        let mut comando = programa(SERVIDOR);
        comando.arg("exportar").arg(&arquivo).arg("--contas").arg(contas.path());
        let mut processo = Filho::gerar(comando.stderr(Stdio::null()));
        esperar_ate("an export at work", || {
            !nomes(destino.path()).is_empty() || processo.try_wait().expect("our child").is_some()
        });
        processo.sinalizar(sinal);
        processo.wait().expect("our child")
    };
    for sinal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT, Signal::XCPU] {
        let interrompida = (0..TENTATIVAS).any(|_| {
            let fim = interromper(sinal);
            // What was done before the signal came is whole.
            let feita = fs::remove_file(&arquivo).is_ok();
            assert_eq!(nomes(destino.path()), [""; 0], "{sinal:?}");
            assert!(feita == fim.success(), "{sinal:?}: {fim:?}");
            fim.signal() == Some(sinal.as_raw())
        });
        assert!(interrompida, "{sinal:?} never came before the end");
    }
}

#[test]
fn a_file_that_may_not_grow_is_an_error_with_a_sentence_and_leaves_nothing() {
    let (contas, destino) = (muitas_contas(), TempDir::new().expect("a temporary directory"));
    let executar = |argumentos: &[&str], saida: Stdio| -> Output {
        let mut comando = depois_de("ulimit -f 8");
        comando.args(argumentos).arg("--contas").arg(contas.path()).stdout(saida);
        comando.output().expect("sh runs")
    };
    let arquivo = destino.path().join("saida.jsonl");
    let nome = arquivo.to_str().expect("UTF-8");
    let saida = executar(&["exportar", nome], Stdio::piped());
    let frase = format!("{nome}: o tamanho permitido se esgotou.\n");
    assert_eq!((texto(&saida.stderr), saida.status.code()), (&*frase, Some(3)));
    assert_eq!(nomes(destino.path()), [""; 0]);

    let redirecionada = fs::File::create(&arquivo).expect("writable");
    let saida = executar(&["exportar"], redirecionada.into());
    let frase = "Não foi possível escrever a saída (o tamanho permitido se esgotou).\n";
    assert_eq!((texto(&saida.stderr), saida.status.code()), (frase, Some(3)));

    let saida = executar(&["conta", "ajustar", "1", "--saldo", "2"], Stdio::piped());
    let frase = "Nada foi feito: o armazenamento está indisponível.\n";
    assert_eq!((texto(&saida.stderr), saida.status.code()), (frase, Some(1)));
    let mut mostrar = programa(SERVIDOR);
    mostrar.args(["conta", "mostrar", "1", "--contas"]).arg(contas.path());
    let mostrada = mostrar.output().expect("the program runs");
    assert!(texto(&mostrada.stdout).ends_with("Saldo: 1.0\n"), "{mostrada:?}");
}
