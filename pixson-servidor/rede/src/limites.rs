//! How much a peer may take, in numbers and in time.

use std::time::Duration;

use pixson_core::protocolo::MENSAGEM_MAX_BYTES;
use pixson_core::sessao::ConfiguracaoServidor;

/// How much a peer may take. All deadlines are absolute: a peer that sends a byte now and then
/// moves none of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limites {
    /// How many connections are served at the same time; the others are told that the server is full.
    pub max_conexoes: usize,
    /// How many of them may come from one address; of IPv6, from one network of 64 bits.
    pub max_por_endereco: usize,
    /// The longest message, in bytes; more than [`MENSAGEM_MAX_BYTES`] counts as that.
    pub max_mensagem: usize,
    /// From the first byte of a message to its end.
    pub prazo_mensagem: Duration,
    /// From the connection to the login.
    pub prazo_login: Duration,
    /// How long a peer may ask nothing after the login.
    pub prazo_ocioso: Duration,
    /// How long a peer may take to receive the replies that are ready.
    pub prazo_escrita: Duration,
}

impl Default for Limites {
    /// 1024 connections, 512 of one address; messages of 1024 bytes; 10 s for a message, 60 s to the
    /// login, 900 s between requests, 5 s to take replies.
    fn default() -> Self {
        Self {
            max_conexoes: 1024,
            max_por_endereco: 512,
            max_mensagem: MENSAGEM_MAX_BYTES,
            prazo_mensagem: Duration::from_secs(10),
            prazo_login: Duration::from_mins(1),
            prazo_ocioso: Duration::from_mins(15),
            prazo_escrita: Duration::from_secs(5),
        }
    }
}

impl Limites {
    /// The configuration of the sessions of a server with these limits.
    pub fn configuracao(&self) -> ConfiguracaoServidor {
        ConfiguracaoServidor {
            mensagem_max_bytes: self.max_mensagem,
            ..ConfiguracaoServidor::default()
        }
    }
}
