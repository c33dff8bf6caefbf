//! The dialogue on a connection under load: with a bank, or with an echo.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use pixson_conexao::ErroConexao;
use pixson_core::protocolo::Enquadrador;
use pixson_core::sessao::{ConfiguracaoCliente, ErroEnvio, ErroSessao, SaidaCliente};
use pixson_core::{Operacao, Pedido, Relogio, Resposta, SessaoCliente};
use pixson_gravador::{ConexaoGravada, SessaoGravada};

use crate::ErroCarga;

/// The dialogue on a connection, without a socket: bytes in, replies out.
#[derive(Debug)]
pub(crate) enum Dialogo {
    Sessao(SessaoGravada),
    Eco(Eco),
}

/// What has arrived from the peer.
#[derive(Debug)]
pub(crate) enum Chegada {
    Resposta(Resposta),
    /// A line of an echo, which stands for the reply to a request.
    Eco,
    /// Nothing more: bring bytes, or silence if none come for this long.
    Nada {
        acordar_apos: Option<Duration>,
    },
}

/// The dialogue with a peer that sends back what it gets. The requests are those of a session.
#[derive(Debug, Default)]
pub(crate) struct Eco {
    relogio: Relogio,
    quadros: Enquadrador,
    saida: Vec<u8>,
    pendentes: usize,
    entrada_acabou: bool,
}

impl Dialogo {
    /// With a trace all connections share the clock of the process.
    pub(crate) fn sessao(
        pendentes_max: NonZeroUsize,
        relogio: Arc<Relogio>,
        gravada: Option<ConexaoGravada>,
    ) -> Self {
        let configuracao = ConfiguracaoCliente { pendentes_max, ..ConfiguracaoCliente::default() };
        let sessao = SessaoCliente::com_relogio(configuracao, relogio);
        Self::Sessao(SessaoGravada::nova(sessao, gravada))
    }

    pub(crate) fn enviar(&mut self, operacao: Operacao) -> Result<(), ErroEnvio> {
        match self {
            Self::Sessao(sessao) => sessao.enviar(operacao).map(|_| ()),
            Self::Eco(eco) => eco.enviar(operacao),
        }
    }

    /// Why the session has failed, if it has.
    pub(crate) fn falha(&self) -> Option<&ErroSessao> {
        match self {
            Self::Sessao(sessao) => sessao.falha(),
            Self::Eco(_) => None,
        }
    }

    pub(crate) fn retirar_saida(&mut self, destino: &mut Vec<u8>) {
        match self {
            Self::Sessao(sessao) => sessao.retirar_saida(destino),
            Self::Eco(eco) => {
                destino.clear();
                std::mem::swap(destino, &mut eco.saida);
            }
        }
    }

    pub(crate) fn receber(&mut self, bytes: &[u8]) {
        match self {
            Self::Sessao(sessao) => sessao.receber(bytes),
            Self::Eco(eco) => eco.quadros.receber(bytes),
        }
    }

    pub(crate) fn silencio(&mut self) {
        match self {
            Self::Sessao(sessao) => sessao.silencio(),
            Self::Eco(_) => {}
        }
    }

    pub(crate) fn fim_de_entrada(&mut self) {
        match self {
            Self::Sessao(sessao) => sessao.fim_de_entrada(),
            Self::Eco(eco) => eco.entrada_acabou = true,
        }
    }

    pub(crate) fn proxima(&mut self) -> Result<Chegada, ErroCarga> {
        match self {
            Self::Sessao(sessao) => proxima_da_sessao(sessao),
            Self::Eco(eco) => eco.proxima(),
        }
    }
}

fn proxima_da_sessao(sessao: &mut SessaoGravada) -> Result<Chegada, ErroCarga> {
    loop {
        match sessao.proxima_saida().map_err(|erro| ErroConexao::de_sessao(erro, false))? {
            SaidaCliente::PedidoEnviado(_) | SaidaCliente::MensagemRecebida(_) => {}
            SaidaCliente::RespostaRecebida(resposta) => return Ok(Chegada::Resposta(resposta)),
            SaidaCliente::PrecisaDeDados { acordar_apos } => {
                return Ok(Chegada::Nada { acordar_apos });
            }
            SaidaCliente::Encerrada => return Err(ErroConexao::Encerrada.into()),
        }
    }
}

impl Eco {
    fn enviar(&mut self, operacao: Operacao) -> Result<(), ErroEnvio> {
        let carimbo = self.relogio.tique()?;
        Pedido { carimbo, operacao }.codificar(&mut self.saida);
        self.saida.push(b'\n');
        self.pendentes += 1;
        Ok(())
    }

    fn proxima(&mut self) -> Result<Chegada, ErroCarga> {
        match self.quadros.proximo() {
            Ok(Some(_)) => {
                self.pendentes = self.pendentes.checked_sub(1).ok_or(ErroCarga::SemEco)?;
                Ok(Chegada::Eco)
            }
            Ok(None) if self.entrada_acabou => Err(ErroConexao::Encerrada.into()),
            Ok(None) => Ok(Chegada::Nada { acordar_apos: None }),
            Err(erro) => Err(ErroConexao::Protocolo(erro.into()).into()),
        }
    }
}
