//! Requests that come out before those ahead of them are answered.

use std::cell::RefCell;
use std::num::NonZeroUsize;

use pixson_core::sessao::{ConfiguracaoServidor, ErroResponder, Fim, SaidaServidor};
use pixson_core::{Carimbo, Operacao, Relogio, Saldo, SessaoServidor, Sucesso};

use super::comum::rg;

#[test]
fn as_many_requests_come_out_as_may_be_in_flight_and_are_answered_in_order() {
    let relogio = Relogio::novo();
    let em_voo_max = NonZeroUsize::new(3).expect("not zero");
    let configuracao = ConfiguracaoServidor { em_voo_max, ..ConfiguracaoServidor::default() };
    let mut sessao = SessaoServidor::nova(configuracao);
    let respondidos = RefCell::new(Vec::new());
    let sair = |sessao: &mut SessaoServidor| loop {
        match sessao.proxima_saida(&relogio) {
            SaidaServidor::MensagemRecebida(_) | SaidaServidor::PedidoRecusado(_) => {}
            SaidaServidor::RespostaEscrita(escrita) => {
                respondidos.borrow_mut().extend(escrita.responde.map(Carimbo::valor));
            }
            outra => return outra,
        }
    };
    let responder = |sessao: &mut SessaoServidor, sucesso| {
        let carimbo = relogio.tique().expect("stamps are left");
        assert_eq!(sessao.responder(carimbo, Ok(sucesso), &relogio), Ok(()));
    };
    let rg = rg("1");
    sessao.receber(
        b"t:1|op:6|rg:1\nt:2|op:1|rg:1\nt:3|op:1|rg:2\nt:4|op:1|rg:1\nt:5|op:6|rg:1\nt:6|",
    );
    assert_eq!(sair(&mut sessao), SaidaServidor::PedidoRecebido(Operacao::Login { rg }));
    assert_eq!(sair(&mut sessao), SaidaServidor::EsperaResposta, "a login decides what follows");
    responder(&mut sessao, Sucesso::Login);
    // The refusal between them waits for its turn, and counts.
    assert_eq!(sair(&mut sessao), SaidaServidor::PedidoRecebido(Operacao::Saldo { rg }));
    assert_eq!(sair(&mut sessao), SaidaServidor::PedidoRecebido(Operacao::Saldo { rg }));
    assert_eq!(sair(&mut sessao), SaidaServidor::EsperaResposta, "three are in flight");
    let dez = Sucesso::Saldo(Saldo::de_centavos(1000).expect("in range"));
    responder(&mut sessao, dez);
    assert_eq!(sair(&mut sessao), SaidaServidor::PedidoRecebido(Operacao::Login { rg }));
    sessao.fim_de_entrada();
    assert_eq!(sair(&mut sessao), SaidaServidor::EsperaResposta);
    responder(&mut sessao, dez);
    responder(&mut sessao, Sucesso::Login);
    assert_eq!(sair(&mut sessao), SaidaServidor::Encerrada(Fim::FimDeEntrada));
    let mut saida = Vec::new();
    sessao.retirar_saida(&mut saida);
    let saida = String::from_utf8(saida).expect("UTF-8");
    let textos: Vec<_> = saida.lines().filter_map(|linha| linha.rsplit(':').next()).collect();
    let esperados = [
        "Login realizado com sucesso",
        " 10.0",
        "Operação não autorizada",
        " 10.0",
        "Login realizado com sucesso",
    ];
    assert_eq!(textos, esperados);
    assert_eq!(*respondidos.borrow(), [1, 2, 3, 4, 5], "each reply tells what it answers");
}

#[test]
fn what_is_in_flight_when_the_input_ends_is_answered_and_what_is_cancelled_is_not() {
    let em_voo_max = NonZeroUsize::new(9).expect("not zero");
    let configuracao = ConfiguracaoServidor { em_voo_max, ..ConfiguracaoServidor::default() };
    for falha in [false, true] {
        let relogio = Relogio::novo();
        let mut sessao = SessaoServidor::nova(configuracao);
        sessao.receber(b"t:1|op:6|rg:1\n");
        while sessao.proxima_saida(&relogio) != SaidaServidor::EsperaResposta {}
        let entrou = relogio.tique().expect("stamps are left");
        assert_eq!(sessao.responder(entrou, Ok(Sucesso::Login), &relogio), Ok(()));
        sessao.receber(b"t:2|op:1|rg:1\nt:3|op:1|rg:2\nt:4|op:1|rg:1\n");
        sessao.fim_de_entrada();
        while sessao.proxima_saida(&relogio) != SaidaServidor::EsperaResposta {}
        let mut saida = Vec::new();
        sessao.retirar_saida(&mut saida);
        if falha {
            sessao.anular(&relogio);
            sessao.retirar_saida(&mut saida);
            let indisponiveis = String::from_utf8_lossy(&saida).matches("indisponível").count();
            assert_eq!(indisponiveis, 3, "each that had no reply gets one");
        } else {
            sessao.encerrar(Fim::RelogioEsgotado);
            sessao.retirar_saida(&mut saida);
            assert!(saida.is_empty(), "{saida:?}");
        }
        let tarde = sessao.responder(Carimbo::MAX, Ok(Sucesso::Login), &relogio);
        assert_eq!(tarde, Err(ErroResponder));
        while !matches!(sessao.proxima_saida(&relogio), SaidaServidor::Encerrada(_)) {}
    }
}
