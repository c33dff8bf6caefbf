//! The socket of every connection: its options, and how much is read of it at once.

use std::io;
use std::net::TcpStream;

use rustix::net::sockopt::set_socket_send_buffer_size;

/// The send buffer of a socket, for replies that a peer does not read: 128 KiB, which Linux doubles
/// for its own bookkeeping. By default Linux lets each buffer grow to 4 MiB, and many slow readers
/// could exhaust its memory for sockets before the first one's deadline.
const ENVIO_BYTES: usize = 128 * 1024;

/// How many bytes are read at once: 2 KiB from a peer that sends little, so that many such peers
/// cost little memory, and up to 32 KiB from one that pipelines, so that a sync serves many
/// requests.
pub(crate) const LEITURA_MIN_BYTES: usize = 2 * 1024;
pub(crate) const LEITURA_MAX_BYTES: usize = 32 * 1024;

/// How much the next read of a connection takes, after one that took up to `cabem` and got `lidos`: more
/// after a read that filled its buffer, and little again after a read of few bytes.
pub(crate) fn proxima_leitura(cabem: usize, lidos: usize) -> usize {
    match lidos {
        _ if lidos == cabem => LEITURA_MAX_BYTES.min(cabem * 4),
        1..LEITURA_MIN_BYTES => LEITURA_MIN_BYTES,
        _ => cabem,
    }
}

/// Turns Nagle's algorithm off, so that replies leave at once, and bounds the send buffer.
pub(crate) fn preparar(fluxo: &TcpStream) -> io::Result<()> {
    fluxo.set_nodelay(true)?;
    set_socket_send_buffer_size(fluxo, ENVIO_BYTES)?;
    Ok(())
}
