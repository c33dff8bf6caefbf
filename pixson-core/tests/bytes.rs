//! The table of hostile bytes, held against the parser and against the server's side in memory.

mod comum;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pixson_core::banco::BancoMemoria;
use pixson_core::protocolo::{ErroPedido, MENSAGEM_MAX_BYTES};
use pixson_core::servico::Passo;
use pixson_core::sessao::Fim;
use pixson_core::{Ligacao, Pedido, Servico};

use comum::bytes::{
    Antes, CONTAS, Caso, Classe, Depois, Etapa, SONDA, conferir_respostas, expandir, tabela,
};
use comum::{Alimentacao, alimentar, avancar, servico};

/// Longer inputs are cut at some indexes only: around the limit of a message, and at the edges.
const CORTADA_EM_TODOS_MAX_BYTES: usize = 8 * 1024;

fn casos() -> Vec<Caso> {
    tabela(Path::new(env!("CARGO_MANIFEST_DIR")))
}

/// Says what comes before the bytes.
fn entrar(servico: &Servico<BancoMemoria>, antes: &Antes) -> Ligacao {
    let mut sessao = servico.ligacao();
    if let Some(login) = antes.login() {
        let (_, passo) = alimentar(servico, &mut sessao, login.as_bytes());
        if matches!(passo, Passo::Ler { acordar_apos: Some(_) }) {
            sessao.silencio();
            let _ = avancar(servico, &mut sessao);
        }
        assert!(sessao.titular().is_some(), "{antes:?}");
    }
    sessao
}

/// Feeds the bytes of a step and what follows them: what is said to it, and the last step.
fn dizer(
    servico: &Servico<BancoMemoria>,
    sessao: &mut Ligacao,
    etapa: &Etapa,
    pedacos: &[&[u8]],
) -> (String, Passo) {
    let antes = servico.banco().saldos();
    let (mut tudo, mut ultimo) = avancar(servico, sessao);
    for pedaco in pedacos {
        let (saida, passo) = alimentar(servico, sessao, pedaco);
        tudo.extend(saida);
        ultimo = passo;
        if etapa.classe != Classe::Ok {
            assert_eq!(servico.banco().saldos(), antes, "{etapa:?}");
        }
    }
    match etapa.depois {
        Depois::Nada => {}
        Depois::Fim => sessao.fim_de_entrada(),
        Depois::Pausa => sessao.silencio(),
    }
    if etapa.depois != Depois::Nada {
        let (saida, passo) = avancar(servico, sessao);
        tudo.extend(saida);
        ultimo = passo;
    }
    (String::from_utf8(tudo).expect("replies are UTF-8"), ultimo)
}

/// Holds an input against a new server. Returns every byte that the server said.
fn conferir(caso: &Caso, alimentacao: Alimentacao) -> String {
    let onde = format!("{} {alimentacao:?}", caso.nome);
    let servico = servico(&CONTAS);
    let contas = servico.banco().saldos();
    let mut sessao = entrar(&servico, &caso.antes);
    let relogio = servico.relogio().agora().valor();
    let mut tudo = String::new();
    for (numero, etapa) in caso.etapas.iter().enumerate() {
        let bytes = etapa.bytes(relogio);
        let modo = if numero == 0 { alimentacao } else { Alimentacao::Inteira };
        let (saida, passo) = dizer(&servico, &mut sessao, etapa, &modo.pedacos(&bytes));
        let carimbos = conferir_respostas(&saida, &etapa.respostas, caso.com_lf());
        let carimbos = carimbos.unwrap_or_else(|erro| panic!("{onde}: {erro}"));
        for (carimbo, esperada) in carimbos.into_iter().zip(&etapa.respostas) {
            assert_eq!(carimbo, esperada.carimbo.unwrap_or(carimbo), "{onde}");
        }
        let pelo_par = passo == Passo::Encerrar(Fim::FimDeEntrada);
        let pelo_servidor = matches!(passo, Passo::Encerrar(_)) && !pelo_par;
        assert!(!pelo_par || etapa.depois == Depois::Fim, "{onde}");
        assert_eq!(Classe::observada(&saida, pelo_servidor, pelo_par), etapa.classe, "{onde}");
        tudo += &saida;
    }
    if let Some(resposta) = caso.sonda() {
        let (saida, passo) = alimentar(&servico, &mut sessao, SONDA);
        let saida = String::from_utf8(saida).expect("replies are UTF-8");
        let carimbos = conferir_respostas(&saida, &[resposta], caso.com_lf());
        assert!(carimbos.is_ok() && !matches!(passo, Passo::Encerrar(_)), "{onde}: {saida}");
    }
    assert_eq!(servico.banco().saldos(), contas, "{onde}");
    tudo
}

#[test]
fn every_input_is_answered_as_the_protocol_says_however_it_arrives() {
    for caso in casos() {
        let inteira = conferir(&caso, Alimentacao::Inteira);
        let bytes = caso.etapas[0].bytes(0).len();
        for alimentacao in Alimentacao::ate(bytes, CORTADA_EM_TODOS_MAX_BYTES) {
            assert_eq!(conferir(&caso, alimentacao), inteira, "{}", caso.nome);
        }
    }
}

/// The bytes of an input that is one message, and the reply to it.
fn uma_mensagem(caso: &Caso) -> Option<(Vec<u8>, &str)> {
    let [etapa] = caso.etapas.as_slice() else { return None };
    let [resposta] = etapa.respostas.as_slice() else { return None };
    let mut bytes = etapa.bytes(0);
    if bytes.pop_if(|byte| *byte == b'\n').is_some() {
        bytes.pop_if(|byte| *byte == b'\r');
    } else if etapa.depois != Depois::Pausa {
        return None;
    }
    let uma = !bytes.contains(&b'\n') && bytes.len() <= MENSAGEM_MAX_BYTES;
    uma.then_some((bytes, resposta.corpo.as_str()))
}

/// Whether a reading of the parser is one that this reply can answer.
fn combina(lido: Result<Pedido, ErroPedido>, texto: &str) -> bool {
    let valor_invalido = matches!(lido, Err(ErroPedido::ValorInvalido { .. }));
    match texto {
        "Mensagem inválida" => matches!(lido, Err(ErroPedido::SemCarimbo { .. })),
        "Operação inválida" => matches!(lido, Err(ErroPedido::OperacaoInvalida { .. })),
        "Valor inválido" => valor_invalido,
        // Either no stamp at all, or one that the parser takes and the clock does not.
        "Carimbo inválido" => {
            let carimbo = lido.map_or_else(|erro| erro.carimbo(), |pedido| Some(pedido.carimbo));
            let fora = lido == Err(ErroPedido::CarimboForaDoLimite);
            fora || carimbo.is_some_and(|carimbo| carimbo.valor() > 1 << 32)
        }
        "Login necessário" | "Operação não autorizada" => lido.is_ok() || valor_invalido,
        _ => lido.is_ok(),
    }
}

#[test]
fn the_parser_reads_every_single_message_as_its_reply_says() {
    let casos = casos();
    let mensagens: Vec<_> = casos.iter().filter_map(uma_mensagem).collect();
    assert!(mensagens.len() >= 160, "only {} messages were found", mensagens.len());
    for (bytes, corpo) in mensagens {
        let lido = Pedido::decodificar(&bytes);
        let texto = corpo.split_once("resposta:").expect("the field").1;
        let escapados = bytes.escape_ascii();
        assert!(combina(lido, texto), "{escapados}: {lido:?}, but the reply is {texto}");
        match lido {
            Ok(pedido) => {
                assert_eq!(Pedido::decodificar(pedido.to_string().as_bytes()), lido, "{escapados}");
            }
            Err(
                ErroPedido::SemCarimbo { posicao }
                | ErroPedido::OperacaoInvalida { posicao, .. }
                | ErroPedido::ValorInvalido { posicao, .. },
            ) => assert!(posicao <= bytes.len(), "{escapados}: {posicao}"),
            Err(ErroPedido::CarimboForaDoLimite) => {}
        }
    }
}

#[test]
fn the_notation_stands_for_the_bytes_that_it_says() {
    assert_eq!(expandir(r"a\n\r\\\{\x00\xff", 0), b"a\n\r\\{\x00\xff");
    assert_eq!(
        expandir(r"é{t:\n*2}{\x80*3}{x*0}|", 0),
        "é".bytes().chain(*b"t:\nt:\n\x80\x80\x80|").collect::<Vec<_>>()
    );
    assert_eq!(expandir("t:{t+5}|", 37), b"t:42|");
}

#[test]
fn the_table_is_large_and_has_every_family_and_every_class() {
    let casos = casos();
    assert!(casos.len() >= 160, "only {} inputs were found", casos.len());
    let nomes: BTreeSet<_> = casos.iter().map(|caso| &caso.nome).collect();
    assert_eq!(nomes.len(), casos.len(), "two inputs have one name");

    let mut familias: BTreeMap<&str, usize> = BTreeMap::new();
    for caso in &casos {
        *familias.entry(&caso.familia).or_default() += 1;
    }
    let esperadas = [
        "banco",
        "campos",
        "carimbos",
        "chegada",
        "controle",
        "estados",
        "fim-de-entrada",
        "injecao",
        "linhas-vazias",
        "muitos-quadros",
        "operacoes",
        "outros-protocolos",
        "rg",
        "tamanho",
        "utf8",
        "valores",
    ];
    assert_eq!(familias.keys().copied().collect::<Vec<_>>(), esperadas);
    assert!(familias.values().all(|quantas| *quantas >= 10), "{familias:?}");

    for classe in Classe::TODAS {
        let quantas = casos.iter().filter(|caso| caso.classe() == classe).count();
        assert!(quantas >= 10, "only {quantas} of class {classe:?}");
    }
}

#[test]
fn a_stamp_is_refused_by_a_server_of_any_age_if_by_a_new_one() {
    for caso in casos().iter().filter(|caso| !caso.conhece_o_relogio()) {
        let Some((bytes, corpo)) = uma_mensagem(caso) else { continue };
        let lido = Pedido::decodificar(&bytes);
        let carimbo = lido.map_or_else(|erro| erro.carimbo(), |pedido| Some(pedido.carimbo));
        // So close to the end of the range comes no clock of a test.
        let longe = carimbo.is_none_or(|carimbo| carimbo.valor() > 1 << 61);
        assert!(!corpo.ends_with("Carimbo inválido") || longe, "{}", caso.nome);
    }
}
