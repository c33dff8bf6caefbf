//! The server's side of one connection, as a machine.

mod configuracao;
mod estado;
mod retidas;
mod saida;

use std::collections::VecDeque;
use std::time::Duration;

pub use self::configuracao::ConfiguracaoServidor;
pub use self::estado::Fim;
use self::estado::{Acao, Entrada, Estado, transitar};
use self::retidas::Retidas;
pub use self::saida::{ErroResponder, MensagemRecebida, RespostaEscrita, SaidaServidor};
use crate::protocolo::{Enquadrador, ErroPedido, Modo, Pedido, Resposta};
use crate::relogio::{Carimbo, Relogio};
use crate::tipos::{Desfecho, Recusa, Rg};

/// How many malformed messages in a row end a connection (protocolo.md, section 3).
const MALFORMADAS_SEGUIDAS_MAX: u8 = 10;

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
    configuracao: ConfiguracaoServidor,
    quadros: Enquadrador,
    estado: Estado,
    malformadas_seguidas: u8,
    /// The quiet period has ended, and no byte came since.
    em_silencio: bool,
    entrada_acabou: bool,
    prazo_passou: bool,
    /// Outputs that wait to be taken, in order: what came in and what was answered, then at most one request.
    eventos: VecDeque<SaidaServidor>,
    /// What is answered next, in order. The first one is a request: a refusal that no request is before
    /// is written at once.
    em_voo: VecDeque<EmVoo>,
    retidas: Retidas,
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
            configuracao,
            quadros: Enquadrador::com_limite(configuracao.mensagem_max_bytes),
            estado: Estado::AguardaLogin,
            malformadas_seguidas: 0,
            em_silencio: false,
            entrada_acabou: false,
            prazo_passou: false,
            eventos: VecDeque::new(),
            em_voo: VecDeque::new(),
            retidas: Retidas::default(),
        }
    }

    /// Input: bytes have arrived.
    pub fn receber(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.em_silencio = false;
            self.quadros.receber(bytes);
        }
    }

    /// Input: nothing arrived during the time that `acordar_apos` gave.
    pub fn silencio(&mut self) {
        self.em_silencio = true;
    }

    /// Input: the peer will send nothing more. This never ends a message that lacks its LF.
    pub fn fim_de_entrada(&mut self) {
        self.entrada_acabou = true;
    }

    /// Input: the deadline for the peer has passed. A message that has begun and not ended is
    /// refused, and the session is over.
    pub fn prazo_esgotado(&mut self) {
        self.prazo_passou = true;
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
        let Some(EmVoo::Pedido(respondido)) = self.em_voo.pop_front() else {
            return Err(ErroResponder);
        };
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
            if self.em_voo.len() >= self.configuracao.em_voo_max.get() {
                return SaidaServidor::EsperaResposta;
            }
            match self.estado {
                Estado::Encerrada(_) | Estado::AguardaEntrada { .. } if !self.em_voo.is_empty() => {
                    return SaidaServidor::EsperaResposta;
                }
                Estado::Encerrada(fim) => return SaidaServidor::Encerrada(fim),
                _ => {}
            }
            let Some((entrada, carimbo)) = self.proxima_entrada(relogio) else {
                return SaidaServidor::PrecisaDeDados { acordar_apos: self.acordar_apos() };
            };
            let (estado, acao) = transitar(self.estado, entrada);
            self.estado = estado;
            match acao {
                Acao::Nada => {}
                Acao::Recusar(recusa) if self.em_voo.is_empty() => {
                    self.recusar(recusa, carimbo, relogio);
                }
                Acao::Recusar(recusa) => self.em_voo.push_back(EmVoo::Recusado(recusa, carimbo)),
                Acao::Entregar(pedido) => {
                    // A request always has a stamp.
                    self.em_voo.push_back(EmVoo::Pedido(carimbo.unwrap_or_default()));
                    self.eventos.push_back(SaidaServidor::PedidoRecebido(pedido));
                }
            }
        }
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

    /// Whether a message has begun and not ended. Only meaningful once
    /// [`SaidaServidor::PrecisaDeDados`] came out.
    pub fn mensagem_incompleta(&self) -> bool {
        !self.quadros.restantes().is_empty()
    }

    /// Takes the next message, if there is a whole one, and merges its stamp, which it gives as well.
    fn proxima_entrada(&mut self, relogio: &Relogio) -> Option<(Entrada, Option<Carimbo>)> {
        let Ok(quadro) = self.quadros.proximo() else {
            return Some((Entrada::Longa, None));
        };
        let decodificado = quadro.map(|quadro| Pedido::decodificar(quadro.0));
        let Some(decodificado) = decodificado.or_else(|| self.tomar_legado()) else {
            if self.prazo_passou {
                let incompleta = self.mensagem_incompleta();
                return Some((Entrada::Prazo { incompleta }, None));
            }
            return self.entrada_acabou.then_some((Entrada::Fim, None));
        };
        let (carimbo, pedido) = match &decodificado {
            Ok(pedido) => (Some(pedido.carimbo), Some(pedido.operacao)),
            Err(erro) => (erro.carimbo(), None),
        };
        if let Some(carimbo) = carimbo {
            let recebimento = relogio.receber(carimbo);
            let recebida = MensagemRecebida { recebimento, pedido };
            self.eventos.push_back(SaidaServidor::MensagemRecebida(recebida));
            if recebimento.fundido().is_none() {
                return Some((Entrada::CarimboRecusado, Some(carimbo)));
            }
        }
        Some((self.contar_malformada(decodificado), carimbo))
    }

    fn tomar_legado(&mut self) -> Option<Result<Pedido, ErroPedido>> {
        if !self.em_silencio || !self.legado_completo() {
            return None;
        }
        let decodificado = Pedido::decodificar(self.quadros.sem_terminador());
        self.quadros.tomar_sem_terminador();
        Some(decodificado)
    }

    fn contar_malformada(&mut self, decodificado: Result<Pedido, ErroPedido>) -> Entrada {
        let erro = match decodificado {
            Err(erro) => erro,
            Ok(pedido) => {
                self.malformadas_seguidas = 0;
                return Entrada::Pedido(pedido.operacao);
            }
        };
        // A mistyped amount is a person's mistake and is not counted: the peer itself speaks the
        // protocol.
        if let ErroPedido::ValorInvalido { titular, .. } = erro {
            self.malformadas_seguidas = 0;
            return Entrada::ValorInvalido { titular };
        }
        self.malformadas_seguidas += 1;
        Entrada::Malformada {
            recusa: erro.recusa(),
            demais: self.malformadas_seguidas == MALFORMADAS_SEGUIDAS_MAX,
        }
    }

    fn acordar_apos(&self) -> Option<Duration> {
        if self.legado_completo() { self.configuracao.pausa_legada } else { None }
    }

    /// Whether the bytes without LF are a whole message of a legacy peer. A request with an invalid
    /// amount counts too, unless its digits are still to come: the original client sends `-5.0` and
    /// waits for the reply.
    fn legado_completo(&self) -> bool {
        let bytes = self.quadros.sem_terminador();
        if bytes.is_empty() || self.configuracao.pausa_legada.is_none() {
            return false;
        }
        match Pedido::decodificar(bytes) {
            Ok(_) => true,
            Err(ErroPedido::ValorInvalido { .. }) => !matches!(bytes.last(), Some(b':' | b'.')),
            Err(_) => false,
        }
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
        let com_fim = self.quadros.modo() != Some(Modo::Legado);
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
