//! The client's session with servers of both kinds, and with mad ones.

mod comum;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use pixson_core::banco::BancoMemoria;
use pixson_core::sessao::{ConfiguracaoCliente, ErroEnvio, ErroSessao, SaidaCliente};
use pixson_core::{Carimbo, Ligacao, Operacao, Relogio, Resposta, Servico, SessaoCliente};

use comum::{alimentar, rg, servico_com_duas};

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
            Ok(SaidaCliente::PedidoEnviado(_) | SaidaCliente::MensagemRecebida(_)) => {}
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

/// What the server answers to what a client has to send.
fn atender(servico: &Servico<BancoMemoria>, ligacao: &mut (SessaoCliente, Ligacao)) {
    let (cliente, servidor) = ligacao;
    let mut bytes = Vec::new();
    cliente.retirar_saida(&mut bytes);
    cliente.receber(&alimentar(servico, servidor, &bytes).0);
}

#[test]
fn two_connections_of_one_program_and_the_next_share_one_clock() {
    let servico = servico_com_duas();
    let relogio = Arc::new(Relogio::novo());
    let nova = || {
        let configuracao = ConfiguracaoCliente::default();
        (SessaoCliente::com_relogio(configuracao, Arc::clone(&relogio)), servico.ligacao())
    };
    let mut ligacoes = [nova(), nova()];
    let mut enviados = Vec::new();
    for volta in 0..10 {
        for ligacao in &mut ligacoes {
            let antes = ligacao.0.relogio();
            enviados.push(ligacao.0.enviar(login()).expect("nothing waits"));
            assert_eq!(ligacao.0.relogio().valor(), antes.valor() + 1, "a sending is a tick");
        }
        // Both requests are on their way at once.
        for ligacao in &mut ligacoes {
            atender(&servico, ligacao);
            let ouvida = resposta(&mut ligacao.0).expect("an answer").carimbo();
            assert!(relogio.agora() > ouvida, "what is received is merged");
        }
        if volta == 5 {
            ligacoes[0] = nova();
            assert!(ligacoes[0].0.relogio() > enviados[enviados.len() - 1], "a reconnect goes on");
        }
    }
    assert!(enviados.is_sorted_by(|antes, depois| antes < depois), "{enviados:?}");
    let [uma, outra] = ligacoes;
    assert_eq!(uma.0.relogio(), outra.0.relogio());
    assert_eq!(SessaoCliente::default().relogio(), Carimbo::ZERO, "others keep one of their own");
}

#[test]
fn sessions_on_many_threads_never_send_one_stamp_twice() {
    const PEDIDOS: usize = 500;
    let relogio = Arc::new(Relogio::novo());
    let pedir = || {
        let pendentes_max = NonZeroUsize::new(PEDIDOS).expect("above zero");
        let configuracao = ConfiguracaoCliente { pendentes_max, ..ConfiguracaoCliente::default() };
        let mut sessao = SessaoCliente::com_relogio(configuracao, Arc::clone(&relogio));
        let enviar = |_| sessao.enviar(login()).expect("not too many wait");
        (0..PEDIDOS).map(enviar).collect::<Vec<_>>()
    };
    let por_tarefa: Vec<Vec<Carimbo>> = thread::scope(|escopo| {
        let tarefas: Vec<_> = (0..4).map(|_| escopo.spawn(pedir)).collect();
        tarefas.into_iter().map(|tarefa| tarefa.join().expect("no panic")).collect()
    });
    for enviados in &por_tarefa {
        assert!(enviados.is_sorted_by(|antes, depois| antes < depois), "each only goes forward");
    }
    let distintos: BTreeSet<_> = por_tarefa.into_iter().flatten().collect();
    assert_eq!(distintos.len(), 4 * PEDIDOS);
    assert_eq!(distintos.last(), Some(&relogio.agora()));
}

#[test]
fn what_a_session_shows_is_what_it_changed_itself() {
    let relogio = Arc::new(Relogio::novo());
    let configuracao = ConfiguracaoCliente::default();
    let mut sessao = SessaoCliente::com_relogio(configuracao, Arc::clone(&relogio));
    let mut outra = SessaoCliente::com_relogio(configuracao, relogio);
    sessao.enviar(login()).expect("nothing waits");
    outra.enviar(login()).expect("nothing waits");
    sessao.receber(b"t:2|s:0|resposta:Login realizado com sucesso\n");
    let saidas = std::iter::from_fn(|| sessao.proxima_saida().ok()?.relogio());
    let mostrados: Vec<u64> = saidas.map(Carimbo::valor).collect();
    assert_eq!(mostrados, [1, 3], "the tick of the other one, 2, is not of this session");
}

#[test]
fn a_success_answers_its_own_operation_and_a_refusal_may_answer_any() {
    let rg = rg("1111111111");
    let valor = "1".parse().expect("legal amount");
    let operacoes = [
        (Operacao::Login { rg }, "Login realizado com sucesso", false),
        (Operacao::Saldo { rg }, "Saldo: 10.0", false),
        (Operacao::Saque { rg, valor }, "Saque realizado com sucesso", true),
        (Operacao::Deposito { rg, valor }, "Depósito realizado com sucesso", true),
        (
            Operacao::Transferencia { rg_origem: rg, rg_destino: rg, valor },
            "Transferência realizada com sucesso",
            true,
        ),
    ];
    let decodificar = |texto: &str| {
        Resposta::decodificar(format!("t:3|{texto}").as_bytes()).expect("a legal reply")
    };
    for (operacao, _, move_dinheiro) in operacoes {
        assert_eq!(operacao.move_dinheiro(), move_dinheiro, "{operacao:?}");
        for (outra, texto, _) in operacoes {
            let resposta = decodificar(&format!("s:0|resposta:{texto}"));
            assert_eq!(resposta.responde(&operacao), operacao == outra, "{operacao:?}: {texto}");
        }
        for texto in ["s:1|resposta:Saldo insuficiente", "s:0|resposta:Feito", "s:1|resposta:"] {
            assert!(decodificar(texto).responde(&operacao), "{operacao:?}: {texto}");
        }
    }
}
