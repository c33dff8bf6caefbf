//! What a session does when the program's limits are reached.

mod comum;

use pixson_core::banco::BancoMemoria;
use pixson_core::servico::Passo;
use pixson_core::sessao::{
    ConfiguracaoServidor, Fim, RespostaEscrita, SaidaCliente, SaidaServidor,
};
use pixson_core::tipos::Culpa;
use pixson_core::{Carimbo, Operacao, Recusa, Servico, SessaoCliente, SessaoServidor};

use comum::{Alimentacao, alimentar, avancar, conversar, rg, servico_com_duas};

const LOGIN: &[u8] = b"t:1|op:6|rg:1111111111\n";

/// A service with the usual accounts and this length limit.
fn com_limite(mensagem_max_bytes: usize) -> Servico<BancoMemoria> {
    let configuracao =
        ConfiguracaoServidor { mensagem_max_bytes, ..ConfiguracaoServidor::default() };
    servico_com_duas().com_configuracao(configuracao)
}

#[test]
fn a_message_that_has_begun_is_refused_when_the_deadline_passes() {
    for comeco in [&b"t:5|op:1|rg:1111111111"[..], b"t:5|op", b"\x16\x03\x01", b"t:5|op:1\r"] {
        let servico = servico_com_duas();
        let mut sessao = servico.ligacao();
        let _ = alimentar(&servico, &mut sessao, LOGIN);
        let (nada, _) = alimentar(&servico, &mut sessao, comeco);
        assert!(nada.is_empty() && sessao.mensagem_incompleta());
        sessao.prazo_esgotado();
        let (saida, passo) = avancar(&servico, &mut sessao);
        assert_eq!(saida, b"t:4|s:1|resposta:Mensagem inv\xc3\xa1lida\n");
        assert_eq!(passo, Passo::Encerrar(Fim::PrazoEsgotado));
        assert_eq!(Fim::PrazoEsgotado.culpa(), Some(Culpa::Par));
    }
}

#[test]
fn a_silent_peer_is_left_without_a_word_when_the_deadline_passes() {
    for antes in [&b""[..], LOGIN] {
        let servico = servico_com_duas();
        let mut sessao = servico.ligacao();
        let _ = alimentar(&servico, &mut sessao, antes);
        assert!(!sessao.mensagem_incompleta());
        sessao.prazo_esgotado();
        assert_eq!(avancar(&servico, &mut sessao), (vec![], Passo::Encerrar(Fim::PrazoEsgotado)));
    }
}

#[test]
fn what_arrived_whole_before_the_deadline_is_answered() {
    let servico = servico_com_duas();
    let mut sessao = servico.ligacao();
    sessao.receber(LOGIN);
    sessao.receber(b"t:5|op:1|rg:1111111111\nt:9|op:1|rg:1111111111");
    sessao.prazo_esgotado();
    let (saida, passo) = avancar(&servico, &mut sessao);
    let saida = String::from_utf8(saida).expect("replies are UTF-8");
    let textos: Vec<_> = saida.lines().map(|linha| linha.rsplit(':').next()).collect();
    assert_eq!(
        textos,
        [Some("Login realizado com sucesso"), Some(" 10.0"), Some("Mensagem inválida")]
    );
    assert_eq!(passo, Passo::Encerrar(Fim::PrazoEsgotado));
}

#[test]
fn a_full_server_says_so_and_hears_nothing() {
    let servico = servico_com_duas();
    let mut sessao = servico.ligacao();
    servico.lotada(&mut sessao);
    sessao.receber(LOGIN);
    let (saida, passo) = avancar(&servico, &mut sessao);
    assert_eq!(saida, b"t:1|s:1|resposta:Servidor lotado\n");
    assert_eq!(passo, Passo::Encerrar(Fim::ServidorLotado));
    assert_eq!(Fim::ServidorLotado.culpa(), Some(Culpa::Servidor));

    // A client that has asked by then takes it for its answer.
    let mut cliente = SessaoCliente::default();
    cliente.enviar(Operacao::Login { rg: rg("1111111111") }).expect("nothing was sent before");
    cliente.receber(&saida);
    let resposta = loop {
        match cliente.proxima_saida().expect("a legal reply") {
            SaidaCliente::RespostaRecebida(resposta) => break resposta,
            SaidaCliente::PrecisaDeDados { .. } => panic!("the reply is whole"),
            _ => {}
        }
    };
    assert_eq!(resposta.desfecho(), Some(Err(Recusa::ServidorLotado)));
}

#[test]
fn a_session_that_is_over_is_not_told_that_the_server_is_full() {
    let servico = servico_com_duas();
    let mut sessao = servico.ligacao();
    sessao.fim_de_entrada();
    let _ = avancar(&servico, &mut sessao);
    servico.lotada(&mut sessao);
    assert_eq!(avancar(&servico, &mut sessao), (vec![], Passo::Encerrar(Fim::FimDeEntrada)));
    assert_eq!(servico.relogio().agora().valor(), 0, "nothing was stamped");
}

#[test]
fn the_length_limit_can_be_lowered_and_not_raised() {
    let mensagem = |bytes: usize| format!("t:1|{}\n", "x".repeat(bytes - 4));
    for (limite, vale) in [(100, 100), (1023, 1023), (1024, 1024), (usize::MAX, 1024)] {
        let servico = com_limite(limite);
        for alimentacao in [Alimentacao::Inteira, Alimentacao::ByteAByte] {
            let (_, passo) = conversar(&servico, mensagem(vale).as_bytes(), alimentacao);
            assert!(matches!(passo, Passo::Ler { .. }), "{limite}: {passo:?}");
            let (saida, passo) = conversar(&servico, mensagem(vale + 1).as_bytes(), alimentacao);
            assert!(saida.ends_with("|s:1|resposta:Mensagem longa demais\n"), "{saida}");
            assert_eq!(passo, Passo::Encerrar(Fim::MensagemLonga));
        }
    }
}

#[test]
fn the_longest_request_of_the_grammar_fits_into_the_smallest_sensible_limit() {
    let longo = "t:4294967296|op:4|rg_origem:1111111111|rg_destino:2222222222\
                 |valor:9999999999999.99\n";
    let servico = com_limite(100);
    let (saida, _) = conversar(&servico, longo.as_bytes(), Alimentacao::Inteira);
    assert!(saida.ends_with("|s:1|resposta:Login necessário\n"), "{saida}");
    let maior = longo.replace("4294967296", "4611686018427387903");
    assert!(maior.trim_end().len() <= 100);
}

#[test]
fn a_refusal_of_the_session_comes_out_before_its_reply_which_says_what_it_answers() {
    let servico = servico_com_duas();
    let mut sessao = SessaoServidor::default();
    sessao.receber(b"t:1|op:1|rg:1111111111\n");
    let recebida = sessao.proxima_saida(servico.relogio());
    let SaidaServidor::MensagemRecebida(recebimento) = recebida else { panic!("{recebida:?}") };
    let saldo = Operacao::Saldo { rg: "1111111111".parse().expect("an RG") };
    assert_eq!((recebimento.antes, sessao.pedido_da_mensagem()), (Carimbo::ZERO, Some(saldo)));
    let recusa = Recusa::LoginNecessario;
    assert_eq!(sessao.proxima_saida(servico.relogio()), SaidaServidor::PedidoRecusado(recusa));
    let carimbo = |valor| Carimbo::novo(valor).expect("in range");
    let (carimbo, responde) = (carimbo(3), Some(carimbo(1)));
    let escrita = RespostaEscrita { carimbo, desfecho: Err(recusa), responde };
    assert_eq!(sessao.proxima_saida(servico.relogio()), SaidaServidor::RespostaEscrita(escrita));
}
