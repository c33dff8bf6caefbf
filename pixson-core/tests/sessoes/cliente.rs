//! The session of a client.

use super::*;

fn depois_de_login() -> SessaoCliente {
    let mut sessao = SessaoCliente::default();
    sessao.enviar(Operacao::Login { rg: rg("1") }).expect("nothing is pending");
    sessao.receber(b"t:3|s:0|resposta:Login realizado com sucesso\n");
    while !matches!(sessao.proxima_saida(), Ok(SaidaCliente::PrecisaDeDados { .. })) {}
    sessao
}

fn ultima(sessao: &mut SessaoCliente) -> Result<SaidaCliente, ErroSessao> {
    loop {
        match sessao.proxima_saida() {
            Ok(
                SaidaCliente::PedidoEnviado(_)
                | SaidaCliente::MensagemRecebida(_)
                | SaidaCliente::RespostaRecebida(_),
            ) => {}
            outra => return outra,
        }
    }
}

#[test]
fn one_request_at_a_time_unless_the_peer_is_known() {
    let mut sessao = SessaoCliente::default();
    let saldo = Operacao::Saldo { rg: rg("1") };
    sessao.enviar(saldo).expect("nothing is pending");
    assert_eq!(sessao.enviar(saldo), Err(ErroEnvio::PendentesDemais));
    assert_eq!(sessao.relogio().valor(), 1, "the clock did not tick");
    assert_eq!(sessao.pendentes(), 1);
}

#[test]
fn a_reply_without_lf_is_taken_after_the_quiet_period() {
    let mut sessao = SessaoCliente::default();
    sessao.enviar(Operacao::Login { rg: rg("1") }).expect("nothing is pending");
    sessao.receber(b"t:3|s:0|resposta:Login realizado com sucess");
    let pausa = |pausa| Ok(SaidaCliente::PrecisaDeDados { acordar_apos: Some(pausa) });
    assert_eq!(ultima(&mut sessao), pausa(10 * PAUSA_LEGADA), "it may be half a text");
    sessao.receber(b"o");
    assert_eq!(ultima(&mut sessao), pausa(PAUSA_LEGADA));
    sessao.silencio();
    assert!(matches!(sessao.proxima_saida(), Ok(SaidaCliente::MensagemRecebida(_))));
    let dita = sessao.resposta_da_mensagem().map(|resposta| resposta.texto().into_owned());
    assert_eq!(dita.as_deref(), Some("Login realizado com sucesso"));
    let Ok(SaidaCliente::RespostaRecebida(resposta)) = sessao.proxima_saida() else {
        panic!("the reply should be out");
    };
    assert_eq!(resposta.texto(), "Login realizado com sucesso");
}

#[test]
fn a_reply_whose_stamp_must_not_be_merged_is_still_the_answer() {
    let mut sessao = depois_de_login();
    sessao.enviar(Operacao::Saldo { rg: rg("1") }).expect("idle");
    let antes = sessao.relogio();
    sessao.receber(b"t:4611686018427387903|s:0|resposta:Saldo: 1.0\n");
    let mut resposta = None;
    while let Ok(saida) = sessao.proxima_saida() {
        match saida {
            SaidaCliente::RespostaRecebida(recebida) => resposta = Some(recebida),
            SaidaCliente::PedidoEnviado(_) | SaidaCliente::MensagemRecebida(_) => {}
            SaidaCliente::PrecisaDeDados { .. } | SaidaCliente::Encerrada => break,
        }
    }
    assert_eq!(resposta.expect("the answer").texto(), "Saldo: 1.0");
    assert_eq!(sessao.relogio(), antes, "the clock stays where it was");
}

#[test]
fn words_that_nobody_asked_for_never_pass_for_an_answer() {
    let mut sessao = SessaoCliente::default();
    sessao.enviar(Operacao::Login { rg: rg("1") }).expect("nothing is pending");
    sessao.receber(b"t:3|s:0|resposta:Login realizado com sucesso\nt:4|s:0|resposta:Saldo: 9.0\n");
    while !matches!(sessao.proxima_saida(), Ok(SaidaCliente::RespostaRecebida(_))) {}
    assert_eq!(sessao.enviar(Operacao::Saldo { rg: rg("1") }), Err(ErroEnvio::Encerrada));
    assert!(matches!(ultima(&mut sessao), Err(ErroSessao::RespostaInesperada(_))));
}

#[test]
fn a_connection_that_ends_before_the_answer_leaves_the_outcome_unknown() {
    let mut sessao = depois_de_login();
    sessao.enviar(Operacao::Saque { rg: rg("1"), valor: valor("1") }).expect("idle");
    sessao.receber(b"t:9|s:0|resposta:Saque realizado com sucesso");
    sessao.fim_de_entrada();
    let erro = Err(ErroSessao::Interrompida { pendentes: 1 });
    assert_eq!(ultima(&mut sessao), erro);
    sessao.receber(b"\n");
    assert_eq!(ultima(&mut sessao), erro, "a failure is for ever");
    assert_eq!(sessao.enviar(Operacao::Saldo { rg: rg("1") }), Err(ErroEnvio::Encerrada));
}

#[test]
fn a_connection_that_ends_when_nothing_is_pending_has_just_ended() {
    let mut sessao = depois_de_login();
    sessao.fim_de_entrada();
    assert_eq!(ultima(&mut sessao), Ok(SaidaCliente::Encerrada));
}

#[test]
fn nonsense_and_unasked_words_fail_the_session_for_ever() {
    for (bytes, esperado) in [
        (&b"HTTP/1.1 400 Bad Request\r\n"[..], "não é do protocolo"),
        (b"t:99999999999999999999|s:0|resposta:x\n", "não é do protocolo"),
        (&[b'x'; MENSAGEM_MAX_BYTES + 1], "longa demais"),
    ] {
        let mut sessao = depois_de_login();
        sessao.enviar(Operacao::Saldo { rg: rg("1") }).expect("idle");
        sessao.receber(bytes);
        let erro = ultima(&mut sessao).expect_err("the server broke the protocol");
        assert!(erro.to_string().contains(esperado), "{erro}");
        assert_eq!(erro.culpa(), Culpa::Par);
        sessao.receber(b"t:9|s:0|resposta:Saldo: 1.0\n");
        assert_eq!(ultima(&mut sessao), Err(erro));
    }
    let mut sessao = SessaoCliente::default();
    sessao.receber(b"t:1|s:1|resposta:Servidor lotado\n");
    let Err(ErroSessao::RespostaInesperada(resposta)) = ultima(&mut sessao) else {
        panic!("nobody asked");
    };
    assert_eq!(resposta.desfecho(), Some(Err(Recusa::ServidorLotado)));
}
