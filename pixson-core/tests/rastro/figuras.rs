//! The formats in which a graph is shown: kept files, the rules of their readers, hostile texts, limits.
#![expect(clippy::disallowed_methods, reason = "the test reads and writes the files that it keeps")]

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::{env, fs};

use pixson_core::Carimbo;
use pixson_core::rastro::{
    CabecalhoDoRastro, Causalidade, ConexaoNumerada, Conteudo, Dito, EXPRESSAO_DO_SHIVIZ, Fato,
    Filtro, MensagemVista, Rastros, Recorte, RespostaVista, SemRastro, diagnosticar, html, json,
    mermaid, montar, shiviz, svg,
};
use pixson_oraculos::Sorteio;

use super::corrida::{Corrida, Modelo};
use super::sessoes::{Tracado, sessao_fundadora, ultimo_dinheiro};
use crate::comum::rg;
use crate::comum::sementes::sementes;
use crate::comum::tamanho::tamanho;

fn causalidade(rastros: &[Vec<u8>]) -> Causalidade {
    let mut lidos = Rastros::default();
    for bytes in rastros {
        lidos.arquivo(bytes).expect("a trace");
    }
    Causalidade::de(montar(lidos)).expect("small")
}

fn tudo(causalidade: &Causalidade) -> Recorte {
    Recorte::de(causalidade.grafo(), &Filtro::default())
}

/// Everything that a peer can put into a picture is in this run.
fn hostil() -> Vec<u8> {
    const RUIM: &str = "</text><script>\"';} #1;%%\u{202e}\u{2028}\n--x";
    let cabecalho = CabecalhoDoRastro::novo("</svg> ;}{\"'&".parse().expect("legal"));
    let mut tracado = Tracado::novo(&cabecalho);
    let conexao = ConexaoNumerada { numero: 1, porta: None };
    let carimbo = |valor| Carimbo::novo(valor).expect("legal");
    let mensagem = |valor, conteudo| MensagemVista { conexao, carimbo: carimbo(valor), conteudo };
    tracado.evento(0, 2, Fato::Recebimento(mensagem(1, Conteudo::Pedido(None))));
    let resposta = |dito| Conteudo::Resposta(RespostaVista { responde: None, rg: None, dito });
    tracado.evento(2, 3, Fato::Envio(mensagem(3, resposta(Dito::novo(true, RUIM)))));
    let longe = 1 << 40;
    tracado.evento(3, 3, Fato::Recebimento(mensagem(longe, Conteudo::Pedido(None))));
    tracado.evento(
        3,
        1 << 60,
        Fato::Execucao { linhas: Some(carimbo((1 << 60) - 1)), resposta: None },
    );
    tracado.fim()
}

/// Holds a text against a file that is kept; with `SNAPSHOTS=overwrite` the file is written anew.
fn conferir(nome: &str, texto: &str) {
    let arquivo = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rastro/dados").join(nome);
    if env::var("SNAPSHOTS").is_ok_and(|modo| modo == "overwrite") {
        fs::write(&arquivo, texto).expect("writable");
    }
    let guardado = fs::read_to_string(&arquivo).unwrap_or_default();
    assert!(guardado == texto, "{nome} is kept as\n{guardado}\nand is now\n{texto}");
}

#[test]
fn each_format_of_each_kept_run_is_as_it_was() {
    for (nome, rastros) in [
        ("fundadora", sessao_fundadora().to_vec()),
        ("ultimo-dinheiro", ultimo_dinheiro()),
        ("hostil", vec![hostil()]),
    ] {
        let causalidade = causalidade(&rastros);
        let recorte = tudo(&causalidade);
        let infracoes = diagnosticar(causalidade.grafo(), SemRastro::PodemAdiantar);
        let em_json = json(&causalidade, &recorte, &infracoes) + "\n";
        conferir(&format!("{nome}.json"), &em_json);
        conferir(&format!("{nome}.shiviz"), &shiviz(&causalidade, &recorte));
        conferir(&format!("{nome}.mermaid"), &mermaid(&causalidade, &recorte).expect("small"));
        conferir(&format!("{nome}.svg"), &svg(&causalidade, &recorte).expect("small"));
        let pagina = html(&causalidade, &recorte, &infracoes);
        let (_, depois) = pagina.split_once("id=\"grafo\">").expect("the graph is there");
        let (grafo, _) = depois.split_once("</script>").expect("and it ends");
        assert_eq!(grafo.to_owned() + "\n", em_json, "{nome}");
        assert_eq!(pagina.matches("</script").count(), 2, "{nome}: no text ends an element");
        let rastro: String = rastros.iter().map(|um| String::from_utf8_lossy(um)).collect();
        conferir(&format!("{nome}.jsonl"), &rastro);
    }
}

type Relogios = BTreeMap<String, u64>;

/// Reads a log as ShiViz does (js/shiviz.js, js/model/parser.js, vectorTimestamp.js, modelGraph.js), and
/// holds it against what ShiViz refuses.
fn ler_como_o_shiviz(log: &str) -> Vec<(String, u64, Relogios)> {
    let (expressao, resto) = log.split_once('\n').expect("a first line");
    assert_eq!(expressao, EXPRESSAO_DO_SHIVIZ);
    let grupos = ["(?<host>", "(?<clock>", "(?<event>"];
    assert_eq!(expressao.matches('(').count(), grupos.len(), "others would be taken for groups");
    assert!(grupos.iter().all(|grupo| expressao.contains(grupo)));
    let (delimitador, log) = resto.split_once('\n').expect("a second line");
    assert_eq!(delimitador, "", "one run");
    // A dot of JavaScript matches none of these.
    assert!(!log.contains(['\r', '\u{2028}', '\u{2029}']));
    let mut eventos = Vec::new();
    for linha in log.lines() {
        let (anfitriao, depois) = linha.split_once(' ').expect("a host");
        assert!(!anfitriao.is_empty() && !anfitriao.contains(char::is_whitespace));
        let (relogio, evento) = depois.split_once("} ").expect("a clock");
        assert!(!evento.is_empty());
        let relogio: Relogios = serde_json::from_str(&format!("{relogio}}}")).expect("JSON");
        let proprio = *relogio.get(anfitriao).expect("the local host is in the timestamp");
        eventos.push((anfitriao.to_owned(), proprio, relogio));
    }
    conferir_relogios(&eventos);
    eventos
}

/// Clocks of a host count 1, 2, 3 …; a component names an event of the log; and a clock is what the
/// events that it names, and the one before it, make it.
fn conferir_relogios(eventos: &[(String, u64, Relogios)]) {
    let mut por_lugar: HashMap<(&str, u64), &Relogios> = HashMap::new();
    for (anfitriao, proprio, relogio) in eventos {
        assert!(por_lugar.insert((anfitriao, *proprio), relogio).is_none(), "twice {proprio}");
    }
    for (anfitriao, proprio, relogio) in eventos {
        assert!(*proprio >= 1);
        assert!(*proprio == 1 || por_lugar.contains_key(&(anfitriao, proprio - 1)), "a hole");
        let mut devia = Relogios::from([(anfitriao.clone(), *proprio)]);
        for (outro, tempo) in relogio {
            let nomeado = if outro == anfitriao { *tempo - 1 } else { *tempo };
            if nomeado == 0 {
                continue;
            }
            let causa = por_lugar.get(&(outro, nomeado)).expect("an event of the log");
            for (terceiro, tempo) in *causa {
                let maior = devia.entry(terceiro.clone()).or_default();
                *maior = (*maior).max(*tempo);
            }
        }
        assert_eq!(&devia, relogio);
    }
}

#[test]
fn any_part_of_any_run_is_a_log_that_shiviz_takes_and_shows_the_same_order() {
    for semente in sementes(tamanho(100, 600)) {
        let mut sorteio = Sorteio::novo(semente);
        let modelo = Modelo::sorteado(&mut sorteio, 150);
        let corrida = Corrida::nova(modelo, &mut sorteio);
        let com_rastro: Vec<Vec<u8>> = (0..corrida.processos())
            .filter(|&processo| processo < modelo.servidores || processo % 2 == 0)
            .map(|processo| corrida.rastro(processo, &mut sorteio).0)
            .collect();
        let causalidade = causalidade(&com_rastro);
        let (de, ate) = (1 + sorteio.ate(20) as u64, 20 + sorteio.ate(40) as u64);
        let filtro = match sorteio.ate(4) {
            0 => Filtro::default(),
            1 => Filtro { conta: Some(rg("1")), ..Filtro::default() },
            2 => Filtro { conexao: Some(1), ..Filtro::default() },
            _ => Filtro { de: Some(de), ate: Some(ate), ..Filtro::default() },
        };
        let recorte = Recorte::de(causalidade.grafo(), &filtro);
        let lidos = ler_como_o_shiviz(&shiviz(&causalidade, &recorte));
        let nos: Vec<usize> = recorte.nos(causalidade.grafo()).collect();
        assert_eq!(lidos.len(), nos.len());
        for (um, (anfitriao, proprio, _)) in nos.iter().zip(&lidos) {
            for (outro, (_, _, relogio)) in nos.iter().zip(&lidos) {
                let antes = relogio.get(anfitriao).is_some_and(|ate| proprio <= ate);
                assert_eq!(antes && um != outro, causalidade.antes(*um, *outro));
            }
        }
    }
}

#[test]
fn what_a_peer_says_ends_no_element_no_line_and_no_statement() {
    let causalidade = causalidade(&[hostil()]);
    let recorte = tudo(&causalidade);
    ler_como_o_shiviz(&shiviz(&causalidade, &recorte));
    let svg = svg(&causalidade, &recorte).expect("small");
    conferir_xml(&svg);
    assert!(!svg.contains("<script") && !svg.contains('\u{202e}'), "{svg}");
    let mermaid = mermaid(&causalidade, &recorte).expect("small");
    for linha in mermaid.lines().skip(1) {
        let linha = linha.strip_prefix("    ").expect("indented");
        let comandos = ["participant P", "Note over P", "P0->>P", "P1->>P", "P0-->>P", "P1-->>P"];
        assert!(comandos.iter().any(|comando| linha.starts_with(comando)), "{linha}");
        let texto = linha.split_once(": ").or_else(|| linha.split_once(" as ")).expect("a text").1;
        let inofensivo = |letra: char| letra.is_alphanumeric() || " ,.#;".contains(letra);
        assert!(texto.chars().all(inofensivo), "{texto}");
        for entidade in texto.split('#').skip(1) {
            let (numero, _) = entidade.split_once(';').expect("an entity");
            assert!(numero.bytes().all(|byte| byte.is_ascii_digit()), "{texto}");
        }
    }
    let lido: serde_json::Value =
        serde_json::from_str(&json(&causalidade, &recorte, &[])).expect("JSON");
    assert_eq!(lido["eventos"][2]["vetor"], serde_json::json!([2, 1]));
}

/// Every element that is opened is closed, and no other is there than the picture is made of.
fn conferir_xml(texto: &str) {
    const ELEMENTOS: [&str; 9] =
        ["svg", "title", "style", "defs", "marker", "path", "rect", "text", "circle"];
    let mut abertos = Vec::new();
    for pedaco in texto.split('<').skip(1) {
        let (marca, conteudo) = pedaco.split_once('>').expect("the end of a tag");
        for entidade in conteudo.split('&').skip(1) {
            assert!(entidade.split_once(';').is_some_and(|(nome, _)| nome.len() < 6), "{conteudo}");
        }
        assert!(!conteudo.contains('>') || abertos.last() == Some(&"style"), "{conteudo}");
        let nome = marca.trim_matches('/').split(' ').next().expect("a name");
        assert!(ELEMENTOS.contains(&nome), "{marca}");
        assert_eq!(marca.matches('"').count() % 2, 0, "{marca}");
        if marca.starts_with('/') {
            assert_eq!(abertos.pop(), Some(nome));
        } else if !marca.ends_with('/') {
            abertos.push(nome);
        }
    }
    assert!(abertos.is_empty(), "{abertos:?}");
}

#[test]
fn a_picture_that_nobody_could_read_is_refused_with_a_sentence() {
    let mut sorteio = Sorteio::novo(7);
    let mut modelo = Modelo::sorteado(&mut sorteio, 2000);
    modelo.clientes = 4;
    let corrida = Corrida::nova(modelo, &mut sorteio);
    let causalidade = causalidade(&[corrida.rastro(0, &mut sorteio).0]);
    let recorte = tudo(&causalidade);
    let (svg, mermaid) = (svg(&causalidade, &recorte), mermaid(&causalidade, &recorte));
    for erro in [svg.expect_err("too much"), mermaid.expect_err("too much")] {
        assert!(
            erro.to_string().ends_with("escolha uma parte com --conta, --conexao, --de e --ate")
        );
    }
}

#[test]
fn a_part_by_account_has_transfers_to_it_and_their_replies() {
    let causalidade = causalidade(&sessao_fundadora());
    let grafo = causalidade.grafo();
    let conta = |texto| Filtro { conta: Some(rg(texto)), ..Filtro::default() };
    let de = |filtro: Filtro| Recorte::de(grafo, &filtro).nos(grafo).count();
    assert_eq!(de(conta("1111111111")), 20);
    assert_eq!(de(conta("2222222222")), 4, "a request and a reply, at both ends");
    assert_eq!(de(conta("3")), 0);
    assert_eq!(de(Filtro { conexao: Some(1), ..Filtro::default() }), 20);
    assert_eq!(de(Filtro { conexao: Some(2), ..Filtro::default() }), 0);
    assert_eq!(de(Filtro { de: Some(3), ate: Some(4), ..Filtro::default() }), 4);
}
