//! Where sessions and the bank meet: the only module that knows both.

mod ligacao;

pub use self::ligacao::{Ligacao, Passo};
use crate::banco::Banco;
use crate::relogio::{Carimbo, Relogio};
use crate::sessao::{ConfiguracaoServidor, Fim, SaidaServidor, SessaoServidor};
use crate::sincronia::Arc;
use crate::tipos::{Desfecho, Operacao, Recusa};

/// How many bytes of answers make [`Servico::avancar`] pause so that they are sent: 256 KiB.
pub const LOTE_MAX_BYTES: usize = 256 * 1024;

/// A server without its sockets: a bank, a clock, and what every session has in common.
///
/// One value serves all connections. Each has a [`Ligacao`] of its own, and a loop of four steps: bring
/// input, [`Servico::avancar`], [`Servico::confirmar`], send what came out.
///
/// ```
/// use pixson_core::banco::BancoMemoria;
/// use pixson_core::servico::Passo;
/// use pixson_core::{Saldo, Servico};
///
/// let contas = [("1111111111".parse()?, Saldo::de_centavos(1000)?)];
/// let servico = Servico::novo(BancoMemoria::com_contas(contas));
/// let mut ligacao = servico.ligacao();
///
/// ligacao.receber(b"t:1|op:6|rg:1111111111\nt:2|op:1|rg:1111111111\n");
/// servico.avancar(&mut ligacao, |evento| println!("{evento:?}"));
/// let mut bytes = Vec::new();
/// let passo = servico.confirmar(&mut ligacao, &mut bytes);
/// assert_eq!(passo, Passo::Ler { acordar_apos: None });
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

/// Something that happened in [`Servico::avancar`], for a program that shows, logs or counts it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Evento {
    /// The clock has changed to this value.
    RelogioAtualizado(Carimbo),
    /// The bank has executed an operation.
    Executada {
        /// What was asked.
        operacao: Operacao,
        /// What became of it. It is not durable yet; if the storage fails, a refusal follows.
        desfecho: Desfecho,
    },
    /// The session has refused a message by itself.
    Recusada(Recusa),
}

impl<B: Banco> Servico<B> {
    /// A service with a clock of its own, at 0.
    pub fn novo(banco: B) -> Self {
        Self { banco, relogio: Arc::default(), configuracao: ConfiguracaoServidor::default() }
    }

    /// The same service, with another configuration of its connections.
    #[must_use]
    pub fn com_configuracao(self, configuracao: ConfiguracaoServidor) -> Self {
        Self { configuracao, ..self }
    }

    /// The same service with the clock of the whole program. Call it before the first connection.
    ///
    /// This is for a program that is more than one server: one that serves several banks, or that
    /// is itself a client of another server. All its parts are one Lamport process and share one
    /// clock. The stamps of this service's replies are then not consecutive, but still distinct and
    /// ordered.
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
    /// let mut ligacao = servico.ligacao();
    /// ligacao.receber(b"t:7|op:6|rg:1\n");
    /// servico.avancar(&mut ligacao, |_| {}); // received at 8, answered at 9
    /// let carimbo = adiante.enviar(Operacao::Login { rg: "1".parse()? })?;
    /// assert_eq!(carimbo.valor(), 10, "what it asks comes after what it was asked");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn com_relogio(self, relogio: Arc<Relogio>) -> Self {
        Self { relogio, ..self }
    }

    /// A new connection.
    pub fn ligacao(&self) -> Ligacao {
        Ligacao::nova(SessaoServidor::nova(self.configuracao))
    }

    /// The clock of this run.
    pub fn relogio(&self) -> &Relogio {
        &self.relogio
    }

    /// The bank.
    pub fn banco(&self) -> &B {
        &self.banco
    }

    /// Answers every request that has arrived whole. It never waits for storage, and none of the answers
    /// leaves: that is for [`Servico::confirmar`].
    ///
    /// This method may be called again before that, with more input, so that one wait serves all of
    /// it ([`Ligacao::pode_adiantar`]). `observar` is called for everything that happens, in order,
    /// never under a lock of the bank.
    pub fn avancar(&self, ligacao: &mut Ligacao, mut observar: impl FnMut(Evento)) {
        let Ligacao { sessao, recibo, passo } = ligacao;
        *passo = loop {
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
                    *recibo = (*recibo).max(Some(execucao.recibo));
                    // This cannot fail: the request that has just come out waits for its answer.
                    let _ = sessao.responder(execucao.carimbo, execucao.desfecho, &self.relogio);
                }
                // This does not occur: each request is answered above, before the next output is
                // asked for.
                SaidaServidor::EsperaResposta => break Passo::Ler { acordar_apos: None },
                SaidaServidor::PrecisaDeDados { acordar_apos } => {
                    break Passo::Ler { acordar_apos };
                }
                SaidaServidor::Encerrada(fim) => break Passo::Encerrar(fim),
            }
        };
    }

    /// Waits once until the answers of all these connections are durable. [`Servico::confirmar`] of
    /// each then need not wait: its receipt is accepted already, or the storage has failed.
    ///
    /// ```
    /// use pixson_core::banco::BancoMemoria;
    /// use pixson_core::Servico;
    ///
    /// let servico = Servico::novo(BancoMemoria::default());
    /// let mut prontas = [servico.ligacao(), servico.ligacao()];
    /// for ligacao in &mut prontas {
    ///     ligacao.receber(b"t:1|op:6|rg:1\n");
    ///     servico.avancar(ligacao, |_| {});
    /// }
    /// servico.esperar(&prontas);
    /// let mut saida = Vec::new();
    /// for ligacao in &mut prontas {
    ///     let _ = servico.confirmar(ligacao, &mut saida);
    ///     assert!(saida.ends_with("|s:1|resposta:Cliente não encontrado\n".as_bytes()));
    /// }
    /// ```
    pub fn esperar<'l>(&self, ligacoes: impl IntoIterator<Item = &'l Ligacao>) {
        if let Some(recibo) = ligacoes.into_iter().filter_map(|ligacao| ligacao.recibo).max() {
            // The result is dropped: `confirmar` of each connection asks again, and learns of its
            // own receipt.
            let _ = self.banco.confirmar(recibo);
        }
    }

    /// Waits until the answers of this connection are durable, and hands them out: they replace what
    /// `saida` held. Send all of them, in this order, and then do what the step says.
    ///
    /// If the storage has failed, nothing comes out, the answers become `Servidor indisponível`, since
    /// what they say may not be true after a restart, and the step is [`Passo::Continuar`].
    ///
    /// This method blocks as long as [`Banco::confirmar`] does.
    pub fn confirmar(&self, ligacao: &mut Ligacao, saida: &mut Vec<u8>) -> Passo {
        let Ligacao { sessao, recibo, passo } = ligacao;
        if recibo.take().is_none_or(|recibo| self.banco.confirmar(recibo).is_ok()) {
            sessao.retirar_saida(saida);
        } else {
            saida.clear();
            sessao.anular(&self.relogio);
            *passo = Passo::Continuar;
        }
        *passo
    }

    /// Refuses a connection on which nothing was received, for want of a place: it is told
    /// `Servidor lotado`, and is over. [`Servico::avancar`] and [`Servico::confirmar`] hand out
    /// that reply.
    pub fn lotada(&self, ligacao: &mut Ligacao) {
        ligacao.passo = Passo::Continuar;
        ligacao.sessao.lotada(&self.relogio);
    }
}
