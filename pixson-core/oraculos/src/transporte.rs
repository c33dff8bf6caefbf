//! Transports between the two sides of a conversation: the trait, and the cable that only cuts.

/// What carries bytes between client and server: a socket, and whatever is put on it.
///
/// ```
/// use pixson_oraculos::{Sentido, Transporte, par_sobre};
///
/// /// Puts each byte into a word of its own, and takes it out again.
/// struct Palavras;
///
/// impl Transporte for Palavras {
///     fn levar(&mut self, _: Sentido, bytes: &[u8], chegar: &mut dyn FnMut(&[u8])) {
///         let palavras: Vec<u32> = bytes.iter().map(|&byte| byte.into()).collect();
///         for palavra in palavras {
///             chegar(&palavra.to_le_bytes()[..1]);
///         }
///     }
/// }
///
/// // The body of a fuzz target, or of a test.
/// par_sobre(&mut Palavras, b"any bytes say what client and server talk about");
/// ```
pub trait Transporte {
    /// Takes bytes that one side has sent, and gives `chegar` what the other side receives then:
    /// the bytes of all calls, in order and cut anyhow. It may keep some for a later call. A call
    /// without bytes is a chance to give them.
    fn levar(&mut self, sentido: Sentido, bytes: &[u8], chegar: &mut dyn FnMut(&[u8]));
}

/// In which direction bytes go.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Sentido {
    /// Requests, from the client to the server.
    Ida,
    /// Replies, from the server to the client.
    Volta,
}

/// A cable: pieces of one length and then of the other, over and over, for each direction.
#[derive(Debug)]
pub(super) struct Cabo {
    pub(super) ida: [u8; 2],
    pub(super) volta: [u8; 2],
}

impl Transporte for Cabo {
    fn levar(&mut self, sentido: Sentido, mut bytes: &[u8], chegar: &mut dyn FnMut(&[u8])) {
        let tamanhos = match sentido {
            Sentido::Ida => self.ida,
            Sentido::Volta => self.volta,
        };
        for tamanho in tamanhos.into_iter().cycle() {
            if bytes.is_empty() {
                return;
            }
            let (pedaco, resto) = bytes.split_at(bytes.len().min(usize::from(tamanho) + 1));
            chegar(pedaco);
            bytes = resto;
        }
    }
}
