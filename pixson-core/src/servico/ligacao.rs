//! One connection: its session, and the receipt that its answers wait for.

use std::time::Duration;

use crate::banco::Recibo;
use crate::sessao::{Fim, SessaoServidor};
use crate::tipos::Rg;

/// What the loop of a connection does after it has sent everything that [`Servico::confirmar`](super::Servico::confirmar) gave.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a step that is not acted on stalls the connection"]
pub enum Passo {
    /// Call [`Servico::avancar`](super::Servico::avancar) again: there is more to do, once these
    /// answers are sent.
    Continuar,
    /// Read; if `acordar_apos` passes with no byte, call [`Ligacao::silencio`].
    Ler {
        /// The length of that silence.
        acordar_apos: Option<Duration>,
    },
    /// Close: shut down the sending side, then read what still comes, within bounds, so that the
    /// last reply is not lost to a reset.
    Encerrar(Fim),
}

/// One connection to a [`Servico`](super::Servico), without its socket.
///
/// Its inputs are those of a [`SessaoServidor`]. Answers come out of
/// [`Servico::confirmar`](super::Servico::confirmar) and from nowhere else, so that no byte of an
/// answer leaves before the answer is durable:
///
/// ```
/// # use pixson_core::{Servico, banco::BancoMemoria};
/// # let servico = Servico::novo(BancoMemoria::default());
/// let mut ligacao = servico.ligacao();
/// ligacao.receber(b"t:1|op:6|rg:1\n");
/// servico.avancar(&mut ligacao, |_| {});
/// assert!(ligacao.bytes_retidos() > 0, "the answer is there, and waits");
/// let mut saida = Vec::new();
/// let _ = servico.confirmar(&mut ligacao, &mut saida);
/// assert!(!saida.is_empty() && ligacao.bytes_retidos() == 0);
/// ```
///
/// The session that holds the answers cannot be reached,
///
/// ```compile_fail,E0616
/// # use pixson_core::{Servico, banco::BancoMemoria};
/// # let servico = Servico::novo(BancoMemoria::default());
/// # let mut ligacao = servico.ligacao();
/// ligacao.receber(b"t:1|op:6|rg:1\n");
/// servico.avancar(&mut ligacao, |_| {});
/// let mut saida = Vec::new();
/// ligacao.sessao.retirar_saida(&mut saida); // field `sessao` of `Ligacao` is private
/// ```
///
/// and a connection has no such method itself:
///
/// ```compile_fail,E0599
/// # use pixson_core::{Servico, banco::BancoMemoria};
/// # let servico = Servico::novo(BancoMemoria::default());
/// # let mut ligacao = servico.ligacao();
/// ligacao.receber(b"t:1|op:6|rg:1\n");
/// servico.avancar(&mut ligacao, |_| {});
/// let mut saida = Vec::new();
/// ligacao.retirar_saida(&mut saida); // no method named `retirar_saida`
/// ```
#[derive(Debug)]
pub struct Ligacao {
    pub(super) sessao: SessaoServidor,
    /// The greatest receipt of the answers that have not come out yet, but for those put apart.
    pub(super) recibo: Option<Recibo>,
    /// The greatest receipt of those that [`Servico::separar`](super::Servico::separar) has put apart.
    pub(super) separado: Option<Recibo>,
    /// The step to take once they are sent. Any new input sets it to [`Passo::Continuar`].
    pub(super) passo: Passo,
}

impl Ligacao {
    pub(super) fn nova(sessao: SessaoServidor) -> Self {
        Self { sessao, recibo: None, separado: None, passo: Passo::Continuar }
    }

    /// What the answers that come out next wait for.
    pub(super) fn recibo(&self) -> Option<Recibo> {
        self.separado.or(self.recibo)
    }

    /// Input: bytes have arrived.
    pub fn receber(&mut self, bytes: &[u8]) {
        self.passo = Passo::Continuar;
        self.sessao.receber(bytes);
    }

    /// Input: nothing arrived during the time that [`Passo::Ler`] gave.
    pub fn silencio(&mut self) {
        self.passo = Passo::Continuar;
        self.sessao.silencio();
    }

    /// Input: the peer will send nothing more. This never ends a message that lacks its LF.
    pub fn fim_de_entrada(&mut self) {
        self.passo = Passo::Continuar;
        self.sessao.fim_de_entrada();
    }

    /// Input: the deadline for the peer has passed. A message that has begun and not ended is
    /// refused, and the connection is over.
    pub fn prazo_esgotado(&mut self) {
        self.passo = Passo::Continuar;
        self.sessao.prazo_esgotado();
    }

    /// Whether it pays to bring input that is at hand before
    /// [`Servico::confirmar`](super::Servico::confirmar): answers wait to become durable, all input
    /// so far is answered, and one wait would serve the new answers as well. A program that bounds
    /// the memory for one peer stops at some number of [`Ligacao::bytes_retidos`].
    pub fn pode_adiantar(&self) -> bool {
        self.recibo().is_some() && matches!(self.passo, Passo::Ler { .. })
    }

    /// How many bytes of answers have not come out yet.
    pub fn bytes_retidos(&self) -> usize {
        self.sessao.bytes_na_saida()
    }

    /// The account that this connection acts for, or `None` before a login and after the end.
    pub fn titular(&self) -> Option<Rg> {
        self.sessao.titular()
    }

    /// Whether a message has begun and not ended. Only meaningful when the step is [`Passo::Ler`].
    pub fn mensagem_incompleta(&self) -> bool {
        self.sessao.mensagem_incompleta()
    }
}
