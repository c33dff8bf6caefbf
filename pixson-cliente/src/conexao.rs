use std::io::{BufRead, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use pixson_core::sessao::SaidaCliente;
use pixson_core::{Operacao, Resposta, SessaoCliente};

use crate::falha::Falha;
use crate::terminal::Terminal;

/// How many bytes are read at once: more than the longest reply.
const LEITURA_BYTES: usize = 2048;

/// A connection to a server, one request at a time.
#[derive(Debug)]
pub(crate) struct Conexao {
    fluxo: TcpStream,
    sessao: SessaoCliente,
}

impl Conexao {
    pub(crate) fn abrir(host: &str, porta: u16) -> Result<Self, Falha> {
        Ok(Self { fluxo: conectar(host, porta)?, sessao: SessaoCliente::default() })
    }

    /// Sends a request and waits for its answer, showing each change of the clock.
    pub(crate) fn pedir(
        &mut self,
        operacao: Operacao,
        terminal: &mut Terminal<impl BufRead, impl Write>,
    ) -> Result<Resposta, Falha> {
        if self.servidor_foi() {
            return Err(Falha::NaoEnviado);
        }
        self.sessao.enviar(operacao).map_err(|erro| match self.sessao.falha() {
            Some(causa) => Falha::de_sessao(causa.clone(), false),
            None => Falha::Envio(erro),
        })?;
        let mut saida = Vec::new();
        loop {
            let proxima = self.sessao.proxima_saida();
            match proxima.map_err(|erro| Falha::de_sessao(erro, move_dinheiro(&operacao)))? {
                SaidaCliente::RelogioAtualizado(carimbo) => {
                    terminal.mostrar(format_args!("Relógio Lógico Atualizado: {carimbo}"));
                }
                SaidaCliente::RespostaRecebida(resposta) => return Ok(resposta),
                SaidaCliente::PrecisaDeDados { acordar_apos } => {
                    self.sessao.retirar_saida(&mut saida);
                    // If the server has gone, the reading below finds out, and may still find
                    // its last words.
                    let _ = self.fluxo.write_all(&saida);
                    self.ler(acordar_apos);
                }
                SaidaCliente::Encerrada => return Err(Falha::Perdida),
            }
        }
    }

    /// Whether the server has closed already, while the person was typing.
    fn servidor_foi(&self) -> bool {
        let espiar = || {
            self.fluxo.set_nonblocking(true)?;
            let bytes = self.fluxo.peek(&mut [0]);
            self.fluxo.set_nonblocking(false)?;
            bytes
        };
        match espiar() {
            Ok(bytes) => bytes == 0,
            Err(erro) => erro.kind() != ErrorKind::WouldBlock,
        }
    }

    /// Brings one input to the session. A connection that fails has no more to bring.
    fn ler(&mut self, acordar_apos: Option<Duration>) {
        let mut bytes = [0; LEITURA_BYTES];
        let lidos =
            self.fluxo.set_read_timeout(acordar_apos).and_then(|()| self.fluxo.read(&mut bytes));
        match lidos {
            Ok(0) => self.sessao.fim_de_entrada(),
            Ok(quantos) => self.sessao.receber(&bytes[..quantos]),
            Err(erro) => match erro.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut if acordar_apos.is_some() => {
                    self.sessao.silencio();
                }
                ErrorKind::Interrupted => {}
                _ => self.sessao.fim_de_entrada(),
            },
        }
    }
}

/// A socket that sends each request at once.
pub(crate) fn conectar(host: &str, porta: u16) -> Result<TcpStream, Falha> {
    let conectar = || {
        let fluxo = TcpStream::connect((host, porta))?;
        fluxo.set_nodelay(true)?;
        Ok(fluxo)
    };
    conectar().map_err(|erro| Falha::SemConexao { endereco: format!("{host}:{porta}"), erro })
}

/// Whether it matters that nobody knows if an operation was done.
pub(crate) fn move_dinheiro(operacao: &Operacao) -> bool {
    !matches!(operacao, Operacao::Login { .. } | Operacao::Saldo { .. })
}
