//! Which traces belong together, and what is inferred where one is missing.

use pixson_core::rastro::{AvisoDoGrafo, Grafo, Rastros, montar};
use pixson_oraculos::Sorteio;

use super::corrida::{Corrida, Modelo};
use crate::comum::sementes::sementes;
use crate::comum::tamanho::tamanho;

fn montado(textos: &[&str]) -> Grafo {
    let mut rastros = Rastros::default();
    for texto in textos {
        rastros.arquivo(texto.as_bytes()).expect("a trace");
    }
    montar(rastros)
}

/// A server that answered one login on a connection with that port.
fn servidor(epoca: u64, porta: Option<u16>) -> String {
    let porta = porta.map_or(String::new(), |porta| format!("\"porta\":{porta},"));
    let dono = format!("\"processo\":\"servidor\",\"epoca\":{epoca}");
    format!(
        "{{\"formato\":\"pixson-rastro\",\"versao\":1,{dono}}}\n\
         {{\"seq\":1,{dono},\"us\":1,\"evento\":\"recebimento\",\"conexao\":1,{porta}\"carimbo\":1,\"relogio_antes\":0,\"relogio\":2,\"operacao\":\"login\",\"rg\":\"1\"}}\n\
         {{\"seq\":2,{dono},\"us\":2,\"evento\":\"envio\",\"conexao\":1,{porta}\"carimbo\":3,\"relogio_antes\":2,\"relogio\":3,\"responde\":1,\"desfecho\":\"feito\",\"texto\":\"Login realizado com sucesso\"}}\n\
         {{\"seq\":3,{dono},\"us\":3,\"evento\":\"perda\",\"perdidas\":0}}\n"
    )
}

/// A client that logged in from that port.
fn cliente(nome: &str, porta: Option<u16>, ouviu: bool) -> String {
    let porta = porta.map_or(String::new(), |porta| format!("\"porta\":{porta},"));
    let dono = format!("\"processo\":\"{nome}\"");
    let resposta = format!(
        "{{\"seq\":2,{dono},\"us\":2,\"evento\":\"recebimento\",\"conexao\":1,{porta}\"carimbo\":3,\"relogio_antes\":1,\"relogio\":4,\"responde\":1,\"desfecho\":\"feito\",\"texto\":\"Login realizado com sucesso\"}}\n"
    );
    format!(
        "{{\"formato\":\"pixson-rastro\",\"versao\":1,{dono}}}\n\
         {{\"seq\":1,{dono},\"us\":1,\"evento\":\"envio\",\"conexao\":1,{porta}\"carimbo\":1,\"relogio_antes\":0,\"relogio\":1,\"operacao\":\"login\",\"rg\":\"1\"}}\n{}",
        if ouviu { &*resposta } else { "" }
    )
}

/// For each process with a trace, the processes that its messages came from.
fn origens(grafo: &Grafo, processo: usize) -> Vec<usize> {
    let nos = grafo.processos()[processo].nos.clone();
    nos.filter_map(|no| grafo.nos()[no].origem).map(|de| grafo.nos()[de].processo).collect()
}

#[test]
fn two_runs_with_the_same_stamps_are_told_apart_by_the_port() {
    let (um, outro) = (servidor(1, Some(4001)), servidor(2, Some(4002)));
    let grafo = montado(&[&(um + &outro), &cliente("ana", Some(4002), true)]);
    assert_eq!(origens(&grafo, 2), [1], "the reply came from the second run");
    assert_eq!(origens(&grafo, 1), [2]);
    assert_eq!(grafo.processos().len(), 4, "the other connection has a client that is inferred");
}

#[test]
fn without_a_port_two_runs_with_the_same_stamps_are_not_guessed_at() {
    let (um, outro) = (servidor(1, None), servidor(2, None));
    let grafo = montado(&[&um, &outro, &cliente("ana", None, true)]);
    assert!(origens(&grafo, 2).is_empty());
    assert!(grafo.avisos().contains(&AvisoDoGrafo::Ambigua { processo: 2, conexao: 1 }));
}

#[test]
fn a_request_whose_reply_was_lost_is_found_by_port_and_stamp() {
    let grafo = montado(&[&servidor(1, Some(4001)), &cliente("ana", Some(4001), false)]);
    assert_eq!(origens(&grafo, 0), [1]);
    assert_eq!(grafo.processos().len(), 2, "nothing is inferred");
}

#[test]
fn a_trace_that_is_given_twice_is_joined_once_and_said() {
    let ana = cliente("ana", Some(4001), true);
    let grafo = montado(&[&servidor(1, Some(4001)), &ana, &ana]);
    assert_eq!((origens(&grafo, 1), origens(&grafo, 2)), (vec![0], vec![]));
    assert!(grafo.avisos().contains(&AvisoDoGrafo::Disputada { processo: 2, conexao: 1 }));
}

#[test]
fn a_client_without_a_trace_is_inferred_with_its_least_clock() {
    let grafo = montado(&[&servidor(1, None)]);
    let inferidos: Vec<u64> = grafo
        .nos()
        .iter()
        .filter(|no| no.seq.is_none())
        .map(|no| no.evento.depois.valor())
        .collect();
    assert_eq!(inferidos, [1, 4]);
    assert_eq!(grafo.processos()[1].nome.as_str(), "conexão 1");
}

/// The storage failed after a reply was stamped: only the second one was sent.
#[test]
fn a_reply_that_was_stamped_again_is_received_once() {
    let texto = servidor(1, None).replace("\"seq\":3,", "\"seq\":4,").replace(
        "{\"seq\":4",
        "{\"seq\":3,\"processo\":\"servidor\",\"epoca\":1,\"us\":2,\"evento\":\"envio\",\"conexao\":1,\"carimbo\":4,\"relogio_antes\":3,\"relogio\":4,\"desfecho\":\"recusado\",\"texto\":\"Servidor indisponível\"}\n{\"seq\":4",
    );
    let grafo = montado(&[&texto]);
    let recebidos: Vec<u64> = grafo.nos()[grafo.processos()[1].nos.clone()]
        .iter()
        .filter_map(|no| no.evento.recebido())
        .map(pixson_core::Carimbo::valor)
        .collect();
    assert_eq!(recebidos, [4]);
}

#[test]
fn a_message_that_would_come_before_it_was_sent_is_left_out_and_said() {
    // The client tells that it received the reply, and only then sent the request that it answers.
    let ana = cliente("ana", Some(4001), true)
        .replace("\"seq\":1,", "\"seq\":9,")
        .replace("\"relogio_antes\":0,\"relogio\":1,", "\"relogio_antes\":4,\"relogio\":5,");
    let grafo = montado(&[&servidor(1, Some(4001)), &ana]);
    assert_eq!(grafo.ordem().len(), grafo.nos().len());
    assert!(grafo.avisos().iter().any(|aviso| matches!(aviso, AvisoDoGrafo::Circulo { .. })));
}

/// With any clients' traces, every message of the run is found, and none that was not sent.
#[test]
fn every_message_of_a_run_is_found_or_inferred() {
    for semente in sementes(tamanho(150, 1000)) {
        let mut sorteio = Sorteio::novo(semente);
        let modelo = Modelo::sorteado(&mut sorteio, 250);
        let corrida = Corrida::nova(modelo, &mut sorteio);
        let mut rastros = Rastros::default();
        let mut linhas = Vec::new();
        for processo in 0..corrida.processos() {
            if processo < modelo.servidores || sorteio.um_em(2) {
                let (bytes, escritos) = corrida.rastro(processo, &mut sorteio);
                rastros.arquivo(&bytes).expect("a trace");
                linhas.push(escritos);
            }
        }
        let grafo = montar(rastros);
        let qual = |no: usize| {
            let descrito = &grafo.nos()[no];
            descrito
                .seq
                .map(|seq| linhas[descrito.processo][usize::try_from(seq).expect("small") - 1])
        };
        for (no, descrito) in grafo.nos().iter().enumerate() {
            let Some(este) = qual(no) else {
                assert_eq!(descrito.origem.is_some(), descrito.evento.recebido().is_some());
                continue;
            };
            let verdadeiras = &corrida.acontecidos[este].causas;
            let achadas: Vec<usize> = descrito.origens().collect();
            assert_eq!(achadas.is_empty(), verdadeiras.is_empty(), "{descrito:?}");
            for achada in achadas.into_iter().filter_map(qual) {
                assert!(verdadeiras.contains(&achada), "{descrito:?}");
            }
        }
    }
}

#[test]
fn a_stamp_that_came_in_otherwise_than_the_client_says_is_told() {
    let servidor = r#"{"formato":"pixson-rastro","versao":1,"processo":"servidor","epoca":1}
{"seq":1,"processo":"servidor","epoca":1,"us":1,"evento":"recebimento","conexao":1,"porta":9,"carimbo":1,"relogio_antes":0,"relogio":2,"operacao":"login","rg":"1"}
{"seq":2,"processo":"servidor","epoca":1,"us":2,"evento":"envio","conexao":1,"porta":9,"carimbo":3,"relogio_antes":2,"relogio":3,"responde":1,"rg":"1","desfecho":"feito","texto":"Login realizado com sucesso"}
{"seq":3,"processo":"servidor","epoca":1,"us":4,"evento":"recebimento","conexao":1,"porta":9,"carimbo":4,"relogio_antes":3,"relogio":5,"operacao":"saldo","rg":"1"}
"#;
    let ana = r#"{"formato":"pixson-rastro","versao":1,"processo":"ana"}
{"seq":1,"processo":"ana","us":1,"evento":"envio","conexao":1,"porta":9,"carimbo":1,"relogio_antes":0,"relogio":1,"operacao":"login","rg":"1"}
{"seq":2,"processo":"ana","us":2,"evento":"recebimento","conexao":1,"porta":9,"carimbo":3,"relogio_antes":1,"relogio":4,"responde":1,"rg":"1","desfecho":"feito","texto":"Login realizado com sucesso"}
{"seq":3,"processo":"ana","us":3,"evento":"envio","conexao":1,"porta":9,"carimbo":5,"relogio_antes":4,"relogio":5,"operacao":"saldo","rg":"1"}
"#;
    let fim = r#"{"seq":4,"processo":"ana","us":5,"evento":"perda","perdidas":0}
"#;
    for (ana, inteiro) in [(ana.to_owned(), false), (format!("{ana}{fim}"), true)] {
        let mut rastros = Rastros::default();
        rastros.arquivo(servidor.as_bytes()).expect("a trace");
        rastros.arquivo(ana.as_bytes()).expect("a trace");
        let grafo = montar(rastros);
        let ditos: Vec<String> = grafo.avisos().iter().map(|aviso| aviso.frase(&grafo)).collect();
        let dito = "servidor (época 1), linha 3: chegou o carimbo 4, que ana não diz ter enviado nesta conexão.";
        assert_eq!(ditos.iter().any(|um| um == dito), inteiro, "{ditos:?}");
    }
}
