use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use pixson_core::servico::{Evento, Passo};
use pixson_core::sessao::Fim;
use pixson_core::{Banco, Ligacao, Servico};
use rustix::net::sockopt::set_socket_send_buffer_size;
use rustix::net::{RecvFlags, recv};

use crate::limites::Limites;
use crate::observacao::Observacao;
use crate::parada::Parada;

/// How many bytes are read at once: 2 KiB of a peer that says little, so that many of them cost
/// little, and up to 32 KiB of one that pipelines, so that a sync serves many requests.
const LEITURA_MIN_BYTES: usize = 2 * 1024;
const LEITURA_MAX_BYTES: usize = 32 * 1024;

/// From how many bytes of replies on they are sent before more is read of a peer that pipelines:
/// 128 KiB. Until then one sync serves what it sends: transfers in pipelines of 8192 990,000 →
/// 1,400,000 a second; twice as much brings no more.
const ADIANTADOS_MAX_BYTES: usize = 128 * 1024;

/// How much the system may hold of replies that a peer does not read: 128 KiB, which Linux doubles for
/// what it keeps beside them. By itself it would let them grow to 4 MiB, for each connection, and
/// come to the end of its memory for all of them before the deadline of the first.
const ENVIO_BYTES: usize = 128 * 1024;

/// How large a buffer for replies is kept for the next ones: 4 KiB.
const SAIDA_MANTIDA_BYTES: usize = 4 * 1024;

/// What is still read after the last reply, so that it is not lost to a reset: 64 KiB or 1 s.
const ESCOAMENTO_MAX_BYTES: usize = 64 * 1024;
const ESCOAMENTO_MAX: Duration = Duration::from_secs(1);

/// What is still served of a peer that goes on sending when the server stops: 64 KiB.
const PARADA_MAX_BYTES: usize = 64 * 1024;

/// Serves one connection to its end.
pub(crate) fn atender<B: Banco>(
    fluxo: &TcpStream,
    servico: &Servico<B>,
    limites: &Limites,
    parada: &Parada,
    mut observacao: Observacao<'_>,
) -> io::Result<Fim> {
    fluxo.set_nodelay(true)?;
    set_socket_send_buffer_size(fluxo, ENVIO_BYTES)?;
    fluxo.set_write_timeout(Some(limites.prazo_escrita))?;
    let mut ligacao = servico.ligacao();
    let mut prazos = Prazos::novos(limites);
    let (mut entrada, mut saida) = (Entrada::nova(), Vec::new());
    let mut restam = PARADA_MAX_BYTES;
    let (mut espera, mut chegada) = (None, None::<Instant>);
    loop {
        let mut atendeu = false;
        let mut observar = |evento| {
            atendeu |= !matches!(evento, Evento::RelogioAtualizado(_));
            observacao.evento(evento);
        };
        servico.avancar(&mut ligacao, &mut observar);
        while ligacao.pode_adiantar() && entrada.adiantar(fluxo, &mut ligacao, parada) {
            servico.avancar(&mut ligacao, &mut observar);
        }
        let passo = servico.confirmar(&mut ligacao, &mut saida);
        observacao.mostrar();
        escrever(fluxo, &saida, limites.prazo_escrita)?;
        if saida.capacity() > SAIDA_MANTIDA_BYTES {
            saida = Vec::new();
        }
        if let Some(chegada) = chegada.take_if(|_| atendeu) {
            observacao.atendimento(chegada.elapsed());
        }
        let acordar_apos = match passo {
            Passo::Continuar => continue,
            Passo::Encerrar(fim) => {
                despedir(fluxo, &mut entrada.bytes);
                return Ok(fim);
            }
            Passo::Ler { acordar_apos } => acordar_apos,
        };
        // The end of the input, which a stop brings, can be outrun by a peer that goes on sending.
        if restam == 0 {
            ligacao.fim_de_entrada();
            continue;
        }
        let Some(ate_o_prazo) = prazos.falta(&ligacao, atendeu) else {
            ligacao.prazo_esgotado();
            continue;
        };
        let pausa = acordar_apos.filter(|&pausa| pausa < ate_o_prazo);
        // A framed peer that ends its messages never needs another time-out: one system call less
        // for each request.
        let esta = Some(pausa.unwrap_or(ate_o_prazo));
        if espera != esta {
            fluxo.set_read_timeout(esta)?;
            espera = esta;
        }
        match entrada.ler(fluxo, &mut ligacao) {
            Ok(0) => ligacao.fim_de_entrada(),
            Ok(bytes) => {
                chegada = observacao.mede().then(Instant::now);
                if parada.pedida() {
                    restam = restam.saturating_sub(bytes);
                }
            }
            Err(erro) => match erro.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut if pausa.is_some() => {
                    ligacao.silencio();
                }
                ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                    chegada = None;
                    ligacao.prazo_esgotado();
                }
                ErrorKind::Interrupted => {}
                _ => return Err(erro),
            },
        }
    }
}

/// What is read into, and how much of it.
struct Entrada {
    bytes: Vec<u8>,
}

impl Entrada {
    fn nova() -> Self {
        Self { bytes: vec![0; LEITURA_MIN_BYTES] }
    }

    /// Waits for bytes, and hands them to the connection. Returns how many there were.
    fn ler(&mut self, mut fluxo: &TcpStream, ligacao: &mut Ligacao) -> io::Result<usize> {
        let lidos = fluxo.read(&mut self.bytes)?;
        self.entregar(lidos, ligacao);
        Ok(lidos)
    }

    /// Hands to the connection what a peer that pipelines has sent meanwhile, if its replies leave room
    /// for more. Returns whether there was anything. Whatever else there is to know of the
    /// connection, the next [`Entrada::ler`] learns.
    fn adiantar(&mut self, fluxo: &TcpStream, ligacao: &mut Ligacao, parada: &Parada) -> bool {
        let cabe =
            self.bytes.len() == LEITURA_MAX_BYTES && ligacao.bytes_retidos() < ADIANTADOS_MAX_BYTES;
        // The stop is asked for last: all connections ask one lock.
        if !cabe || parada.pedida() {
            return false;
        }
        let lidos = recv(fluxo, &mut self.bytes[..], RecvFlags::DONTWAIT);
        let lidos = lidos.map_or(0, |(lidos, _)| lidos);
        self.entregar(lidos, ligacao);
        lidos > 0
    }

    /// Makes room for more, if a read filled all there was, and gives it back when little comes
    /// again.
    fn entregar(&mut self, lidos: usize, ligacao: &mut Ligacao) {
        ligacao.receber(&self.bytes[..lidos]);
        let cabem = self.bytes.len();
        if lidos == cabem && cabem < LEITURA_MAX_BYTES {
            self.bytes.resize(LEITURA_MAX_BYTES.min(cabem * 4), 0);
        } else if (1..LEITURA_MIN_BYTES).contains(&lidos) && cabem > LEITURA_MIN_BYTES {
            self.bytes = vec![0; LEITURA_MIN_BYTES];
        }
    }
}

/// By when a peer must do what is waited for. The deadlines are absolute: a byte now and then does
/// not move them.
struct Prazos<'l> {
    limites: &'l Limites,
    conectou: Instant,
    /// When the message that is not whole yet was begun.
    comecou: Option<Instant>,
}

impl<'l> Prazos<'l> {
    fn novos(limites: &'l Limites) -> Self {
        Self { limites, conectou: Instant::now(), comecou: None }
    }

    /// How much time is left, or `None` if there is none. `atendeu`: a message was answered since
    /// the last call, so that one that is not whole is another one.
    fn falta(&mut self, ligacao: &Ligacao, atendeu: bool) -> Option<Duration> {
        let entrou = ligacao.titular().is_some();
        if !ligacao.mensagem_incompleta() {
            self.comecou = None;
            if entrou {
                // It begins anew with every request, and so does the time-out of a read.
                return Some(self.limites.prazo_ocioso);
            }
        }
        let agora = Instant::now();
        let do_login = (!entrou).then(|| self.conectou + self.limites.prazo_login);
        let da_mensagem = ligacao.mensagem_incompleta().then(|| {
            let comecou = self.comecou.filter(|_| !atendeu).unwrap_or(agora);
            self.comecou = Some(comecou);
            comecou + self.limites.prazo_mensagem
        });
        let prazo = do_login.into_iter().chain(da_mensagem).min()?;
        Some(prazo.saturating_duration_since(agora)).filter(|falta| !falta.is_zero())
    }
}

/// Sends all of it by an absolute deadline: a time-out for each write would start anew with every
/// byte that the peer takes.
fn escrever(fluxo: &TcpStream, bytes: &[u8], prazo: Duration) -> io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let comecou = Instant::now();
    // The socket's time-out is that of the first write, which is nearly always the only one.
    let mut escritos = escrever_algo(fluxo, bytes)?;
    if escritos == bytes.len() {
        return Ok(());
    }
    while escritos < bytes.len() {
        let resta = prazo.saturating_sub(comecou.elapsed());
        if resta.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        fluxo.set_write_timeout(Some(resta))?;
        escritos += escrever_algo(fluxo, &bytes[escritos..])?;
    }
    fluxo.set_write_timeout(Some(prazo))
}

fn escrever_algo(mut fluxo: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    match fluxo.write(bytes) {
        Err(erro) if erro.kind() == ErrorKind::Interrupted => Ok(0),
        // So a socket says that the time of its time-out is over.
        Err(erro) if erro.kind() == ErrorKind::WouldBlock => Err(ErrorKind::TimedOut.into()),
        escrito => escrito,
    }
}

/// Half-close and bounded drain: closing while bytes are unread would make the kernel send a
/// reset, and the peer could lose the reply that it has not read yet. Whatever fails here, the
/// conversation is over.
fn despedir(mut fluxo: &TcpStream, lixo: &mut [u8]) {
    let prazo = Instant::now() + ESCOAMENTO_MAX;
    let mut escoados = 0;
    let mut meio_fechado = fluxo.shutdown(Shutdown::Write);
    while escoados < ESCOAMENTO_MAX_BYTES && meio_fechado.is_ok() {
        let resta = prazo.saturating_duration_since(Instant::now());
        if resta.is_zero() {
            break;
        }
        meio_fechado = fluxo.set_read_timeout(Some(resta));
        match fluxo.read(lixo) {
            Ok(bytes @ 1..) => escoados += bytes,
            _ => break,
        }
    }
}
