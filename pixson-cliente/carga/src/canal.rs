//! The socket of a connection under load.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use pixson_conexao::{ErroConexao, Interrupcao};
use pixson_core::protocolo::Situacao;
use pixson_core::sessao::ErroEnvio;
use pixson_core::{Operacao, Rg};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{SendFlags, send};

use crate::ErroCarga;
use crate::Plano;
use crate::dialogo::{Chegada, Dialogo, Eco};

/// How many bytes are read at once: 64 KiB.
const LEITURA_BYTES: usize = 64 * 1024;

/// By how much a reply may overrun its deadline before it is given up, where waiting for it saves a
/// system call: 10 ms.
const FOLGA: Duration = Duration::from_millis(10);

/// A connection with many requests on their way.
///
/// It never waits for space to send without also reading replies: a server stops reading while its
/// replies are not taken (backpressure), and both sides would deadlock.
#[derive(Debug)]
pub(crate) struct Canal {
    fluxo: TcpStream,
    /// How long the server may take for a whole reply, from the request on.
    limite: Duration,
    /// When each unanswered request was made, the oldest first.
    devidas: VecDeque<Instant>,
    dialogo: Dialogo,
    saida: Vec<u8>,
    /// How much of `saida` the system has taken.
    enviados: usize,
    leitura: Vec<u8>,
    /// When the quiet period of a server that does not end its replies with LF is over.
    acordar_em: Option<Instant>,
}

/// How a wait ended.
enum Pronto {
    Ler,
    Escrever,
    Nada,
    /// A signal came first.
    Interrompido,
}

impl Canal {
    pub(crate) fn abrir(plano: &Plano, pendentes_max: u32) -> Result<Self, ErroCarga> {
        let fluxo = plano.servidor.conectar(&Interrupcao::nunca())?;
        let _ = fluxo.set_read_timeout(Some(plano.servidor.tempo_limite()));
        let pendentes_max = usize::try_from(pendentes_max).ok().and_then(NonZeroUsize::new);
        let pendentes_max = pendentes_max.expect("a plan has at least one");
        let porta = fluxo.local_addr().map(|endereco| endereco.port()).ok();
        let (relogio, gravada) = plano.relogio_e_rastro(porta);
        let dialogo = if plano.eco {
            Dialogo::Eco(Eco::default())
        } else {
            Dialogo::sessao(pendentes_max, relogio, gravada)
        };
        Ok(Self {
            fluxo,
            limite: plano.servidor.tempo_limite(),
            devidas: VecDeque::new(),
            dialogo,
            saida: Vec::new(),
            enviados: 0,
            leitura: vec![0; LEITURA_BYTES],
            acordar_em: None,
        })
    }

    /// Logs in before any other request: the reply shows whether the server frames its messages.
    pub(crate) fn entrar(&mut self, rg: Rg) -> Result<(), ErroCarga> {
        let inicio = Instant::now();
        self.enviar(Operacao::Login { rg }, inicio).map_err(|erro| self.falha_de_envio(erro))?;
        loop {
            self.mover(Instant::now(), None)?;
            if let Some(Chegada::Resposta(resposta)) = self.proxima()? {
                return match resposta.situacao() {
                    Situacao::Sucesso => Ok(()),
                    Situacao::Erro => {
                        Err(ErroCarga::ContaRecusada { rg, texto: resposta.texto().into() })
                    }
                };
            }
        }
    }

    /// Adds a request to what the next [`Canal::mover`] sends.
    pub(crate) fn enviar(&mut self, operacao: Operacao, agora: Instant) -> Result<(), ErroEnvio> {
        self.dialogo.enviar(operacao)?;
        self.devidas.push_back(agora);
        Ok(())
    }

    /// Why a request could not be sent.
    pub(crate) fn falha_de_envio(&self, erro: ErroEnvio) -> ErroCarga {
        match self.dialogo.falha() {
            Some(causa) => ErroConexao::de_sessao(causa.clone(), false).into(),
            None => ErroConexao::Envio(erro).into(),
        }
    }

    /// Sends as much as possible, waits until the socket is ready or `ate` has come, and reads what
    /// has arrived. `Err` if the deadline of a reply has passed, whatever else has come.
    pub(crate) fn mover(&mut self, agora: Instant, ate: Option<Instant>) -> Result<(), ErroCarga> {
        let tudo = self.escrever();
        let vence = self.devidas.front().map(|desde| *desde + self.limite);
        let antes = [ate, self.acordar_em].into_iter().flatten().min();
        // If only a reply can happen, a blocking read waits by itself, without `poll`. Its time-out
        // is that of a request just made, so that the oldest request must be recent.
        let recente = vence.is_none_or(|vence| vence.duration_since(agora) + FOLGA >= self.limite);
        if !tudo || antes.is_some() || !recente {
            let vencida = |agora| vence.is_some_and(|vence| vence <= agora);
            match self.esperar(!tudo, antes.into_iter().chain(vence).min()) {
                Pronto::Ler => {}
                Pronto::Interrompido => return Ok(()),
                Pronto::Nada if self.acordar_em.take_if(|em| *em <= Instant::now()).is_some() => {
                    self.dialogo.silencio();
                    return Ok(());
                }
                Pronto::Nada | Pronto::Escrever if vencida(Instant::now()) => {
                    return Err(ErroCarga::SemResposta);
                }
                Pronto::Nada | Pronto::Escrever => return Ok(()),
            }
        }
        self.ler()
    }

    /// From here on nothing here waits: [`Canal::empurrar`], [`Canal::ler_o_que_ha`] and
    /// [`Canal::vencer`] take the place of [`Canal::mover`].
    pub(crate) fn sem_esperar(&self) -> io::Result<&TcpStream> {
        self.fluxo.set_nonblocking(true)?;
        Ok(&self.fluxo)
    }

    /// Sends as much as the socket takes. Returns when to look at the connection again, whatever
    /// happens to its socket: at `ate`, at the end of a quiet period, or when a reply is overdue.
    pub(crate) fn empurrar(&mut self, ate: Option<Instant>) -> Option<Instant> {
        self.escrever();
        let vence = self.devidas.front().map(|desde| *desde + self.limite);
        [ate, self.acordar_em, vence].into_iter().flatten().min()
    }

    /// Reads what has arrived. Returns whether there may be more: a read that does not fill the buffer has
    /// emptied the socket, but the end of the input, if it has come (`acabou`), is read by itself.
    pub(crate) fn ler_o_que_ha(&mut self, acabou: bool) -> bool {
        match self.fluxo.read(&mut self.leitura) {
            Ok(0) => self.dialogo.fim_de_entrada(),
            Ok(bytes) => {
                self.acordar_em = None;
                self.dialogo.receber(&self.leitura[..bytes]);
                return acabou || bytes == self.leitura.len();
            }
            Err(erro) if erro.kind() == ErrorKind::WouldBlock => {}
            Err(erro) if erro.kind() == ErrorKind::Interrupted => return true,
            Err(_) => self.dialogo.fim_de_entrada(),
        }
        false
    }

    /// Whether something is due by time. Replies that have arrived are to be read before
    /// [`Canal::vencer`]: whoever looks may be late.
    pub(crate) fn venceu(&self, agora: Instant) -> bool {
        self.acordar_em.is_some_and(|em| em <= agora)
            || self.devidas.front().is_some_and(|desde| *desde + self.limite <= agora)
    }

    /// Does what is due by time. `Err` if a reply is overdue.
    pub(crate) fn vencer(&mut self, agora: Instant) -> Result<(), ErroCarga> {
        if self.acordar_em.take_if(|em| *em <= agora).is_some() {
            self.dialogo.silencio();
            return Ok(());
        }
        match self.devidas.front() {
            Some(desde) if *desde + self.limite <= agora => Err(ErroCarga::SemResposta),
            _ => Ok(()),
        }
    }

    /// The next reply among the bytes that have arrived.
    pub(crate) fn proxima(&mut self) -> Result<Option<Chegada>, ErroCarga> {
        let chegada = self.dialogo.proxima()?;
        let Chegada::Nada { acordar_apos } = chegada else {
            self.devidas.pop_front();
            return Ok(Some(chegada));
        };
        self.acordar_em =
            acordar_apos.map(|pausa| self.acordar_em.unwrap_or_else(|| Instant::now() + pausa));
        Ok(None)
    }

    /// Sends as much as the socket takes. Returns whether that was all.
    fn escrever(&mut self) -> bool {
        loop {
            if self.enviados == self.saida.len() {
                self.dialogo.retirar_saida(&mut self.saida);
                self.enviados = 0;
                if self.saida.is_empty() {
                    return true;
                }
            }
            match send(&self.fluxo, &self.saida[self.enviados..], SendFlags::DONTWAIT) {
                Ok(bytes) => self.enviados += bytes,
                Err(Errno::INTR) => {}
                Err(Errno::WOULDBLOCK) => return false,
                // The server has gone. Reading reports that, and may still find the server's last
                // replies.
                Err(_) => self.enviados = self.saida.len(),
            }
        }
    }

    fn esperar(&self, falta_enviar: bool, prazo: Option<Instant>) -> Pronto {
        let espera = prazo.map_or(self.limite, |prazo| prazo.duration_since(Instant::now()));
        let espera = Timespec::try_from(espera).expect("a time limit is at most a year");
        let interesse = if falta_enviar { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
        let mut fluxos = [PollFd::new(&self.fluxo, interesse)];
        let prontos = poll(&mut fluxos, Some(&espera));
        let vistos = fluxos[0].revents();
        match prontos {
            Ok(0) => Pronto::Nada,
            Ok(_) if vistos == PollFlags::OUT => Pronto::Escrever,
            Ok(_) => Pronto::Ler,
            Err(_) => Pronto::Interrompido,
        }
    }

    fn ler(&mut self) -> Result<(), ErroCarga> {
        match self.fluxo.read(&mut self.leitura) {
            Ok(0) => self.dialogo.fim_de_entrada(),
            Ok(bytes) => {
                self.acordar_em = None;
                self.dialogo.receber(&self.leitura[..bytes]);
            }
            Err(erro) => match erro.kind() {
                ErrorKind::Interrupted => {}
                ErrorKind::WouldBlock | ErrorKind::TimedOut => return Err(ErroCarga::SemResposta),
                _ => self.dialogo.fim_de_entrada(),
            },
        }
        Ok(())
    }
}
