//! The graph as JSON, for other programs: an object with processes, events, messages and complaints.

use super::ascii::{campo_numero, campo_texto, chave, numero, texto};
use super::causalidade::Causalidade;
use super::escrita::{escrever_campos, palavra};
use super::evento::Fato;
use super::grafo::{Grafo, NoDoGrafo};
use super::infracao::Infracao;
use super::recorte::Recorte;
use super::regras::RegraQuebrada;
use super::rotulos::{frase, mensagem, nome};

/// The graph of these events, in one line of ASCII without its LF (docs/rastro.md, section 9).
///
/// # Panics
///
/// Never: all that is written is ASCII.
pub fn json(causalidade: &Causalidade, recorte: &Recorte, infracoes: &[Infracao]) -> String {
    let grafo = causalidade.grafo();
    let nos: Vec<usize> = recorte.nos(grafo).collect();
    let mut saida = br#"{"formato":"pixson-grafo","versao":1"#.to_vec();
    lista(&mut saida, "processos", recorte.processos(grafo), |saida, processo| {
        escrever_processo(saida, grafo, processo);
    });
    lista(&mut saida, "eventos", nos.iter().copied(), |saida, no| {
        let descrito = &grafo.nos()[no];
        escrever_no(saida, no, descrito);
        saida.extend_from_slice(b",\"vetor\":[");
        for (lugar, &valor) in causalidade.vetor(no).iter().enumerate() {
            if lugar > 0 {
                saida.push(b',');
            }
            numero(saida, valor.into());
        }
        saida.extend_from_slice(b"]}");
    });
    let recebidas = nos.iter().flat_map(|&para| {
        let origens = grafo.nos()[para].origens().filter(|&de| recorte.tem(de));
        origens.map(move |de| (de, para))
    });
    lista(&mut saida, "mensagens", recebidas, |saida, (de, para)| {
        abrir(saida, "de", de);
        campo_numero(saida, "para", para as u64);
        campo_texto(saida, "tipo", tipo_da_mensagem(&grafo.nos()[para]));
        campo_texto(saida, "rotulo", &mensagem(&grafo.nos()[para].evento));
        saida.push(b'}');
    });
    let mostradas = infracoes.iter().filter(|infracao| recorte.tem(infracao.no));
    lista(&mut saida, "infracoes", mostradas, |saida, infracao| {
        abrir(saida, "evento", infracao.no);
        campo_texto(saida, "regra", palavra_da_regra(infracao.regra));
        campo_numero(saida, "devia", infracao.devia.valor());
        campo_numero(saida, "outras", infracao.outras as u64);
        campo_logico(saida, "condicional", infracao.condicional);
        campo_texto(saida, "frase", &infracao.frase(grafo));
        saida.push(b'}');
    });
    lista(&mut saida, "avisos", grafo.avisos(), |saida, aviso| texto(saida, &aviso.frase(grafo)));
    saida.push(b'}');
    String::from_utf8(saida).expect("all of it is ASCII")
}

fn lista<T>(
    saida: &mut Vec<u8>,
    nome: &str,
    itens: impl IntoIterator<Item = T>,
    mut escrever: impl FnMut(&mut Vec<u8>, T),
) {
    chave(saida, nome);
    saida.push(b'[');
    for (lugar, item) in itens.into_iter().enumerate() {
        if lugar > 0 {
            saida.push(b',');
        }
        escrever(saida, item);
    }
    saida.push(b']');
}

fn abrir(saida: &mut Vec<u8>, nome: &str, valor: usize) {
    saida.extend_from_slice(b"{\"");
    saida.extend_from_slice(nome.as_bytes());
    saida.extend_from_slice(b"\":");
    numero(saida, valor as u64);
}

fn campo_logico(saida: &mut Vec<u8>, nome: &str, valor: bool) {
    chave(saida, nome);
    saida.extend_from_slice(valor.to_string().as_bytes());
}

fn escrever_processo(saida: &mut Vec<u8>, grafo: &Grafo, processo: usize) {
    let descrito = &grafo.processos()[processo];
    abrir(saida, "id", processo);
    campo_texto(saida, "nome", descrito.nome.as_str());
    campo_texto(saida, "rotulo", &nome(grafo, processo));
    if let Some(epoca) = descrito.epoca {
        campo_numero(saida, "epoca", epoca);
    }
    campo_logico(saida, "inteiro", descrito.inteiro);
    campo_logico(saida, "inferido", descrito.inferido.is_some());
    saida.push(b'}');
}

fn escrever_no(saida: &mut Vec<u8>, no: usize, descrito: &NoDoGrafo) {
    let NoDoGrafo { processo, seq, evento, .. } = descrito;
    abrir(saida, "id", no);
    campo_numero(saida, "processo", *processo as u64);
    if let Some(seq) = seq {
        campo_numero(saida, "seq", *seq);
    }
    campo_numero(saida, "us", evento.us);
    campo_texto(saida, "evento", palavra(&evento.fato));
    escrever_campos(evento, saida);
    campo_texto(saida, "frase", &frase(descrito));
}

fn tipo_da_mensagem(recebedor: &NoDoGrafo) -> &'static str {
    match &recebedor.evento.fato {
        Fato::Execucao { .. } => "linha",
        _ if recebedor.evento.de_pedido() => "pedido",
        _ => "resposta",
    }
}

fn palavra_da_regra(regra: RegraQuebrada) -> &'static str {
    match regra {
        RegraQuebrada::NaoFunde => "nao_funde",
        RegraQuebrada::EsqueceMaisUm => "esquece_mais_um",
        RegraQuebrada::FundeDemais => "funde_demais",
        RegraQuebrada::NaoContaEnvio => "nao_conta_envio",
        RegraQuebrada::OutroCarimbo => "outro_carimbo",
        RegraQuebrada::Volta => "volta",
        RegraQuebrada::Repete => "repete",
        RegraQuebrada::Salta => "salta",
        RegraQuebrada::Falta => "falta",
    }
}
