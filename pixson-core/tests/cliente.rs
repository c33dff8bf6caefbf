//! The client's session with servers of both kinds, and with mad ones.

mod comum;

use std::num::NonZeroUsize;

use pixson_core::sessao::{ConfiguracaoCliente, ErroEnvio, ErroSessao, SaidaCliente};
use pixson_core::{Operacao, Resposta, SessaoCliente};

use comum::rg;

fn login() -> Operacao {
    Operacao::Login { rg: rg("1111111111") }
}

fn saldo() -> Operacao {
    Operacao::Saldo { rg: rg("1111111111") }
}

/// A session that may have eight requests on their way.
fn oito() -> SessaoCliente {
    let pendentes_max = NonZeroUsize::new(8).expect("above zero");
    let configuracao = ConfiguracaoCliente { pendentes_max, ..ConfiguracaoCliente::default() };
    SessaoCliente::nova(configuracao)
}

/// The next reply, if one can be taken now.
fn resposta(cliente: &mut SessaoCliente) -> Option<Resposta> {
    loop {
        match cliente.proxima_saida().expect("a legal reply") {
            SaidaCliente::RespostaRecebida(resposta) => return Some(resposta),
            SaidaCliente::PrecisaDeDados { .. } => return None,
            _ => {}
        }
    }
}

#[test]
fn a_session_that_failed_says_why_again_and_again() {
    let mut cliente = SessaoCliente::default();
    assert_eq!(cliente.falha(), None);
    cliente.enviar(login()).expect("nothing was sent before");
    cliente.receber(b"HTTP/1.1 400 Bad Request\n");
    let erro = loop {
        match cliente.proxima_saida() {
            Ok(SaidaCliente::RelogioAtualizado(_)) => {}
            Ok(saida) => panic!("{saida:?}"),
            Err(erro) => break erro,
        }
    };
    assert!(matches!(erro, ErroSessao::RespostaInvalida(_)), "{erro:?}");
    assert_eq!(cliente.falha(), Some(&erro));
    assert_eq!(cliente.proxima_saida().expect_err("it has failed"), erro);
}

#[test]
fn a_server_that_ends_its_lines_may_be_asked_many_things_at_once() {
    let mut cliente = oito();
    cliente.enviar(login()).expect("nothing was sent before");
    cliente.receber(b"t:3|s:0|resposta:Login realizado com sucesso\n");
    assert!(resposta(&mut cliente).is_some());
    for _ in 0..8 {
        cliente.enviar(saldo()).expect("there is room");
    }
    assert_eq!(cliente.pendentes(), 8);
    assert_eq!(cliente.enviar(saldo()), Err(ErroEnvio::PendentesDemais));
}

#[test]
fn a_server_that_terminates_nothing_is_asked_one_thing_at_a_time() {
    let mut cliente = oito();
    cliente.enviar(login()).expect("nothing was sent before");
    cliente.receber(b"t:3|s:0|resposta:Login realizado com sucesso");
    assert!(resposta(&mut cliente).is_none(), "more may come");
    cliente.silencio();
    assert!(resposta(&mut cliente).is_some());
    cliente.enviar(saldo()).expect("nothing waits");
    assert_eq!(cliente.enviar(saldo()), Err(ErroEnvio::PendentesDemais));
}

#[test]
fn bytes_after_a_pause_belong_to_the_reply_before_it() {
    let mut cliente = SessaoCliente::default();
    cliente.enviar(login()).expect("nothing was sent before");
    cliente.receber(b"t:3|s:0|resposta:Saldo: 1");
    cliente.silencio();
    cliente.receber(b"0.0");
    assert!(resposta(&mut cliente).is_none(), "the pause was over before it was looked at");
    cliente.silencio();
    let texto = resposta(&mut cliente).expect("it is whole").texto().into_owned();
    assert_eq!(texto, "Saldo: 10.0");
}
