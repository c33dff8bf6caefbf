//! The trace of a server: what its connections report.

use std::net::SocketAddr;
use std::sync::Arc;

use pixson_core::servico::Evento;
use pixson_gravador::{CarimbosDoBanco, ConexaoGravada, Gravador};

/// The trace of a server.
#[derive(Debug)]
pub struct Rastreio {
    gravador: Gravador,
    /// Only of a bank that draws stamps above those of its rows.
    carimbos: Option<Arc<CarimbosDoBanco>>,
}

impl Rastreio {
    /// The trace that `gravador` writes.
    pub fn novo(gravador: Gravador) -> Self {
        Self { gravador, carimbos: None }
    }

    /// Where a bank that draws stamps above those of its rows tells of them. Without this call each stamp is
    /// that of the tick of a sending.
    pub fn carimbos_do_banco(&mut self) -> Arc<CarimbosDoBanco> {
        let carimbos = Arc::new(self.gravador.carimbos_do_banco());
        self.carimbos = Some(Arc::clone(&carimbos));
        carimbos
    }

    pub(crate) fn conexao(&self, numero: u64, par: SocketAddr) -> RastreioDeConexao<'_> {
        let gravada = self.gravador.conexao(numero, Some(par.port()));
        RastreioDeConexao { carimbos: self.carimbos.as_deref(), gravada }
    }

    /// Ends the trace in order, after the last connection.
    pub(crate) fn encerrar(self) {
        if let Some(carimbos) = self.carimbos {
            carimbos.encerrar();
        }
        self.gravador.encerrar();
    }
}

/// One connection of the trace.
#[derive(Debug)]
pub(crate) struct RastreioDeConexao<'r> {
    carimbos: Option<&'r CarimbosDoBanco>,
    gravada: ConexaoGravada,
}

impl RastreioDeConexao<'_> {
    pub(crate) fn evento(&mut self, evento: Evento) {
        match evento {
            Evento::Recebida { recebimento, pedido } => {
                self.gravada.recebeu_pedido(recebimento, pedido);
            }
            Evento::Respondida(escrita) => {
                let avanco = self.carimbos.and_then(|carimbos| carimbos.tomar(escrita.carimbo));
                self.gravada.respondeu(escrita, avanco);
            }
            Evento::Executada { .. } | Evento::Recusada(_) => {}
        }
    }

    pub(crate) fn entregar(&mut self) {
        self.gravada.entregar();
    }
}
