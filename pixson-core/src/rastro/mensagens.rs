//! Which sending belongs to which receiving, and which stamp in a row comes from which server.

use std::collections::{HashMap, VecDeque};

use super::evento::{Dito, Fato, para};
use super::grafo::{AvisoDoGrafo, Grafo};
use super::juncao::carimbo_da_mensagem;
use super::pontas::{Ponta, Pontas};
use crate::relogio::Carimbo;
use crate::tipos::{Operacao, Recusa, Rg};

/// Leads the messages of joined connections from their sendings to their receivings.
pub(super) fn ligar(grafo: &mut Grafo, pontas: &Pontas, pares: &[Option<usize>]) {
    for (cliente, par) in pontas.clientes.iter().zip(pares) {
        if let Some(servidor) = par.map(|lugar| &pontas.servidores[lugar]) {
            ligar_por_carimbo(grafo, &cliente.envios, &servidor.recebimentos);
            ligar_por_carimbo(grafo, &servidor.envios, &cliente.recebimentos);
            avisar_de_estranhas(grafo, cliente, servidor);
        }
    }
}

/// A request that came in and that the client has not sent, though its whole trace is there.
fn avisar_de_estranhas(grafo: &mut Grafo, cliente: &Ponta, servidor: &Ponta) {
    let estranha = |&&no: &&usize| grafo.nos[no].origem.is_none();
    let no = servidor.recebimentos.iter().find(estranha).copied();
    if let Some(no) = no.filter(|_| grafo.processos[cliente.processo].inteiro) {
        grafo.avisos.push(AvisoDoGrafo::SemEnvio { processo: cliente.processo, no });
    }
}

/// Those that bear the same stamp belong together in their order: a connection keeps it.
fn ligar_por_carimbo(grafo: &mut Grafo, envios: &[usize], recebimentos: &[usize]) {
    let mut abertos: HashMap<Carimbo, VecDeque<usize>> = HashMap::new();
    for &envio in envios {
        if let Some(carimbo) = carimbo_da_mensagem(grafo, envio) {
            abertos.entry(carimbo).or_default().push_back(envio);
        }
    }
    for &recebimento in recebimentos {
        let Some(carimbo) = carimbo_da_mensagem(grafo, recebimento) else { continue };
        grafo.nos[recebimento].origem = abertos.get_mut(&carimbo).and_then(VecDeque::pop_front);
    }
}

/// Leads the operations of one server to those of another that touched the same accounts next.
///
/// The operations on an account are in the order of their stamps. The row of each account of an operation
/// bore at most the highest stamp that the bank met, so that whatever left it is the last one up to there.
pub(super) fn ligar_pelo_banco(grafo: &mut Grafo, pontas: &Pontas) {
    let contas = contas_tocadas(grafo, &pontas.servidores);
    let mut por_conta: HashMap<Rg, Vec<(Carimbo, usize)>> = HashMap::new();
    for &(no, tocadas) in &contas {
        for rg in tocadas.into_iter().flatten() {
            por_conta.entry(rg).or_default().push((grafo.nos[no].evento.depois, no));
        }
    }
    for operacoes in por_conta.values_mut() {
        operacoes.sort_unstable();
    }
    for (no, tocadas) in contas {
        let Fato::Execucao { linhas: Some(visto), .. } = grafo.nos[no].evento.fato else {
            continue;
        };
        let anteriores = tocadas.map(|rg| {
            let operacoes = por_conta.get(&rg?)?;
            let ate = operacoes.partition_point(|&(carimbo, _)| carimbo <= visto);
            let &(_, anterior) = operacoes[..ate].last()?;
            (grafo.nos[anterior].processo != grafo.nos[no].processo).then_some(anterior)
        });
        grafo.nos[no].origem = anteriores[0].or(anteriores[1]);
        let outra = anteriores[1].filter(|&outra| anteriores[0].is_some_and(|uma| uma != outra));
        grafo.nos[no].outra_origem = outra;
    }
}

/// The operations whose stamps the bank drew above those of rows, with the accounts that these are of.
fn contas_tocadas(grafo: &Grafo, servidores: &[Ponta]) -> Vec<(usize, [Option<Rg>; 2])> {
    let mut contas = Vec::new();
    for ponta in servidores {
        let pedidos = pedidos_por_carimbo(grafo, ponta);
        for &no in &ponta.envios {
            if let Fato::Execucao { resposta: Some((_, resposta)), .. } = &grafo.nos[no].evento.fato
                && let Some(operacao) = resposta.responde.and_then(|carimbo| pedidos.get(&carimbo))
            {
                contas.push((no, existentes(operacao, &resposta.dito)));
            }
        }
    }
    contas
}

/// The accounts of an operation that have a row, as far as its reply tells.
fn existentes(operacao: &Operacao, dito: &Dito) -> [Option<Rg>; 2] {
    let (titular, para) = (Some(operacao.titular()), para(operacao));
    match dito {
        Dito::Conhecido(Err(Recusa::ClienteNaoEncontrado)) => [None, None],
        Dito::Conhecido(Err(Recusa::OrigemNaoEncontrada)) => [None, para],
        Dito::Conhecido(Err(Recusa::DestinoNaoEncontrado | Recusa::MesmaConta)) => [titular, None],
        _ => [titular, para],
    }
}

/// The requests on a connection, by their stamps.
pub(super) fn pedidos_por_carimbo(grafo: &Grafo, ponta: &Ponta) -> HashMap<Carimbo, Operacao> {
    let de_um = |&no: &usize| {
        let evento = &grafo.nos[no].evento;
        Some((evento.recebido()?, *evento.operacao()?))
    };
    ponta.recebimentos.iter().filter_map(de_um).collect()
}
