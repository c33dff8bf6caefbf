//! The connection of an actor: messages as they are, and no session that would keep to the rules.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use pixson_conexao::{ErroConexao, FimDaEspera, Interrupcao, ServidorDistante};
use pixson_core::protocolo::Enquadrador;
use pixson_core::sessao::ErroSessao;
use pixson_core::{Operacao, Resposta};

/// How many bytes are read at once: more than the longest reply.
const LEITURA_BYTES: usize = 2048;

/// The connection has ended before the one reply that is waited for.
const SEM_RESPOSTA: ErroSessao = ErroSessao::Interrompida { pendentes: 1 };

#[derive(Debug)]
pub(crate) struct CanalDoAtor<'i> {
    fluxo: TcpStream,
    /// The TCP port of this side.
    pub(crate) porta: Option<u16>,
    quadros: Enquadrador,
    tempo_limite: Duration,
    interrupcao: &'i Interrupcao,
}

impl<'i> CanalDoAtor<'i> {
    pub(crate) fn abrir(
        servidor: &ServidorDistante,
        interrupcao: &'i Interrupcao,
    ) -> Result<Self, ErroConexao> {
        let fluxo = servidor.conectar(interrupcao)?;
        let porta = fluxo.local_addr().ok().map(|endereco| endereco.port());
        let tempo_limite = servidor.tempo_limite();
        Ok(Self { fluxo, porta, quadros: Enquadrador::default(), tempo_limite, interrupcao })
    }

    pub(crate) fn enviar(&mut self, bytes: &[u8]) -> Result<(), ErroConexao> {
        self.fluxo.write_all(bytes).map_err(|_| ErroConexao::NaoEnviado)
    }

    /// The next reply, to this request, which must come in time.
    pub(crate) fn esperar(&mut self, operacao: &Operacao) -> Result<Resposta, ErroConexao> {
        let desconhecido = operacao.move_dinheiro();
        let falha = |erro: ErroSessao| ErroConexao::de_sessao(erro, desconhecido);
        let prazo = Instant::now() + self.tempo_limite;
        loop {
            let quadro = self.quadros.proximo().map_err(|erro| falha(erro.into()))?;
            if let Some(quadro) = quadro {
                return Resposta::decodificar(quadro.0).map_err(|erro| falha(erro.into()));
            }
            match self.interrupcao.esperar_leitura(&self.fluxo, Some(prazo)) {
                Ok(FimDaEspera::Pronto) => self.ler().map_err(falha)?,
                Ok(FimDaEspera::Prazo) => {
                    let limite = self.tempo_limite;
                    return Err(ErroConexao::TempoEsgotado { limite, desconhecido });
                }
                Ok(FimDaEspera::Interrompida) => {
                    return Err(ErroConexao::Interrompida { a_caminho: Some(*operacao) });
                }
                Err(_) => return Err(falha(SEM_RESPOSTA)),
            }
        }
    }

    fn ler(&mut self) -> Result<(), ErroSessao> {
        let mut bytes = [0; LEITURA_BYTES];
        match self.fluxo.read(&mut bytes) {
            Ok(0) | Err(_) => Err(SEM_RESPOSTA),
            Ok(quantos) => {
                self.quadros.receber(&bytes[..quantos]);
                Ok(())
            }
        }
    }
}
