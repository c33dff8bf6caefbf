//! A part of a run, to be shown: by account, connection or lines.

use std::collections::HashSet;

use super::evento::EventoDoRelogio;
use super::grafo::{Grafo, NoDoGrafo};
use crate::relogio::Carimbo;
use crate::tipos::Rg;

/// Which part of a run to show. Without any bound it is all of it.
///
/// Connections and lines are those of servers; of the other processes, the other ends of what is kept
/// there are kept. If no process is a server, they are those of all.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Filtro {
    /// What was asked and answered on behalf of this account, and transfers to it.
    pub conta: Option<Rg>,
    /// The connection with this number.
    pub conexao: Option<u64>,
    /// Lines from this number on.
    pub de: Option<u64>,
    /// Lines up to this number.
    pub ate: Option<u64>,
}

/// The events of a graph that are shown.
#[derive(Clone, Debug)]
pub struct Recorte {
    mantidos: Vec<bool>,
}

impl Recorte {
    /// Those that a filter keeps.
    pub fn de(grafo: &Grafo, filtro: &Filtro) -> Self {
        let servidores = servidores(grafo);
        let pedidos = pedidos_da_conta(grafo, filtro.conta);
        let proprio = |no: &NoDoGrafo| {
            servidores[no.processo]
                && filtro.mantem(no)
                && pedidos
                    .as_ref()
                    .is_none_or(|pedidos| chave(no).is_some_and(|chave| pedidos.contains(&chave)))
        };
        let mut mantidos: Vec<bool> = grafo.nos().iter().map(proprio).collect();
        let tudo = *filtro == Filtro::default();
        for (no, descrito) in grafo.nos().iter().enumerate() {
            for origem in descrito.origens() {
                if !servidores[descrito.processo] && mantidos[origem] {
                    mantidos[no] = true;
                }
                if !servidores[grafo.nos()[origem].processo] && mantidos[no] {
                    mantidos[origem] = true;
                }
            }
        }
        if tudo {
            mantidos.fill(true);
        }
        Self { mantidos }
    }

    /// Whether an event is shown.
    pub fn tem(&self, no: usize) -> bool {
        self.mantidos[no]
    }

    /// The events that are shown, in the order of [`Grafo::ordem`].
    pub fn nos<'r>(&'r self, grafo: &'r Grafo) -> impl Iterator<Item = usize> + 'r {
        grafo.ordem().iter().copied().filter(|&no| self.tem(no))
    }

    /// The processes of these events, in the order of [`Grafo::processos`].
    pub fn processos(&self, grafo: &Grafo) -> Vec<usize> {
        let todos = grafo.processos().iter().enumerate();
        let com_nos = todos.filter(|(_, descrito)| descrito.nos.clone().any(|no| self.tem(no)));
        com_nos.map(|(processo, _)| processo).collect()
    }
}

impl Filtro {
    fn mantem(&self, no: &NoDoGrafo) -> bool {
        let conexao = no.evento.conexao().map(|conexao| conexao.numero);
        let seq = no.seq.unwrap_or_default();
        self.conexao.is_none_or(|uma| conexao == Some(uma))
            && self.de.is_none_or(|de| seq >= de)
            && self.ate.is_none_or(|ate| seq <= ate)
    }
}

/// Which processes are servers, or all if there is none.
fn servidores(grafo: &Grafo) -> Vec<bool> {
    let mut servidores = vec![false; grafo.processos().len()];
    for no in grafo.nos().iter().filter(|no| no.seq.is_some()) {
        servidores[no.processo] |= e_servidor(&no.evento);
    }
    if !servidores.contains(&true) {
        servidores.fill(true);
    }
    servidores
}

fn e_servidor(evento: &EventoDoRelogio) -> bool {
    if evento.de_pedido() { evento.recebido().is_some() } else { evento.enviado().is_some() }
}

/// A request or the reply to it: the process, the connection, and the stamp of the request.
type PedidoNaConexao = (usize, u64, Carimbo);

fn chave(no: &NoDoGrafo) -> Option<PedidoNaConexao> {
    let evento = &no.evento;
    let carimbo = match evento.resposta() {
        Some(resposta) => resposta.responde?,
        None => evento.recebido().or_else(|| evento.enviado())?,
    };
    Some((no.processo, evento.conexao()?.numero, carimbo))
}

/// The requests on behalf of an account, and those that transfer to it.
fn pedidos_da_conta(grafo: &Grafo, conta: Option<Rg>) -> Option<HashSet<PedidoNaConexao>> {
    let conta = conta?;
    let da_conta = grafo.nos().iter().filter(|no| no.evento.contas().any(|uma| uma == conta));
    Some(da_conta.filter_map(chave).collect())
}
