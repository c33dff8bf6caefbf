//! The options of the socket of every connection.

use std::io;
use std::net::TcpStream;

use rustix::net::sockopt::set_socket_send_buffer_size;

/// The send buffer of a socket, for replies that a peer does not read: 128 KiB, which Linux doubles
/// for its own bookkeeping. By default Linux lets each buffer grow to 4 MiB, and many slow readers
/// could exhaust its memory for sockets before the first one's deadline.
const ENVIO_BYTES: usize = 128 * 1024;

/// Turns Nagle's algorithm off, so that replies leave at once, and bounds the send buffer.
pub(crate) fn preparar(fluxo: &TcpStream) -> io::Result<()> {
    fluxo.set_nodelay(true)?;
    set_socket_send_buffer_size(fluxo, ENVIO_BYTES)?;
    Ok(())
}
