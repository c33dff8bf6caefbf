//! Where sessions and the bank meet: the only module that knows both.

use std::time::Duration;

use crate::banco::Banco;
use crate::relogio::{Carimbo, Relogio};
use crate::sessao::{ConfiguracaoServidor, Fim, SaidaServidor, SessaoServidor};
use crate::sincronia::Arc;
use crate::tipos::{Operacao, Recusa, Sucesso};

/// How many bytes of replies make [`Servico::avancar`] pause so that they are sent: 256 KiB.
pub const LOTE_MAX_BYTES: usize = 256 * 1024;

/// A server without its sockets: a bank, a clock, and what every session has in common.
///
/// One value serves all connections. Each has a [`SessaoServidor`] of its own, and a loop of
/// three steps: bring input, [`Servico::avancar`], send the output.
///
/// ```
/// use pixson_core::banco::BancoMemoria;
/// use pixson_core::servico::Passo;
/// use pixson_core::{Saldo, Servico};
///
/// let contas = [("1111111111".parse()?, Saldo::de_centavos(1000)?)];
/// let servico = Servico::novo(BancoMemoria::com_contas(contas));
/// let mut sessao = servico.sessao();
///
/// sessao.receber(b"t:1|op:6|rg:1111111111\nt:2|op:1|rg:1111111111\n");
/// let passo = servico.avancar(&mut sessao, |evento| println!("{evento:?}"));
/// assert_eq!(passo, Passo::Ler { acordar_apos: None });
///
/// let mut bytes = Vec::new();
/// sessao.retirar_saida(&mut bytes);
/// assert_eq!(
///     String::from_utf8(bytes)?,
///     "t:3|s:0|resposta:Login realizado com sucesso\nt:5|s:0|resposta:Saldo: 10.0\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Servico<B> {
    banco: B,
    relogio: Arc<Relogio>,
    configuracao: ConfiguracaoServidor,
}

/// What the loop of a connection does after [`Servico::avancar`] and after it has sent
/// everything that [`SessaoServidor::retirar_saida`] gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a step that is not acted on stalls the connection"]
pub enum Passo {
    /// Call [`Servico::avancar`] again: there is more to do, once this much is sent.
    Continuar,
    /// Read; if `acordar_apos` passes with no byte, call [`SessaoServidor::silencio`].
    Ler {
        /// How long nothing must arrive.
        acordar_apos: Option<Duration>,
    },
    /// Close: shut down the sending side, then read what still comes, within bounds, so that the
    /// last reply is not lost to a reset.
    Encerrar(Fim),
}

/// Something that happened in [`Servico::avancar`], for whoever shows, logs or counts it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Evento {
    /// The clock has changed: whoever shows it, shows this value.
    RelogioAtualizado(Carimbo),
    /// The bank was asked for this, and this is what became of it.
    Executada {
        /// What was asked.
        operacao: Operacao,
        /// What it came to. It is not durable yet; if it never is, a refusal follows.
        desfecho: Result<Sucesso, Recusa>,
    },
    /// The session has refused a message by itself.
    Recusada(Recusa),
}

impl<B: Banco> Servico<B> {
    /// A service with a clock of its own, at 0.
    pub fn novo(banco: B) -> Self {
        Self { banco, relogio: Arc::default(), configuracao: ConfiguracaoServidor::default() }
    }

    /// The same service, with another configuration of its sessions.
    #[must_use]
    pub fn com_configuracao(self, configuracao: ConfiguracaoServidor) -> Self {
        Self { configuracao, ..self }
    }

    /// The same service with the clock of the whole program, before its first session.
    ///
    /// This is for a program that is more than one server: one that serves several banks, or that is
    /// itself a client of another server. All its parts are one Lamport process and share one clock.
    /// The stamps of the replies of this service are then not consecutive; they are as distinct and
    /// as ordered as before.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use pixson_core::banco::BancoMemoria;
    /// use pixson_core::sessao::ConfiguracaoCliente;
    /// use pixson_core::{Operacao, Relogio, Servico, SessaoCliente};
    ///
    /// // A gateway: it answers its own peers, and asks another server.
    /// let relogio = Arc::new(Relogio::novo());
    /// let servico = Servico::novo(BancoMemoria::default()).com_relogio(Arc::clone(&relogio));
    /// let mut adiante = SessaoCliente::com_relogio(ConfiguracaoCliente::default(), relogio);
    ///
    /// let mut sessao = servico.sessao();
    /// sessao.receber(b"t:7|op:6|rg:1\n");
    /// let _ = servico.avancar(&mut sessao, |_| {}); // received at 8, answered at 9
    /// let carimbo = adiante.enviar(Operacao::Login { rg: "1".parse()? })?;
    /// assert_eq!(carimbo.valor(), 10, "what it asks comes after what it was asked");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn com_relogio(self, relogio: Arc<Relogio>) -> Self {
        Self { relogio, ..self }
    }

    /// The session of a new connection.
    pub fn sessao(&self) -> SessaoServidor {
        SessaoServidor::nova(self.configuracao)
    }

    /// The clock of this run.
    pub fn relogio(&self) -> &Relogio {
        &self.relogio
    }

    /// The bank.
    pub fn banco(&self) -> &B {
        &self.banco
    }

    /// Answers every request that has arrived whole, waits once until all these answers are
    /// durable, and says what to do next.
    ///
    /// `observar` is called for everything that happens, in order, never under a lock of the bank.
    /// This method blocks as long as [`Banco::confirmar`] does.
    pub fn avancar(&self, sessao: &mut SessaoServidor, observar: impl FnMut(Evento)) -> Passo {
        self.avancar_recebendo(sessao, observar, |_| false)
    }

    /// As [`Servico::avancar`], and one wait serves what arrives meanwhile, too.
    ///
    /// When the answers to all that has arrived are about to be waited for, `receber_mais` may bring
    /// input that is at hand, with [`SessaoServidor::receber`], and says whether it did. It must not
    /// block; it is asked again until it says no. Whoever bounds the memory of a peer says no from
    /// some [`SessaoServidor::bytes_na_saida`] on.
    ///
    /// ```
    /// use pixson_core::Servico;
    /// use pixson_core::banco::BancoMemoria;
    ///
    /// let servico = Servico::novo(BancoMemoria::default());
    /// let mut sessao = servico.sessao();
    /// let mut depois = [&b"11\nt:2|op:6|rg:2"[..], b"2\n"].into_iter();
    ///
    /// sessao.receber(b"t:1|op:6|rg:1\nt:2|op:6|rg:");
    /// let _ = servico.avancar_recebendo(&mut sessao, |_| {}, |sessao| {
    ///     depois.next().inspect(|bytes| sessao.receber(bytes)).is_some()
    /// });
    /// let mut bytes = Vec::new();
    /// sessao.retirar_saida(&mut bytes);
    /// assert_eq!(bytes.split(|&byte| byte == b'\n').count(), 4, "three replies");
    /// ```
    pub fn avancar_recebendo(
        &self,
        sessao: &mut SessaoServidor,
        mut observar: impl FnMut(Evento),
        mut receber_mais: impl FnMut(&mut SessaoServidor) -> bool,
    ) -> Passo {
        let mut recibo = None;
        let passo = loop {
            if sessao.bytes_na_saida() >= LOTE_MAX_BYTES {
                break Passo::Continuar;
            }
            match sessao.proxima_saida(&self.relogio) {
                SaidaServidor::RelogioAtualizado(carimbo) => {
                    observar(Evento::RelogioAtualizado(carimbo));
                }
                SaidaServidor::PedidoRecusado(recusa) => observar(Evento::Recusada(recusa)),
                SaidaServidor::PedidoRecebido(operacao) => {
                    let Ok(execucao) = self.banco.executar(operacao, &self.relogio) else {
                        sessao.encerrar(Fim::RelogioEsgotado);
                        continue;
                    };
                    observar(Evento::Executada { operacao, desfecho: execucao.desfecho });
                    recibo = recibo.max(Some(execucao.recibo));
                    // A request that has just come out waits for its answer.
                    let _ = sessao.responder(execucao.carimbo, execucao.desfecho);
                }
                // Only if somebody else took the request: the answer has to come from there.
                SaidaServidor::EsperaResposta => break Passo::Ler { acordar_apos: None },
                SaidaServidor::PrecisaDeDados { acordar_apos } => {
                    if recibo.is_some() && receber_mais(sessao) {
                        continue;
                    }
                    break Passo::Ler { acordar_apos };
                }
                SaidaServidor::Encerrada(fim) => break Passo::Encerrar(fim),
            }
        };
        if recibo.is_none_or(|recibo| self.banco.confirmar(recibo).is_ok()) {
            return passo;
        }
        sessao.anular(&self.relogio);
        loop {
            match sessao.proxima_saida(&self.relogio) {
                SaidaServidor::RelogioAtualizado(carimbo) => {
                    observar(Evento::RelogioAtualizado(carimbo));
                }
                SaidaServidor::PedidoRecusado(recusa) => observar(Evento::Recusada(recusa)),
                _ => return Passo::Encerrar(Fim::ArmazenamentoFalhou),
            }
        }
    }
}
