//! Traces: whatever bytes are read as traces, lines survive being written, the graph has an order, and
//! every picture of it is what its readers take.

use pixson_core::rastro::{
    Causalidade, EXPRESSAO_DO_SHIVIZ, Filtro, Grafo, Rastros, Recorte, SemRastro, diagnosticar,
    escrever_linha, json, ler_linha, mermaid, montar, shiviz, svg,
};

/// How many events are compared pair by pair.
const EVENTOS_COMPARADOS: usize = 64;

/// One file of traces: every line that is one is written and read again; what is read makes a graph
/// whose events have an order and whose vector times agree with it, a diagnosis, and pictures.
///
/// # Panics
///
/// If one of these laws is broken.
pub fn rastro(dados: &[u8]) {
    for linha in dados.split(|&byte| byte == b'\n') {
        let Ok(lida) = ler_linha(linha) else { continue };
        let mut escrita = Vec::new();
        escrever_linha(&lida, &mut escrita);
        assert_eq!(escrita.pop(), Some(b'\n'));
        assert!(escrita.iter().all(|byte| (b' '..=b'~').contains(byte)), "visible ASCII");
        assert_eq!(ler_linha(&escrita), Ok(lida), "a line is read as it was written");
    }
    let mut rastros = Rastros::default();
    if rastros.arquivo(dados).is_err() {
        return;
    }
    let grafo = montar(rastros);
    conferir_ordem(&grafo);
    let infracoes = diagnosticar(&grafo, SemRastro::PodemAdiantar);
    let certas = diagnosticar(&grafo, SemRastro::UmPorVez);
    assert!(!certas.iter().any(|uma| uma.condicional), "whoever waits is known to wait");
    for infracao in infracoes.iter().chain(&certas) {
        assert_eq!(grafo.nos()[infracao.no].processo, infracao.processo);
        assert!(!infracao.frase(&grafo).contains(char::is_control), "a sentence is one line");
    }
    let Ok(causalidade) = Causalidade::de(grafo) else { return };
    conferir_causas(&causalidade);
    let grafo = causalidade.grafo();
    let recorte = Recorte::de(grafo, &Filtro::default());
    let log = shiviz(&causalidade, &recorte);
    let linhas = log.strip_prefix(EXPRESSAO_DO_SHIVIZ).and_then(|log| log.strip_prefix("\n\n"));
    assert_eq!(linhas.map(|linhas| linhas.lines().count()), Some(grafo.nos().len()));
    let objeto = json(&causalidade, &recorte, &infracoes);
    assert!(objeto.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "visible ASCII");
    let figuras = [svg(&causalidade, &recorte), mermaid(&causalidade, &recorte)];
    for figura in figuras.into_iter().flatten() {
        assert!(!figura.contains("<script"), "what a peer said is escaped");
    }
}

/// Every event is in the order once, behind the one before it and behind what it received.
fn conferir_ordem(grafo: &Grafo) {
    let mut lugares = vec![None; grafo.nos().len()];
    for (lugar, &no) in grafo.ordem().iter().enumerate() {
        assert_eq!(lugares[no].replace(lugar), None, "an event comes twice");
    }
    for (no, descrito) in grafo.nos().iter().enumerate() {
        assert!(lugares[no].is_some(), "an event is missing");
        let antes = grafo.anterior(no).into_iter().chain(descrito.origens());
        assert!(antes.into_iter().all(|antes| lugares[antes] < lugares[no]), "out of order");
    }
}

fn conferir_causas(causalidade: &Causalidade) {
    let quantos = causalidade.grafo().nos().len().min(EVENTOS_COMPARADOS);
    for um in 0..quantos {
        for outro in 0..quantos {
            let (antes, depois) = (causalidade.antes(um, outro), causalidade.antes(outro, um));
            assert!(!(antes && depois), "each before the other");
            let separados = causalidade.concorrentes(um, outro);
            assert_eq!(separados, um != outro && !antes && !depois);
            assert_eq!(causalidade.caminho(um, outro).is_some(), antes, "the reason");
        }
    }
}
