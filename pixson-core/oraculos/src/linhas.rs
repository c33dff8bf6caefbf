//! A second implementation of framing, byte by byte, in the words of the protocol.

use pixson_core::protocolo::{MENSAGEM_MAX_BYTES, Modo};

/// The bytes of a peer that belong to no message yet.
#[derive(Debug)]
pub(super) struct LinhasRecebidas {
    max_bytes: usize,
    linha: Vec<u8>,
    pub(super) modo: Option<Modo>,
    longa: bool,
}

/// What one byte completes.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum LinhaRecebida {
    Inteira(Vec<u8>),
    /// A message beyond the limit. Nothing comes after it.
    Longa,
}

impl Default for LinhasRecebidas {
    fn default() -> Self {
        Self::com_limite(MENSAGEM_MAX_BYTES)
    }
}

impl LinhasRecebidas {
    pub(super) fn com_limite(max_bytes: usize) -> Self {
        Self { max_bytes, linha: Vec::new(), modo: None, longa: false }
    }

    pub(super) fn byte(&mut self, byte: u8) -> Option<LinhaRecebida> {
        if self.longa {
            return None;
        }
        if byte == b'\n' {
            self.modo.get_or_insert(Modo::Enquadrado);
            let mut linha = std::mem::take(&mut self.linha);
            linha.pop_if(|ultimo| *ultimo == b'\r');
            return Some(LinhaRecebida::Inteira(linha));
        }
        self.linha.push(byte);
        // The CR may still turn out to belong to the terminator.
        let cr = usize::from(byte == b'\r');
        self.longa = self.linha.len() - cr > self.max_bytes;
        self.longa.then_some(LinhaRecebida::Longa)
    }

    /// Whether a message has begun and not ended.
    pub(super) fn comecou(&self) -> bool {
        !self.linha.is_empty()
    }

    /// The bytes without LF, which a legacy peer may mean as a message.
    pub(super) fn resto(&self) -> &[u8] {
        if self.longa || self.modo == Some(Modo::Enquadrado) { &[] } else { &self.linha }
    }

    /// Takes these bytes as a message.
    pub(super) fn tomar(&mut self) -> Vec<u8> {
        self.modo.get_or_insert(Modo::Legado);
        std::mem::take(&mut self.linha)
    }
}
