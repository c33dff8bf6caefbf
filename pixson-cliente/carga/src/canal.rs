//! The socket of a connection under load.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read};
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

/// How much later than its deadline a reply may be given up that is waited for with as few system
/// calls as can be: 10 ms.
const FOLGA: Duration = Duration::from_millis(10);

/// A connection with many requests on their way.
///
/// Nothing here waits for space to send while replies could be read: a server stops reading when
/// nobody takes its replies, and both would wait for ever.
#[derive(Debug)]
pub(crate) struct Canal {
    fluxo: TcpStream,
    /// How long a server may owe a whole reply, from the request on.
    limite: Duration,
    /// When the requests were made that have no answer yet, the oldest first.
    devidas: VecDeque<Instant>,
    dialogo: Dialogo,
    saida: Vec<u8>,
    /// How much of `saida` the system has taken.
    enviados: usize,
    leitura: Vec<u8>,
    /// When the quiet period of a server ends that terminates nothing.
    acordar_em: Option<Instant>,
}

/// What a wait ended with.
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
        let dialogo =
            if plano.eco { Dialogo::Eco(Eco::default()) } else { Dialogo::sessao(pendentes_max) };
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

    /// Logs in, alone: the reply shows whether the server frames its messages.
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

    /// Why a request was refused that had to be sent.
    pub(crate) fn falha_de_envio(&self, erro: ErroEnvio) -> ErroCarga {
        match self.dialogo.falha() {
            Some(causa) => ErroConexao::de_sessao(causa.clone(), false).into(),
            None => ErroConexao::Envio(erro).into(),
        }
    }

    /// Sends what can be sent, waits until something has happened or `ate` has come, and takes in
    /// what has arrived. `Err` if a reply was due that is not here, whatever else has come.
    pub(crate) fn mover(&mut self, agora: Instant, ate: Option<Instant>) -> Result<(), ErroCarga> {
        let tudo = self.escrever();
        let vence = self.devidas.front().map(|desde| *desde + self.limite);
        let antes = [ate, self.acordar_em].into_iter().flatten().min();
        // Waiting for the one thing that can happen is what reading does by itself, as long as the
        // limit of the socket, which is that of a request just made, is right.
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

    /// Sends as much as there is place for, and says whether that was all.
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
                // The server has gone: reading finds out, and may still find its last words.
                Err(_) => self.enviados = self.saida.len(),
            }
        }
    }

    fn esperar(&self, falta_enviar: bool, prazo: Option<Instant>) -> Pronto {
        let espera = prazo.map_or(self.limite, |prazo| prazo.duration_since(Instant::now()));
        let espera = Timespec::try_from(espera).expect("at most a year");
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
