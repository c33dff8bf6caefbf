//! One connection, and one request on it at a time.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use pixson_core::sessao::SaidaCliente;
use pixson_core::{Carimbo, Operacao, Resposta, SessaoCliente};
use pixson_gravador::{Gravador, SessaoGravada};
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};

use crate::{ErroConexao, FimDaEspera, Interrupcao, ServidorDistante};

/// How many bytes are read at once: more than the longest reply.
const LEITURA_BYTES: usize = 2048;

/// The shortest time-out for a socket: it does not accept zero.
const ESPERA_MIN: Duration = Duration::from_micros(1);

/// A connection to a server, one request at a time.
#[derive(Debug)]
pub struct ConexaoCliente<'i> {
    fluxo: TcpStream,
    sessao: SessaoGravada,
    /// How long the server may take for a reply.
    tempo_limite: Duration,
    interrupcao: &'i Interrupcao,
}

impl<'i> ConexaoCliente<'i> {
    /// Connects, and sends nothing yet.
    ///
    /// # Errors
    ///
    /// [`ErroConexao::SemConexao`], or [`ErroConexao::Interrompida`].
    pub fn abrir(
        servidor: &ServidorDistante,
        interrupcao: &'i Interrupcao,
    ) -> Result<Self, ErroConexao> {
        Ok(Self {
            fluxo: servidor.conectar(interrupcao)?,
            sessao: SessaoGravada::nova(SessaoCliente::default(), None),
            tempo_limite: servidor.tempo_limite(),
            interrupcao,
        })
    }

    /// The same, on which nothing was said yet, as the next connection of a trace.
    #[must_use]
    pub fn com_rastro(self, gravador: &Gravador) -> Self {
        let porta = self.fluxo.local_addr().map(|endereco| endereco.port()).ok();
        let gravada = gravador.proxima_conexao(porta);
        Self { sessao: SessaoGravada::nova(SessaoCliente::default(), Some(gravada)), ..self }
    }

    /// Sends a request and waits for its answer. `ao_mudar` is called at each change of the clock,
    /// the first of which is the stamp of the request: if that call fails, nothing is sent.
    ///
    /// If the reply does not come in time, the connection is shut down: a late reply could be taken
    /// for the answer to another request.
    ///
    /// # Errors
    ///
    /// Why there is no answer, or the error of the first call of `ao_mudar`.
    pub fn pedir<E: From<ErroConexao>>(
        &mut self,
        operacao: Operacao,
        mut ao_mudar: impl FnMut(Carimbo) -> Result<(), E>,
    ) -> Result<Resposta, E> {
        if self.interrupcao.veio() {
            return Err(ErroConexao::Interrompida { a_caminho: None }.into());
        }
        let ouvidos = self.ouvir_o_que_veio().ok_or(ErroConexao::NaoEnviado)?;
        self.sessao.enviar(operacao).map_err(|erro| match self.sessao.falha() {
            Some(causa) => ErroConexao::de_sessao(causa.clone(), false),
            None => ErroConexao::Envio(erro),
        })?;
        if ouvidos > 0 {
            // A part of an unasked message has arrived: its rest would be taken for the answer.
            return Err(ErroConexao::Adiantado.into());
        }
        let prazo = Instant::now() + self.tempo_limite;
        let (mut saida, mut enviado) = (Vec::new(), false);
        loop {
            let proxima = self.sessao.proxima_saida();
            let proxima =
                proxima.map_err(|erro| ErroConexao::de_sessao(erro, operacao.move_dinheiro()))?;
            if let Some(relogio) = proxima.relogio() {
                let contado = ao_mudar(relogio);
                if !enviado {
                    contado?;
                }
            }
            match proxima {
                SaidaCliente::PedidoEnviado(_) | SaidaCliente::MensagemRecebida(_) => {}
                SaidaCliente::RespostaRecebida(resposta) if resposta.responde(&operacao) => {
                    return Ok(resposta);
                }
                SaidaCliente::RespostaRecebida(resposta) => {
                    let _ = self.fluxo.shutdown(Shutdown::Both);
                    let desconhecido = operacao.move_dinheiro();
                    return Err(ErroConexao::OutroPedido { resposta, desconhecido }.into());
                }
                SaidaCliente::PrecisaDeDados { acordar_apos } => {
                    self.sessao.retirar_saida(&mut saida);
                    enviado = true;
                    // If the server has gone, the reading below reports that, and may still find
                    // the server's last replies.
                    let resta = prazo.saturating_duration_since(Instant::now());
                    let _ = self
                        .fluxo
                        .set_write_timeout(Some(resta.max(ESPERA_MIN)))
                        .and_then(|()| self.fluxo.write_all(&saida));
                    match self.ler(acordar_apos, prazo) {
                        FimDaEspera::Pronto => {}
                        FimDaEspera::Prazo => {
                            let _ = self.fluxo.shutdown(Shutdown::Both);
                            return Err(ErroConexao::TempoEsgotado {
                                limite: self.tempo_limite,
                                desconhecido: operacao.move_dinheiro(),
                            }
                            .into());
                        }
                        FimDaEspera::Interrompida => {
                            let a_caminho = Some(operacao);
                            return Err(ErroConexao::Interrompida { a_caminho }.into());
                        }
                    }
                }
                SaidaCliente::Encerrada => return Err(ErroConexao::Encerrada.into()),
            }
        }
    }

    /// Brings to the session what has come while the person was typing: an unasked reply must not
    /// be taken for the answer to the next request. Returns how many bytes came, or `None` if the
    /// server has gone.
    ///
    /// What a server sends before the first request, such as `Servidor lotado`, stays in the socket
    /// and answers that request.
    fn ouvir_o_que_veio(&mut self) -> Option<usize> {
        let nada_dito = self.sessao.relogio() == Carimbo::ZERO;
        let mut bytes = [0; LEITURA_BYTES];
        let espiar = if nada_dito { RecvFlags::PEEK } else { RecvFlags::empty() };
        match recv(&self.fluxo, &mut bytes, RecvFlags::DONTWAIT | espiar) {
            Ok((0, _)) => None,
            Ok(_) if nada_dito => Some(0),
            Ok((quantos, _)) => {
                self.sessao.receber(&bytes[..quantos]);
                Some(quantos)
            }
            Err(erro) => (erro == Errno::WOULDBLOCK).then_some(0),
        }
    }

    /// Waits for one input and brings it to the session. A connection that fails counts as the end
    /// of the input.
    fn ler(&mut self, acordar_apos: Option<Duration>, prazo: Instant) -> FimDaEspera {
        let agora = Instant::now();
        if agora >= prazo {
            return FimDaEspera::Prazo;
        }
        let silencio = acordar_apos.map(|pausa| agora + pausa).filter(|fim| *fim <= prazo);
        match self.interrupcao.esperar_leitura(&self.fluxo, Some(silencio.unwrap_or(prazo))) {
            Ok(FimDaEspera::Pronto) => self.receber(),
            Ok(FimDaEspera::Prazo) if silencio.is_some() => self.sessao.silencio(),
            Ok(FimDaEspera::Prazo) => {}
            Ok(FimDaEspera::Interrompida) => return FimDaEspera::Interrompida,
            Err(_) => self.sessao.fim_de_entrada(),
        }
        FimDaEspera::Pronto
    }

    fn receber(&mut self) {
        let mut bytes = [0; LEITURA_BYTES];
        match recv(&self.fluxo, &mut bytes, RecvFlags::DONTWAIT) {
            Ok((0, _)) => self.sessao.fim_de_entrada(),
            Ok((quantos, _)) => self.sessao.receber(&bytes[..quantos]),
            Err(Errno::WOULDBLOCK | Errno::INTR) => {}
            Err(_) => self.sessao.fim_de_entrada(),
        }
    }
}
