//! The server's side of one connection, as a machine.

mod configuracao;
mod estado;
mod recepcao;
mod retidas;
mod saida;

use std::collections::VecDeque;
use std::num::NonZeroUsize;

pub use self::configuracao::ConfiguracaoServidor;
pub use self::estado::Fim;
use self::estado::{Acao, Entrada, Estado, transitar};
use self::recepcao::{EntradaVista, Recepcao};
use self::retidas::Retidas;
pub use self::saida::{ErroResponder, RespostaEscrita, SaidaServidor};
use crate::protocolo::Resposta;
use crate::relogio::{Carimbo, Relogio};
use crate::tipos::{Desfecho, Operacao, Recusa, Rg};

/// The server's side of one connection: who is logged in, and what may be asked.
///
/// See the [module](super) for how to drive it. The clock is that of the whole server and is
/// passed in; the bank is not known here: a request that passed the session's checks comes out
/// as [`SaidaServidor::PedidoRecebido`], and [`SessaoServidor::responder`] answers it.
///
/// ```
/// use pixson_core::sessao::SaidaServidor;
/// use pixson_core::{Relogio, SessaoServidor, Sucesso};
///
/// let relogio = Relogio::novo();
/// let mut sessao = SessaoServidor::default();
/// sessao.receber(b"t:1|op:6|rg:1111111111\n");
/// while !matches!(sessao.proxima_saida(&relogio), SaidaServidor::PedidoRecebido(_)) {}
/// sessao.responder(relogio.tique()?, Ok(Sucesso::Login), &relogio)?;
///
/// let mut bytes = Vec::new();
/// sessao.retirar_saida(&mut bytes);
/// assert_eq!(bytes, b"t:3|s:0|resposta:Login realizado com sucesso\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SessaoServidor {
    em_voo_max: NonZeroUsize,
    recepcao: Recepcao,
    estado: Estado,
    /// Outputs that wait to be taken, in order: what came in and what was answered, then at most one request.
    eventos: VecDeque<SaidaServidor>,
    /// What is answered next, in order. The first one is a request: a refusal that no request is before
    /// is written at once.
    em_voo: VecDeque<EmVoo>,
    retidas: Retidas,
    /// What the last message asked for that the session has refused by itself.
    pedido_recusado: Option<Operacao>,
}

/// A message that has no reply yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum EmVoo {
    /// The program does what is asked with this stamp.
    Pedido(Carimbo),
    /// The session has refused it, behind requests that have no answer.
    Recusado(Recusa, Option<Carimbo>),
}

impl Default for SessaoServidor {
    fn default() -> Self {
        Self::nova(ConfiguracaoServidor::default())
    }
}

impl SessaoServidor {
    /// A connection on which nothing was said yet.
    pub fn nova(configuracao: ConfiguracaoServidor) -> Self {
        Self {
            em_voo_max: configuracao.em_voo_max,
            recepcao: Recepcao::nova(&configuracao),
            estado: Estado::AguardaLogin,
            eventos: VecDeque::new(),
            em_voo: VecDeque::new(),
            retidas: Retidas::default(),
            pedido_recusado: None,
        }
    }

    /// Input: bytes have arrived.
    pub fn receber(&mut self, bytes: &[u8]) {
        self.recepcao.receber(bytes);
    }

    /// Input: nothing arrived during the time that `acordar_apos` gave.
    pub fn silencio(&mut self) {
        self.recepcao.silencio();
    }

    /// Input: the peer will send nothing more. This never ends a message that lacks its LF.
    pub fn fim_de_entrada(&mut self) {
        self.recepcao.acabar();
    }

    /// Input: the deadline for the peer has passed. A message that has begun and not ended is
    /// refused, and the session is over.
    pub fn prazo_esgotado(&mut self) {
        self.recepcao.prazo_esgotado();
    }

    /// Command: answers the first of the requests that came out and have no answer.
    ///
    /// `carimbo` must have been drawn from the clock under the locks of the accounts that
    /// `desfecho` speaks of (protocolo.md, section 4). `relogio` stamps the refusals of the session that
    /// waited behind this answer.
    ///
    /// # Errors
    ///
    /// [`ErroResponder`] if no request waits for an answer, or if it has not come out yet.
    pub fn responder(
        &mut self,
        carimbo: Carimbo,
        desfecho: Desfecho,
        relogio: &Relogio,
    ) -> Result<(), ErroResponder> {
        if self.em_voo.len() == 1 && self.eventos.iter().any(eh_pedido) {
            return Err(ErroResponder);
        }
        let Some(&EmVoo::Pedido(respondido)) = self.em_voo.front() else {
            return Err(ErroResponder);
        };
        self.em_voo.pop_front();
        if self.em_voo.is_empty() {
            // Nothing changes unless this was a login, which nothing can be behind.
            let entrada = Entrada::LoginRespondido { feito: desfecho.is_ok() };
            (self.estado, _) = transitar(self.estado, entrada);
        }
        self.escrever(carimbo, desfecho, Some(respondido));
        while let Some(&EmVoo::Recusado(recusa, responde)) = self.em_voo.front() {
            self.em_voo.pop_front();
            self.recusar(recusa, responde, relogio);
        }
        Ok(())
    }

    /// Command: the storage failed. Every answer that was not yet handed over by
    /// [`SessaoServidor::retirar_saida`], refusals of the session included, becomes
    /// `Servidor indisponível`, since what it says may not be true after a restart; the session
    /// is over.
    pub fn anular(&mut self, relogio: &Relogio) {
        let anuladas = self.retidas.descartar() + self.em_voo.len();
        self.em_voo.clear();
        for _ in 0..anuladas {
            self.recusar(Recusa::ServidorIndisponivel, None, relogio);
        }
        self.eventos.retain(|evento| !eh_pedido(evento));
        self.estado = Estado::Encerrada(Fim::ArmazenamentoFalhou);
    }

    /// Command: ends the session without a further reply. Requests that have no answer are dropped.
    pub fn encerrar(&mut self, fim: Fim) {
        self.em_voo.clear();
        self.eventos.retain(|evento| !eh_pedido(evento));
        if !matches!(self.estado, Estado::Encerrada(_)) {
            self.estado = Estado::Encerrada(fim);
        }
    }

    /// Command: the server has no place for this connection, which is told so; the session is over.
    /// Only for a connection on which nothing was received. A session that is over already is told
    /// nothing.
    pub fn lotada(&mut self, relogio: &Relogio) {
        if !matches!(self.estado, Estado::Encerrada(_)) {
            self.recusar(Recusa::ServidorLotado, None, relogio);
            self.encerrar(Fim::ServidorLotado);
        }
    }

    /// Output: what to do next. `relogio` is the one clock of the program, the same for all sessions and
    /// at every call.
    pub fn proxima_saida(&mut self, relogio: &Relogio) -> SaidaServidor {
        loop {
            if let Some(evento) = self.eventos.pop_front() {
                return evento;
            }
            if self.em_voo.len() >= self.em_voo_max.get() {
                return SaidaServidor::EsperaResposta;
            }
            match self.estado {
                Estado::Encerrada(_) | Estado::AguardaEntrada { .. } if !self.em_voo.is_empty() => {
                    return SaidaServidor::EsperaResposta;
                }
                Estado::Encerrada(fim) => return SaidaServidor::Encerrada(fim),
                _ => {}
            }
            let Some(EntradaVista { entrada, recebimento }) = self.recepcao.proxima(relogio) else {
                let acordar_apos = self.recepcao.acordar_apos();
                return SaidaServidor::PrecisaDeDados { acordar_apos };
            };
            let carimbo = recebimento.map(|recebimento| recebimento.carimbo);
            let (estado, acao) = transitar(self.estado, entrada);
            self.estado = estado;
            match acao {
                Acao::Nada => {}
                Acao::Recusar(recusa) => {
                    self.pedido_recusado = entrada.pedido();
                    if self.em_voo.is_empty() {
                        self.recusar(recusa, carimbo, relogio);
                    } else {
                        self.em_voo.push_back(EmVoo::Recusado(recusa, carimbo));
                    }
                }
                Acao::Entregar(pedido) => {
                    self.em_voo.push_back(EmVoo::Pedido(pedido.carimbo));
                    self.eventos.push_back(SaidaServidor::PedidoRecebido(pedido.operacao));
                }
            }
            // It comes before what follows from it, and need not wait among that.
            if let Some(recebimento) = recebimento {
                return SaidaServidor::MensagemRecebida(recebimento);
            }
        }
    }

    /// Output: what has happened and was not told yet, without going on with what came in. It never gives
    /// [`SaidaServidor::PedidoRecebido`], which is left for [`SessaoServidor::proxima_saida`].
    ///
    /// A program that shows the clock or keeps a trace asks for it before it does anything that may be the
    /// last on this connection: otherwise changes of the clock would never be told.
    pub fn acontecido(&mut self) -> Option<SaidaServidor> {
        self.eventos.pop_front_if(|evento| !eh_pedido(evento))
    }

    /// Output: the bytes to send replace what `destino` held. Send all of them, in this order. After
    /// [`SessaoServidor::separar_saida`] these are the answers up to there, and the next call gives the rest.
    pub fn retirar_saida(&mut self, destino: &mut Vec<u8>) {
        self.retidas.retirar(destino);
    }

    /// Command: the next [`SessaoServidor::retirar_saida`] gives the answers so far, and none that come
    /// later. `false`, and nothing changes, if there are none, or if earlier ones still are put apart.
    pub fn separar_saida(&mut self) -> bool {
        self.retidas.separar()
    }

    /// How many bytes of answers were not taken yet.
    pub fn bytes_na_saida(&self) -> usize {
        self.retidas.bytes()
    }

    /// The account that this connection acts for, or `None` before a login and after the end.
    pub fn titular(&self) -> Option<Rg> {
        match self.estado {
            Estado::AguardaPedido { titular } => Some(titular),
            Estado::AguardaEntrada { titular, .. } => titular,
            Estado::AguardaLogin | Estado::Encerrada(_) => None,
        }
    }

    /// What the message asks for of which [`SaidaServidor::MensagemRecebida`] has told just now; `None` if it
    /// is not understood but for its stamp. Only meaningful until the next output is taken.
    pub fn pedido_da_mensagem(&self) -> Option<Operacao> {
        match self.eventos.back() {
            Some(&SaidaServidor::PedidoRecebido(operacao)) => Some(operacao),
            _ => self.pedido_recusado,
        }
    }

    /// Whether a message has begun and not ended. Only meaningful once
    /// [`SaidaServidor::PrecisaDeDados`] came out.
    pub fn mensagem_incompleta(&self) -> bool {
        self.recepcao.incompleta()
    }

    fn recusar(&mut self, recusa: Recusa, responde: Option<Carimbo>, relogio: &Relogio) {
        if let Ok(carimbo) = relogio.tique() {
            self.eventos.push_back(SaidaServidor::PedidoRecusado(recusa));
            self.escrever(carimbo, Err(recusa), responde);
        } else {
            self.em_voo.clear();
            self.estado = Estado::Encerrada(Fim::RelogioEsgotado);
        }
    }

    fn escrever(&mut self, carimbo: Carimbo, desfecho: Desfecho, responde: Option<Carimbo>) {
        let resposta = Resposta::nova(carimbo, desfecho);
        let com_fim = !self.recepcao.sem_terminador();
        self.retidas.juntar(|bytes| {
            resposta.codificar(bytes);
            if com_fim {
                bytes.push(b'\n');
            }
        });
        let escrita = RespostaEscrita { carimbo, desfecho, responde };
        self.eventos.push_back(SaidaServidor::RespostaEscrita(escrita));
    }
}

fn eh_pedido(evento: &SaidaServidor) -> bool {
    matches!(evento, SaidaServidor::PedidoRecebido(_))
}
