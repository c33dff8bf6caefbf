//! The client's side of one connection, as a machine.

mod erro;
mod estado;

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::time::Duration;

pub use self::erro::{ErroEnvio, ErroSessao};
use self::estado::{Acao, Entrada, Estado, transitar};
use super::PAUSA_LEGADA;
use crate::protocolo::{Enquadrador, ErroResposta, Modo, Pedido, Resposta};
use crate::relogio::{Carimbo, Recebimento, Relogio};
use crate::sincronia::Arc;
use crate::tipos::Operacao;

/// How many quiet periods end an unterminated reply whose text the protocol does not know.
const PAUSAS_DE_TEXTO_LIVRE: u32 = 10;

/// What a [`SessaoCliente`] may be told about its peer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ConfiguracaoCliente {
    /// How many requests may wait for an answer. More than one only if the server is known to frame
    /// its messages; with a legacy server the limit is one, whatever this field says.
    pub pendentes_max: NonZeroUsize,
    /// The quiet period that ends a reply without LF, at least a millisecond. For a text that the
    /// protocol does not know it is ten times as long.
    pub pausa_legada: Duration,
}

impl Default for ConfiguracaoCliente {
    /// One request at a time, and [`PAUSA_LEGADA`].
    fn default() -> Self {
        Self { pendentes_max: NonZeroUsize::MIN, pausa_legada: PAUSA_LEGADA }
    }
}

/// The client's side of one connection.
///
/// See the [module](super) for how to drive it. A session made by [`SessaoCliente::nova`] has a clock
/// of its own, at 0. A program with several connections, or one that connects again, is still one
/// Lamport process and has one clock: it makes its sessions by [`SessaoCliente::com_relogio`].
///
/// ```
/// use pixson_core::sessao::SaidaCliente;
/// use pixson_core::{Operacao, SessaoCliente, Sucesso};
///
/// let mut sessao = SessaoCliente::default();
/// sessao.enviar(Operacao::Login { rg: "1111111111".parse()? })?;
/// let mut bytes = Vec::new();
/// sessao.retirar_saida(&mut bytes);
/// assert_eq!(bytes, b"t:1|op:6|rg:1111111111\n");
///
/// sessao.receber(b"t:3|s:0|resposta:Login realizado com sucesso\n");
/// let resposta = loop {
///     if let SaidaCliente::RespostaRecebida(resposta) = sessao.proxima_saida()? {
///         break resposta;
///     }
/// };
/// assert_eq!(resposta.desfecho(), Some(Ok(Sucesso::Login)));
/// assert_eq!(sessao.relogio().valor(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SessaoCliente {
    configuracao: ConfiguracaoCliente,
    relogio: Arc<Relogio>,
    quadros: Enquadrador,
    estado: Estado,
    /// The quiet period has ended, and no byte came since.
    em_silencio: bool,
    entrada_acabou: bool,
    /// Outputs that wait to be taken, in order.
    eventos: VecDeque<SaidaCliente>,
    saida: Vec<u8>,
}

/// What the program has to do next.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "an output that is not acted on stalls the connection"]
pub enum SaidaCliente {
    /// A request was stamped, and waits to be sent; for a program that shows the clock, or keeps a trace.
    PedidoEnviado(Pedido),
    /// A reply has come in; for the same. Its stamp may have been too far ahead to be merged.
    /// [`SessaoCliente::resposta_da_mensagem`] is what it says.
    MensagemRecebida(Recebimento),
    /// The answer to the oldest request that had none. Replies are matched by their order alone:
    /// see [`Resposta::responde`].
    RespostaRecebida(Resposta),
    /// Send what there is to send, then bring the next input.
    PrecisaDeDados {
        /// Call [`SessaoCliente::silencio`] if nothing arrives for this long.
        acordar_apos: Option<Duration>,
    },
    /// The server has closed, and every request was answered.
    Encerrada,
}

impl SaidaCliente {
    /// The value that the clock has changed to; `None` if this says nothing of the clock, or if a stamp came
    /// in that must not be merged.
    pub fn relogio(&self) -> Option<Carimbo> {
        match self {
            Self::PedidoEnviado(pedido) => Some(pedido.carimbo),
            Self::MensagemRecebida(recebimento) => recebimento.fundido(),
            Self::RespostaRecebida(_) | Self::PrecisaDeDados { .. } | Self::Encerrada => None,
        }
    }
}

impl Default for SessaoCliente {
    fn default() -> Self {
        Self::nova(ConfiguracaoCliente::default())
    }
}

impl SessaoCliente {
    /// A connection on which nothing was said yet, with a clock of its own, at 0.
    ///
    /// This is right for a program that opens one connection in its life. Any other program would
    /// be several Lamport processes, and calls [`SessaoCliente::com_relogio`] instead.
    pub fn nova(configuracao: ConfiguracaoCliente) -> Self {
        Self::com_relogio(configuracao, Arc::default())
    }

    /// A connection on which nothing was said yet, with the clock of the whole program.
    ///
    /// The program makes one clock and gives a share of it to each session, on any thread, and to
    /// the next session after a connection was lost. A session keeps its clock to its end. Sessions
    /// that share a clock never send the same stamp, and whatever one of them sends is later than
    /// all that any of them has received. Each session reports only its own changes of the clock:
    /// the values that it reports grow, and may skip some.
    ///
    /// A program that is also a server gives the same clock to `Servico::com_relogio`.
    ///
    /// Each reply may take the clock up to [`Relogio::SALTO_MAXIMO`] further. Give the sessions
    /// with a server that cannot be trusted that far a clock of their own: otherwise other servers
    /// would refuse the program's stamps as too far ahead.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use pixson_core::sessao::{ConfiguracaoCliente, SaidaCliente};
    /// use pixson_core::{Operacao, Relogio, SessaoCliente};
    ///
    /// let relogio = Arc::new(Relogio::novo());
    /// let sessao =
    ///     || SessaoCliente::com_relogio(ConfiguracaoCliente::default(), Arc::clone(&relogio));
    /// let login = Operacao::Login { rg: "1111111111".parse()? };
    ///
    /// let (mut uma, mut outra) = (sessao(), sessao());
    /// assert_eq!(uma.enviar(login)?.valor(), 1);
    /// assert_eq!(outra.enviar(login)?.valor(), 2, "no stamp is sent twice");
    ///
    /// uma.receber(b"t:4|s:0|resposta:Login realizado com sucesso\n");
    /// while !matches!(uma.proxima_saida()?, SaidaCliente::RespostaRecebida(_)) {}
    /// assert_eq!(relogio.agora().valor(), 5, "max(2, 4) + 1");
    ///
    /// drop(uma); // the connection is lost, and the clock goes on
    /// assert_eq!(sessao().enviar(login)?.valor(), 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn com_relogio(configuracao: ConfiguracaoCliente, relogio: Arc<Relogio>) -> Self {
        Self {
            configuracao,
            relogio,
            quadros: Enquadrador::default(),
            estado: Estado::Ociosa,
            em_silencio: false,
            entrada_acabou: false,
            eventos: VecDeque::new(),
            saida: Vec::new(),
        }
    }

    /// Command: sends a request, LF-terminated. Returns its stamp.
    ///
    /// # Errors
    ///
    /// [`ErroEnvio`]; nothing was sent.
    pub fn enviar(&mut self, operacao: Operacao) -> Result<Carimbo, ErroEnvio> {
        // A reply that the server sent unasked must not be taken for the answer to this request.
        if matches!(self.estado, Estado::Ociosa)
            && let Some(entrada) = self.proxima_entrada()
        {
            self.passar(entrada);
        }
        if matches!(self.estado, Estado::Encerrada | Estado::Falhou(_)) {
            return Err(ErroEnvio::Encerrada);
        }
        if self.pendentes() >= self.pendentes_max() {
            return Err(ErroEnvio::PendentesDemais);
        }
        let carimbo = self.relogio.tique()?;
        let pedido = Pedido { carimbo, operacao };
        self.eventos.push_back(SaidaCliente::PedidoEnviado(pedido));
        pedido.codificar(&mut self.saida);
        self.saida.push(b'\n');
        self.passar(Entrada::Enviado);
        Ok(carimbo)
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

    /// Input: the server will send nothing more. This never ends a message that lacks its LF.
    pub fn fim_de_entrada(&mut self) {
        self.entrada_acabou = true;
    }

    /// Output: what to do next.
    ///
    /// # Errors
    ///
    /// [`ErroSessao`], the same at every further call.
    pub fn proxima_saida(&mut self) -> Result<SaidaCliente, ErroSessao> {
        loop {
            if let Some(evento) = self.eventos.pop_front() {
                return Ok(evento);
            }
            match &self.estado {
                Estado::Encerrada => return Ok(SaidaCliente::Encerrada),
                Estado::Falhou(erro) => return Err(erro.clone()),
                Estado::Ociosa | Estado::AguardaResposta { .. } => {}
            }
            let Some(entrada) = self.proxima_entrada() else {
                return Ok(SaidaCliente::PrecisaDeDados { acordar_apos: self.acordar_apos() });
            };
            self.passar(entrada);
        }
    }

    /// Output: the bytes to send replace what `destino` held. Send all of them, in this order.
    pub fn retirar_saida(&mut self, destino: &mut Vec<u8>) {
        destino.clear();
        std::mem::swap(destino, &mut self.saida);
    }

    /// The value of the clock, which other sessions may share.
    pub fn relogio(&self) -> Carimbo {
        self.relogio.agora()
    }

    /// Why the session failed, if it did.
    pub fn falha(&self) -> Option<&ErroSessao> {
        match &self.estado {
            Estado::Falhou(erro) => Some(erro),
            _ => None,
        }
    }

    /// The reply of which [`SaidaCliente::MensagemRecebida`] has told just now. Only meaningful until the next
    /// output is taken.
    pub fn resposta_da_mensagem(&self) -> Option<&Resposta> {
        match (self.eventos.front(), &self.estado) {
            (Some(SaidaCliente::RespostaRecebida(resposta)), _)
            | (_, Estado::Falhou(ErroSessao::RespostaInesperada(resposta))) => Some(resposta),
            _ => None,
        }
    }

    /// How many requests wait for an answer.
    pub fn pendentes(&self) -> usize {
        match self.estado {
            Estado::AguardaResposta { pendentes } => pendentes.get(),
            _ => 0,
        }
    }

    fn pendentes_max(&self) -> usize {
        match self.quadros.modo() {
            Some(Modo::Legado) => 1,
            _ => self.configuracao.pendentes_max.get(),
        }
    }

    fn passar(&mut self, entrada: Entrada) {
        let estado = std::mem::replace(&mut self.estado, Estado::Encerrada);
        let (estado, acao) = transitar(estado, entrada);
        self.estado = estado;
        match acao {
            Acao::Nada => {}
            Acao::Entregar(resposta) => {
                self.eventos.push_back(SaidaCliente::RespostaRecebida(resposta));
            }
        }
    }

    /// Takes the next reply, if there is a whole one, and merges its stamp.
    fn proxima_entrada(&mut self) -> Option<Entrada> {
        let quadro = match self.quadros.proximo() {
            Ok(quadro) => quadro,
            Err(erro) => return Some(Entrada::Falha(erro.into())),
        };
        let decodificada = quadro.map(|quadro| Resposta::decodificar(quadro.0));
        let resposta = match decodificada.or_else(|| self.tomar_legado()) {
            Some(Ok(resposta)) => resposta,
            Some(Err(erro)) => return Some(Entrada::Falha(erro.into())),
            None => return self.entrada_acabou.then_some(Entrada::Fim),
        };
        // A stamp that must not be merged leaves the clock unchanged. The reply itself is still
        // delivered: dropping it would make a known outcome unknown.
        let recebimento = self.relogio.receber(resposta.carimbo());
        self.eventos.push_back(SaidaCliente::MensagemRecebida(recebimento));
        Some(Entrada::Resposta(resposta))
    }

    fn tomar_legado(&mut self) -> Option<Result<Resposta, ErroResposta>> {
        let resposta = if self.em_silencio { self.legada() } else { None }?;
        self.quadros.tomar_sem_terminador();
        Some(Ok(resposta))
    }

    /// How long to wait before bytes without LF count as a reply. A part of a text is a text too: a
    /// text that the protocol does not know may still grow into one that it knows, and gets more
    /// time.
    fn acordar_apos(&self) -> Option<Duration> {
        let pausa = self.configuracao.pausa_legada;
        let resposta = self.legada()?;
        Some(if resposta.desfecho().is_some() { pausa } else { pausa * PAUSAS_DE_TEXTO_LIVRE })
    }

    /// The bytes without LF, if they are a whole reply of a legacy server.
    fn legada(&self) -> Option<Resposta> {
        let bytes = self.quadros.sem_terminador();
        if bytes.is_empty() { None } else { Resposta::decodificar(bytes).ok() }
    }
}
