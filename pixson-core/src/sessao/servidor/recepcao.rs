//! What comes in on a connection of a server: messages, silence, the end.

use std::time::Duration;

use super::configuracao::ConfiguracaoServidor;
use super::estado::Entrada;
use crate::protocolo::{Enquadrador, ErroPedido, Modo, Pedido};
use crate::relogio::{Recebimento, Relogio};

/// How many malformed messages in a row end a connection (protocolo.md, section 3).
const MALFORMADAS_SEGUIDAS_MAX: u8 = 10;

/// The receiving half of a session: bytes and time in, messages out.
#[derive(Debug)]
pub(super) struct Recepcao {
    quadros: Enquadrador,
    pausa_legada: Option<Duration>,
    malformadas_seguidas: u8,
    /// The quiet period has ended, and no byte came since.
    em_silencio: bool,
    acabou: bool,
    prazo_passou: bool,
}

/// The next thing that has come in.
#[derive(Debug)]
pub(super) struct EntradaVista {
    pub(super) entrada: Entrada,
    /// What the stamp of the message has done to the clock, if it is a message that bears one.
    pub(super) recebimento: Option<Recebimento>,
}

impl EntradaVista {
    fn sem_carimbo(entrada: Entrada) -> Self {
        Self { entrada, recebimento: None }
    }
}

impl Recepcao {
    pub(super) fn nova(configuracao: &ConfiguracaoServidor) -> Self {
        Self {
            quadros: Enquadrador::com_limite(configuracao.mensagem_max_bytes),
            pausa_legada: configuracao.pausa_legada,
            malformadas_seguidas: 0,
            em_silencio: false,
            acabou: false,
            prazo_passou: false,
        }
    }

    pub(super) fn receber(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.em_silencio = false;
            self.quadros.receber(bytes);
        }
    }

    pub(super) fn silencio(&mut self) {
        self.em_silencio = true;
    }

    pub(super) fn acabar(&mut self) {
        self.acabou = true;
    }

    pub(super) fn prazo_esgotado(&mut self) {
        self.prazo_passou = true;
    }

    /// Whether the peer ends its messages with a pause only, and expects the same.
    pub(super) fn sem_terminador(&self) -> bool {
        self.quadros.modo() == Some(Modo::Legado)
    }

    /// Whether a message has begun and not ended.
    pub(super) fn incompleta(&self) -> bool {
        !self.quadros.restantes().is_empty()
    }

    /// The length of a silence that would end a message.
    pub(super) fn acordar_apos(&self) -> Option<Duration> {
        if self.legado_completo() { self.pausa_legada } else { None }
    }

    /// Takes the next message, if there is a whole one, and merges its stamp.
    pub(super) fn proxima(&mut self, relogio: &Relogio) -> Option<EntradaVista> {
        let Ok(quadro) = self.quadros.proximo() else {
            return Some(EntradaVista::sem_carimbo(Entrada::Longa));
        };
        let decodificado = quadro.map(|quadro| Pedido::decodificar(quadro.0));
        let Some(decodificado) = decodificado.or_else(|| self.tomar_legado()) else {
            let fim = if self.prazo_passou {
                Some(Entrada::Prazo { incompleta: self.incompleta() })
            } else {
                self.acabou.then_some(Entrada::Fim)
            };
            return fim.map(EntradaVista::sem_carimbo);
        };
        let carimbo = match &decodificado {
            Ok(pedido) => Some(pedido.carimbo),
            Err(erro) => erro.carimbo(),
        };
        let recebimento = carimbo.map(|carimbo| relogio.receber(carimbo));
        let fundido = recebimento.is_none_or(|recebimento| recebimento.fundido().is_some());
        let entrada = if fundido {
            self.contar_malformada(decodificado)
        } else {
            Entrada::CarimboRecusado { pedido: decodificado.ok().map(|pedido| pedido.operacao) }
        };
        Some(EntradaVista { entrada, recebimento })
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
                return Entrada::Pedido(pedido);
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

    /// Whether the bytes without LF are a whole message of a legacy peer. A request with an invalid
    /// amount counts too, unless its digits are still to come: the original client sends `-5.0` and
    /// waits for the reply.
    fn legado_completo(&self) -> bool {
        let bytes = self.quadros.sem_terminador();
        if bytes.is_empty() || self.pausa_legada.is_none() {
            return false;
        }
        match Pedido::decodificar(bytes) {
            Ok(_) => true,
            Err(ErroPedido::ValorInvalido { .. }) => !matches!(bytes.last(), Some(b':' | b'.')),
            Err(_) => false,
        }
    }
}
