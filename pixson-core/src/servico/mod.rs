//! Where sessions and the bank meet: the only module that knows both.

mod evento;
mod ligacao;
mod lote;

use std::num::NonZeroUsize;

pub use self::evento::Evento;
pub use self::ligacao::{Ligacao, Passo};
pub use self::lote::{Lote, LoteFeito};
use crate::banco::{Banco, Recibo};
use crate::relogio::Relogio;
use crate::sessao::{ConfiguracaoServidor, Fim, SaidaServidor, SessaoServidor};
use crate::sincronia::Arc;

/// How many bytes of answers make [`Servico::avancar`] pause so that they are sent: 256 KiB.
pub const LOTE_MAX_BYTES: usize = 256 * 1024;

/// How many requests of one connection a bank that is far away is given at once: 1024.
const EM_VOO_MAX: NonZeroUsize = NonZeroUsize::new(1024).expect("not zero");

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
        let mut configuracao = self.configuracao;
        if self.banco.distante() {
            configuracao.em_voo_max = EM_VOO_MAX;
        }
        Ligacao::nova(SessaoServidor::nova(configuracao))
    }

    /// The clock of this run.
    pub fn relogio(&self) -> &Relogio {
        &self.relogio
    }

    /// The bank.
    pub fn banco(&self) -> &B {
        &self.banco
    }

    /// Answers every request that has arrived whole, and none of the answers leaves: that is for
    /// [`Servico::confirmar`]. It never waits, unless the bank is far away ([`Banco::distante`]).
    ///
    /// This method may be called again before that, with more input, so that one wait serves all of
    /// it ([`Ligacao::pode_adiantar`]). `observar` is called for everything that happens, in order,
    /// never under a lock of the bank.
    pub fn avancar(&self, ligacao: &mut Ligacao, mut observar: impl FnMut(Evento)) {
        while let Some(lote) = self.reunir(ligacao, &mut observar) {
            for feito in self.executar(vec![lote]) {
                self.responder(ligacao, feito, &mut observar);
            }
        }
    }

    /// As [`Servico::avancar`], but it never waits: requests for a bank that is far away come out, for a
    /// thread that may wait to call [`Servico::executar`]. [`Servico::responder`] brings the answers back,
    /// and then this method is called again, also if no input has come since.
    ///
    /// ```
    /// use pixson_core::banco::{Banco, BancoMemoria, Execucao, Recibo, ResultadoDesconhecido};
    /// use pixson_core::relogio::RelogioEsgotado;
    /// use pixson_core::{Operacao, Relogio, Saldo, Servico};
    ///
    /// struct Longe(BancoMemoria);
    ///
    /// impl Banco for Longe {
    ///     fn executar(&self, operacao: Operacao, r: &Relogio) -> Result<Execucao, RelogioEsgotado> {
    ///         self.0.executar(operacao, r)
    ///     }
    ///     fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
    ///         self.0.confirmar(recibo)
    ///     }
    ///     fn distante(&self) -> bool {
    ///         true
    ///     }
    /// }
    ///
    /// let contas = BancoMemoria::com_contas([("1".parse()?, Saldo::ZERO)]);
    /// let servico = Servico::novo(Longe(contas));
    /// let mut ligacao = servico.ligacao();
    /// ligacao.receber(b"t:1|op:6|rg:1\nt:2|op:1|rg:1\nt:3|op:1|rg:1\n");
    /// let mut quantas = Vec::new();
    /// while let Some(lote) = servico.reunir(&mut ligacao, |_| {}) {
    ///     quantas.push(lote.quantas());
    ///     for feito in servico.executar(vec![lote]) {
    ///         servico.responder(&mut ligacao, feito, |_| {});
    ///     }
    /// }
    /// assert_eq!(quantas, [1, 2], "the login decides what the rest means");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reunir(&self, ligacao: &mut Ligacao, mut observar: impl FnMut(Evento)) -> Option<Lote> {
        let Ligacao { sessao, recibo, passo, .. } = ligacao;
        let distante = self.banco.distante();
        let mut lote = Lote::default();
        *passo = loop {
            let cheia = lote.operacoes.is_empty() && sessao.bytes_na_saida() >= LOTE_MAX_BYTES;
            if cheia {
                contar(sessao, &mut observar);
                break Passo::Continuar;
            }
            match sessao.proxima_saida(&self.relogio) {
                SaidaServidor::MensagemRecebida(recebimento) => {
                    let pedido = sessao.pedido_da_mensagem();
                    observar(Evento::Recebida { recebimento, pedido });
                }
                SaidaServidor::PedidoRecusado(recusa) => observar(Evento::Recusada(recusa)),
                SaidaServidor::RespostaEscrita(escrita) => observar(Evento::Respondida(escrita)),
                SaidaServidor::PedidoRecebido(operacao) if distante => {
                    lote.operacoes.push(operacao);
                }
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
                _ if !lote.operacoes.is_empty() => break Passo::Continuar,
                // The answers of an earlier `Lote` are still to come.
                SaidaServidor::EsperaResposta => break Passo::Continuar,
                SaidaServidor::PrecisaDeDados { acordar_apos } => {
                    break Passo::Ler { acordar_apos };
                }
                SaidaServidor::Encerrada(fim) => break Passo::Encerrar(fim),
            }
        };
        (!lote.operacoes.is_empty()).then_some(lote)
    }

    /// Has the requests of several connections done by one call of [`Banco::executar_lote`], in this
    /// order, and waits until what their answers show is durable. The results are in the same order.
    pub fn executar(&self, lotes: Vec<Lote>) -> Vec<LoteFeito> {
        lote::executar(&self.banco, &self.relogio, lotes)
    }

    /// Answers the requests that [`Servico::reunir`] gave for this connection. `observar` is called as in
    /// [`Servico::avancar`].
    pub fn responder(
        &self,
        ligacao: &mut Ligacao,
        feito: LoteFeito,
        mut observar: impl FnMut(Evento),
    ) {
        let Ligacao { sessao, recibo, passo, .. } = ligacao;
        *passo = Passo::Continuar;
        let LoteFeito { operacoes, feitas } = feito;
        for (&operacao, execucao) in operacoes.iter().zip(&feitas) {
            observar(Evento::Executada { operacao, desfecho: execucao.desfecho });
            *recibo = (*recibo).max(Some(execucao.recibo));
            // This fails only for a session that has ended meanwhile: it says nothing more.
            let _ = sessao.responder(execucao.carimbo, execucao.desfecho, &self.relogio);
        }
        if feitas.len() < operacoes.len() {
            sessao.encerrar(Fim::RelogioEsgotado);
        }
        contar(sessao, &mut observar);
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
        if let Some(recibo) = ligacoes.into_iter().filter_map(Ligacao::recibo).max() {
            // The result is dropped: `confirmar` of each connection asks again, and learns of its
            // own receipt.
            let _ = self.banco.confirmar(recibo);
        }
    }

    /// Puts the answers so far apart: the next [`Servico::confirmar`] waits for them alone, and hands them
    /// out alone. Another thread may call [`Banco::confirmar`] with the receipt meanwhile, so that
    /// later requests are answered while earlier ones become durable.
    ///
    /// `None`, and nothing changes, if there is nothing to wait for, or if earlier answers still are apart.
    ///
    /// ```
    /// use pixson_core::banco::{Banco, BancoMemoria};
    /// use pixson_core::Servico;
    ///
    /// let servico = Servico::novo(BancoMemoria::default());
    /// let mut ligacao = servico.ligacao();
    /// ligacao.receber(b"t:1|op:6|rg:1\n");
    /// servico.avancar(&mut ligacao, |_| {});
    /// let recibo = servico.separar(&mut ligacao).expect("an answer waits");
    /// std::thread::scope(|escopo| {
    ///     escopo.spawn(|| servico.banco().confirmar(recibo));
    ///     ligacao.receber(b"t:5|op:6|rg:2\n");
    ///     servico.avancar(&mut ligacao, |_| {});
    /// });
    /// let mut saida = Vec::new();
    /// let _ = servico.confirmar(&mut ligacao, &mut saida);
    /// assert_eq!(saida, "t:3|s:1|resposta:Cliente não encontrado\n".as_bytes());
    /// let _ = servico.confirmar(&mut ligacao, &mut saida);
    /// assert_eq!(saida, "t:7|s:1|resposta:Cliente não encontrado\n".as_bytes());
    /// ```
    pub fn separar(&self, ligacao: &mut Ligacao) -> Option<Recibo> {
        let Ligacao { sessao, recibo, separado, .. } = ligacao;
        if recibo.is_none() || !sessao.separar_saida() {
            return None;
        }
        *separado = recibo.take();
        *separado
    }

    /// Waits until the answers of this connection are durable, and hands them out: they replace what
    /// `saida` held. Send all of them, in this order, and then do what the step says. After
    /// [`Servico::separar`] these are the answers that were put apart, and the step is
    /// [`Passo::Continuar`] if there are later ones.
    ///
    /// If the storage has failed, nothing comes out, all answers become `Servidor indisponível`, since
    /// what they say may not be true after a restart, and the step is [`Passo::Continuar`].
    ///
    /// This method blocks as long as [`Banco::confirmar`] does.
    pub fn confirmar(&self, ligacao: &mut Ligacao, saida: &mut Vec<u8>) -> Passo {
        let Ligacao { sessao, recibo, separado, passo } = ligacao;
        let este = separado.take().or_else(|| recibo.take());
        if este.is_none_or(|este| self.banco.confirmar(este).is_ok()) {
            sessao.retirar_saida(saida);
            if sessao.bytes_na_saida() > 0 {
                return Passo::Continuar;
            }
        } else {
            saida.clear();
            *recibo = None;
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

/// Tells what has happened so far: its connection may be over when the replies are to be sent.
fn contar(sessao: &mut SessaoServidor, observar: &mut impl FnMut(Evento)) {
    while let Some(saida) = sessao.acontecido() {
        match saida {
            SaidaServidor::PedidoRecusado(recusa) => observar(Evento::Recusada(recusa)),
            SaidaServidor::RespostaEscrita(escrita) => observar(Evento::Respondida(escrita)),
            // The others are no events that wait: `proxima_saida` gives them as they come.
            _ => {}
        }
    }
}
