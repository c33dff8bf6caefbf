//! What a server says and does to those who ask for more than it gives.

mod comum;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use tempfile::TempDir;

use comum::ambiente::programa;
use comum::conexao::{ConexaoCrua, encher_todas};
use comum::instancia::{Instancia, com_falhas, entrar, esperar_ate};
use comum::{UMA, dizer, duas_contas};

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

const LOTADO: &str = "|s:1|resposta:Servidor lotado";

/// A server with these options, and its accounts.
fn servir(opcoes: &[&str]) -> (Instancia, TempDir) {
    let contas = duas_contas();
    let mut comando = Instancia::comando(contas.path());
    comando.args(opcoes);
    (Instancia::iniciar(&mut comando), contas)
}

/// Connects, without a login, until the server has a place.
fn insistir(instancia: &Instancia) -> ConexaoCrua {
    let mut conexao = instancia.conectar();
    esperar_ate("a place", || {
        conexao = instancia.conectar();
        conexao.pedir(&format!("t:0|op:6|rg:{UMA}")).contains("|s:0|")
    });
    conexao
}

/// Everything that comes until the server closes, in order or not.
fn ate_o_fim(fluxo: &TcpStream) -> String {
    let (mut tudo, mut pedaco) = (Vec::new(), [0; 1024]);
    let mut fluxo = fluxo;
    loop {
        match fluxo.read(&mut pedaco) {
            Ok(bytes @ 1..) => tudo.extend_from_slice(&pedaco[..bytes]),
            Err(erro) if erro.kind() == ErrorKind::Interrupted => {}
            _ => break,
        }
    }
    String::from_utf8(tudo).expect("replies are UTF-8")
}

#[test]
fn a_client_without_a_place_is_told_so_and_a_place_that_is_left_is_given_again() {
    for opcoes in [["--max-conexoes", "2"], ["--max-por-endereco", "2"]] {
        let (mut instancia, _contas) = servir(&opcoes);
        let (uma, mut outra) = (entrar(&instancia, UMA), entrar(&instancia, "2222222222"));
        let mut calada = instancia.conectar();
        assert!(calada.resto().ends_with(&format!("{LOTADO}\n")));
        // One that speaks at once reads its reply as well.
        let fluxo = instancia.fluxo();
        let _ = (&fluxo).write_all(format!("t:0|op:6|rg:{UMA}\n").as_bytes());
        let resposta = ate_o_fim(&fluxo);
        assert!(resposta.ends_with(&format!("{LOTADO}\n")), "{resposta:?}");
        assert!(outra.pedir("t:0|op:1|rg:2222222222").contains("|s:0|"));
        drop(uma);
        let mut nova = insistir(&instancia);
        assert!(nova.pedir(&format!("t:0|op:1|rg:{UMA}")).ends_with("Saldo: 10.0"));
        assert_eq!(instancia.parar(), [""; 0]);
    }
}

#[test]
fn a_message_that_is_not_ended_in_time_is_refused_however_slowly_it_comes() {
    let (mut instancia, _contas) = servir(&["--prazo-mensagem", "0.4"]);
    let mut calada = entrar(&instancia, UMA);
    calada.enviar(b"t:0|op:2|rg:1111111111|valor:1");
    assert!(calada.resto().ends_with("|s:1|resposta:Mensagem inválida\n"));

    // One byte now and then does not move the deadline.
    let lenta = entrar(&instancia, UMA);
    lenta.fluxo().set_read_timeout(Some(Duration::from_millis(20))).expect("a TCP socket");
    let mut ouvido = Vec::new();
    for byte in b"t:0|op:2|rg:1111111111|valor:".iter().chain(std::iter::repeat(&b'1')) {
        let mut pedaco = [0; 256];
        match lenta.fluxo().read(&mut pedaco) {
            Ok(0) => break,
            Ok(bytes) => ouvido.extend_from_slice(&pedaco[..bytes]),
            Err(erro) if erro.kind() == ErrorKind::WouldBlock => {
                let _ = lenta.fluxo().write_all(&[*byte]);
            }
            Err(erro) if erro.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
        assert!(ouvido.len() < 1024, "the server never ends it");
    }
    let ouvido = String::from_utf8(ouvido).expect("replies are UTF-8");
    assert!(ouvido.ends_with("|s:1|resposta:Mensagem inválida\n"), "{ouvido}");
    let mut conexao = entrar(&instancia, UMA);
    assert!(conexao.pedir(&format!("t:0|op:1|rg:{UMA}")).ends_with("Saldo: 10.0"));
    assert_eq!(instancia.parar(), [""; 0]);
}

/// Hears nothing for so long. A signal that interrupts is no sound.
fn calar(fluxo: &TcpStream, tempo: Duration) {
    fluxo.set_read_timeout(Some(tempo)).expect("a TCP socket");
    loop {
        match fluxo.peek(&mut [0]) {
            Err(erro) if erro.kind() == ErrorKind::Interrupted => {}
            Err(erro) if erro.kind() == ErrorKind::WouldBlock => break,
            outro => panic!("nothing was asked: {outro:?}"),
        }
    }
    fluxo.set_read_timeout(Some(comum::PACIENCIA)).expect("a TCP socket");
}

#[test]
fn each_message_of_a_pipeline_has_a_deadline_of_its_own() {
    let (mut instancia, _contas) = servir(&["--prazo-mensagem", "4"]);
    let mut conexao = entrar(&instancia, UMA);
    let pedido = format!("t:0|op:1|rg:{UMA}\n");
    let (comeco, fim) = pedido.split_at(5);
    conexao.enviar(comeco.as_bytes());
    // Longer than any one of them may take; at every moment one has been begun.
    for _ in 0..8 {
        calar(conexao.fluxo(), Duration::from_millis(600));
        conexao.enviar(format!("{fim}{comeco}").as_bytes());
        assert!(conexao.linha().ends_with("Saldo: 10.0"));
    }
    assert_eq!(instancia.parar(), [""; 0]);
}

#[test]
fn whoever_does_not_log_in_and_whoever_falls_silent_is_left() {
    let (mut instancia, _contas) = servir(&["--prazo-login", "2"]);
    let (mut calada, mut conversadora) = (instancia.conectar(), instancia.conectar());
    for _ in 0..3 {
        assert!(conversadora.pedir("t:0|op:5").ends_with("Operação inválida"));
    }
    assert_eq!(calada.resto(), "", "no word before the login");
    assert_eq!(conversadora.resto(), "", "to be answered is not to be logged in");
    assert_eq!(instancia.parar(), [""; 0]);

    let (mut instancia, _contas) = servir(&["--prazo-ocioso", "1"]);
    assert_eq!(entrar(&instancia, UMA).resto(), "");
    assert_eq!(instancia.parar(), [""; 0]);
}

#[test]
fn whoever_does_not_read_is_left() {
    let (instancia, _contas) = servir(&["--prazo-escrita", "0.3", "--log", "info"]);
    let mut surda = entrar(&instancia, UMA);
    esperar_ate("whoever does not read to be left", || {
        // What was asked so far may have found room for its replies.
        surda.encher(format!("t:0|op:1|rg:{UMA}\n").as_bytes());
        instancia.erros_ja().any(|linha| linha.contains("conexão interrompida conexao=1 "))
    });
    let mut outra = entrar(&instancia, UMA);
    assert!(outra.pedir(&format!("t:0|op:1|rg:{UMA}")).ends_with("Saldo: 10.0"));
}

#[test]
fn the_length_limit_is_an_option() {
    let (instancia, _contas) = servir(&["--max-mensagem", "100"]);
    let mut conexao = entrar(&instancia, UMA);
    assert!(conexao.pedir(&format!("t:0|{}", "x".repeat(96))).ends_with("Operação inválida"));
    assert!(conexao.pedir(&format!("t:0|{}", "x".repeat(97))).ends_with("Mensagem longa demais"));
    assert_eq!(conexao.resto(), "");
}

#[test]
fn limits_that_make_no_sense_are_usage_errors() {
    for (opcao, valor) in [
        ("--max-conexoes", "0"),
        ("--max-conexoes", "-1"),
        ("--max-por-endereco", "muitas"),
        ("--max-mensagem", "99"),
        ("--max-mensagem", "1025"),
        ("--prazo-mensagem", "0"),
        ("--prazo-login", "nan"),
        ("--prazo-ocioso", "1e9"),
        ("--prazo-escrita", "1e-12"),
        ("--log", "tudo"),
        ("--log-formato", "xml"),
    ] {
        let saida = programa(SERVIDOR).arg(format!("{opcao}={valor}")).output().expect("runs");
        let frase = String::from_utf8(saida.stderr).expect("UTF-8");
        assert_eq!(saida.status.code(), Some(2), "{opcao}={valor}: {frase}");
        assert!(frase.contains(opcao) && frase.contains(valor), "{frase}");
    }
}

/// A server that may have 64 descriptors, some of which it was born with.
fn com_poucos_descritores(herdados: usize) -> (Instancia, TempDir) {
    let contas = duas_contas();
    let heranca: Vec<_> = (10..10 + herdados).map(|fd| format!("exec {fd}</dev/null")).collect();
    let roteiro = format!("{}\nulimit -n 64; exec \"$0\" \"$@\"", heranca.join("\n"));
    let mut comando = programa("bash");
    comando.args(["-c", &roteiro, SERVIDOR, "--porta", "0", "--contas"]).arg(contas.path());
    (Instancia::iniciar(&mut comando), contas)
}

#[test]
fn a_full_house_leaves_the_bank_its_descriptors_however_many_loops_serve() {
    for (lacos, lugares) in [("0", 136), ("30", 76)] {
        let contas = duas_contas();
        let mut comando = programa("bash");
        comando.args(["-c", "ulimit -n 200; exec \"$0\" \"$@\"", SERVIDOR, "--lacos", lacos]);
        comando.args(["--porta", "0", "--contas"]).arg(contas.path());
        let mut instancia = Instancia::iniciar(&mut comando);
        let aviso = instancia.proximo_erro();
        assert!(aviso.contains(&format!("max_conexoes={lugares} descritores=200")), "{aviso}");
        let mut dentro: Vec<_> = (0..lugares).map(|_| entrar(&instancia, UMA)).collect();
        let resposta = dentro[0].pedir(&format!("t:0|op:3|rg:{UMA}|valor:1"));
        assert!(resposta.contains("|s:0|"), "{lacos} loops: {resposta}");
        assert_eq!(instancia.parar(), [""; 0]);
    }
}

#[test]
fn few_descriptors_are_reached_and_left_again() {
    // Half of them are for connections; each loop takes two before that.
    let lacos: usize =
        std::env::var("PIXSON_LACOS").map_or(0, |lacos| lacos.parse().expect("a number"));
    let aviso = format!("max_conexoes={} descritores=64", (64 - 2 * lacos) / 2);
    // With the many that it inherits there are fewer than it can know of.
    for herdados in [0, 42] {
        let (mut instancia, _contas) = com_poucos_descritores(herdados);
        assert!(instancia.proximo_erro().contains(&aviso), "{aviso}");
        let mut primeira = entrar(&instancia, UMA);
        let muitas: Vec<TcpStream> = (0..100).map(|_| instancia.fluxo()).collect();
        let recusadas = muitas
            .iter()
            .rev()
            .take(40)
            .filter(|fluxo| ate_o_fim(fluxo).ends_with(&format!("{LOTADO}\n")))
            .count();
        assert!(recusadas > 30, "{recusadas} of the last 40 were told");
        assert!(primeira.pedir(&format!("t:0|op:1|rg:{UMA}")).ends_with("Saldo: 10.0"));
        for fluxo in &muitas {
            let _ = fluxo.shutdown(Shutdown::Both);
        }
        drop(muitas);
        let mut nova = insistir(&instancia);
        assert!(nova.pedir(&format!("t:0|op:3|rg:{UMA}|valor:1")).contains("|s:0|"));
        let erros = instancia.parar();
        assert!(erros.iter().all(|erro| erro.contains(" AVISO nenhuma conexão pode")), "{erros:?}");
        assert!(herdados == 0 || !erros.is_empty(), "the last descriptor was never reached");
    }
}

#[test]
fn little_address_space_means_fewer_places_and_never_the_end_of_the_process() {
    // What no memory is left for would end it in the middle of a request.
    for limite in ["ulimit -v 100000", "ulimit -v 300000", "ulimit -d 60000"] {
        let contas = duas_contas();
        let mut comando = programa("sh");
        comando.args(["-c", &format!(r#"{limite}; exec "$0" "$@""#), SERVIDOR]);
        comando.args(["--porta", "0", "--contas"]).arg(contas.path());
        let mut instancia = Instancia::iniciar(&mut comando);
        let aviso = instancia.proximo_erro();
        assert!(aviso.contains("ulimit -v ou -d") && aviso.contains("max_conexoes="), "{aviso}");
        let (mut atendidas, mut recusadas) = (Vec::new(), 0);
        for _ in 0..300 {
            let mut conexao = instancia.conectar();
            let _ = conexao.fluxo().write_all(format!("t:0|op:6|rg:{UMA}\n").as_bytes());
            let linha = conexao.linha();
            if linha.contains("|s:0|") {
                atendidas.push(conexao);
            } else {
                assert!(linha.ends_with(LOTADO), "{linha}");
                recusadas += 1;
            }
        }
        assert!(atendidas.len() > 10 && recusadas > 10, "{limite}: {recusadas} were refused");
        // All at once they ask for more than they read.
        let pedido = format!("t:0|op:3|rg:{UMA}|valor:0.01\n");
        encher_todas(&mut atendidas, pedido.as_bytes());
        drop(atendidas);
        let mut nova = insistir(&instancia);
        assert!(nova.pedir(&format!("t:0|op:1|rg:{UMA}")).contains("|s:0|"), "{limite}");
        assert_eq!(instancia.parar(), [""; 0], "{limite}");
    }
}

#[test]
fn without_a_thread_a_client_is_refused_and_the_others_are_served() {
    // The system gives the program its first threads, and then refuses five.
    let Some(mut comando) = com_falhas(SERVIDOR, "clone3,clone:error=EAGAIN:when=10..14") else {
        dizer("skipped, no process can be traced here");
        return;
    };
    let contas = duas_contas();
    // Loops need no thread for a connection.
    comando.args(["--porta", "0", "--lacos", "0", "--contas"]).arg(contas.path());
    let mut instancia = Instancia::iniciar(&mut comando);
    let mut atendidas = Vec::new();
    let mut recusadas = 0;
    for _ in 0..20 {
        let mut conexao = instancia.conectar();
        let mut fluxo = conexao.fluxo();
        let _ = fluxo.write_all(format!("t:0|op:6|rg:{UMA}\n").as_bytes());
        let linha = conexao.linha();
        if linha.ends_with(LOTADO) {
            recusadas += 1;
        } else {
            assert!(linha.contains("|s:0|"), "{linha}");
            atendidas.push(conexao);
        }
    }
    assert_eq!((recusadas, atendidas.len()), (5, 15));
    for mut conexao in atendidas {
        assert!(conexao.pedir(&format!("t:0|op:1|rg:{UMA}")).ends_with("Saldo: 10.0"));
    }
    assert_eq!(instancia.parar(), [""; 0]);
}
