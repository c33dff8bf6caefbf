//! Peers that end their messages with a pause.

use super::*;

#[test]
fn a_message_without_lf_is_taken_after_the_quiet_period_and_answered_without_lf() {
    let servico = servico_com_duas();
    let mut sessao = servico.ligacao();
    let (saida, passo) = alimentar(&servico, &mut sessao, b"t:1|op:6|rg:1111111111");
    assert_eq!((saida.len(), passo), (0, LER_OU_PAUSA));
    sessao.silencio();
    let (saida, passo) = avancar(&servico, &mut sessao);
    assert_eq!(texto(saida), "t:3|s:0|resposta:Login realizado com sucesso");
    assert_eq!(passo, LER);

    let (saida, _) = alimentar(&servico, &mut sessao, b"t:5|op:1|rg:1111111111");
    assert!(saida.is_empty());
    sessao.silencio();
    assert_eq!(texto(avancar(&servico, &mut sessao).0), "t:7|s:0|resposta:Saldo: 10.0");
}

#[test]
fn a_part_of_a_message_is_kept_however_long_the_silence() {
    let servico = servico_com_duas();
    let mut sessao = servico.ligacao();
    let mensagem = b"t:1|op:6|rg:";
    for fim in 1..=mensagem.len() {
        let (saida, passo) = alimentar(&servico, &mut sessao, &mensagem[fim - 1..fim]);
        assert_eq!((saida.len(), passo), (0, LER), "{fim}");
        sessao.silencio();
        assert_eq!(avancar(&servico, &mut sessao), (vec![], LER), "{fim}");
    }
    let (_, passo) = alimentar(&servico, &mut sessao, b"1111111111");
    assert_eq!(passo, LER_OU_PAUSA);
    sessao.silencio();
    let (saida, _) = avancar(&servico, &mut sessao);
    assert_eq!(texto(saida), "t:3|s:0|resposta:Login realizado com sucesso");
}

#[test]
fn a_byte_before_the_pause_ends_starts_the_pause_anew() {
    let servico = servico(&[("1", "1.0"), ("12", "2.0")]);
    let mut sessao = servico.ligacao();
    assert_eq!(alimentar(&servico, &mut sessao, b"t:1|op:6|rg:1").1, LER_OU_PAUSA);
    assert_eq!(alimentar(&servico, &mut sessao, b"2"), (vec![], LER_OU_PAUSA));
    sessao.silencio();
    let _ = avancar(&servico, &mut sessao);
    assert_eq!(sessao.titular(), Some(rg("12")));
}

#[test]
fn an_amount_that_is_none_is_answered_unless_it_lacks_its_digits() {
    let servico = servico_com_duas();
    for (quanto, completo) in
        [("-5.0", true), ("nan", true), ("1e+16", true), ("0.0", true), ("", false), ("5.", false)]
    {
        let mut sessao = servico.ligacao();
        let bytes = format!("t:1|op:6|rg:1111111111\nt:2|op:2|rg:1111111111|valor:{quanto}");
        // The LF of the first message would make the connection framed.
        let (login, saque) = bytes.split_once('\n').expect("two messages");
        let _ = alimentar(&servico, &mut sessao, login.as_bytes());
        sessao.silencio();
        let _ = avancar(&servico, &mut sessao);
        let (_, passo) = alimentar(&servico, &mut sessao, saque.as_bytes());
        assert_eq!(passo == LER_OU_PAUSA, completo, "{quanto}");
        sessao.silencio();
        let saida = texto(avancar(&servico, &mut sessao).0);
        assert_eq!(saida.ends_with("|s:1|resposta:Valor inválido"), completo, "{quanto}");
    }
}

#[test]
fn lf_still_ends_a_message_and_the_reply_still_has_none() {
    let servico = servico_com_duas();
    let mut sessao = servico.ligacao();
    let _ = alimentar(&servico, &mut sessao, b"t:1|op:6|rg:1111111111");
    sessao.silencio();
    let _ = avancar(&servico, &mut sessao);
    let (saida, passo) = alimentar(&servico, &mut sessao, b"t:5|op:1|rg:1111111111\n");
    assert_eq!(texto(saida), "t:7|s:0|resposta:Saldo: 10.0");
    assert_eq!(passo, LER);
}

#[test]
fn a_framed_peer_is_never_cut_by_a_pause() {
    let servico = servico_com_duas();
    let mut sessao = servico.ligacao();
    let _ = alimentar(&servico, &mut sessao, b"t:1|op:6|rg:1111111111\n");
    let (saida, passo) = alimentar(&servico, &mut sessao, b"t:5|op:1|rg:1111111111");
    assert_eq!((saida.len(), passo), (0, LER));
    sessao.silencio();
    assert_eq!(avancar(&servico, &mut sessao), (vec![], LER));
    let (saida, _) = alimentar(&servico, &mut sessao, b"\n");
    assert_eq!(texto(saida), "t:7|s:0|resposta:Saldo: 10.0\n");
}

#[test]
fn it_can_be_switched_off() {
    let configuracao =
        ConfiguracaoServidor { pausa_legada: None, ..ConfiguracaoServidor::default() };
    let servico = servico_com_duas().com_configuracao(configuracao);
    let mut sessao = servico.ligacao();
    assert_eq!(alimentar(&servico, &mut sessao, b"t:1|op:6|rg:1111111111"), (vec![], LER));
    sessao.silencio();
    assert_eq!(avancar(&servico, &mut sessao), (vec![], LER));
}

#[test]
fn the_pause_is_configurable() {
    let pausa = Duration::from_millis(250);
    let configuracao =
        ConfiguracaoServidor { pausa_legada: Some(pausa), ..ConfiguracaoServidor::default() };
    let servico = servico_com_duas().com_configuracao(configuracao);
    let (_, passo) = conversar(&servico, b"t:1|op:6|rg:1111111111", Alimentacao::Inteira);
    assert_eq!(passo, Passo::Ler { acordar_apos: Some(pausa) });
}
