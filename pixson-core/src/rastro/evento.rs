//! An event in Lamport's sense: a change of a clock, and what it was for.
//!
//! These values are made where a clock changes, on the hot path of a server: all but a text that the
//! protocol does not know is `Copy`, and nothing is allocated.

use crate::protocolo::{Resposta, Situacao};
use crate::relogio::Carimbo;
use crate::tipos::{Desfecho, Operacao, Recusa, Rg, Sucesso};

/// The longest text of a reply that a trace keeps, in bytes; the rest is cut.
pub const TEXTO_MAX_BYTES: usize = 200;

/// One event of a process.
///
/// ```
/// use pixson_core::rastro::{ConexaoNumerada, Conteudo, EventoDoRelogio, Fato, MensagemVista};
/// use pixson_core::{Operacao, Relogio};
///
/// let relogio = Relogio::novo();
/// let antes = relogio.agora();
/// let depois = relogio.tique()?;
/// let login = Operacao::Login { rg: "1111111111".parse()? };
/// let evento = EventoDoRelogio {
///     us: 12,
///     antes,
///     depois,
///     fato: Fato::Envio(MensagemVista {
///         conexao: ConexaoNumerada { numero: 1, porta: Some(40_112) },
///         carimbo: depois,
///         conteudo: Conteudo::Pedido(Some(login)),
///     }),
/// };
/// assert_eq!(evento.enviado(), Some(depois));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EventoDoRelogio {
    /// Microseconds since the trace began; for display only.
    pub us: u64,
    /// Where the clock stood.
    pub antes: Carimbo,
    /// Where it stands now.
    pub depois: Carimbo,
    /// What happened.
    pub fato: Fato,
}

/// What an event was for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fato {
    /// A message was stamped, to be sent.
    Envio(MensagemVista),
    /// A message came in. If the clock has not changed, its stamp was too far ahead.
    Recebimento(MensagemVista),
    /// The bank drew a stamp above those that the rows of its accounts bear.
    Execucao {
        /// The highest stamp of those rows, if there was one.
        linhas: Option<Carimbo>,
        /// The reply that bears the new value; none if no reply ever will.
        resposta: Option<(ConexaoNumerada, RespostaVista)>,
    },
}

/// A connection, as one of its sides knows it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ConexaoNumerada {
    /// Its number in the process, from 1, never used twice.
    pub numero: u64,
    /// The TCP port of the client's side, which both sides know.
    pub porta: Option<u16>,
}

/// A message at one end of its connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MensagemVista {
    /// The connection.
    pub conexao: ConexaoNumerada,
    /// The stamp that the message bears.
    pub carimbo: Carimbo,
    /// What it says.
    pub conteudo: Conteudo,
}

/// What a message says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Conteudo {
    /// A client asks; `None` if the message has a stamp and is otherwise not understood.
    Pedido(Option<Operacao>),
    /// A server answers.
    Resposta(RespostaVista),
}

/// A reply, without its stamp.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RespostaVista {
    /// The stamp of the request that it answers; `None` if that had none, or nothing was asked.
    pub responde: Option<Carimbo>,
    /// The account on whose behalf that request was made, if it is known.
    pub rg: Option<Rg>,
    /// What it says.
    pub dito: Dito,
}

/// What a reply says: one of the texts of the protocol, or another one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Dito {
    /// A text of the protocol.
    Conhecido(Desfecho),
    /// Any other text, from a server that speaks otherwise.
    Livre(DitoLivre),
}

/// A text that the protocol does not know, of at most [`TEXTO_MAX_BYTES`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DitoLivre {
    feito: bool,
    texto: Box<str>,
}

impl From<&Resposta> for Dito {
    fn from(resposta: &Resposta) -> Self {
        match resposta.desfecho() {
            Some(desfecho) => Self::Conhecido(desfecho),
            None => Self::novo(resposta.situacao() == Situacao::Sucesso, &resposta.texto()),
        }
    }
}

impl Dito {
    /// What a reply with that situation and text says. A text beyond [`TEXTO_MAX_BYTES`] is cut.
    ///
    /// ```
    /// use pixson_core::Recusa;
    /// use pixson_core::rastro::Dito;
    ///
    /// let recusa = Dito::novo(false, "Saldo insuficiente");
    /// assert_eq!(recusa, Dito::Conhecido(Err(Recusa::SaldoInsuficiente)));
    /// assert_eq!(Dito::novo(true, &"é".repeat(200)).texto().len(), 200);
    /// ```
    pub fn novo(feito: bool, texto: &str) -> Self {
        let conhecido =
            if feito { Sucesso::de_texto(texto).map(Ok) } else { Recusa::de_texto(texto).map(Err) };
        conhecido.map_or_else(
            || {
                let fim = texto.floor_char_boundary(TEXTO_MAX_BYTES);
                Self::Livre(DitoLivre { feito, texto: texto[..fim].into() })
            },
            Self::Conhecido,
        )
    }

    /// Whether the operation was done.
    pub fn feito(&self) -> bool {
        match self {
            Self::Conhecido(desfecho) => desfecho.is_ok(),
            Self::Livre(livre) => livre.feito,
        }
    }

    /// The text of the reply.
    pub fn texto(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Conhecido(Ok(sucesso)) => sucesso.texto(),
            Self::Conhecido(Err(recusa)) => recusa.texto().into(),
            Self::Livre(livre) => (&*livre.texto).into(),
        }
    }
}

impl EventoDoRelogio {
    /// The stamp of the message that this event sends, if it sends one.
    pub fn enviado(&self) -> Option<Carimbo> {
        match &self.fato {
            Fato::Envio(mensagem) => Some(mensagem.carimbo),
            Fato::Execucao { resposta: Some(_), .. } => Some(self.depois),
            Fato::Recebimento(_) | Fato::Execucao { resposta: None, .. } => None,
        }
    }

    /// The stamp of the message that this event receives, if it receives one.
    pub fn recebido(&self) -> Option<Carimbo> {
        match &self.fato {
            Fato::Recebimento(mensagem) => Some(mensagem.carimbo),
            Fato::Envio(_) | Fato::Execucao { .. } => None,
        }
    }

    /// The connection that this event is about, if it is about one.
    pub fn conexao(&self) -> Option<ConexaoNumerada> {
        match &self.fato {
            Fato::Envio(mensagem) | Fato::Recebimento(mensagem) => Some(mensagem.conexao),
            Fato::Execucao { resposta, .. } => resposta.as_ref().map(|(conexao, _)| *conexao),
        }
    }

    /// The operation that this event asks for or is asked for, if it is understood.
    pub fn operacao(&self) -> Option<&Operacao> {
        match self.mensagem()?.conteudo {
            Conteudo::Pedido(ref operacao) => operacao.as_ref(),
            Conteudo::Resposta(_) => None,
        }
    }

    /// Whether this event sends or receives a request.
    pub fn de_pedido(&self) -> bool {
        self.mensagem().is_some_and(|mensagem| matches!(mensagem.conteudo, Conteudo::Pedido(_)))
    }

    /// The reply that this event sends or receives, if it does.
    pub fn resposta(&self) -> Option<&RespostaVista> {
        match &self.fato {
            Fato::Execucao { resposta, .. } => resposta.as_ref().map(|(_, resposta)| resposta),
            Fato::Envio(mensagem) | Fato::Recebimento(mensagem) => match &mensagem.conteudo {
                Conteudo::Resposta(resposta) => Some(resposta),
                Conteudo::Pedido(_) => None,
            },
        }
    }

    /// The account on whose behalf, if it is known.
    pub fn rg(&self) -> Option<Rg> {
        self.operacao().map(Operacao::titular).or_else(|| self.resposta()?.rg)
    }

    /// The accounts that it is about: that on whose behalf, if it is known, and that which a transfer goes to.
    pub fn contas(&self) -> impl Iterator<Item = Rg> + use<> {
        let destino = self.operacao().and_then(para);
        self.rg().into_iter().chain(destino)
    }

    /// Whether a message came in whose stamp was not merged.
    pub fn sem_fusao(&self) -> bool {
        matches!(self.fato, Fato::Recebimento(_)) && self.antes == self.depois
    }

    fn mensagem(&self) -> Option<&MensagemVista> {
        match &self.fato {
            Fato::Envio(mensagem) | Fato::Recebimento(mensagem) => Some(mensagem),
            Fato::Execucao { .. } => None,
        }
    }
}

/// The account that a transfer goes to.
pub(super) fn para(operacao: &Operacao) -> Option<Rg> {
    match operacao {
        Operacao::Transferencia { rg_destino, .. } => Some(*rg_destino),
        Operacao::Login { .. }
        | Operacao::Saldo { .. }
        | Operacao::Saque { .. }
        | Operacao::Deposito { .. } => None,
    }
}
