//! The ends of connections, on the side of clients and on that of servers.

use std::collections::HashMap;

use super::evento::Fato;
use super::grafo::NoDoGrafo;

/// One end of a connection, as its process has traced it.
#[derive(Debug)]
pub(super) struct Ponta {
    pub(super) processo: usize,
    pub(super) numero: u64,
    pub(super) porta: Option<u16>,
    /// The events that send, in the order of the process.
    pub(super) envios: Vec<usize>,
    /// Those that receive.
    pub(super) recebimentos: Vec<usize>,
}

/// All ends, those of clients and those of servers apart.
#[derive(Debug, Default)]
pub(super) struct Pontas {
    pub(super) clientes: Vec<Ponta>,
    pub(super) servidores: Vec<Ponta>,
}

impl Pontas {
    /// Whoever asks on a connection is its client, and whoever answers is its server.
    pub(super) fn de(nos: &[NoDoGrafo]) -> Self {
        let mut pontas = Self::default();
        let mut lugares = HashMap::new();
        for (no, NoDoGrafo { processo, evento, .. }) in nos.iter().enumerate() {
            let Some(conexao) = evento.conexao() else { continue };
            let recebe = matches!(evento.fato, Fato::Recebimento(_));
            let do_cliente = evento.de_pedido() != recebe;
            let lado = if do_cliente { &mut pontas.clientes } else { &mut pontas.servidores };
            let lugar =
                *lugares.entry((*processo, conexao.numero, do_cliente)).or_insert_with(|| {
                    let (envios, recebimentos) = (Vec::new(), Vec::new());
                    let (processo, numero) = (*processo, conexao.numero);
                    lado.push(Ponta { processo, numero, porta: None, envios, recebimentos });
                    lado.len() - 1
                });
            let ponta = &mut lado[lugar];
            ponta.porta = ponta.porta.or(conexao.porta);
            if recebe { &mut ponta.recebimentos } else { &mut ponta.envios }.push(no);
        }
        pontas
    }
}
