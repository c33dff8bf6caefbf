//! Transports between the two sides of a conversation: the trait, and the cable, which only cuts
//! the bytes into pieces.

/// A transport of bytes between client and server: a socket, and the layers above it.
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
    /// Takes bytes that one side has sent, and passes to `chegar` those that the other side now
    /// receives: the bytes of all calls, in order and cut anywhere. It may keep some back for a
    /// later call; a call without bytes asks for them.
    fn levar(&mut self, sentido: Sentido, bytes: &[u8], chegar: &mut dyn FnMut(&[u8]));
}

/// The direction in which bytes go.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Sentido {
    /// Requests, from the client to the server.
    Ida,
    /// Replies, from the server to the client.
    Volta,
}

/// A cable with two lengths of pieces, which alternate, for each direction.
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
