//! The driver of a connection that has a thread of its own.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use pixson_core::Banco;
use rustix::net::{RecvFlags, recv};

use crate::admitida::{Admitida, Contexto};
use crate::atendimento::Atendimento;
use crate::conexao::{Acao, ConexaoServidor, Encerramento};
use crate::confirmador::Confirmador;
use crate::observador::{Observador, ObservadorDeConexao};
use crate::panico::isolar;
use crate::preparo::{LEITURA_MAX_BYTES, LEITURA_MIN_BYTES, preparar, proxima_leitura};

/// The stack of a connection's thread: 256 KiB.
const PILHA_BYTES: usize = 256 * 1024;

/// Serves each connection in a thread of its own.
pub(crate) struct Fios<'s, 'e, B, O> {
    escopo: &'s Scope<'s, 'e>,
    contexto: Contexto<'s, B, O>,
    confirmador: Confirmador,
}

impl<'s, 'e, B: Banco, O: Observador> Fios<'s, 'e, B, O> {
    /// # Errors
    ///
    /// The system gives no thread.
    pub(crate) fn novos(
        escopo: &'s Scope<'s, 'e>,
        contexto: Contexto<'s, B, O>,
    ) -> io::Result<Self> {
        let confirmador = Confirmador::iniciar(escopo, contexto.servico)?;
        Ok(Self { escopo, contexto, confirmador })
    }

    /// Serves a connection to its end. Its socket comes back if the system gives no thread for it.
    pub(crate) fn receber(&self, admitida: Admitida<'s>) -> Option<Arc<TcpStream>> {
        let (contexto, fluxo) = (self.contexto, Arc::clone(&admitida.fluxo));
        let confirmador = self.confirmador.clone();
        let pilha = thread::Builder::new().stack_size(PILHA_BYTES);
        let atender = move || atender(contexto, &admitida, &confirmador);
        pilha.spawn_scoped(self.escopo, atender).err().map(|_| fluxo)
    }
}

fn atender<B: Banco, O: Observador>(
    contexto: Contexto<'_, B, O>,
    admitida: &Admitida<'_>,
    confirmador: &Confirmador,
) {
    let Contexto { servico, limites, observador, .. } = contexto;
    let aberta = isolar(|| observador.aberta(admitida.passe.numero(), admitida.par));
    let Some(mut observador) = aberta else { return };
    let conexao = ConexaoServidor::nova(servico.ligacao(), limites);
    let fim = isolar(|| conduzir(&admitida.fluxo, conexao, contexto, confirmador, &mut observador));
    let fim = fim.unwrap_or(Ok(Encerramento::Panico));
    isolar(|| observador.encerrada(&fim));
}

/// Serves one connection to its end.
fn conduzir<B: Banco, O>(
    fluxo: &TcpStream,
    mut conexao: ConexaoServidor,
    Contexto { servico, parada, .. }: Contexto<'_, B, O>,
    confirmador: &Confirmador,
    observador: &mut impl ObservadorDeConexao,
) -> io::Result<Encerramento> {
    preparar(fluxo)?;
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
            // The machine asks for it only after `ConexaoServidor::reunir`.
            Acao::Esperar => Ok(()),
            Acao::Confirmar => {
                // The stop is checked last, since all connections share its flag.
                if conexao.pode_adiantar() && soquete.le_muito() && !parada.pedida() {
                    if let Some(recibo) = conexao.separar(servico) {
                        confirmador.pedir(recibo);
                        observador.separado();
                    }
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
                atendimento.contar(|| agora, observador);
                let lido = soquete.ler(no_maximo);
                if !matches!(lido, Ok(Some([_, ..]))) {
                    agora = Instant::now();
                }
                lido.map(|lidos| match lidos {
                    // The time has passed, or a signal came: the next call of `acao` finds out.
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
                atendimento.terminar(conexao.encerramento(), || agora, observador);
                fluxo.shutdown(Shutdown::Write).map(|()| conexao.meio_fechada())
            }
            Acao::Fechar(fim) => return Ok(fim),
        };
        if let Err(erro) = feito {
            return conexao.transporte_falhou(erro);
        }
    }
}

/// A socket, and the time-outs that it was last given.
struct Soquete<'f> {
    fluxo: &'f TcpStream,
    bytes: Vec<u8>,
    /// How many of these bytes the last read filled.
    lidos: usize,
    espera_de_leitura: Option<Duration>,
    espera_de_escrita: Option<Duration>,
}

impl<'f> Soquete<'f> {
    fn novo(fluxo: &'f TcpStream) -> Self {
        let bytes = vec![0; LEITURA_MIN_BYTES];
        Self { fluxo, bytes, lidos: 0, espera_de_leitura: None, espera_de_escrita: None }
    }

    /// Waits for bytes. `None` if none came in that time, an empty slice at the end of the input.
    fn ler(&mut self, no_maximo: Duration) -> io::Result<Option<&[u8]>> {
        // A peer that ends its messages with LF always has the same time-out: this saves one system
        // call for each request.
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

    /// Whether the buffer has grown to its limit, since the last reads filled it: the peer
    /// pipelines.
    fn le_muito(&mut self) -> bool {
        self.ajustar();
        self.bytes.len() == LEITURA_MAX_BYTES
    }

    /// Reads what is at hand, without waiting. An error or the end of the input is left for the
    /// next [`Soquete::ler`] to find.
    fn ler_o_que_ha(&mut self) -> &[u8] {
        let lidos = recv(self.fluxo, &mut self.bytes[..], RecvFlags::DONTWAIT);
        self.entregar(lidos.map_or(0, |(lidos, _)| lidos))
    }

    fn entregar(&mut self, lidos: usize) -> &[u8] {
        self.lidos = lidos;
        &self.bytes[..lidos]
    }

    /// Grows the buffer if the last read filled it, and shrinks it again after a read of few bytes.
    fn ajustar(&mut self) {
        let cabem = self.bytes.len();
        let proxima = proxima_leitura(cabem, std::mem::take(&mut self.lidos));
        if proxima > cabem {
            self.bytes.resize(proxima, 0);
        } else if proxima < cabem {
            self.bytes = vec![0; proxima];
        }
    }

    /// Writes some of the bytes (a short write), or none if that was not possible in time.
    fn escrever(&mut self, bytes: &[u8], no_maximo: Duration) -> io::Result<usize> {
        // The first write of a batch is nearly always the only one, and its time-out is always the
        // same.
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

/// Whether a call returned without having done anything: its time-out passed, or a signal came.
fn sem_tempo(erro: &io::Error) -> bool {
    matches!(erro.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
