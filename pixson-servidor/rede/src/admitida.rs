//! A connection that was let in, on its way to whoever serves it.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use pixson_core::Servico;

use crate::limites::Limites;
use crate::parada::Parada;
use crate::portaria::Passe;

/// A connection with a place.
#[derive(Debug)]
pub(crate) struct Admitida<'s> {
    pub(crate) fluxo: Arc<TcpStream>,
    pub(crate) passe: Passe<'s>,
    pub(crate) par: SocketAddr,
}

/// What all connections of a server share.
#[derive(Debug)]
pub(crate) struct Contexto<'s, B, O> {
    pub(crate) servico: &'s Servico<B>,
    pub(crate) limites: &'s Limites,
    pub(crate) parada: &'s Parada,
    pub(crate) observador: &'s O,
}

impl<B, O> Clone for Contexto<'_, B, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B, O> Copy for Contexto<'_, B, O> {}
