//! The serializer: infallible, canonical, and appending to a buffer of the caller.
//!
//! Nothing is checked here: the constructors made sure that the message is legal.

use std::fmt;

use super::MENSAGEM_MAX_BYTES;
use super::pedido::Pedido;
use super::prefixo::prefixo;
use super::resposta::{ErroTexto, Resposta, Situacao};
use crate::relogio::Carimbo;
use crate::tipos::{Operacao, Sucesso, Valor, escrever};

impl Pedido {
    /// Appends the message to `saida`, without a terminator.
    pub fn codificar(&self, saida: &mut Vec<u8>) {
        pedido(self, saida);
    }
}

impl fmt::Display for Pedido {
    /// The message as it stands on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut mensagem = Vec::new();
        self.codificar(&mut mensagem);
        f.pad(&String::from_utf8_lossy(&mensagem))
    }
}

impl Resposta {
    /// A reply with any text. One that the protocol knows becomes the same value that
    /// [`Resposta::nova`] gives.
    ///
    /// # Errors
    ///
    /// [`ErroTexto`] for a control character, or if the message would be too long.
    pub fn com_texto(carimbo: Carimbo, situacao: Situacao, texto: &str) -> Result<Self, ErroTexto> {
        if let Some((posicao, _)) = texto.char_indices().find(|(_, letra)| letra.is_control()) {
            return Err(ErroTexto::Controle { posicao });
        }
        let resposta = Self::reconhecer(carimbo, situacao, texto);
        let mut mensagem = Vec::new();
        resposta.codificar(&mut mensagem);
        let bytes = mensagem.len();
        if bytes > MENSAGEM_MAX_BYTES {
            return Err(ErroTexto::Longo { bytes });
        }
        Ok(resposta)
    }

    /// Appends the message to `saida`, without a terminator.
    pub fn codificar(&self, saida: &mut Vec<u8>) {
        resposta(self, saida);
    }
}

impl fmt::Display for Resposta {
    /// The message as it stands on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut mensagem = Vec::new();
        self.codificar(&mut mensagem);
        f.pad(&String::from_utf8_lossy(&mensagem))
    }
}

fn pedido(pedido: &Pedido, saida: &mut Vec<u8>) {
    carimbo(pedido.carimbo, saida);
    let operacao = pedido.operacao;
    escrever(saida, &[&"|", &prefixo(operacao.tipo()), &operacao.titular()]);
    match operacao {
        Operacao::Login { .. } | Operacao::Saldo { .. } => {}
        Operacao::Saque { valor: quanto, .. } | Operacao::Deposito { valor: quanto, .. } => {
            valor(quanto, saida);
        }
        Operacao::Transferencia { rg_origem: _, rg_destino, valor: quanto } => {
            escrever(saida, &[&"|rg_destino:", &rg_destino]);
            valor(quanto, saida);
        }
    }
}

fn resposta(resposta: &Resposta, saida: &mut Vec<u8>) {
    carimbo(resposta.carimbo(), saida);
    saida.extend_from_slice(b"|s:");
    saida.push(resposta.situacao().byte());
    saida.extend_from_slice(b"|resposta:");
    // Only the text of a balance is not a constant: it is written here without an allocation.
    if let Some(Ok(Sucesso::Saldo(saldo))) = resposta.desfecho() {
        escrever(saida, &[&Sucesso::PREFIXO_SALDO, &saldo]);
    } else {
        saida.extend_from_slice(resposta.texto().as_bytes());
    }
}

fn carimbo(carimbo: Carimbo, saida: &mut Vec<u8>) {
    escrever(saida, &[&"t:", &carimbo.valor()]);
}

fn valor(valor: Valor, saida: &mut Vec<u8>) {
    escrever(saida, &[&"|valor:", &valor]);
}
