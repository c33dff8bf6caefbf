//! Framing: where a message ends.

use memchr::memchr;
use thiserror::Error;

use super::MENSAGEM_MAX_BYTES;
use crate::tipos::Culpa;

/// The largest empty buffer that is kept for the next bytes: 4 KiB.
const MANTIDOS_BYTES: usize = 4 * 1024;

/// Cuts a stream of bytes into messages (protocolo.md, section 2), and knows no grammar.
///
/// A frame ends at LF and at nothing else; one CR just before it is dropped. Bytes without an LF
/// are offered by [`Enquadrador::sem_terminador`], since a peer of the original program
/// terminates nothing: whether they are a whole message is for the caller to decide.
///
/// A message longer than the limit, not counting the CR, ends the stream, since its messages can no
/// longer be told apart. A caller that calls [`Enquadrador::proximo`] until it gives nothing,
/// before the next [`Enquadrador::receber`], thus holds no more than one message and one chunk.
///
/// ```
/// use pixson_core::protocolo::{Enquadrador, Modo, Quadro};
///
/// let mut quadros = Enquadrador::default();
/// quadros.receber(b"t:1|op:6|rg:1\r\nt:2|op");
/// assert_eq!(quadros.proximo()?, Some(Quadro(b"t:1|op:6|rg:1")));
/// assert_eq!(quadros.modo(), Some(Modo::Enquadrado));
/// assert_eq!(quadros.proximo()?, None);
/// # Ok::<(), pixson_core::protocolo::QuadroLongo>(())
/// ```
#[derive(Debug)]
pub struct Enquadrador {
    max_bytes: usize,
    bytes: Vec<u8>,
    /// Bytes before this index have been taken.
    inicio: usize,
    /// No LF stands between `inicio` and this index: no byte is searched twice, and the search
    /// stays linear however bytes arrive.
    buscado: usize,
    modo: Option<Modo>,
}

/// How a peer ends its messages. Its first message decides, for the whole connection.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Modo {
    /// Each message ends with LF.
    Enquadrado,
    /// As the original program: a message is what one `send` carries.
    Legado,
}

/// One message without its terminator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Quadro<'a>(pub &'a [u8]);

impl Default for Enquadrador {
    /// Messages may have [`MENSAGEM_MAX_BYTES`].
    fn default() -> Self {
        Self::com_limite(MENSAGEM_MAX_BYTES)
    }
}

impl Enquadrador {
    /// For messages of up to `max_bytes` bytes. A limit beyond [`MENSAGEM_MAX_BYTES`], the
    /// protocol's, is lowered to it.
    pub fn com_limite(max_bytes: usize) -> Self {
        let max_bytes = max_bytes.min(MENSAGEM_MAX_BYTES);
        Self { max_bytes, bytes: Vec::new(), inicio: 0, buscado: 0, modo: None }
    }

    /// Takes bytes as they arrive, however they are split.
    pub fn receber(&mut self, bytes: &[u8]) {
        if self.inicio == self.bytes.len() {
            self.bytes.clear();
            self.inicio = 0;
            self.buscado = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// How the peer ends its messages, once its first one has been taken.
    pub fn modo(&self) -> Option<Modo> {
        self.modo
    }

    /// The next message that an LF ends, or `None` if more bytes are needed.
    ///
    /// # Errors
    ///
    /// [`QuadroLongo`], again at every further call.
    pub fn proximo(&mut self) -> Result<Option<Quadro<'_>>, QuadroLongo> {
        let Some(fim) = memchr(b'\n', &self.bytes[self.buscado..]) else {
            self.buscado = self.bytes.len();
            if self.longo(&self.bytes[self.inicio..]) {
                return Err(QuadroLongo);
            }
            self.compactar();
            return Ok(None);
        };
        let lf = self.buscado + fim;
        let quadro = self.inicio..lf;
        if self.longo(&self.bytes[quadro.clone()]) {
            return Err(QuadroLongo);
        }
        self.inicio = lf + 1;
        self.buscado = self.inicio;
        self.modo.get_or_insert(Modo::Enquadrado);
        Ok(Some(Quadro(sem_cr(&self.bytes[quadro]))))
    }

    /// The bytes after the last LF, which a legacy peer may mean as a message. Empty for a peer
    /// that frames its messages, and while a message that an LF ends is still to be taken.
    pub fn sem_terminador(&self) -> &[u8] {
        let buscados = self.buscado == self.bytes.len();
        if self.modo == Some(Modo::Enquadrado) || !buscados { &[] } else { self.restantes() }
    }

    /// The bytes that no message has taken yet.
    pub fn restantes(&self) -> &[u8] {
        &self.bytes[self.inicio..]
    }

    /// Declares [`Enquadrador::sem_terminador`] a message that has been taken.
    pub fn tomar_sem_terminador(&mut self) {
        if !self.sem_terminador().is_empty() {
            self.inicio = self.bytes.len();
            self.buscado = self.inicio;
            self.modo.get_or_insert(Modo::Legado);
        }
    }

    /// Removes bytes that have been taken. Only called when all whole frames are out, so that a
    /// pipelined batch is moved once and not once for each message.
    fn compactar(&mut self) {
        if self.inicio > 0 {
            self.bytes.drain(..self.inicio);
            self.buscado -= self.inicio;
            self.inicio = 0;
            // Memory that only a burst needed is freed, not kept while the peer is idle.
            if self.bytes.capacity() > MANTIDOS_BYTES {
                self.bytes.shrink_to(MANTIDOS_BYTES);
            }
        }
    }

    /// Whether these bytes, up to an LF or with none so far, are more than one message may have.
    fn longo(&self, bytes: &[u8]) -> bool {
        sem_cr(bytes).len() > self.max_bytes
    }
}

fn sem_cr(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

/// More bytes without an LF than a message may have.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("mensagem longa demais")]
pub struct QuadroLongo;

impl QuadroLongo {
    /// Whose fault it is: the peer's.
    pub fn culpa(&self) -> Culpa {
        Culpa::Par
    }
}
