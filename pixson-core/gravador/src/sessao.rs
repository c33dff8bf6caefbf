//! A client's session, and the trace of it.

use std::ops::{Deref, DerefMut};

use pixson_core::SessaoCliente;
use pixson_core::sessao::{ErroSessao, SaidaCliente};

use crate::conexao::ConexaoGravada;

/// A client's session that goes on as any other does. What its outputs tell of the clock goes to a trace, if
/// one is kept; what was not asked for when it is dropped goes there, too.
#[derive(Debug)]
pub struct SessaoGravada {
    sessao: SessaoCliente,
    gravada: Option<ConexaoGravada>,
}

impl SessaoGravada {
    /// A session on which nothing was said yet, and its connection of the trace.
    pub fn nova(sessao: SessaoCliente, gravada: Option<ConexaoGravada>) -> Self {
        Self { sessao, gravada }
    }

    /// As [`SessaoCliente::proxima_saida`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn proxima_saida(&mut self) -> Result<SaidaCliente, ErroSessao> {
        let saida = self.sessao.proxima_saida();
        if let Some(gravada) = &mut self.gravada {
            match &saida {
                Ok(SaidaCliente::PedidoEnviado(pedido)) => gravada.enviou_pedido(pedido),
                Ok(SaidaCliente::MensagemRecebida(recebimento)) => {
                    if let Some(resposta) = self.sessao.resposta_da_mensagem() {
                        gravada.recebeu_resposta(*recebimento, resposta);
                    }
                }
                Ok(SaidaCliente::RespostaRecebida(_)) => {}
                Ok(SaidaCliente::PrecisaDeDados { .. } | SaidaCliente::Encerrada) | Err(_) => {
                    gravada.entregar();
                }
            }
        }
        saida
    }
}

impl Deref for SessaoGravada {
    type Target = SessaoCliente;

    fn deref(&self) -> &SessaoCliente {
        &self.sessao
    }
}

impl DerefMut for SessaoGravada {
    fn deref_mut(&mut self) -> &mut SessaoCliente {
        &mut self.sessao
    }
}

impl Drop for SessaoGravada {
    fn drop(&mut self) {
        let acabou = |saida: &SaidaCliente| {
            matches!(saida, SaidaCliente::PrecisaDeDados { .. } | SaidaCliente::Encerrada)
        };
        if self.gravada.is_some() {
            while self.proxima_saida().is_ok_and(|saida| !acabou(&saida)) {}
        }
    }
}
