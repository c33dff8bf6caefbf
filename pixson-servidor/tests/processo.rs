//! The server as a program: what it prints, how it starts, how it stops.

mod comum;

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener};
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::thread;

use comum::ambiente::programa;
use comum::banca::Banca;
use comum::conexao::ConexaoCrua;
use comum::filho::Filho;
use comum::instancia::{esperar_ate, porta_no_log};
use comum::{contas, duas_contas, texto};
use rustix::process::Signal;

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

fn servidor() -> Banca {
    Banca::abrir(duas_contas())
}

/// Runs a server that is expected to end by itself.
fn executar(argumentos: &[&str]) -> Output {
    programa(SERVIDOR).args(argumentos).output().expect("the server starts")
}

#[test]
fn it_shows_connections_and_each_change_of_the_clock() {
    let mut servidor = servidor();
    let mut conexao = servidor.conectar();
    let par = conexao.fluxo().local_addr().expect("connected");
    conexao.pedir("t:1|op:6|rg:1111111111");
    conexao.pedir("t:5|op:1|rg:1111111111");
    conexao.fluxo().shutdown(Shutdown::Write).expect("connected");
    let linhas = servidor.linhas_ate(|linha| linha.starts_with("Cliente desconectado"));
    assert_eq!(
        linhas,
        [
            format!("Novo cliente conectado {par}"),
            "Relógio Lógico Atualizado: 2".into(),
            "Relógio Lógico Atualizado: 3".into(),
            "Relógio Lógico Atualizado: 6".into(),
            "Relógio Lógico Atualizado: 7".into(),
            format!("Cliente desconectado {par}"),
        ]
    );
}

#[test]
fn what_had_arrived_before_the_signal_is_answered() {
    let mut servidor = servidor();
    let mut conexao = servidor.conectar();
    conexao.pedir("t:1|op:6|rg:1111111111");
    let mut lote = String::new();
    for _ in 0..50 {
        lote.push_str("t:5|op:2|rg:1111111111|valor:0.01\n");
    }
    conexao.enviar(lote.as_bytes());
    // The first reply tells that the batch is in the server's hands.
    assert!(conexao.linha().contains("|s:0|"));
    servidor.sinalizar(Signal::TERM);
    let feitos = 1 + conexao.resto().matches("|s:0|").count();
    assert_eq!(servidor.esperar_fim().0.code(), Some(0));
    let saldo = format!(
        "\"saldo\": {}}}",
        pixson_core::Saldo::de_centavos(1000 - feitos as u64).expect("in range")
    );
    assert!(servidor.arquivo("1111111111").ends_with(&saldo), "{feitos} were answered");
}

#[test]
fn a_client_that_goes_on_sending_does_not_hold_up_the_stop() {
    let mut servidor = servidor();
    let mut conexao = servidor.conectar();
    assert!(conexao.pedir("t:1|op:6|rg:1111111111").ends_with("Login realizado com sucesso"));
    let fluxo = Arc::new(conexao.fluxo().try_clone().expect("a socket"));
    let dela = Arc::clone(&fluxo);
    let enviando = thread::spawn(move || {
        let mut fluxo = &*dela;
        while fluxo.write_all(b"t:5|op:1|rg:1111111111\n").is_ok() {}
    });
    let lendo = thread::spawn(move || while conexao.leu_algo() {});
    servidor.sinalizar(Signal::TERM);
    assert_eq!(servidor.esperar_fim().0.code(), Some(0));
    // A system that is short of memory may take minutes to tell a client that its peer is gone.
    let _ = fluxo.shutdown(Shutdown::Both);
    enviando.join().expect("no panic");
    lendo.join().expect("no panic");
}

#[test]
fn an_output_that_nobody_reads_holds_up_neither_clients_nor_the_stop() {
    let contas = duas_contas();
    // Its standard output is a pipe that is never read: it takes 64 KiB and no more.
    let mut comando = programa(SERVIDOR);
    comando.args(["--porta", "0", "--log", "info", "--contas"]).arg(contas.path());
    let mut processo = Filho::gerar(comando.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let mut log = BufReader::new(processo.stderr.take().expect("piped"));
    let mut primeira = String::new();
    log.read_line(&mut primeira).expect("UTF-8");
    let mut conexao = ConexaoCrua::em(porta_no_log(&primeira));
    assert!(conexao.pedir("t:1|op:6|rg:1111111111").ends_with("Login realizado com sucesso"));
    for _ in 0..3000 {
        assert!(conexao.pedir("t:1|op:1|rg:1111111111").ends_with("Saldo: 10.0"));
    }
    assert_eq!(processo.parar().code(), Some(0));
}

#[test]
fn a_second_signal_ends_it_at_once_and_loses_nothing_acknowledged() {
    let mut servidor = servidor();
    let mut conexao = servidor.conectar();
    conexao.pedir("t:1|op:6|rg:1111111111");
    assert!(conexao.pedir("t:5|op:2|rg:1111111111|valor:1").contains("|s:0|"));
    // A peer that takes no reply holds up an orderly stop for as long as it may.
    let mut lerdo = servidor.conectar();
    lerdo.enviar(b"t:1|op:6|rg:2222222222\n");
    lerdo.encher(b"t:5|op:1|rg:2222222222\n");
    servidor.sinalizar(Signal::TERM);
    servidor.linhas_ate(|linha| linha == "Encerrando...");
    servidor.sinalizar(Signal::TERM);
    let codigo = servidor.esperar_fim().0.code();
    assert!([Some(130), Some(0)].contains(&codigo), "{codigo:?}");
    let servidor = servidor.reiniciar();
    let mut conexao = servidor.conectar();
    conexao.pedir("t:1|op:6|rg:1111111111");
    assert!(conexao.pedir("t:5|op:1|rg:1111111111").ends_with("Saldo: 9.0"));
}

#[test]
fn silence_means_silence() {
    let contas = duas_contas();
    // Nobody can know the port of a silent server on port 0; it is enough that it says nothing
    // and stops.
    let mut comando = programa(SERVIDOR);
    comando.args(["--silencioso", "--porta", "0", "--contas"]).arg(contas.path());
    let mut processo = Filho::gerar(comando.stdout(Stdio::piped()).stderr(Stdio::piped()));
    esperar_pelo_tratador(processo.id());
    assert_eq!(processo.parar().code(), Some(0));
    let saida = io::read_to_string(processo.stdout.take().expect("piped")).expect("UTF-8");
    let erros = io::read_to_string(processo.stderr.take().expect("piped")).expect("UTF-8");
    assert_eq!((&*saida, &*erros), ("", ""));
}

/// Waits until a process catches SIGTERM, as the kernel's own table tells.
fn esperar_pelo_tratador(pid: u32) {
    const SIGTERM: u64 = 1 << 14;
    esperar_ate("a program that can be stopped", || {
        let dados = fs::read_to_string(format!("/proc/{pid}/status")).expect("our child runs");
        let mascara = dados.lines().find_map(|linha| linha.strip_prefix("SigCgt:\t"));
        let mascara = u64::from_str_radix(mascara.expect("Linux"), 16).expect("hexadecimal");
        mascara & SIGTERM != 0
    });
}

#[test]
fn a_taken_port_gives_one_sentence_and_a_failure() {
    let outro = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let porta = outro.local_addr().expect("bound").port().to_string();
    let contas = duas_contas();
    let pasta = contas.path().to_str().expect("UTF-8");
    let saida = executar(&["--porta", &porta, "--contas", pasta]);
    assert_eq!(saida.status.code(), Some(1));
    assert_eq!(texto(&saida.stdout), "");
    let esperada = format!(
        "A porta {porta} de 127.0.0.1 já está em uso. Escolha outra com --porta, \
         ou pare o servidor que a usa.\n"
    );
    assert_eq!(texto(&saida.stderr), esperada);
}

#[test]
fn a_directory_that_is_missing_or_none_gives_one_sentence_and_a_failure() {
    let contas = contas(&[("1", "1.0")]);
    let arquivo = contas.path().join("1.json");
    for (caminho, causa) in
        [(contas.path().join("nada"), "o diretório não existe"), (arquivo, "não pode ser lido")]
    {
        let saida = executar(&["--porta", "0", "--contas", caminho.to_str().expect("UTF-8")]);
        assert_eq!(saida.status.code(), Some(1));
        assert_eq!(texto(&saida.stdout), "");
        let frase = texto(&saida.stderr);
        assert!(frase.contains(causa) && frase.contains("--contas"), "{frase}");
        assert_eq!(frase.lines().count(), 1, "{frase}");
    }
}

#[test]
fn words_that_are_not_understood_give_one_portuguese_sentence_and_code_2() {
    for (argumentos, esperada) in [
        (&["--prta", "1"][..], "Argumento desconhecido: --prta. Você quis dizer --porta?"),
        (
            &["--porta", "x"],
            "Valor inválido para --porta <PORTA>: \"x\" (não é um número inteiro).",
        ),
        (
            &["--porta", "65536"],
            "Valor inválido para --porta <PORTA>: \"65536\" (não está entre 0 e 65535).",
        ),
        (&["--porta"], "Falta o valor de --porta <PORTA>."),
        (&["--porta", "1", "--porta", "2"], "Argumento repetido: --porta <PORTA>."),
        (&["sobra"], "Comando desconhecido: sobra."),
        (&["audita"], "Comando desconhecido: audita. Você quis dizer auditar?"),
        (
            &["--log-formato", "x"],
            "Valor inválido para --log-formato <FORMATO>: \"x\". Use texto ou json.",
        ),
        (
            &["--max-mensagem", "1"],
            "Valor inválido para --max-mensagem <BYTES>: \"1\" (não está entre 100 e 1024).",
        ),
        (&["extrato"], "Falta <RG>."),
        (
            &["extrato", "1a"],
            "Valor inválido para <RG>: \"1a\" (RG inválido na posição 2: use só dígitos).",
        ),
    ] {
        let saida = executar(argumentos);
        assert_eq!(saida.status.code(), Some(2));
        let pagina = if argumentos[0] == "extrato" { " extrato" } else { "" };
        let frase = format!("{esperada} Veja pixson-servidor{pagina} --help.\n");
        assert_eq!(texto(&saida.stderr), frase);
    }
}

#[test]
fn help_and_version_are_portuguese_and_a_success() {
    for palavra in ["--help", "-h", "--ajuda"] {
        let saida = executar(&[palavra]);
        assert_eq!(saida.status.code(), Some(0));
        let ajuda = texto(&saida.stdout);
        assert!(ajuda.contains("Uso: pixson-servidor [OPÇÕES]"), "{ajuda}");
        for ingles in ["Usage", "Options", "Print", "default", "error"] {
            assert!(!ajuda.contains(ingles), "{ingles} in {ajuda}");
        }
    }
    let versao = concat!("pixson-servidor ", env!("CARGO_PKG_VERSION"), " (protocolo Pixson 1)\n");
    assert_eq!(texto(&executar(&["--version"]).stdout), versao);
}
