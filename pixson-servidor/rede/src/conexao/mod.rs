//! One connection from its first byte to its last, without a socket and without a clock.
//!
//! [`ConexaoServidor`] decides everything that a driver (a thread, an event loop, a layer of
//! encryption) would otherwise decide by itself: what to wait for and how long, what to write and
//! by when, when to half-close, and how much to read after that. The driver asks
//! [`ConexaoServidor::acao`] what to do, does it, and reports the result:
//!
//! | [`Acao`] | the driver | then calls |
//! |---|---|---|
//! | `Avancar` | needs nothing | [`ConexaoServidor::avancar`], or [`ConexaoServidor::reunir`] if it must not wait |
//! | `Esperar` | has the requests done that `reunir` gave; may take input, if [`ConexaoServidor::pode_adiantar`] | [`ConexaoServidor::receber`], [`ConexaoServidor::responder`] |
//! | `Confirmar` | may take input that is at hand, if [`ConexaoServidor::pode_adiantar`] | [`ConexaoServidor::receber`], or [`ConexaoServidor::confirmar`] |
//! | `Escrever` | writes what it can, for so long at most | [`ConexaoServidor::escritos`] |
//! | `Ler` | waits for input, for so long at most | [`ConexaoServidor::receber`] or [`ConexaoServidor::fim_de_entrada`] |
//! | `MeioFechar` | shuts down the sending side | [`ConexaoServidor::meio_fechada`] |
//! | `Fechar` | closes | nothing more |
//!
//! When the time of an action has passed, the driver asks for the next one, with the current
//! instant. The machine learns of time in no other way.

mod acao;
mod adiantamento;
mod fase;
mod prazos;

use std::time::{Duration, Instant};

use pixson_core::servico::{Evento, Lote, LoteFeito, Passo};
use pixson_core::{Banco, Ligacao, Servico};

pub use self::acao::{Acao, Encerramento};
use self::fase::Fase;
use self::prazos::{Prazos, passou, resta};
use crate::limites::Limites;

/// The largest buffer for replies that is kept for the next ones: 4 KiB.
const SAIDA_MANTIDA_BYTES: usize = 4 * 1024;

/// How much is still read after the last reply (drain), so that a reset does not destroy that
/// reply: 64 KiB or 1 s.
const ESCOAMENTO_MAX_BYTES: usize = 64 * 1024;
const ESCOAMENTO_MAX: Duration = Duration::from_secs(1);

/// How much input of a peer that goes on sending is still served when the server stops: 64 KiB.
const PARADA_MAX_BYTES: usize = 64 * 1024;

/// A connection as a state machine: see the [module](self).
///
/// ```
/// use std::time::Instant;
///
/// use pixson_core::Servico;
/// use pixson_core::banco::BancoMemoria;
/// use pixson_rede::Limites;
/// use pixson_rede::conexao::{Acao, ConexaoServidor};
///
/// let servico = Servico::novo(BancoMemoria::default());
/// let limites = Limites::default();
/// let mut conexao = ConexaoServidor::nova(servico.ligacao(), &limites);
/// let mut pedido = Some(b"t:1|op:6|rg:1\n");
/// let mut ouvido = Vec::new();
/// let agora = Instant::now();
/// loop {
///     match conexao.acao(agora) {
///         Acao::Avancar => conexao.avancar(&servico, |_| {}),
///         Acao::Esperar => unreachable!("`reunir` was not called"),
///         Acao::Confirmar => conexao.confirmar(&servico),
///         Acao::Escrever { bytes, .. } => {
///             ouvido.extend_from_slice(bytes);
///             let quantos = bytes.len();
///             conexao.escritos(quantos);
///         }
///         Acao::Ler { .. } => match pedido.take() {
///             Some(bytes) => conexao.receber(bytes),
///             None => conexao.fim_de_entrada(),
///         },
///         Acao::MeioFechar => conexao.meio_fechada(),
///         Acao::Fechar(_) => break,
///     }
/// }
/// assert_eq!(ouvido, "t:3|s:1|resposta:Cliente não encontrado\n".as_bytes());
/// ```
#[derive(Debug)]
pub struct ConexaoServidor {
    ligacao: Ligacao,
    prazos: Prazos,
    fase: Fase,
    /// The replies that are being written.
    saida: Vec<u8>,
    /// When the server stops: how many bytes are still served.
    restam: Option<usize>,
}

impl ConexaoServidor {
    /// A connection on which nothing was said yet. Its deadlines count from the first
    /// [`ConexaoServidor::acao`].
    pub fn nova(ligacao: Ligacao, limites: &Limites) -> Self {
        let (prazos, fase) = (Prazos::novos(limites), Fase::Avancando);
        Self { ligacao, prazos, fase, saida: Vec::new(), restam: None }
    }

    /// A connection for which the server has no place. It tells the peer so, and ends.
    pub fn lotada<B: Banco>(servico: &Servico<B>, limites: &Limites) -> Self {
        let mut ligacao = servico.ligacao();
        servico.lotada(&mut ligacao);
        Self::nova(ligacao, limites)
    }

    /// What to do at the instant `agora`. Deadlines that have passed by then are acted upon first.
    /// `agora` may be the same at several calls, but must not go back.
    pub fn acao(&mut self, agora: Instant) -> Acao<'_> {
        self.prazos.comecar(agora);
        self.deixar_passar(agora);
        match self.fase {
            Fase::Avancando => Acao::Avancar,
            Fase::Executando { .. } => Acao::Esperar,
            Fase::Confirmando => Acao::Confirmar,
            Fase::Escrevendo { escritos, desde, .. } => Acao::Escrever {
                bytes: &self.saida[escritos..],
                no_maximo: resta(self.prazos.limites.prazo_escrita, desde, agora),
            },
            Fase::Lendo { desde, espera, .. } => {
                Acao::Ler { no_maximo: resta(espera, Some(desde), agora) }
            }
            Fase::MeioFechando(_) => Acao::MeioFechar,
            Fase::Escoando { desde, .. } => {
                Acao::Ler { no_maximo: resta(ESCOAMENTO_MAX, desde, agora) }
            }
            Fase::Fechada(encerramento) => Acao::Fechar(encerramento),
        }
    }

    /// Whether input is waited for. A driver that may be late hands over what has arrived before it asks for
    /// the next action: otherwise a pause or a deadline counts although the peer was in time.
    pub fn espera_entrada(&self) -> bool {
        matches!(self.fase, Fase::Lendo { .. } | Fase::Escoando { .. })
    }

    /// Serves what has arrived. It waits only for a bank that is far away, and calls `observar` as
    /// [`Servico::avancar`] does.
    pub fn avancar<B: Banco>(&mut self, servico: &Servico<B>, observar: impl FnMut(Evento)) {
        if let Fase::Avancando = self.fase {
            servico.avancar(&mut self.ligacao, self.prazos.vigiar(observar));
            self.fase = Fase::Confirmando;
        }
    }

    /// Serves what has arrived without waiting. Requests for a bank that is far away come out, for
    /// [`Servico::executar`] in another thread.
    pub fn reunir<B: Banco>(
        &mut self,
        servico: &Servico<B>,
        observar: impl FnMut(Evento),
    ) -> Option<Lote> {
        let Fase::Avancando = self.fase else { return None };
        let lote = servico.reunir(&mut self.ligacao, self.prazos.vigiar(observar));
        let longe = lote.is_some();
        self.fase = if longe { Fase::Executando { recebidos: 0 } } else { Fase::Confirmando };
        lote
    }

    /// Result: what became of the requests that [`ConexaoServidor::reunir`] gave.
    pub fn responder<B: Banco>(
        &mut self,
        servico: &Servico<B>,
        feito: LoteFeito,
        observar: impl FnMut(Evento),
    ) {
        if let Fase::Executando { .. } = self.fase {
            servico.responder(&mut self.ligacao, feito, self.prazos.vigiar(observar));
            self.fase = Fase::Confirmando;
        }
    }

    /// The connection without its deadlines, for [`Servico::esperar`], which waits for the storage
    /// for several connections at once.
    pub fn ligacao(&self) -> &Ligacao {
        &self.ligacao
    }

    /// Waits until the replies are durable. If the storage fails, they become `Servidor
    /// indisponível`.
    pub fn confirmar<B: Banco>(&mut self, servico: &Servico<B>) {
        if let Fase::Confirmando = self.fase {
            let depois = servico.confirmar(&mut self.ligacao, &mut self.saida);
            self.fase = Fase::Escrevendo { escritos: 0, desde: None, depois };
        }
    }

    /// Input: bytes have arrived. An empty slice is no input, and moves no deadline.
    pub fn receber(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        match &mut self.fase {
            Fase::Escoando { fim, restam, .. } => {
                *restam = restam.saturating_sub(bytes.len());
                if *restam == 0 {
                    self.fase = Fase::Fechada(Encerramento::Sessao(*fim));
                }
            }
            Fase::MeioFechando(_)
            | Fase::Fechada(_)
            | Fase::Escrevendo { depois: Passo::Encerrar(_), .. } => {}
            _ => {
                self.restam = self.restam.map(|restam| restam.saturating_sub(bytes.len()));
                self.ligacao.receber(bytes);
                if let Fase::Executando { recebidos } = &mut self.fase {
                    *recebidos += bytes.len();
                }
                self.servir_depois();
            }
        }
    }

    /// Input: the peer has half-closed, and sends nothing more.
    pub fn fim_de_entrada(&mut self) {
        match self.fase {
            Fase::Escoando { fim, .. } => self.fase = Fase::Fechada(Encerramento::Sessao(fim)),
            Fase::MeioFechando(_) | Fase::Fechada(_) => {}
            _ => {
                self.ligacao.fim_de_entrada();
                self.servir_depois();
            }
        }
    }

    /// Result: so many bytes of [`Acao::Escrever`] were written, from its first on.
    pub fn escritos(&mut self, quantos: usize) {
        if let Fase::Escrevendo { escritos, .. } = &mut self.fase {
            *escritos = self.saida.len().min(escritos.saturating_add(quantos));
        }
    }

    /// Result: the sending side is shut down.
    pub fn meio_fechada(&mut self) {
        if let Fase::MeioFechando(fim) = self.fase {
            self.fase = Fase::Escoando { fim, desde: None, restam: ESCOAMENTO_MAX_BYTES };
        }
    }

    /// Input: the server stops. It still serves what has arrived, and up to 64 KiB more, after
    /// which the input counts as ended: a peer that goes on sending could otherwise delay the end
    /// without bound.
    pub fn parar(&mut self) {
        self.restam.get_or_insert(PARADA_MAX_BYTES);
    }

    /// How the conversation ended, once it has. Errors of the transport after that do not matter.
    pub fn encerramento(&self) -> Option<Encerramento> {
        match self.fase {
            Fase::MeioFechando(fim) | Fase::Escoando { fim, .. } => Some(Encerramento::Sessao(fim)),
            Fase::Fechada(encerramento) => Some(encerramento),
            _ => None,
        }
    }

    /// What a failure of the transport means.
    ///
    /// # Errors
    ///
    /// The failure, unless the last reply was written: then the conversation is over anyway.
    pub fn transporte_falhou<E>(&self, erro: E) -> Result<Encerramento, E> {
        self.encerramento().ok_or(erro)
    }

    /// Takes note of new input, which is served as soon as the replies that are ready are written.
    fn servir_depois(&mut self) {
        match &mut self.fase {
            Fase::Escrevendo { depois, .. } => *depois = Passo::Continuar,
            Fase::Executando { .. } => {}
            _ => self.fase = Fase::Avancando,
        }
    }

    /// Moves on to the phase in which the connection is at the instant `agora`.
    fn deixar_passar(&mut self, agora: Instant) {
        match &mut self.fase {
            Fase::Escrevendo { escritos, depois, .. } if *escritos == self.saida.len() => {
                let depois = *depois;
                self.saida.clear();
                self.saida.shrink_to(SAIDA_MANTIDA_BYTES);
                match depois {
                    Passo::Continuar => self.fase = Fase::Avancando,
                    Passo::Encerrar(fim) => self.fase = Fase::MeioFechando(fim),
                    Passo::Ler { acordar_apos } => self.comecar_a_ler(acordar_apos, agora),
                }
            }
            Fase::Escrevendo { desde, .. } => {
                let desde = *desde.get_or_insert(agora);
                if passou(self.prazos.limites.prazo_escrita, desde, agora) {
                    self.fase = Fase::Fechada(Encerramento::EscritaEsgotada);
                }
            }
            Fase::Lendo { desde, espera, em_silencio } if passou(*espera, *desde, agora) => {
                if *em_silencio {
                    self.ligacao.silencio();
                } else {
                    self.ligacao.prazo_esgotado();
                }
                self.fase = Fase::Avancando;
            }
            Fase::Escoando { fim, desde, .. } => {
                let desde = *desde.get_or_insert(agora);
                if passou(ESCOAMENTO_MAX, desde, agora) {
                    self.fase = Fase::Fechada(Encerramento::Sessao(*fim));
                }
            }
            _ => {}
        }
    }

    fn comecar_a_ler(&mut self, acordar_apos: Option<Duration>, agora: Instant) {
        if self.restam == Some(0) {
            self.ligacao.fim_de_entrada();
            self.fase = Fase::Avancando;
            return;
        }
        let Some(ate_o_prazo) = self.prazos.falta(&self.ligacao, agora) else {
            self.ligacao.prazo_esgotado();
            self.fase = Fase::Avancando;
            return;
        };
        let pausa = acordar_apos.filter(|&pausa| pausa < ate_o_prazo);
        let espera = pausa.unwrap_or(ate_o_prazo);
        self.fase = Fase::Lendo { desde: agora, espera, em_silencio: pausa.is_some() };
    }
}
