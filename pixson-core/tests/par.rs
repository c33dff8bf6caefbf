//! Client and server joined in memory: what goes in at one end comes out at the other.

mod comum;

use std::num::NonZeroUsize;
use std::sync::Mutex;

use pixson_core::banco::{Banco, BancoMemoria, Execucao, Recibo, ResultadoDesconhecido};
use pixson_core::relogio::RelogioEsgotado;
use pixson_core::servico::Passo;
use pixson_core::sessao::{ConfiguracaoCliente, ErroEnvio, ErroSessao, Fim, SaidaCliente};
use pixson_core::{
    Carimbo, Ligacao, Operacao, Recusa, Relogio, Resposta, Servico, SessaoCliente, Sucesso,
};
use proptest::prelude::*;

use comum::conformidade::{CONTAS, fazer, operacao_qualquer};
use comum::{avancar, rg, saldo, servico, servico_com_duas, valor};

/// A client and a server with a cable that carries so many bytes at a time.
struct Dupla<'s, B> {
    servico: &'s Servico<B>,
    servidor: Ligacao,
    cliente: SessaoCliente,
    bytes_por_vez: usize,
    relogios: Vec<u64>,
}

impl<'s, B: Banco> Dupla<'s, B> {
    fn nova(servico: &'s Servico<B>, bytes_por_vez: usize, pendentes_max: usize) -> Self {
        let pendentes_max = NonZeroUsize::new(pendentes_max).expect("at least one");
        let configuracao = ConfiguracaoCliente { pendentes_max, ..ConfiguracaoCliente::default() };
        let cliente = SessaoCliente::nova(configuracao);
        let relogios = Vec::new();
        Self { servico, servidor: servico.ligacao(), cliente, bytes_por_vez, relogios }
    }

    /// Carries bytes both ways until nobody has anything more to say.
    fn levar(&mut self) -> Result<Vec<Resposta>, ErroSessao> {
        let mut respostas = Vec::new();
        let mut pedidos = Vec::new();
        self.cliente.retirar_saida(&mut pedidos);
        for pedaco in pedidos.chunks(self.bytes_por_vez) {
            self.servidor.receber(pedaco);
            let (bytes, passo) = avancar(self.servico, &mut self.servidor);
            for pedaco in bytes.chunks(self.bytes_por_vez) {
                self.cliente.receber(pedaco);
                self.tomar(&mut respostas)?;
            }
            if matches!(passo, Passo::Encerrar(_)) {
                self.cliente.fim_de_entrada();
                self.tomar(&mut respostas)?;
            }
        }
        Ok(respostas)
    }

    fn tomar(&mut self, respostas: &mut Vec<Resposta>) -> Result<(), ErroSessao> {
        loop {
            let saida = self.cliente.proxima_saida()?;
            self.relogios.extend(saida.relogio().map(Carimbo::valor));
            match saida {
                SaidaCliente::PedidoEnviado(_) | SaidaCliente::MensagemRecebida(_) => {}
                SaidaCliente::RespostaRecebida(resposta) => respostas.push(resposta),
                SaidaCliente::PrecisaDeDados { .. } | SaidaCliente::Encerrada => return Ok(()),
            }
        }
    }

    fn pedir(&mut self, operacao: Operacao) -> Resposta {
        self.cliente.enviar(operacao).expect("nothing is pending");
        let mut respostas = self.levar().expect("both sides speak the protocol");
        assert_eq!(respostas.len(), 1);
        respostas.remove(0)
    }
}

#[test]
fn the_seed_session_has_the_clocks_of_the_seed() {
    for bytes_por_vez in [1, 3, 7, 4096] {
        let servico = servico_com_duas();
        let mut par = Dupla::nova(&servico, bytes_por_vez, 1);
        let (um, dois) = (rg("1111111111"), rg("2222222222"));
        for (operacao, texto) in [
            (Operacao::Login { rg: um }, "Login realizado com sucesso"),
            (Operacao::Saldo { rg: um }, "Saldo: 10.0"),
            (Operacao::Saque { rg: um, valor: valor("8.50") }, "Saque realizado com sucesso"),
            (Operacao::Deposito { rg: um, valor: valor("14") }, "Depósito realizado com sucesso"),
            (
                Operacao::Transferencia { rg_origem: um, rg_destino: dois, valor: valor("5.5") },
                "Transferência realizada com sucesso",
            ),
        ] {
            assert_eq!(par.pedir(operacao).texto(), texto);
        }
        assert_eq!(par.relogios, [1, 4, 5, 8, 9, 12, 13, 16, 17, 20]);
        assert_eq!(servico.banco().saldos()[&um], saldo("10.0"));
        assert_eq!(servico.banco().saldos()[&dois], saldo("15.5"));
    }
}

#[test]
fn a_pipelined_batch_is_answered_in_its_order() {
    let servico = servico_com_duas();
    let mut par = Dupla::nova(&servico, 11, 100);
    let um = rg("1111111111");
    par.cliente.enviar(Operacao::Login { rg: um }).expect("idle");
    for _ in 0..9 {
        par.cliente.enviar(Operacao::Saque { rg: um, valor: valor("1") }).expect("not many");
        par.cliente.enviar(Operacao::Saldo { rg: um }).expect("not many");
    }
    let respostas = par.levar().expect("both sides speak the protocol");
    let saldos: Vec<_> = respostas
        .iter()
        .filter_map(|resposta| match resposta.desfecho() {
            Some(Ok(Sucesso::Saldo(saldo))) => Some(saldo.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(saldos, ["9.0", "8.0", "7.0", "6.0", "5.0", "4.0", "3.0", "2.0", "1.0"]);
    assert!(respostas.is_sorted_by_key(Resposta::carimbo));
    assert_eq!(par.cliente.pendentes(), 0);
}

#[test]
fn no_more_than_the_agreed_number_of_requests_is_pending() {
    let servico = servico_com_duas();
    let mut par = Dupla::nova(&servico, 100, 2);
    let login = Operacao::Login { rg: rg("1111111111") };
    par.cliente.enviar(login).expect("idle");
    par.cliente.enviar(login).expect("one is pending");
    assert_eq!(par.cliente.enviar(login), Err(ErroEnvio::PendentesDemais));
    let _ = par.levar().expect("both sides speak the protocol");
    assert!(par.cliente.enviar(login).is_ok());
}

/// A bank whose disk fails when the replies of a batch are to be confirmed.
struct DiscoFalho(BancoMemoria);

impl Banco for DiscoFalho {
    fn executar(&self, operacao: Operacao, r: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        self.0.executar(operacao, r)
    }

    fn confirmar(&self, _: Recibo) -> Result<(), ResultadoDesconhecido> {
        Err(ResultadoDesconhecido)
    }
}

#[test]
fn when_the_disk_fails_every_reply_of_the_batch_says_that_the_outcome_is_unknown() {
    let um = rg("1");
    let banco = DiscoFalho(BancoMemoria::com_contas([(um, saldo("10"))]));
    let servico = Servico::novo(banco);
    let mut par = Dupla::nova(&servico, 4096, 3);
    par.cliente.enviar(Operacao::Login { rg: um }).expect("idle");
    par.cliente.enviar(Operacao::Saque { rg: um, valor: valor("1") }).expect("not many");
    par.cliente.enviar(Operacao::Saldo { rg: um }).expect("not many");
    let respostas = par.levar().expect("both sides speak the protocol");
    let desfechos: Vec<_> = respostas.iter().map(Resposta::desfecho).collect();
    assert_eq!(desfechos, [Some(Err(Recusa::ServidorIndisponivel)); 3]);
    let (_, passo) = avancar(&servico, &mut par.servidor);
    assert_eq!(passo, Passo::Encerrar(Fim::ArmazenamentoFalhou));
}

/// A bank that remembers what was waited for.
struct Esperas(BancoMemoria, Mutex<Vec<Recibo>>);

impl Banco for Esperas {
    fn executar(&self, operacao: Operacao, r: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let execucao = self.0.executar(operacao, r)?;
        Ok(Execucao { recibo: Recibo(execucao.carimbo.valor()), ..execucao })
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        self.1.lock().expect("no panic").push(recibo);
        Ok(())
    }
}

#[test]
fn one_wait_serves_what_arrives_while_a_batch_is_answered() {
    let banco = BancoMemoria::com_contas([(rg("1"), saldo("10"))]);
    let servico = Servico::novo(Esperas(banco, Mutex::default()));
    let mut sessao = servico.ligacao();
    let pedacos = [&b"t:1|op:1|rg:1\nt:1|"[..], b"op:2|rg:1|valor:4", b"\n"];
    sessao.receber(b"t:1|op:6|rg:1\n");
    servico.avancar(&mut sessao, |_| {});
    for pedaco in pedacos {
        assert!(sessao.pode_adiantar());
        sessao.receber(pedaco);
        servico.avancar(&mut sessao, |_| {});
    }
    assert!(servico.banco().1.lock().expect("no panic").is_empty(), "it has waited");
    let mut bytes = Vec::new();
    let passo = servico.confirmar(&mut sessao, &mut bytes);
    assert_eq!(passo, Passo::Ler { acordar_apos: None });
    assert_eq!(
        String::from_utf8(bytes).expect("text"),
        "t:3|s:0|resposta:Login realizado com sucesso\n\
         t:5|s:0|resposta:Saldo: 10.0\n\
         t:7|s:0|resposta:Saque realizado com sucesso\n"
    );
    assert_eq!(*servico.banco().1.lock().expect("no panic"), [Recibo(7)]);
}

#[test]
fn with_nothing_to_wait_for_no_more_is_asked_for() {
    let servico = servico_com_duas();
    let mut sessao = servico.ligacao();
    sessao.receber(b"t:1|op:9\nt:1|op:6|rg:1");
    servico.avancar(&mut sessao, |_| {});
    assert!(!sessao.pode_adiantar());
}

#[test]
fn several_connections_are_confirmed_by_one_wait_for_the_last_of_their_receipts() {
    let banco = BancoMemoria::com_contas([(rg("1"), saldo("10"))]);
    let servico = Servico::novo(Esperas(banco, Mutex::default()));
    let mut prontas = [servico.ligacao(), servico.ligacao(), servico.ligacao()];
    for ligacao in &mut prontas[..2] {
        ligacao.receber(b"t:1|op:6|rg:1\n");
        servico.avancar(ligacao, |_| {});
    }
    servico.esperar(&prontas);
    assert_eq!(*servico.banco().1.lock().expect("no panic"), [Recibo(5)]);
    let saidas = prontas.each_mut().map(|ligacao| avancar(&servico, ligacao).0);
    assert!(saidas[0].starts_with(b"t:3|") && saidas[1].starts_with(b"t:5|"));
    assert!(saidas[2].is_empty(), "nothing was asked there");
}

#[test]
fn input_that_came_after_the_step_is_not_left_lying() {
    let servico = servico_com_duas();
    let mut ligacao = servico.ligacao();
    servico.avancar(&mut ligacao, |_| {});
    ligacao.receber(b"t:1|op:6|rg:1111111111\n");
    let mut saida = Vec::new();
    assert_eq!(servico.confirmar(&mut ligacao, &mut saida), Passo::Continuar);
    assert!(saida.is_empty());
    let (saida, passo) = avancar(&servico, &mut ligacao);
    assert!(saida.starts_with(b"t:3|"));
    assert_eq!(passo, Passo::Ler { acordar_apos: None });
}

proptest! {
    /// The sessions add nothing and lose nothing: the replies are those of the bank itself.
    #[test]
    fn what_a_client_hears_is_what_the_bank_did(
        operacoes in proptest::collection::vec(operacao_qualquer(), 1..30),
        bytes_por_vez in 1..200_usize,
        pendentes_max in 1..8_usize,
    ) {
        let servico = servico(&CONTAS);
        let modelo = servico_do_modelo(&CONTAS);
        let relogio = Relogio::novo();
        let mut par = Dupla::nova(&servico, bytes_por_vez, pendentes_max);
        let mut esperadas = Vec::new();
        let mut ouvidas = Vec::new();
        for operacao in operacoes {
            // Each operation is asked for by the account that it is of, if there is one.
            let login = Operacao::Login { rg: operacao.titular() };
            let existe = fazer(&modelo, &relogio, login).1;
            let desfecho = match existe {
                Ok(_) => fazer(&modelo, &relogio, operacao).1,
                Err(_) => continue,
            };
            esperadas.extend([Some(existe), Some(desfecho)]);
            for pedido in [login, operacao] {
                if par.cliente.pendentes() == pendentes_max {
                    ouvidas.extend(par.levar().expect("both sides speak the protocol"));
                }
                par.cliente.enviar(pedido).expect("not too many are pending");
            }
        }
        ouvidas.extend(par.levar().expect("both sides speak the protocol"));
        let ouvidas: Vec<_> = ouvidas.iter().map(Resposta::desfecho).collect();
        prop_assert_eq!(ouvidas, esperadas);
        prop_assert_eq!(servico.banco().saldos(), modelo.saldos());
    }
}

fn servico_do_modelo(contas: &[(&str, &str)]) -> BancoMemoria {
    BancoMemoria::com_contas(contas.iter().map(|&(conta, quanto)| (rg(conta), saldo(quanto))))
}
