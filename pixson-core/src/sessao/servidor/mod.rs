//! The server's side of one connection, as a machine.

mod configuracao;
mod estado;

use std::collections::VecDeque;
use std::time::Duration;

use thiserror::Error;

pub use self::configuracao::ConfiguracaoServidor;
pub use self::estado::Fim;
use self::estado::{Acao, Entrada, Estado, transitar};
use crate::protocolo::{Enquadrador, ErroPedido, Modo, Pedido, Resposta};
use crate::relogio::{Carimbo, Relogio};
use crate::tipos::{Culpa, Desfecho, Operacao, Recusa, Rg};

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
/// sessao.responder(relogio.tique()?, Ok(Sucesso::Login))?;
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
    /// Outputs that wait to be taken, in order: clock changes, then at most one request.
    eventos: VecDeque<SaidaServidor>,
    saida: Vec<u8>,
    respostas_na_saida: usize,
}

/// What the program has to do next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "an output that is not acted on stalls the connection"]
pub enum SaidaServidor {
    /// The clock has changed to this value, for a program that shows the clock.
    RelogioAtualizado(Carimbo),
    /// The session has refused a message by itself, and written the reply; for a program that
    /// counts refusals.
    PedidoRecusado(Recusa),
    /// A request has passed the session's checks: do it, then call
    /// [`SessaoServidor::responder`].
    PedidoRecebido(Operacao),
    /// A request came out and has no answer yet.
    EsperaResposta,
    /// Send what there is to send, then bring the next input.
    PrecisaDeDados {
        /// Call [`SessaoServidor::silencio`] if nothing arrives for this long.
        acordar_apos: Option<Duration>,
    },
    /// Send what there is to send, then close.
    Encerrada(Fim),
}

/// [`SessaoServidor::responder`] was called and no request waits for an answer.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("nenhum pedido espera resposta")]
pub struct ErroResponder;

impl ErroResponder {
    /// Whose fault it is: the caller's.
    pub fn culpa(&self) -> Culpa {
        Culpa::Chamador
    }
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
            saida: Vec::new(),
            respostas_na_saida: 0,
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

    /// Command: answers the request that came out last.
    ///
    /// `carimbo` must have been drawn from the clock under the locks of the accounts that
    /// `desfecho` speaks of (protocolo.md, section 4).
    ///
    /// # Errors
    ///
    /// [`ErroResponder`] if no request waits for an answer, or if it has not come out yet.
    pub fn responder(&mut self, carimbo: Carimbo, desfecho: Desfecho) -> Result<(), ErroResponder> {
        let ainda_dentro = self.eventos.iter().any(eh_pedido);
        if ainda_dentro || !matches!(self.estado, Estado::AguardaResposta { .. }) {
            return Err(ErroResponder);
        }
        (self.estado, _) = transitar(self.estado, Entrada::Respondida { feita: desfecho.is_ok() });
        self.escrever(&Resposta::nova(carimbo, desfecho));
        Ok(())
    }

    /// Command: the storage failed. Every answer that was not yet handed over by
    /// [`SessaoServidor::retirar_saida`], refusals of the session included, becomes
    /// `Servidor indisponível`, since what it says may not be true after a restart; the session
    /// is over.
    pub fn anular(&mut self, relogio: &Relogio) {
        let sem_resposta = matches!(self.estado, Estado::AguardaResposta { .. });
        let anuladas = self.respostas_na_saida + usize::from(sem_resposta);
        self.saida.clear();
        self.respostas_na_saida = 0;
        for _ in 0..anuladas {
            self.recusar(Recusa::ServidorIndisponivel, relogio);
        }
        self.eventos.retain(|evento| !eh_pedido(evento));
        self.estado = Estado::Encerrada(Fim::ArmazenamentoFalhou);
    }

    /// Command: ends the session without a further reply. A request that has not come out yet is
    /// dropped.
    pub fn encerrar(&mut self, fim: Fim) {
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
            self.recusar(Recusa::ServidorLotado, relogio);
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
            match self.estado {
                Estado::Encerrada(fim) => return SaidaServidor::Encerrada(fim),
                Estado::AguardaResposta { .. } => return SaidaServidor::EsperaResposta,
                Estado::AguardaLogin | Estado::AguardaPedido { .. } => {}
            }
            let Some(entrada) = self.proxima_entrada(relogio) else {
                return SaidaServidor::PrecisaDeDados { acordar_apos: self.acordar_apos() };
            };
            let (estado, acao) = transitar(self.estado, entrada);
            self.estado = estado;
            match acao {
                Acao::Nada => {}
                Acao::Recusar(recusa) => self.recusar(recusa, relogio),
                Acao::Entregar(pedido) => {
                    self.eventos.push_back(SaidaServidor::PedidoRecebido(pedido));
                }
            }
        }
    }

    /// Output: the bytes to send replace what `destino` held. Send all of them, in this order.
    pub fn retirar_saida(&mut self, destino: &mut Vec<u8>) {
        destino.clear();
        std::mem::swap(destino, &mut self.saida);
        self.respostas_na_saida = 0;
    }

    /// How many bytes [`SessaoServidor::retirar_saida`] would give.
    pub fn bytes_na_saida(&self) -> usize {
        self.saida.len()
    }

    /// The account that this connection acts for, or `None` before a login and after the end.
    pub fn titular(&self) -> Option<Rg> {
        match self.estado {
            Estado::AguardaPedido { titular } => Some(titular),
            Estado::AguardaResposta { titular, .. } => titular,
            Estado::AguardaLogin | Estado::Encerrada(_) => None,
        }
    }

    /// Whether a message has begun and not ended. Only meaningful once
    /// [`SaidaServidor::PrecisaDeDados`] came out.
    pub fn mensagem_incompleta(&self) -> bool {
        !self.quadros.restantes().is_empty()
    }

    /// Takes the next message, if there is a whole one, and merges its stamp.
    fn proxima_entrada(&mut self, relogio: &Relogio) -> Option<Entrada> {
        let Ok(quadro) = self.quadros.proximo() else {
            return Some(Entrada::Longa);
        };
        let decodificado = quadro.map(|quadro| Pedido::decodificar(quadro.0));
        let Some(decodificado) = decodificado.or_else(|| self.tomar_legado()) else {
            if self.prazo_passou {
                return Some(Entrada::Prazo { incompleta: self.mensagem_incompleta() });
            }
            return self.entrada_acabou.then_some(Entrada::Fim);
        };
        let carimbo = match &decodificado {
            Ok(pedido) => Some(pedido.carimbo),
            Err(erro) => erro.carimbo(),
        };
        if let Some(carimbo) = carimbo {
            match relogio.observar(carimbo) {
                Ok(agora) => self.eventos.push_back(SaidaServidor::RelogioAtualizado(agora)),
                Err(_) => return Some(Entrada::CarimboRecusado),
            }
        }
        Some(self.contar_malformada(decodificado))
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

    fn recusar(&mut self, recusa: Recusa, relogio: &Relogio) {
        match relogio.tique() {
            Ok(carimbo) => {
                self.eventos.push_back(SaidaServidor::PedidoRecusado(recusa));
                self.escrever(&Resposta::nova(carimbo, Err(recusa)));
            }
            Err(_) => self.estado = Estado::Encerrada(Fim::RelogioEsgotado),
        }
    }

    fn escrever(&mut self, resposta: &Resposta) {
        resposta.codificar(&mut self.saida);
        if self.quadros.modo() != Some(Modo::Legado) {
            self.saida.push(b'\n');
        }
        self.respostas_na_saida += 1;
        self.eventos.push_back(SaidaServidor::RelogioAtualizado(resposta.carimbo()));
    }
}

fn eh_pedido(evento: &SaidaServidor) -> bool {
    matches!(evento, SaidaServidor::PedidoRecebido(_))
}
