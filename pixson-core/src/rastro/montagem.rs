//! From traces to the graph of a run.

use super::grafo::{AvisoDoGrafo, Grafo, NoDoGrafo, ProcessoDoGrafo};
use super::inferencia::inferir;
use super::juncao::juntar;
use super::mensagens::{ligar, ligar_pelo_banco};
use super::ordem::ordenar;
use super::pontas::Pontas;
use super::rastros::Rastros;
use super::topologia;

/// Joins traces to one graph, as docs/rastro.md says in its sections 6 and 7. Any traces make a graph;
/// what does not fit together stays apart, and [`Grafo::avisos`] says so.
///
/// ```
/// use pixson_core::rastro::{Rastros, montar};
///
/// let servidor = r#"{"formato":"pixson-rastro","versao":1,"processo":"servidor","epoca":1}
/// {"seq":1,"processo":"servidor","epoca":1,"us":1,"evento":"recebimento","conexao":1,"carimbo":1,"relogio_antes":0,"relogio":2,"operacao":"login","rg":"1"}
/// {"seq":2,"processo":"servidor","epoca":1,"us":2,"evento":"envio","conexao":1,"carimbo":3,"relogio_antes":2,"relogio":3,"responde":1,"rg":"1","desfecho":"feito","texto":"Login realizado com sucesso"}
/// "#;
/// let mut rastros = Rastros::default();
/// rastros.arquivo(servidor.as_bytes())?;
/// let grafo = montar(rastros);
/// let clocks: Vec<u64> = grafo.ordem().iter().map(|&no| grafo.nos()[no].evento.depois.valor()).collect();
/// assert_eq!(clocks, [1, 2, 3, 4], "the first and the last are inferred");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn montar(rastros: Rastros) -> Grafo {
    let (processos, nos, ordem, avisos) = Default::default();
    let mut grafo = Grafo { processos, nos, ordem, avisos };
    for rastro in rastros.tirar() {
        let (processo, inicio) = (grafo.processos.len(), grafo.nos.len());
        let (inteiro, perdidas) = (rastro.inteiro(), rastro.perdidas());
        let omitidos = rastro.omitidos();
        let (cabecalho, mut eventos) = rastro.abrir();
        ordenar(&mut eventos);
        grafo.nos.extend(eventos.into_iter().map(|(seq, evento)| NoDoGrafo {
            processo,
            seq: Some(seq),
            evento,
            origem: None,
            outra_origem: None,
        }));
        if let Some(omitidos) = omitidos.filter(|&quantos| quantos > 0) {
            grafo.avisos.push(AvisoDoGrafo::Omitidos { processo, omitidos });
        }
        if perdidas > 0 || (!inteiro && omitidos.is_none()) {
            grafo.avisos.push(AvisoDoGrafo::Incompleto { processo, perdidas });
        }
        grafo.processos.push(ProcessoDoGrafo {
            nome: cabecalho.processo().clone(),
            epoca: cabecalho.epoca(),
            relogio: cabecalho.relogio(),
            inteiro,
            inferido: None,
            nos: inicio..grafo.nos.len(),
        });
    }
    let pontas = Pontas::de(&grafo.nos);
    let pares = juntar(&mut grafo, &pontas);
    ligar(&mut grafo, &pontas, &pares);
    ligar_pelo_banco(&mut grafo, &pontas);
    inferir(&mut grafo, &pontas, &pares);
    topologia::ordenar(&mut grafo);
    grafo
}
