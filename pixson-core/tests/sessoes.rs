//! What a session does with the ways in which bytes arrive, stop and end.

#[path = "sessoes/cliente.rs"]
mod cliente;
mod comum;
#[path = "sessoes/em_voo.rs"]
mod em_voo;
#[path = "sessoes/legado.rs"]
mod legado;
#[path = "sessoes/separadas.rs"]
mod separadas;

use std::time::Duration;

use pixson_core::protocolo::MENSAGEM_MAX_BYTES;
use pixson_core::servico::{Evento, LOTE_MAX_BYTES, Passo};
use pixson_core::sessao::{
    ConfiguracaoServidor, ErroEnvio, ErroResponder, ErroSessao, Fim, PAUSA_LEGADA, RespostaEscrita,
    SaidaCliente, SaidaServidor,
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
        servico.avancar(&mut sessao, |evento| match evento.relogio() {
            Some(relogio) => mudancas.push(relogio.valor()),
            None => outros.push(evento),
        });
        assert_eq!(mudancas, [2, 3, 6, 7, 10, 11, 12]);
        let rg = rg("1111111111");
        let executada = |operacao, sucesso| Evento::Executada { operacao, desfecho: Ok(sucesso) };
        assert_eq!(
            outros,
            [
                executada(Operacao::Login { rg }, Sucesso::Login),
                executada(Operacao::Saldo { rg }, Sucesso::Saldo(saldo("10.0"))),
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
        let resposta =
            sessao.responder(Carimbo::ZERO, Err(Recusa::ClienteNaoEncontrado), &Relogio::novo());
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
            sessao
                .responder(relogio.tique().expect("a stamp"), Ok(Sucesso::Login), &relogio)
                .expect("asked");
            sessao.receber(b"t:5|op:2|rg:1111111111|valor:1\n");
            let _reply_of_login = sessao.proxima_saida(&relogio);
            let merge = sessao.proxima_saida(&relogio);
            assert!(matches!(merge, SaidaServidor::MensagemRecebida(_)));
            let cedo = sessao.responder(Carimbo::ZERO, Err(Recusa::SaldoInsuficiente), &relogio);
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
            let desfecho = Ok(Sucesso::Login);
            assert_eq!(sessao.responder(carimbo, desfecho, &relogio), Ok(()));
            cancelar(&mut sessao, &relogio);
            let responde = Carimbo::novo(1);
            let escrita = RespostaEscrita { carimbo, desfecho, responde };
            assert_eq!(sessao.proxima_saida(&relogio), SaidaServidor::RespostaEscrita(escrita));
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
