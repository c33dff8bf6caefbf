//! The server's side of a connection under a script, compared with a model.

mod modelo;
mod visto;

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use self::modelo::ModeloServidor;
use self::visto::{VistoServidor, adiantado, contas};
use super::roteiro::{self, Estimulo};
use pixson_core::banco::{Banco, BancoMemoria};
use pixson_core::protocolo::{MENSAGEM_MAX_BYTES, Resposta};
use pixson_core::relogio::{Carimbo, Recebimento, Relogio};
use pixson_core::sessao::{
    ConfiguracaoServidor, ErroResponder, Fim, SaidaServidor, SessaoServidor,
};
use pixson_core::tipos::{Desfecho, Operacao, Sucesso, Valor};

/// Whatever happens to the server's side of a connection, it answers as the protocol says.
///
/// `dados` is a script: bytes from the client, `^` where a chunk ends, `~` when the quiet period
/// passes, `$` at the end of the input, `!` when the storage fails under the requests that come
/// next, `?0` when the program ends the session, `?5` when the deadline passes, `?7` when the
/// server has no place for the connection, `?` and another byte when other connections move the
/// clock, `*` for 255 more of the byte before, `\` before a byte that would mean something else.
///
/// * Replies, clock, end, quiet period and balances are those of a model that knows neither buffer
///   nor state machine, with legacy peers and without, and with a lower length limit.
/// * They are the same if all chunks between two other events are joined, and if each byte is a
///   chunk, and if more bytes arrive before a request is answered; and but for their stamps, if several
///   requests come out before the first of them is answered. Which replies a failing storage
///   makes unknown depends on what arrived together.
/// * Each reply is one of the protocol's texts, of legal length, without a control character; the
///   stamps, and the clock that is shown, only grow.
/// * Only an account that is logged in acts. A transfer conserves money, and so does a refusal.
/// * The session always comes to rest, and once it has ended, it says so at every call.
///
/// # Panics
///
/// If a law is broken.
pub fn servidor(dados: &[u8]) {
    let roteiro = roteiro::ler(dados);
    for configuracao in [
        ConfiguracaoServidor::default(),
        ConfiguracaoServidor { pausa_legada: None, ..ConfiguracaoServidor::default() },
        ConfiguracaoServidor { mensagem_max_bytes: 100, ..ConfiguracaoServidor::default() },
    ] {
        let visto = encenar(&roteiro, configuracao, Quando::Logo);
        assert_eq!(visto, ModeloServidor::encenar(&roteiro, configuracao), "what the model does");
        conferir(&visto);
        if !roteiro.contains(&Estimulo::Falha) {
            let inteiro = encenar(&roteiro::inteiro(&roteiro), configuracao, Quando::Logo);
            assert_eq!(inteiro, visto, "in one piece");
            let byte_a_byte = roteiro::byte_a_byte(&roteiro);
            let byte_a_byte = encenar(&byte_a_byte, configuracao, Quando::Logo);
            assert_eq!(byte_a_byte, visto, "byte by byte");
            let depois = encenar(&roteiro, configuracao, Quando::Depois);
            assert_eq!(depois, visto, "with answers that are late");
            let juntas = encenar(
                &roteiro,
                ConfiguracaoServidor { em_voo_max: EM_VOO, ..configuracao },
                Quando::Juntas,
            );
            conferir(&juntas);
            // Whether a stamp is too far ahead depends on what was stamped before it.
            if let (Some(umas), Some(outras)) = (visto.sem_relogio(), juntas.sem_relogio()) {
                assert_eq!(outras, umas, "with several requests in flight");
            }
        }
    }
}

/// How many requests are in flight where several are.
const EM_VOO: NonZeroUsize = NonZeroUsize::new(3).expect("not zero");

/// When a request is answered.
#[derive(Clone, Copy)]
enum Quando {
    Logo,
    /// Before the next input other than bytes, or right after the end of the input or the deadline.
    Depois,
    /// Once no more requests come out: all of them, in order.
    Juntas,
}

/// A connection, and the loop that drives it.
struct ConexaoDirigida {
    quando: Quando,
    /// The answer that is held back.
    atrasada: Option<(Carimbo, Desfecho)>,
    /// The requests that have come out and were not done yet.
    juntas: Vec<Operacao>,
    sessao: SessaoServidor,
    relogio: Relogio,
    banco: BancoMemoria,
    /// The stamps that came in and were not answered yet, in order.
    por_responder: VecDeque<Carimbo>,
    /// Whether the storage fails at the next confirmation.
    falha: bool,
    visto: VistoServidor,
}

fn encenar(
    roteiro: &[Estimulo],
    configuracao: ConfiguracaoServidor,
    quando: Quando,
) -> VistoServidor {
    let mut ligacao = ConexaoDirigida {
        quando,
        atrasada: None,
        juntas: Vec::new(),
        sessao: SessaoServidor::nova(configuracao),
        relogio: Relogio::novo(),
        banco: contas(),
        por_responder: VecDeque::new(),
        falha: false,
        visto: VistoServidor::default(),
    };
    for evento in roteiro {
        ligacao.evento(evento);
        ligacao.avancar();
    }
    ligacao.responder();
    let ConexaoDirigida { sessao, banco, mut visto, .. } = ligacao;
    visto.titular = sessao.titular();
    visto.saldos = banco.saldos().into_iter().collect();
    visto
}

impl ConexaoDirigida {
    fn evento(&mut self, evento: &Estimulo) {
        let chegam = matches!(evento, Estimulo::Bytes(_));
        let acaba = matches!(evento, Estimulo::Fim | Estimulo::Comando(b'5'));
        if !chegam && !acaba {
            self.responder();
        }
        match evento {
            Estimulo::Bytes(bytes) => self.sessao.receber(bytes),
            Estimulo::Silencio => self.sessao.silencio(),
            Estimulo::Fim => self.sessao.fim_de_entrada(),
            Estimulo::Falha => self.falha = true,
            Estimulo::Comando(b'0') => self.sessao.encerrar(Fim::FimDeEntrada),
            Estimulo::Comando(b'5') => self.sessao.prazo_esgotado(),
            Estimulo::Comando(b'7') => self.sessao.lotada(&self.relogio),
            Estimulo::Comando(comando) => {
                self.relogio = Relogio::desde(adiantado(self.relogio.agora(), *comando));
            }
        }
        if acaba {
            self.responder();
        }
    }

    /// Gives the answer that is held back, and those of the requests behind it.
    fn responder(&mut self) {
        while let Some((carimbo, desfecho)) = self.atrasada.take() {
            self.entregar(carimbo, desfecho);
            self.avancar();
        }
    }

    /// Does everything that is possible, confirms it, and takes the bytes to send.
    fn avancar(&mut self) {
        let executou = self.escoar();
        if executou && self.falha {
            self.sessao.anular(&self.relogio);
            assert!(!self.escoar(), "nothing is done after the storage has failed");
        }
        let mut bytes = Vec::new();
        while self.sessao.bytes_na_saida() > 0 {
            let havia = self.sessao.bytes_na_saida();
            self.sessao.retirar_saida(&mut bytes);
            let restam = self.sessao.bytes_na_saida();
            assert_eq!(restam + bytes.len(), havia, "what was taken is gone, and nothing else");
            assert!(!bytes.is_empty(), "the first answers come out first");
            self.visto.saida.extend_from_slice(&bytes);
        }
    }

    fn escoar(&mut self) -> bool {
        let (mut executou, mut pedido) = (false, None);
        loop {
            match self.sessao.proxima_saida(&self.relogio) {
                SaidaServidor::MensagemRecebida(recebimento) => {
                    pedido = self.sessao.pedido_da_mensagem();
                    self.recebida(recebimento);
                }
                // The reply is checked instead.
                SaidaServidor::PedidoRecusado(_) => {}
                SaidaServidor::RespostaEscrita(escrita) => {
                    self.visto.relogios.push(escrita.carimbo.valor());
                    if let Some(responde) = escrita.responde {
                        let dela = self.por_responder.pop_front();
                        assert_eq!(dela, Some(responde), "replies are in the order of requests");
                    }
                }
                SaidaServidor::PedidoRecebido(operacao) => {
                    assert_eq!(pedido.take(), Some(operacao), "it was told of as it came in");
                    self.conferir_autor(operacao);
                    match self.quando {
                        Quando::Juntas => self.juntas.push(operacao),
                        Quando::Logo | Quando::Depois => executou |= self.executar(operacao),
                    }
                }
                _ if !self.juntas.is_empty() => {
                    for operacao in std::mem::take(&mut self.juntas) {
                        executou |= self.executar(operacao);
                    }
                }
                SaidaServidor::EsperaResposta => {
                    assert!(self.atrasada.is_some(), "every request was answered");
                    return executou;
                }
                SaidaServidor::PrecisaDeDados { acordar_apos } => {
                    self.ninguem_espera();
                    assert_eq!(self.visto.fim, None, "an end is for ever");
                    self.visto.acordar = acordar_apos.is_some();
                    return executou;
                }
                SaidaServidor::Encerrada(fim) => {
                    self.ninguem_espera();
                    // The reason may change only to that of a failed storage.
                    let mesmo = self.visto.fim.is_none_or(|antes| antes == fim);
                    assert!(mesmo || fim == Fim::ArmazenamentoFalhou, "an end is for ever");
                    self.visto.fim = Some(fim);
                    self.visto.acordar = false;
                    return executou;
                }
            }
        }
    }

    fn recebida(&mut self, recebimento: Recebimento) {
        let Recebimento { carimbo, antes, depois } = recebimento;
        self.por_responder.push_back(carimbo);
        if let Some(fundido) = recebimento.fundido() {
            assert_eq!(fundido.valor(), antes.max(carimbo).valor() + 1, "{recebimento:?}");
            self.visto.relogios.push(depois.valor());
        }
    }

    /// Executes an operation. Returns whether there is something to confirm.
    fn executar(&mut self, operacao: Operacao) -> bool {
        let antes = self.banco.total_em_centavos();
        let Ok(execucao) = self.banco.executar(operacao, &self.relogio) else {
            assert_eq!(self.banco.total_em_centavos(), antes, "without a stamp nothing changes");
            self.sessao.encerrar(Fim::RelogioEsgotado);
            return false;
        };
        let depois = depois_de(antes, operacao, execucao.desfecho);
        assert_eq!(self.banco.total_em_centavos(), depois, "{operacao:?}: money is conserved");
        match self.quando {
            Quando::Logo | Quando::Juntas => self.entregar(execucao.carimbo, execucao.desfecho),
            Quando::Depois => self.atrasada = Some((execucao.carimbo, execucao.desfecho)),
        }
        true
    }

    fn conferir_autor(&self, operacao: Operacao) {
        let login = matches!(operacao, Operacao::Login { .. });
        let autorizada = self.sessao.titular() == Some(operacao.titular());
        assert!(login || autorizada, "{operacao:?} by {:?}", self.sessao.titular());
    }

    fn entregar(&mut self, carimbo: Carimbo, desfecho: Desfecho) {
        if matches!(self.quando, Quando::Juntas) {
            self.sessao.separar_saida();
        }
        let respondida = self.sessao.responder(carimbo, desfecho, &self.relogio);
        assert_eq!(respondida, Ok(()), "a request that came out waits for its answer");
    }

    /// Checks that a session that does not wait for an answer accepts none.
    fn ninguem_espera(&mut self) {
        let saida = self.sessao.bytes_na_saida();
        let respondida = self.sessao.responder(Carimbo::MAX, Ok(Sucesso::Login), &self.relogio);
        assert_eq!(respondida, Err(ErroResponder), "nobody waits for this reply");
        assert_eq!(self.sessao.bytes_na_saida(), saida, "a reply to nothing");
    }
}

/// The money in the bank after an operation.
fn depois_de(antes: u128, operacao: Operacao, desfecho: Desfecho) -> u128 {
    let centavos = |valor: Valor| u128::from(valor.centavos());
    match (operacao, desfecho) {
        (Operacao::Saque { valor, .. }, Ok(_)) => antes - centavos(valor),
        (Operacao::Deposito { valor, .. }, Ok(_)) => antes + centavos(valor),
        _ => antes,
    }
}

/// Checks what holds for every session, independently of the model.
fn conferir(visto: &VistoServidor) {
    assert!(visto.relogios.is_sorted_by(|antes, depois| antes < depois), "the clock only grows");
    let saida = std::str::from_utf8(&visto.saida).expect("replies are UTF-8");
    // Every reply begins with `t:`, which no text of the protocol contains.
    let inicios: Vec<usize> = saida.match_indices("t:").map(|(inicio, _)| inicio).collect();
    let fins = inicios.iter().skip(1).copied().chain([saida.len()]);
    let mut ultimo = None;
    for (&inicio, fim) in inicios.iter().zip(fins) {
        let mensagem = &saida[inicio..fim];
        let mensagem = mensagem.strip_suffix('\n').unwrap_or(mensagem);
        assert!(mensagem.len() <= MENSAGEM_MAX_BYTES, "{mensagem:?}");
        assert!(!mensagem.contains(char::is_control), "{mensagem:?}");
        let resposta = Resposta::decodificar(mensagem.as_bytes());
        let resposta = resposta.unwrap_or_else(|erro| panic!("{mensagem:?}: {erro}"));
        assert!(resposta.desfecho().is_some(), "{mensagem:?} is no text of the protocol");
        assert!(Some(resposta.carimbo()) > ultimo, "{mensagem:?} after {ultimo:?}");
        ultimo = Some(resposta.carimbo());
    }
    assert!(inicios.first().is_none_or(|&inicio| inicio == 0), "something before a reply");
}
