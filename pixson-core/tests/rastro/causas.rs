//! Vector times, concurrency and reasons, against a search through the run that was made up.

use std::collections::HashMap;

use pixson_core::rastro::{Causalidade, Rastros, montar};
use pixson_oraculos::Sorteio;

use super::corrida::{Corrida, Modelo};
use crate::comum::sementes::sementes;
use crate::comum::tamanho::tamanho;

/// The graph of a run of which every process has a trace, and the event that each of its nodes is.
pub(crate) fn com_todos(corrida: &Corrida, sorteio: &mut Sorteio) -> (Causalidade, Vec<usize>) {
    let mut rastros = Rastros::default();
    let mut linhas = HashMap::new();
    for processo in 0..corrida.processos() {
        let (bytes, escritos) = corrida.rastro(processo, sorteio);
        rastros.arquivo(&bytes).expect("a trace");
        linhas.extend((1..).zip(escritos).map(|(seq, um)| ((processo, seq), um)));
    }
    let causalidade = Causalidade::de(montar(rastros)).expect("small");
    let nos = causalidade.grafo().nos().iter();
    let quais = nos.map(|no| linhas[&(no.processo, no.seq.expect("traced"))]).collect();
    (causalidade, quais)
}

#[test]
fn what_is_before_what_is_what_a_search_finds() {
    for semente in sementes(tamanho(150, 1000)) {
        let mut sorteio = Sorteio::novo(semente);
        let modelo = Modelo::sorteado(&mut sorteio, 200);
        let corrida = Corrida::nova(modelo, &mut sorteio);
        let (causalidade, quais) = com_todos(&corrida, &mut sorteio);
        assert_eq!(causalidade.grafo().avisos(), []);
        let alcances = corrida.alcances();
        let nos = 0..quais.len();
        assert_eq!(quais.len(), corrida.acontecidos.len());
        let mut concorrentes = Vec::new();
        for um in nos.clone() {
            for outro in nos.clone() {
                let antes = alcances[quais[um]][quais[outro]];
                assert_eq!(causalidade.antes(um, outro), antes, "{um}, {outro}");
                let separados = um != outro && !antes && !alcances[quais[outro]][quais[um]];
                assert_eq!(causalidade.concorrentes(um, outro), separados, "{um}, {outro}");
                if separados && um < outro {
                    concorrentes.push((um, outro));
                }
            }
        }
        let mut pares: Vec<_> = causalidade.pares_concorrentes().collect();
        pares.sort_unstable();
        assert_eq!(pares, concorrentes);
    }
}

#[test]
fn each_component_of_a_vector_time_counts_the_events_of_a_process_in_the_past() {
    for semente in sementes(tamanho(100, 500)) {
        let mut sorteio = Sorteio::novo(semente);
        let modelo = Modelo::sorteado(&mut sorteio, 150);
        let corrida = Corrida::nova(modelo, &mut sorteio);
        let (causalidade, quais) = com_todos(&corrida, &mut sorteio);
        let alcances = corrida.alcances();
        for no in 0..quais.len() {
            let mut contados = vec![0; corrida.processos()];
            for outro in 0..quais.len() {
                if outro == no || alcances[quais[outro]][quais[no]] {
                    contados[causalidade.grafo().nos()[outro].processo] += 1;
                }
            }
            assert_eq!(causalidade.vetor(no), contados, "{no}");
        }
    }
}

#[test]
fn a_reason_is_a_way_along_processes_and_messages_with_as_few_messages_as_can_be() {
    for semente in sementes(tamanho(60, 300)) {
        let mut sorteio = Sorteio::novo(semente);
        let modelo = Modelo::sorteado(&mut sorteio, 120);
        let corrida = Corrida::nova(modelo, &mut sorteio);
        let (causalidade, _) = com_todos(&corrida, &mut sorteio);
        let grafo = causalidade.grafo();
        let quantos = grafo.nos().len();
        for um in 0..quantos {
            let menos = menos_mensagens(&causalidade, um);
            for (outro, menos) in menos.iter().enumerate() {
                let caminho = causalidade.caminho(um, outro);
                assert_eq!(caminho.is_some(), causalidade.antes(um, outro), "{um}, {outro}");
                let Some(caminho) = caminho else { continue };
                assert_eq!((caminho.first(), caminho.last()), (Some(&um), Some(&outro)));
                let mut mensagens = 0;
                for passo in caminho.windows(2) {
                    let [de, para] = [passo[0], passo[1]].map(|no| &grafo.nos()[no]);
                    if de.processo == para.processo {
                        assert!(passo[0] < passo[1], "{caminho:?}");
                    } else {
                        assert!(para.origens().any(|origem| origem == passo[0]), "{caminho:?}");
                        mensagens += 1;
                    }
                }
                assert_eq!(Some(mensagens), *menos, "{caminho:?}");
            }
        }
    }
}

/// For each event, how many messages are on the best way to it.
fn menos_mensagens(causalidade: &Causalidade, um: usize) -> Vec<Option<usize>> {
    let grafo = causalidade.grafo();
    let mut menos = vec![None; grafo.nos().len()];
    for &no in grafo.ordem() {
        if no == um {
            menos[no] = Some(0);
            continue;
        }
        let do_processo = grafo.anterior(no).and_then(|anterior| menos[anterior]);
        let das_mensagens = grafo.nos()[no].origens().filter_map(|origem| menos[origem]);
        let da_mensagem = das_mensagens.min().map(|mensagens: usize| mensagens + 1);
        menos[no] = do_processo.into_iter().chain(da_mensagem).min();
    }
    menos
}

#[test]
fn the_values_of_clocks_agree_with_the_order_of_all_events() {
    for semente in sementes(tamanho(60, 300)) {
        let mut sorteio = Sorteio::novo(semente);
        let modelo = Modelo::sorteado(&mut sorteio, 200);
        let corrida = Corrida::nova(modelo, &mut sorteio);
        let (causalidade, _) = com_todos(&corrida, &mut sorteio);
        let grafo = causalidade.grafo();
        let valores = grafo.ordem().iter().map(|&no| grafo.nos()[no].evento.depois);
        assert!(valores.is_sorted());
    }
}
