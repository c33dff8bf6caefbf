//! One connection from its first byte to its last, without a socket and without a clock.
//!
//! [`ConexaoServidor`] decides everything that a driver (a thread, an event loop, a layer of encryption) would
//! otherwise decide by itself: what is waited for and how long, what is written and by when, when the
//! sending side is closed, and how much is still read after that. The driver asks [`ConexaoServidor::acao`] what
//! to do, does it, and says what came of it:
//!
//! | [`Acao`] | the driver | then calls |
//! |---|---|---|
//! | `Avancar` | needs nothing | [`ConexaoServidor::avancar`] |
//! | `Confirmar` | may take input that is at hand, if [`ConexaoServidor::pode_adiantar`] | [`ConexaoServidor::receber`], or [`ConexaoServidor::confirmar`] |
//! | `Escrever` | writes what it can, for so long at most | [`ConexaoServidor::escritos`] |
//! | `Ler` | waits for input, for so long at most | [`ConexaoServidor::receber`] or [`ConexaoServidor::fim_de_entrada`] |
//! | `MeioFechar` | shuts down the sending side | [`ConexaoServidor::meio_fechada`] |
//! | `Fechar` | closes | nothing more |
//!
//! When the time of an action has passed, the driver asks for the next one, with the instant that it is
//! then. Time enters here and nowhere else.

mod acao;
mod prazos;

use std::time::{Duration, Instant};

use pixson_core::servico::{Evento, Passo};
use pixson_core::sessao::Fim;
use pixson_core::{Banco, Ligacao, Servico};

pub use self::acao::{Acao, Encerramento};
use self::prazos::Prazos;
use crate::limites::Limites;

/// From how many bytes of replies on they are sent before more is taken of a peer that pipelines:
/// 128 KiB. Until then one sync serves what it sends: transfers in pipelines of 8192 990,000 →
/// 1,400,000 a second; twice as much brings no more.
const ADIANTADOS_MAX_BYTES: usize = 128 * 1024;

/// How large a buffer for replies is kept for the next ones: 4 KiB.
const SAIDA_MANTIDA_BYTES: usize = 4 * 1024;

/// What is still read after the last reply, so that it is not lost to a reset: 64 KiB or 1 s.
const ESCOAMENTO_MAX_BYTES: usize = 64 * 1024;
const ESCOAMENTO_MAX: Duration = Duration::from_secs(1);

/// What is still served of a peer that goes on sending when the server stops: 64 KiB.
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

/// What a connection is at.
#[derive(Clone, Copy, Debug)]
enum Fase {
    /// Input waits to be served.
    Avancando,
    /// What has arrived is served. The replies wait for the storage.
    Confirmando,
    /// `desde`: since they were ready, once the driver has been told.
    Escrevendo {
        escritos: usize,
        desde: Option<Instant>,
        depois: Passo,
    },
    /// `em_silencio`: the wait is for the end of a quiet period and not for a deadline.
    Lendo {
        desde: Instant,
        espera: Duration,
        em_silencio: bool,
    },
    MeioFechando(Fim),
    Escoando {
        fim: Fim,
        desde: Option<Instant>,
        restam: usize,
    },
    Fechada(Encerramento),
}

impl ConexaoServidor {
    /// A connection on which nothing was said yet. It counts from the first [`ConexaoServidor::acao`].
    pub fn nova(ligacao: Ligacao, limites: &Limites) -> Self {
        let (prazos, fase) = (Prazos::novos(limites), Fase::Avancando);
        Self { ligacao, prazos, fase, saida: Vec::new(), restam: None }
    }

    /// A connection for which there is no place. It tells the peer so, and ends.
    pub fn lotada<B: Banco>(servico: &Servico<B>, limites: &Limites) -> Self {
        let mut ligacao = servico.ligacao();
        servico.lotada(&mut ligacao);
        Self::nova(ligacao, limites)
    }

    /// What is to be done at this instant. Deadlines that have passed by then are acted upon first.
    /// `agora` may stand still from one call to the next, and does not go back.
    pub fn acao(&mut self, agora: Instant) -> Acao<'_> {
        self.prazos.comecar(agora);
        self.deixar_passar(agora);
        match self.fase {
            Fase::Avancando => Acao::Avancar,
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

    /// Serves what has arrived. It does not wait, and calls `observar` as [`Servico::avancar`] does.
    pub fn avancar<B: Banco>(&mut self, servico: &Servico<B>, mut observar: impl FnMut(Evento)) {
        if let Fase::Avancando = self.fase {
            let atendeu = &mut self.prazos.atendeu;
            servico.avancar(&mut self.ligacao, |evento| {
                *atendeu |= !matches!(evento, Evento::RelogioAtualizado(_));
                observar(evento);
            });
            self.fase = Fase::Confirmando;
        }
    }

    /// Whether input that is at hand is taken before [`ConexaoServidor::confirmar`], so that one wait serves it.
    pub fn pode_adiantar(&self) -> bool {
        matches!(self.fase, Fase::Confirmando)
            && self.restam.is_none()
            && self.ligacao.pode_adiantar()
            && self.ligacao.bytes_retidos() < ADIANTADOS_MAX_BYTES
    }

    /// What answers wait for storage here, for [`Servico::esperar`], which waits for several connections.
    pub fn ligacao(&self) -> &Ligacao {
        &self.ligacao
    }

    /// Waits until the replies are durable, or `Servidor indisponível`.
    pub fn confirmar<B: Banco>(&mut self, servico: &Servico<B>) {
        if let Fase::Confirmando = self.fase {
            let depois = servico.confirmar(&mut self.ligacao, &mut self.saida);
            self.fase = Fase::Escrevendo { escritos: 0, desde: None, depois };
        }
    }

    /// Input: bytes have arrived. None are no input, and move no deadline.
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
            Fase::Avancando
            | Fase::Confirmando
            | Fase::Lendo { .. }
            | Fase::Escrevendo { depois: Passo::Continuar | Passo::Ler { .. }, .. } => {
                self.restam = self.restam.map(|restam| restam.saturating_sub(bytes.len()));
                self.ligacao.receber(bytes);
                self.servir_depois();
            }
        }
    }

    /// Input: the peer sends nothing more.
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

    /// Input: the server stops. What has arrived is served, and 64 KiB of what still comes: the end of
    /// the input, which a stop brings, can be outrun by a peer that goes on sending.
    pub fn parar(&mut self) {
        self.restam.get_or_insert(PARADA_MAX_BYTES);
    }

    /// How the conversation ended, once it has: whatever happens to the transport after that is of no
    /// interest.
    pub fn fim(&self) -> Option<Encerramento> {
        match self.fase {
            Fase::MeioFechando(fim) | Fase::Escoando { fim, .. } => Some(Encerramento::Sessao(fim)),
            Fase::Fechada(encerramento) => Some(encerramento),
            Fase::Avancando | Fase::Confirmando | Fase::Escrevendo { .. } | Fase::Lendo { .. } => {
                None
            }
        }
    }

    /// Input has come: it is served as soon as replies that are ready are written.
    fn servir_depois(&mut self) {
        match &mut self.fase {
            Fase::Escrevendo { depois, .. } => *depois = Passo::Continuar,
            _ => self.fase = Fase::Avancando,
        }
    }

    /// Goes on to the phase in which the connection is at this instant.
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

fn passou(espera: Duration, desde: Instant, agora: Instant) -> bool {
    agora.saturating_duration_since(desde) >= espera
}

fn resta(espera: Duration, desde: Option<Instant>, agora: Instant) -> Duration {
    let passados = desde.map_or(Duration::ZERO, |desde| agora.saturating_duration_since(desde));
    espera.saturating_sub(passados)
}
