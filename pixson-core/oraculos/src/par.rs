//! The oracle of a whole conversation, over the transport in memory or the caller's.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use arbitrary::{Result, Unstructured};

use super::contas::Elenco;
use super::sorteio::Sorteio;
use super::transporte::{Cabo, Sentido, Transporte};
use crate::sincronia::Arc;
use pixson_core::banco::{Banco, BancoMemoria};
use pixson_core::relogio::{Carimbo, Relogio};
use pixson_core::servico::{Ligacao, Passo, Servico};
use pixson_core::sessao::{ConfiguracaoCliente, Fim, SaidaCliente, SessaoCliente};
use pixson_core::tipos::{Desfecho, Operacao, Recusa, Rg};

/// The most operations of one conversation.
const OPERACOES_MAX: usize = 64;

/// How often a transport is asked for bytes that it keeps back, before they count as lost.
const INSISTENCIA: usize = 32;

/// A client and a server understand each other over a cable, in whatever pieces it carries the
/// bytes.
///
/// `dados` gives the names and the first balances of the accounts, the first value of the clocks,
/// how long the pieces are, whether messages end with LF or, as with the original program on both
/// sides, with a pause, how many requests may be pending, and the operations. Names have 1 to 10
/// digits, with leading zeros and without; sums of money and stamps are long and short.
///
/// * The client gets the replies that the rules of the session and a second bank give, in order.
/// * Each reply has the stamp that Lamport's rules give it, however many requests are pending. With
///   one request at a time, so has the client's clock.
/// * In the end the two banks hold the same balances. Whether the client closes or the server's
///   deadline passes, both sessions end without a further message.
///
/// # Panics
///
/// If a law is broken.
pub fn par(dados: &[u8]) {
    let mut dados = Unstructured::new(dados);
    let _ = conversar_por_cabo(&mut dados);
}

/// The same over a transport of the caller's, with messages that end with LF. The first two bytes
/// of `dados` choose the names, sums and stamps: call it with many different ones.
///
/// # Panics
///
/// If a law is broken, or if the transport loses, invents, swaps, changes or keeps back bytes.
pub fn par_sobre(transporte: &mut impl Transporte, dados: &[u8]) {
    let mut dados = Unstructured::new(dados);
    let _ = inicio(&mut dados).and_then(|inicio| conversar(transporte, false, &inicio, &mut dados));
}

fn conversar_por_cabo(dados: &mut Unstructured<'_>) -> Result<()> {
    let inicio = inicio(dados)?;
    let mut cabo = Cabo { ida: dados.arbitrary()?, volta: dados.arbitrary()? };
    let legado = dados.ratio(1, 4)?;
    conversar(&mut cabo, legado, &inicio, dados)
}

/// The state before the first message.
struct PontoDePartida {
    elenco: Elenco,
    /// Where both clocks stand.
    relogio: Carimbo,
}

/// Draws the first state from one number. With 0 the names are short and the clocks at 0.
fn inicio(dados: &mut Unstructured<'_>) -> Result<PontoDePartida> {
    /// More stamps than a conversation needs.
    const RESTO: u64 = 1 << 20;
    let semente: u16 = dados.arbitrary()?;
    let elenco = Elenco::sorteado(semente.into());
    if semente == 0 {
        return Ok(PontoDePartida { elenco, relogio: Carimbo::ZERO });
    }
    let mut sorteio = Sorteio::novo(semente.into());
    // Stamps of all lengths are equally likely.
    let valor = (sorteio.proximo() >> 2 >> sorteio.ate(62)).min(Carimbo::MAX.valor() - RESTO);
    Ok(PontoDePartida { elenco, relogio: Carimbo::novo(valor).expect("in range") })
}

fn conversar(
    transporte: &mut impl Transporte,
    legado: bool,
    inicio: &PontoDePartida,
    dados: &mut Unstructured<'_>,
) -> Result<()> {
    let PontoDePartida { elenco, relogio } = inicio;
    let pendentes_max = if legado { 1 } else { dados.int_in_range(1..=8)? };
    let servico = Servico::novo(BancoMemoria::com_contas(elenco.iniciais()))
        .com_relogio(Arc::new(Relogio::desde(*relogio)));
    let mut par = Par::novo(&servico, transporte, legado, pendentes_max);
    let banco = BancoMemoria::com_contas(elenco.iniciais());
    let relogio_do_servidor = relogio.valor();
    let mut esperado = RespostasEsperadas {
        banco,
        relogio_do_servidor,
        titular: None,
        respostas: VecDeque::new(),
    };
    for _ in 0..OPERACOES_MAX {
        if dados.is_empty() {
            break;
        }
        let operacao = elenco.operacao(dados)?;
        if par.cliente.pendentes() == pendentes_max {
            par.levar(&mut esperado);
        }
        let carimbo = par.cliente.enviar(operacao).expect("not too many are pending");
        par.enviados += 1;
        esperado.pedir(carimbo, operacao);
    }
    par.levar(&mut esperado);
    assert_eq!(servico.banco().saldos(), esperado.banco.saldos(), "both banks hold the same");
    if pendentes_max == 1 {
        // c + 1, then s + 1 of the merge and + 1 of the reply, then + 1 of the merge.
        let agora = relogio.valor() + 4 * par.enviados;
        assert_eq!(par.cliente.relogio().valor(), agora, "the client's clock");
    }
    par.despedir();
    Ok(())
}

/// The replies that the client must get, by the order of the checks in docs/protocolo.md, section
/// 3.
struct RespostasEsperadas {
    banco: BancoMemoria,
    relogio_do_servidor: u64,
    titular: Option<Rg>,
    respostas: VecDeque<(u64, Desfecho)>,
}

impl RespostasEsperadas {
    fn pedir(&mut self, carimbo: Carimbo, operacao: Operacao) {
        let login = matches!(operacao, Operacao::Login { .. });
        let desfecho = match self.titular {
            None if !login => Err(Recusa::LoginNecessario),
            Some(titular) if !login && titular != operacao.titular() => {
                Err(Recusa::OperacaoNaoAutorizada)
            }
            _ => self.banco.executar(operacao, &Relogio::novo()).expect("the first stamp").desfecho,
        };
        if login && desfecho.is_ok() {
            self.titular = Some(operacao.titular());
        }
        // The merge of the receiving, and the tick of the sending.
        self.relogio_do_servidor = self.relogio_do_servidor.max(carimbo.valor()) + 2;
        self.respostas.push_back((self.relogio_do_servidor, desfecho));
    }
}

/// Both sides of a connection, and the transport between them.
struct Par<'p, T> {
    servico: &'p Servico<BancoMemoria>,
    transporte: &'p mut T,
    servidor: Ligacao,
    cliente: SessaoCliente,
    legado: bool,
    enviados: u64,
}

impl<'p, T: Transporte> Par<'p, T> {
    fn novo(
        servico: &'p Servico<BancoMemoria>,
        transporte: &'p mut T,
        legado: bool,
        pendentes_max: usize,
    ) -> Self {
        let pendentes_max = NonZeroUsize::new(pendentes_max).expect("at least one");
        let configuracao = ConfiguracaoCliente { pendentes_max, ..ConfiguracaoCliente::default() };
        let relogio = Arc::new(Relogio::desde(servico.relogio().agora()));
        let cliente = SessaoCliente::com_relogio(configuracao, relogio);
        let servidor = servico.ligacao();
        Self { servico, transporte, servidor, cliente, legado, enviados: 0 }
    }

    /// Carries bytes both ways until every request has its answer.
    fn levar(&mut self, esperado: &mut RespostasEsperadas) {
        let mut ida = Vec::new();
        self.cliente.retirar_saida(&mut ida);
        if self.legado {
            ida.pop_if(|ultimo| *ultimo == b'\n');
        }
        for _ in 0..INSISTENCIA {
            let volta = self.ir(&ida);
            self.voltar(&volta, esperado);
            if self.cliente.pendentes() == 0 {
                assert!(esperado.respostas.is_empty(), "{:?} was not heard", esperado.respostas);
                return;
            }
            ida.clear();
        }
        panic!("{} requests without an answer: bytes were lost", self.cliente.pendentes());
    }

    /// Carries bytes to the server, and returns its answer.
    fn ir(&mut self, bytes: &[u8]) -> Vec<u8> {
        let Self { servico, transporte, servidor, legado, .. } = self;
        let mut volta = Vec::new();
        transporte.levar(Sentido::Ida, bytes, &mut |chegam| {
            servidor.receber(chegam);
            avancar(servico, servidor, &mut volta);
        });
        if *legado {
            servidor.silencio();
            avancar(servico, servidor, &mut volta);
        }
        volta
    }

    fn voltar(&mut self, bytes: &[u8], esperado: &mut RespostasEsperadas) {
        let Self { transporte, cliente, legado, .. } = self;
        transporte.levar(Sentido::Volta, bytes, &mut |chegam| {
            cliente.receber(chegam);
            ouvir(cliente, esperado);
        });
        if *legado {
            cliente.silencio();
            ouvir(cliente, esperado);
        }
    }

    /// Ends the conversation from one side, and checks that both sessions end.
    fn despedir(mut self) {
        let fim = if self.enviados.is_multiple_of(2) {
            self.servidor.fim_de_entrada();
            Fim::FimDeEntrada
        } else {
            self.servidor.prazo_esgotado();
            Fim::PrazoEsgotado
        };
        self.servico.avancar(&mut self.servidor, |_| {});
        let mut saida = Vec::new();
        let passo = self.servico.confirmar(&mut self.servidor, &mut saida);
        assert_eq!(passo, Passo::Encerrar(fim), "the end of the server's side");
        assert_eq!(saida, b"", "a word after all was answered");
        self.cliente.fim_de_entrada();
        let saida = self.cliente.proxima_saida();
        assert_eq!(saida, Ok(SaidaCliente::Encerrada), "the end of the client's side");
    }
}

fn avancar(servico: &Servico<BancoMemoria>, servidor: &mut Ligacao, saida: &mut Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        servico.avancar(servidor, |_| {});
        let passo = servico.confirmar(servidor, &mut bytes);
        saida.append(&mut bytes);
        match passo {
            Passo::Continuar => {}
            Passo::Ler { .. } => return,
            Passo::Encerrar(fim) => panic!("the server ended: {fim:?}"),
        }
    }
}

fn ouvir(cliente: &mut SessaoCliente, esperado: &mut RespostasEsperadas) {
    loop {
        match cliente.proxima_saida() {
            Ok(SaidaCliente::PedidoEnviado(_) | SaidaCliente::MensagemRecebida(_)) => {}
            Ok(SaidaCliente::PrecisaDeDados { .. } | SaidaCliente::Encerrada) => return,
            Ok(SaidaCliente::RespostaRecebida(resposta)) => {
                let (carimbo, desfecho) = esperado.respostas.pop_front().expect("it was asked for");
                assert_eq!(resposta.desfecho(), Some(desfecho), "what the bank and the rules say");
                assert_eq!(resposta.carimbo().valor(), carimbo, "the stamp of {resposta}");
            }
            Err(erro) => panic!("the client failed: {erro}"),
        }
    }
}
