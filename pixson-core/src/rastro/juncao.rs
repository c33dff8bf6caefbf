//! Which connection of a client is which connection of a server (docs/rastro.md, section 6).

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::grafo::{AvisoDoGrafo, Grafo};
use super::pontas::{Ponta, Pontas};
use crate::relogio::Carimbo;

/// How many connections of servers are looked at for one stamp. A stamp names one reply of each run, so
/// that more than a few are no traces of one run together.
const CANDIDATAS_MAX: usize = 64;

/// For each connection of a client, that of a server which it belongs to.
pub(super) fn juntar(grafo: &mut Grafo, pontas: &Pontas) -> Vec<Option<usize>> {
    let mut juncao = Juncao {
        pares: vec![None; pontas.clientes.len()],
        tomadas: vec![false; pontas.servidores.len()],
        avisos: Vec::new(),
    };
    juncao.pelas_respostas(grafo, pontas);
    juncao.pelas_portas(grafo, pontas);
    let Juncao { pares, avisos, .. } = juncao;
    grafo.avisos.extend(avisos);
    pares
}

struct Juncao {
    pares: Vec<Option<usize>>,
    tomadas: Vec<bool>,
    avisos: Vec<AvisoDoGrafo>,
}

impl Juncao {
    fn pelas_respostas(&mut self, grafo: &Grafo, pontas: &Pontas) {
        let enviadas = respostas_enviadas(grafo, &pontas.servidores);
        let mut escolhas = Vec::new();
        for (lugar, cliente) in pontas.clientes.iter().enumerate() {
            let carimbos: HashSet<Carimbo> = recebidos(grafo, cliente).collect();
            let mut votos: HashMap<usize, usize> = HashMap::new();
            for carimbo in &carimbos {
                for &(_, servidor) in enviadas.get(carimbo).into_iter().flatten() {
                    *votos.entry(servidor).or_default() += 1;
                }
            }
            votos.retain(|&servidor, votos| {
                let ponta = &pontas.servidores[servidor];
                let inteiro = grafo.processos[ponta.processo].inteiro;
                portas_combinam(cliente, ponta) && (!inteiro || *votos == carimbos.len())
            });
            let Some(&maior) = votos.values().max() else { continue };
            let mut melhores = votos.iter().filter(|&(_, votos)| *votos == maior);
            match (melhores.next(), melhores.next()) {
                (Some((&servidor, _)), None) => escolhas.push((Reverse(maior), lugar, servidor)),
                _ => self.avisos.push(AvisoDoGrafo::Ambigua {
                    processo: cliente.processo,
                    conexao: cliente.numero,
                }),
            }
        }
        escolhas.sort_unstable();
        for (_, lugar, servidor) in escolhas {
            self.tomar(&pontas.clientes[lugar], lugar, servidor);
        }
    }

    /// A connection on which no reply came back is known by its port and the first stamp on it.
    fn pelas_portas(&mut self, grafo: &Grafo, pontas: &Pontas) {
        let carimbo = |no: Option<&usize>| no.and_then(|&no| carimbo_da_mensagem(grafo, no));
        let mut livres: HashMap<_, Vec<usize>> = HashMap::new();
        for (lugar, ponta) in pontas.servidores.iter().enumerate() {
            if let (Some(porta), false) = (ponta.porta, self.tomadas[lugar]) {
                let chave = (porta, carimbo(ponta.recebimentos.first()));
                livres.entry(chave).or_default().push(lugar);
            }
        }
        for (lugar, cliente) in pontas.clientes.iter().enumerate() {
            if self.pares[lugar].is_some() || !cliente.recebimentos.is_empty() {
                continue;
            }
            let Some(porta) = cliente.porta else { continue };
            let achadas = livres.get(&(porta, carimbo(cliente.envios.first())));
            if let Some(&[servidor]) = achadas.map(Vec::as_slice) {
                self.tomar(cliente, lugar, servidor);
            }
        }
    }

    fn tomar(&mut self, cliente: &Ponta, lugar: usize, servidor: usize) {
        if std::mem::replace(&mut self.tomadas[servidor], true) {
            let (processo, conexao) = (cliente.processo, cliente.numero);
            self.avisos.push(AvisoDoGrafo::Disputada { processo, conexao });
        } else {
            self.pares[lugar] = Some(servidor);
        }
    }
}

/// By its stamp, the connection on which each run of a server has sent a reply.
fn respostas_enviadas(
    grafo: &Grafo,
    servidores: &[Ponta],
) -> HashMap<Carimbo, Vec<(usize, usize)>> {
    let mut enviadas: HashMap<Carimbo, Vec<(usize, usize)>> = HashMap::new();
    for (lugar, ponta) in servidores.iter().enumerate() {
        for &no in &ponta.envios {
            let Some(carimbo) = grafo.nos[no].evento.enviado() else { continue };
            let achadas = enviadas.entry(carimbo).or_default();
            let nova = achadas.iter().all(|&(processo, _)| processo != ponta.processo);
            if nova && achadas.len() < CANDIDATAS_MAX {
                achadas.push((ponta.processo, lugar));
            }
        }
    }
    enviadas
}

fn recebidos<'g>(grafo: &'g Grafo, ponta: &'g Ponta) -> impl Iterator<Item = Carimbo> + 'g {
    ponta.recebimentos.iter().filter_map(|&no| carimbo_da_mensagem(grafo, no))
}

/// The stamp that the message of an event bears.
pub(super) fn carimbo_da_mensagem(grafo: &Grafo, no: usize) -> Option<Carimbo> {
    let evento = &grafo.nos[no].evento;
    evento.enviado().or_else(|| evento.recebido())
}

fn portas_combinam(uma: &Ponta, outra: &Ponta) -> bool {
    uma.porta.zip(outra.porta).is_none_or(|(uma, outra)| uma == outra)
}
