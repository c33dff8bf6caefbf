//! What a session does with the ways in which bytes arrive, stop and end.

mod comum;

use std::time::Duration;

use pixson_core::protocolo::MENSAGEM_MAX_BYTES;
use pixson_core::servico::{Evento, LOTE_MAX_BYTES, Passo};
use pixson_core::sessao::{
    ConfiguracaoServidor, ErroEnvio, ErroResponder, ErroSessao, Fim, PAUSA_LEGADA, SaidaCliente,
    SaidaServidor,
};
use pixson_core::tipos::Culpa;
use pixson_core::{Carimbo, Operacao, Recusa, Relogio, SessaoCliente, SessaoServidor, Sucesso};

use comum::{
    Alimentacao, alimentar, avancar, conversar, rg, saldo, servico, servico_com_duas, valor,
};

const LER: Passo = Passo::Ler { acordar_apos: None };
const LER_OU_PAUSA: Passo = Passo::Ler { acordar_apos: Some(PAUSA_LEGADA) };

fn texto(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("replies are UTF-8")
}

mod legado {
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
        for (quanto, completo) in [
            ("-5.0", true),
            ("nan", true),
            ("1e+16", true),
            ("0.0", true),
            ("", false),
            ("5.", false),
        ] {
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
}

mod fim {
    use super::*;

    #[test]
    fn the_end_of_input_never_ends_a_message() {
        let servico = servico_com_duas();
        let mut sessao = servico.ligacao();
        let _ = alimentar(&servico, &mut sessao, b"t:1|op:6|rg:1111111111\n");
        let _ = alimentar(&servico, &mut sessao, b"t:5|op:2|rg:1111111111|valor:1.0");
        sessao.fim_de_entrada();
        let (saida, passo) = avancar(&servico, &mut sessao);
        assert_eq!((saida.len(), passo), (0, Passo::Encerrar(Fim::FimDeEntrada)));
        assert_eq!(servico.banco().total_em_centavos(), 2000, "nothing was withdrawn");
    }

    #[test]
    fn what_arrived_whole_before_the_end_is_answered() {
        let servico = servico_com_duas();
        let mut sessao = servico.ligacao();
        sessao.receber(b"t:1|op:6|rg:1111111111\nt:2|op:1|rg:1111111111\n");
        sessao.fim_de_entrada();
        let (saida, passo) = avancar(&servico, &mut sessao);
        assert_eq!(texto(saida).lines().count(), 2);
        assert_eq!(passo, Passo::Encerrar(Fim::FimDeEntrada));
    }

    #[test]
    fn nothing_is_done_after_it() {
        let servico = servico_com_duas();
        let mut sessao = servico.ligacao();
        sessao.fim_de_entrada();
        let _ = avancar(&servico, &mut sessao);
        let (saida, passo) = alimentar(&servico, &mut sessao, b"t:1|op:6|rg:1111111111\n");
        assert_eq!((saida.len(), passo), (0, Passo::Encerrar(Fim::FimDeEntrada)));
        assert_eq!(servico.relogio().agora(), Carimbo::ZERO);
    }
}

mod tamanho {
    use super::*;

    /// A message of so many bytes whose stamp is good and whose rest is none.
    fn mensagem(bytes: usize) -> String {
        format!("t:1|{}", "x".repeat(bytes - 4))
    }

    #[test]
    fn a_message_of_1024_bytes_is_read_and_one_of_1025_ends_the_connection() {
        let servico = servico_com_duas();
        for terminador in ["\n", "\r\n"] {
            let justa = format!("{}{terminador}", mensagem(MENSAGEM_MAX_BYTES));
            let longa = format!("{}{terminador}", mensagem(MENSAGEM_MAX_BYTES + 1));
            for alimentacao in [
                Alimentacao::Inteira,
                Alimentacao::ByteAByte,
                Alimentacao::Cortada(MENSAGEM_MAX_BYTES),
                Alimentacao::Cortada(MENSAGEM_MAX_BYTES + 1),
            ] {
                let (saida, passo) = conversar(&servico, justa.as_bytes(), alimentacao);
                assert!(saida.ends_with("|s:1|resposta:Operação inválida\n"), "{alimentacao:?}");
                assert_eq!(passo, LER);
                let (saida, passo) = conversar(&servico, longa.as_bytes(), alimentacao);
                assert!(saida.ends_with("|s:1|resposta:Mensagem longa demais\n"), "{saida}");
                assert_eq!(passo, Passo::Encerrar(Fim::MensagemLonga));
            }
        }
    }

    #[test]
    fn a_line_that_never_ends_is_cut_off_as_soon_as_it_is_too_long() {
        let servico = servico_com_duas();
        let mut sessao = servico.ligacao();
        let (saida, passo) =
            alimentar(&servico, &mut sessao, mensagem(MENSAGEM_MAX_BYTES).as_bytes());
        assert_eq!((saida.len(), passo), (0, LER));
        let (saida, passo) = alimentar(&servico, &mut sessao, b"x");
        assert_eq!(texto(saida), "t:1|s:1|resposta:Mensagem longa demais\n");
        assert_eq!(passo, Passo::Encerrar(Fim::MensagemLonga));
        assert_eq!(Fim::MensagemLonga.culpa(), Some(Culpa::Par));
    }

    #[test]
    fn what_came_before_a_long_message_is_answered() {
        let servico = servico_com_duas();
        let entrada = format!("t:1|op:6|rg:1111111111\n{}", mensagem(5000));
        let (saida, passo) = conversar(&servico, entrada.as_bytes(), Alimentacao::Inteira);
        assert_eq!(
            saida,
            "t:3|s:0|resposta:Login realizado com sucesso\n\
             t:4|s:1|resposta:Mensagem longa demais\n"
        );
        assert_eq!(passo, Passo::Encerrar(Fim::MensagemLonga));
    }

    #[test]
    fn a_batch_of_replies_pauses_so_that_memory_stays_bounded() {
        let servico = servico_com_duas();
        let mut sessao = servico.ligacao();
        let _ = alimentar(&servico, &mut sessao, b"t:1|op:6|rg:1111111111\n");
        let mut entrada = Vec::new();
        for _ in 0..20_000 {
            entrada.extend_from_slice(b"t:5|op:1|rg:1111111111\n");
        }
        sessao.receber(&entrada);
        let mut bytes = Vec::new();
        let mut respostas = 0;
        loop {
            servico.avancar(&mut sessao, |_| {});
            let passo = servico.confirmar(&mut sessao, &mut bytes);
            assert!(bytes.len() < LOTE_MAX_BYTES + MENSAGEM_MAX_BYTES, "{}", bytes.len());
            respostas += texto(bytes.clone()).lines().count();
            if passo != Passo::Continuar {
                break;
            }
        }
        assert_eq!(respostas, 20_000);
    }
}

mod relogio {
    use super::*;

    #[test]
    fn a_stamp_that_is_refused_leaves_the_clock_where_it_was() {
        let servico = servico_com_duas();
        let (saida, _) =
            conversar(&servico, b"t:4294967297|op:6|rg:1111111111\n", Alimentacao::Inteira);
        assert_eq!(saida, "t:1|s:1|resposta:Carimbo inválido\n");
        assert_eq!(servico.relogio().agora(), Carimbo::novo(1).expect("legal"));
    }

    #[test]
    fn with_no_stamp_left_the_connection_ends_without_a_word() {
        let relogio = Relogio::desde(Carimbo::MAX);
        let mut sessao = SessaoServidor::default();
        sessao.receber(b"GET / HTTP/1.1\n");
        assert_eq!(sessao.proxima_saida(&relogio), SaidaServidor::Encerrada(Fim::RelogioEsgotado));
        assert_eq!(sessao.bytes_na_saida(), 0);
    }

    #[test]
    fn each_change_is_reported_once_and_in_order() {
        let servico = servico_com_duas();
        let mut sessao = servico.ligacao();
        sessao.receber(b"t:1|op:6|rg:1111111111\nt:5|op:1|rg:1111111111\nt:9|x\nnada\n");
        let (mut mudancas, mut outros) = (Vec::new(), Vec::new());
        servico.avancar(&mut sessao, |evento| match evento {
            Evento::RelogioAtualizado(carimbo) => mudancas.push(carimbo.valor()),
            outro => outros.push(outro),
        });
        assert_eq!(mudancas, [2, 3, 6, 7, 10, 11, 12]);
        let rg = rg("1111111111");
        assert_eq!(
            outros,
            [
                Evento::Executada {
                    operacao: Operacao::Login { rg },
                    desfecho: Ok(Sucesso::Login)
                },
                Evento::Executada {
                    operacao: Operacao::Saldo { rg },
                    desfecho: Ok(Sucesso::Saldo(saldo("10.0"))),
                },
                Evento::Recusada(Recusa::OperacaoInvalida),
                Evento::Recusada(Recusa::MensagemInvalida),
            ]
        );
    }
}

mod uso {
    use super::*;

    #[test]
    fn a_reply_that_nobody_waits_for_is_refused() {
        let mut sessao = SessaoServidor::default();
        let resposta = sessao.responder(Carimbo::ZERO, Err(Recusa::ClienteNaoEncontrado));
        assert_eq!(resposta, Err(ErroResponder));
        assert_eq!(ErroResponder.culpa(), Culpa::Chamador);
        assert_eq!(sessao.bytes_na_saida(), 0);
    }

    #[test]
    fn a_request_that_was_cancelled_before_it_came_out_is_never_done() {
        for cancelar in [
            |sessao: &mut SessaoServidor, _: &Relogio| sessao.encerrar(Fim::RelogioEsgotado),
            |sessao: &mut SessaoServidor, relogio: &Relogio| sessao.anular(relogio),
        ] {
            let relogio = Relogio::novo();
            let mut sessao = SessaoServidor::default();
            sessao.receber(b"t:1|op:6|rg:1111111111\n");
            while !matches!(sessao.proxima_saida(&relogio), SaidaServidor::PedidoRecebido(_)) {}
            sessao.responder(relogio.tique().expect("a stamp"), Ok(Sucesso::Login)).expect("asked");
            sessao.receber(b"t:5|op:2|rg:1111111111|valor:1\n");
            let _reply_of_login = sessao.proxima_saida(&relogio);
            let merge = sessao.proxima_saida(&relogio);
            assert!(matches!(merge, SaidaServidor::RelogioAtualizado(_)));
            let cedo = sessao.responder(Carimbo::ZERO, Err(Recusa::SaldoInsuficiente));
            assert_eq!(cedo, Err(ErroResponder), "the request has not come out yet");
            cancelar(&mut sessao, &relogio);
            let fim = std::iter::repeat_with(|| sessao.proxima_saida(&relogio))
                .inspect(|saida| {
                    assert!(!matches!(saida, SaidaServidor::PedidoRecebido(_)), "{saida:?}");
                })
                .find(|saida| matches!(saida, SaidaServidor::Encerrada(_)));
            assert!(fim.is_some());
        }
    }

    #[test]
    fn a_clock_change_is_told_though_the_session_was_ended_before() {
        for cancelar in [
            |sessao: &mut SessaoServidor, _: &Relogio| sessao.encerrar(Fim::FimDeEntrada),
            |sessao: &mut SessaoServidor, relogio: &Relogio| sessao.anular(relogio),
        ] {
            let relogio = Relogio::novo();
            let mut sessao = SessaoServidor::default();
            sessao.receber(b"t:1|op:6|rg:1\n");
            while sessao.proxima_saida(&relogio) != SaidaServidor::EsperaResposta {}
            let carimbo = relogio.tique().expect("stamps are left");
            assert_eq!(sessao.responder(carimbo, Ok(Sucesso::Login)), Ok(()));
            cancelar(&mut sessao, &relogio);
            assert_eq!(sessao.proxima_saida(&relogio), SaidaServidor::RelogioAtualizado(carimbo));
        }
    }

    #[test]
    fn a_request_comes_out_once() {
        let relogio = Relogio::novo();
        let mut sessao = SessaoServidor::default();
        sessao.receber(b"t:1|op:6|rg:1\n");
        let _ = sessao.proxima_saida(&relogio);
        let login = Operacao::Login { rg: rg("1") };
        assert_eq!(sessao.proxima_saida(&relogio), SaidaServidor::PedidoRecebido(login));
        assert_eq!(sessao.proxima_saida(&relogio), SaidaServidor::EsperaResposta);
        assert_eq!(sessao.proxima_saida(&relogio), SaidaServidor::EsperaResposta);
    }
}

mod cliente {
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
                Ok(SaidaCliente::RelogioAtualizado(_) | SaidaCliente::RespostaRecebida(_)) => {}
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
        assert!(matches!(sessao.proxima_saida(), Ok(SaidaCliente::RelogioAtualizado(_))));
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
                SaidaCliente::RelogioAtualizado(_) => {}
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
        sessao.receber(
            b"t:3|s:0|resposta:Login realizado com sucesso\nt:4|s:0|resposta:Saldo: 9.0\n",
        );
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
}
