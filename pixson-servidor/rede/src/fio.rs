//! The driver of one connection that has a thread of its own.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use pixson_core::servico::Evento;
use pixson_core::sessao::Fim;
use pixson_core::{Banco, Servico};
use rustix::net::sockopt::set_socket_send_buffer_size;
use rustix::net::{RecvFlags, recv};

use crate::conexao::{Acao, ConexaoServidor, Encerramento};
use crate::observador::ObservadorDeConexao;
use crate::parada::Parada;

/// How many bytes are read at once: 2 KiB of a peer that says little, so that many of them cost
/// little, and up to 32 KiB of one that pipelines, so that a sync serves many requests.
const LEITURA_MIN_BYTES: usize = 2 * 1024;
const LEITURA_MAX_BYTES: usize = 32 * 1024;

/// How much the system may hold of replies that a peer does not read: 128 KiB, which Linux doubles for
/// what it keeps beside them. By itself it would let them grow to 4 MiB, for each connection, and
/// come to the end of its memory for all of them before the deadline of the first.
const ENVIO_BYTES: usize = 128 * 1024;

/// Serves one connection to its end.
pub(crate) fn conduzir<B: Banco>(
    fluxo: &TcpStream,
    mut conexao: ConexaoServidor,
    servico: &Servico<B>,
    parada: &Parada,
    observador: &mut impl ObservadorDeConexao,
) -> io::Result<Encerramento> {
    fluxo.set_nodelay(true)?;
    set_socket_send_buffer_size(fluxo, ENVIO_BYTES)?;
    let mut soquete = Soquete::novo(fluxo);
    let mut agora = Instant::now();
    let mut atendimento = Atendimento::default();
    loop {
        let feito = match conexao.acao(agora) {
            Acao::Avancar => {
                conexao.avancar(servico, |evento| {
                    atendimento.ver(evento);
                    observador.evento(evento);
                });
                Ok(())
            }
            Acao::Confirmar => {
                // The stop is asked for last: all connections ask for it.
                if conexao.pode_adiantar() && soquete.le_muito() && !parada.pedida() {
                    let lidos = soquete.ler_o_que_ha();
                    if !lidos.is_empty() {
                        conexao.receber(lidos);
                        continue;
                    }
                }
                conexao.confirmar(servico);
                observador.confirmado();
                agora = Instant::now();
                Ok(())
            }
            Acao::Escrever { bytes, no_maximo } => {
                let escrito = soquete.escrever(bytes, no_maximo);
                agora = Instant::now();
                escrito.map(|quantos| conexao.escritos(quantos))
            }
            Acao::Ler { no_maximo } => {
                atendimento.contar(agora, observador);
                let lido = soquete.ler(no_maximo);
                if !matches!(lido, Ok(Some([_, ..]))) {
                    agora = Instant::now();
                }
                lido.map(|lidos| match lidos {
                    // The time has passed, or a signal came: the next action tells which.
                    None => {}
                    Some([]) => conexao.fim_de_entrada(),
                    Some(bytes) => {
                        if parada.pedida() {
                            conexao.parar();
                        }
                        conexao.receber(bytes);
                        atendimento = Atendimento::desde(observador.mede().then(Instant::now));
                    }
                })
            }
            Acao::MeioFechar => {
                // Who let a deadline pass was not waiting for the server.
                if conexao.fim() != Some(Encerramento::Sessao(Fim::PrazoEsgotado)) {
                    atendimento.contar(agora, observador);
                }
                fluxo.shutdown(Shutdown::Write).map(|()| conexao.meio_fechada())
            }
            Acao::Fechar(fim) => return Ok(fim),
        };
        if let Err(erro) = feito {
            // Whatever fails after the last word, the conversation is over.
            return conexao.fim().ok_or(erro);
        }
    }
}

/// The bytes that are being served, for whoever wants to know how long that takes.
#[derive(Default)]
struct Atendimento {
    /// When they arrived, if anybody does and has not been told.
    chegada: Option<Instant>,
    /// Something of them was answered.
    respondeu: bool,
}

impl Atendimento {
    fn desde(chegada: Option<Instant>) -> Self {
        Self { chegada, respondeu: false }
    }

    fn ver(&mut self, evento: Evento) {
        self.respondeu |= !matches!(evento, Evento::RelogioAtualizado(_));
    }

    fn contar(&mut self, agora: Instant, observador: &mut impl ObservadorDeConexao) {
        if let Some(chegada) = self.chegada.take_if(|_| self.respondeu) {
            observador.atendimento(agora.saturating_duration_since(chegada));
        }
    }
}

/// A socket, and what it was last told of time.
struct Soquete<'f> {
    fluxo: &'f TcpStream,
    bytes: Vec<u8>,
    /// How many of them the last read filled.
    lidos: usize,
    espera_de_leitura: Option<Duration>,
    espera_de_escrita: Option<Duration>,
}

impl<'f> Soquete<'f> {
    fn novo(fluxo: &'f TcpStream) -> Self {
        let bytes = vec![0; LEITURA_MIN_BYTES];
        Self { fluxo, bytes, lidos: 0, espera_de_leitura: None, espera_de_escrita: None }
    }

    /// Waits for bytes. `None` if none came in that time, no bytes at the end of the input.
    fn ler(&mut self, no_maximo: Duration) -> io::Result<Option<&[u8]>> {
        // A framed peer that ends its messages never needs another time-out: one system call less for
        // each request.
        if self.espera_de_leitura != Some(no_maximo) {
            self.fluxo.set_read_timeout(Some(no_maximo))?;
            self.espera_de_leitura = Some(no_maximo);
        }
        self.ajustar();
        let mut fluxo = self.fluxo;
        match fluxo.read(&mut self.bytes) {
            Ok(lidos) => Ok(Some(self.entregar(lidos))),
            Err(erro) if sem_tempo(&erro) => Ok(None),
            Err(erro) => Err(erro),
        }
    }

    /// Whether the last reads filled all that there was room for: the peer pipelines.
    fn le_muito(&mut self) -> bool {
        self.ajustar();
        self.bytes.len() == LEITURA_MAX_BYTES
    }

    /// What is at hand, without waiting. Whatever else there is to know of the connection, the next
    /// [`Soquete::ler`] learns.
    fn ler_o_que_ha(&mut self) -> &[u8] {
        let lidos = recv(self.fluxo, &mut self.bytes[..], RecvFlags::DONTWAIT);
        self.entregar(lidos.map_or(0, |(lidos, _)| lidos))
    }

    fn entregar(&mut self, lidos: usize) -> &[u8] {
        self.lidos = lidos;
        &self.bytes[..lidos]
    }

    /// Makes room for more, if the last read filled all there was, and gives it back when little came
    /// again.
    fn ajustar(&mut self) {
        let cabem = self.bytes.len();
        let lidos = std::mem::take(&mut self.lidos);
        if lidos == cabem && cabem < LEITURA_MAX_BYTES {
            self.bytes.resize(LEITURA_MAX_BYTES.min(cabem * 4), 0);
        } else if (1..LEITURA_MIN_BYTES).contains(&lidos) && cabem > LEITURA_MIN_BYTES {
            self.bytes = vec![0; LEITURA_MIN_BYTES];
        }
    }

    /// Writes some of them, or none if that was not possible in time.
    fn escrever(&mut self, bytes: &[u8], no_maximo: Duration) -> io::Result<usize> {
        // The first write is nearly always the only one: its time-out is always the same.
        if self.espera_de_escrita != Some(no_maximo) {
            self.fluxo.set_write_timeout(Some(no_maximo))?;
            self.espera_de_escrita = Some(no_maximo);
        }
        let mut fluxo = self.fluxo;
        match fluxo.write(bytes) {
            Err(erro) if sem_tempo(&erro) => Ok(0),
            escrito => escrito,
        }
    }
}

/// Whether a call came back without having done anything: its time was over, or a signal came.
fn sem_tempo(erro: &io::Error) -> bool {
    matches!(erro.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
