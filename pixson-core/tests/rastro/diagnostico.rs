//! Who broke which rule: never a correct process, and always one that has a defect.

use pixson_core::rastro::{
    CabecalhoDoRastro, ConexaoNumerada, Conteudo, Dito, EventoDoRelogio, Fato, Grafo, Infracao,
    LinhaDoRastro, MensagemVista, Rastros, RegraQuebrada, RelatoDoRastro, RespostaVista, SemRastro,
    diagnosticar, ler_linha, montar,
};
use pixson_core::relogio::Recebimento;
use pixson_core::{Carimbo, Operacao, Relogio, Sucesso};
use pixson_oraculos::Sorteio;

use super::corrida::{Corrida, Defeito, Modelo};
use crate::comum::sementes::sementes;
use crate::comum::tamanho::tamanho;

/// The graph of a run of which these processes have a trace, each of which `mudar` may change.
fn grafo(
    corrida: &Corrida,
    sorteio: &mut Sorteio,
    com_rastro: impl Fn(usize) -> bool,
    mut mudar: impl FnMut(&mut Vec<u8>, &mut Sorteio),
) -> Grafo {
    let mut rastros = Rastros::default();
    for processo in (0..corrida.processos()).filter(|&processo| com_rastro(processo)) {
        let (mut bytes, _) = corrida.rastro(processo, sorteio);
        mudar(&mut bytes, sorteio);
        rastros.arquivo(&bytes).expect("a trace");
    }
    montar(rastros)
}

fn frases(grafo: &Grafo, infracoes: &[Infracao]) -> Vec<String> {
    infracoes.iter().map(|infracao| infracao.frase(grafo)).collect()
}

#[test]
fn a_correct_run_has_no_complaint_whoever_of_the_clients_has_a_trace() {
    for semente in sementes(tamanho(300, 2000)) {
        let mut sorteio = Sorteio::novo(semente);
        let modelo = Modelo::sorteado(&mut sorteio, 300);
        let corrida = Corrida::nova(modelo, &mut sorteio);
        let quais: Vec<bool> = (0..corrida.processos())
            .map(|processo| processo < modelo.servidores || sorteio.um_em(2))
            .collect();
        let grafo = grafo(&corrida, &mut sorteio, |processo| quais[processo], |_, _| {});
        let sem_rastro =
            if modelo.adiantam { SemRastro::PodemAdiantar } else { SemRastro::UmPorVez };
        let infracoes = diagnosticar(&grafo, sem_rastro);
        let certas: Vec<_> = infracoes.iter().copied().filter(|uma| !uma.condicional).collect();
        assert!(certas.is_empty(), "{:#?}", frases(&grafo, &certas));
        assert!(modelo.adiantam || infracoes.is_empty(), "{:#?}", frases(&grafo, &infracoes));
    }
}

#[test]
fn lines_that_were_lost_or_cut_accuse_nobody() {
    for semente in sementes(tamanho(300, 2000)) {
        let mut sorteio = Sorteio::novo(semente);
        let modelo = Modelo::sorteado(&mut sorteio, 300);
        let corrida = Corrida::nova(modelo, &mut sorteio);
        let perder = |bytes: &mut Vec<u8>, sorteio: &mut Sorteio| {
            if sorteio.um_em(2) {
                let linhas: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
                let ficam = linhas.into_iter().enumerate();
                let ficam = ficam.filter(|&(numero, _)| numero == 0 || !sorteio.um_em(5));
                *bytes = ficam.flat_map(|(_, linha)| linha.to_vec()).collect();
            }
            let cabecalho = bytes.iter().position(|&byte| byte == b'\n').expect("a header") + 1;
            let fim = cabecalho + sorteio.ate(bytes.len() - cabecalho + 1);
            bytes.truncate(fim);
        };
        let todos = grafo(&corrida, &mut sorteio, |_| true, perder);
        let infracoes = diagnosticar(&todos, SemRastro::PodemAdiantar);
        let certas: Vec<_> = infracoes.into_iter().filter(|uma| !uma.condicional).collect();
        assert!(certas.is_empty(), "{:#?}", frases(&todos, &certas));
    }
}

/// As in the live page: the server alone has a trace, which goes on, and of which only the last events are there.
#[test]
fn the_last_events_of_a_run_that_goes_on_accuse_nobody() {
    for semente in sementes(tamanho(300, 2000)) {
        let mut sorteio = Sorteio::novo(semente);
        let modelo = Modelo::sorteado(&mut sorteio, 300);
        let corrida = Corrida::nova(modelo, &mut sorteio);
        let (bytes, _) = corrida.rastro(0, &mut sorteio);
        let (mut cabecalho, mut eventos) = (None, Vec::new());
        for linha in bytes.split(|&byte| byte == b'\n').filter(|linha| !linha.is_empty()) {
            match ler_linha(linha).expect("a line") {
                LinhaDoRastro::Cabecalho(lido) => cabecalho = Some(lido),
                LinhaDoRastro::Numerada { relato: RelatoDoRastro::Evento(evento), .. } => {
                    eventos.push(evento);
                }
                LinhaDoRastro::Numerada { .. } => {}
            }
        }
        let antes = sorteio.ate(eventos.len() + 1);
        let mut ultimos = eventos.split_off(antes);
        ultimos.truncate(sorteio.ate(ultimos.len() + 1));
        let todos = ultimos.len();
        ultimos.retain(|_| !sorteio.um_em(9));
        let perdidas = todos - ultimos.len();
        let cabecalho = cabecalho.expect("the first line");
        let rastros = Rastros::ultimos(cabecalho, antes as u64, perdidas as u64, ultimos);
        let grafo = montar(rastros);
        let infracoes = diagnosticar(&grafo, SemRastro::PodemAdiantar);
        let certas: Vec<_> = infracoes.into_iter().filter(|uma| !uma.condicional).collect();
        assert!(certas.is_empty(), "{:#?}", frases(&grafo, &certas));
        let ditos = usize::from(antes > 0) + usize::from(perdidas > 0);
        assert_eq!(grafo.avisos().len(), ditos, "{:?}", grafo.avisos());
    }
}

const DEFEITOS: [(Defeito, RegraQuebrada); 5] = [
    (Defeito::NaoFunde, RegraQuebrada::NaoFunde),
    (Defeito::EsqueceMaisUm, RegraQuebrada::EsqueceMaisUm),
    (Defeito::NaoContaEnvio, RegraQuebrada::NaoContaEnvio),
    (Defeito::Volta, RegraQuebrada::Volta),
    (Defeito::Repete, RegraQuebrada::OutroCarimbo),
];

#[test]
fn each_defect_of_a_client_with_a_trace_is_found_named_and_put_right() {
    for (defeito, regra) in DEFEITOS {
        let mut achados = 0;
        for semente in sementes(tamanho(60, 300)) {
            let mut sorteio = Sorteio::novo(semente);
            let mut modelo = Modelo::sorteado(&mut sorteio, 300);
            modelo.defeito = Some(defeito);
            let corrida = Corrida::nova(modelo, &mut sorteio);
            let grafo = grafo(&corrida, &mut sorteio, |_| true, |_, _| {});
            let infracoes = diagnosticar(&grafo, SemRastro::PodemAdiantar);
            let culpado = modelo.servidores;
            assert!(infracoes.iter().all(|uma| uma.processo == culpado), "{infracoes:?}");
            assert!(!infracoes.iter().any(|uma| uma.condicional), "{infracoes:?}");
            achados += usize::from(infracoes.iter().any(|uma| uma.regra == regra));
            for uma in infracoes.iter().filter(|uma| uma.regra == RegraQuebrada::NaoFunde) {
                let evento = &grafo.nos()[uma.no].evento;
                let certo = evento.antes.max(evento.recebido().expect("a receiving")).valor() + 1;
                assert_eq!(uma.devia.valor(), certo);
            }
        }
        assert!(crate::comum::sementes::so_uma() || achados > 40, "{defeito:?}: {achados}");
    }
}

#[test]
fn a_client_without_a_trace_that_waits_is_judged_by_its_stamps() {
    for (defeito, regra) in [
        (Defeito::NaoFunde, RegraQuebrada::NaoFunde),
        (Defeito::EsqueceMaisUm, RegraQuebrada::EsqueceMaisUm),
        (Defeito::Repete, RegraQuebrada::Repete),
    ] {
        let mut achados = 0;
        for semente in sementes(tamanho(60, 300)) {
            let mut sorteio = Sorteio::novo(semente);
            let modelo = Modelo {
                servidores: 1,
                clientes: 2,
                passos: 300,
                adiantam: false,
                defeito: Some(defeito),
                com_linhas: false,
            };
            let corrida = Corrida::nova(modelo, &mut sorteio);
            let grafo = grafo(&corrida, &mut sorteio, |processo| processo == 0, |_, _| {});
            let certas = diagnosticar(&grafo, SemRastro::UmPorVez);
            assert!(!certas.iter().any(|uma| uma.condicional), "{certas:?}");
            achados += usize::from(certas.iter().any(|uma| uma.regra == regra));
            let supostas = diagnosticar(&grafo, SemRastro::PodemAdiantar);
            let firme = [RegraQuebrada::Repete, RegraQuebrada::Volta];
            assert!(supostas.iter().all(|uma| uma.condicional || firme.contains(&uma.regra)));
        }
        assert!(crate::comum::sementes::so_uma() || achados > 30, "{defeito:?}: {achados}");
    }
}

#[test]
fn a_clock_that_is_set_back_before_a_request_is_told_where_it_stood() {
    let ana = r#"{"formato":"pixson-rastro","versao":1,"processo":"ana"}
{"seq":1,"processo":"ana","us":1,"evento":"envio","conexao":1,"carimbo":1,"relogio_antes":0,"relogio":1,"operacao":"login","rg":"1"}
{"seq":2,"processo":"ana","us":2,"evento":"recebimento","conexao":1,"carimbo":3,"relogio_antes":1,"relogio":4,"responde":1,"rg":"1","desfecho":"feito","texto":"Login realizado com sucesso"}
{"seq":3,"processo":"ana","us":3,"evento":"envio","conexao":1,"carimbo":1,"relogio_antes":0,"relogio":1,"operacao":"saldo","rg":"1"}
"#;
    let mut rastros = Rastros::default();
    rastros.arquivo(ana.as_bytes()).expect("a trace");
    let grafo = montar(rastros);
    let infracoes = diagnosticar(&grafo, SemRastro::PodemAdiantar);
    let dito = "ana, linha 3, envio: o relógio volta: estava em 4, e este evento o leva de 0 a 1.";
    assert_eq!(frases(&grafo, &infracoes), [dito]);
}

/// Others have taken the server's clock so far ahead that a client does not merge its replies.
#[test]
fn a_client_that_waits_is_right_not_to_merge_a_reply_that_is_too_far_ahead() {
    let mut servidor = Relogio::desde(Carimbo::novo(1 << 33).expect("in range"));
    let cliente = Relogio::novo();
    let conexao = ConexaoNumerada { numero: 1, porta: None };
    let rg = "1".parse().expect("an RG");
    let mut eventos = Vec::new();
    for operacao in [Operacao::Login { rg }, Operacao::Saldo { rg }, Operacao::Saldo { rg }] {
        let pedido = cliente.tique().expect("far from the end");
        let Recebimento { antes, depois, .. } = servidor.receber(pedido);
        let conteudo = Conteudo::Pedido(Some(operacao));
        let fato = Fato::Recebimento(MensagemVista { conexao, carimbo: pedido, conteudo });
        eventos.push(EventoDoRelogio { us: 0, antes, depois, fato });
        let resposta = servidor.tique().expect("far from the end");
        let dito = Dito::Conhecido(Ok(Sucesso::Login));
        let vista = RespostaVista { responde: Some(pedido), rg: Some(rg), dito };
        let conteudo = Conteudo::Resposta(vista);
        let fato = Fato::Envio(MensagemVista { conexao, carimbo: resposta, conteudo });
        eventos.push(EventoDoRelogio { us: 0, antes: depois, depois: resposta, fato });
        let recebida = cliente.receber(resposta);
        assert_eq!(recebida.antes, recebida.depois, "not merged");
        servidor = Relogio::desde(resposta);
    }
    let cabecalho = CabecalhoDoRastro::novo("servidor".parse().expect("a name")).com_epoca(1);
    let grafo = montar(Rastros::ultimos(cabecalho, 0, 0, eventos));
    let infracoes = diagnosticar(&grafo, SemRastro::UmPorVez);
    assert!(infracoes.is_empty(), "{:#?}", frases(&grafo, &infracoes));
}

/// Whichever line of a whole trace of a server is taken away, if the rest is numbered anew.
#[test]
fn a_value_of_the_server_that_is_missing_is_found_in_a_whole_trace() {
    for semente in sementes(tamanho(100, 500)) {
        let mut sorteio = Sorteio::novo(semente);
        let corrida = Corrida::nova(Modelo::sorteado(&mut sorteio, 200), &mut sorteio);
        let mut escritos = corrida.escritos(0, &mut sorteio);
        let depois = |um: usize| corrida.acontecidos[um].evento.depois;
        let muda = |um: usize| depois(um) != corrida.acontecidos[um].evento.antes;
        let ultimo = escritos.iter().copied().map(depois).max();
        let do_meio = |&um: &usize| muda(um) && Some(depois(um)) != ultimo;
        let Some(lugar) = escritos.iter().position(do_meio) else { continue };
        let tirado = escritos.remove(lugar);
        let mut bytes = Vec::new();
        let cabecalho = corrida.cabecalho(0);
        let mut redator = pixson_core::rastro::RedatorDoRastro::novo(&cabecalho, &mut bytes);
        for um in escritos {
            redator.evento(&corrida.acontecidos[um].evento, &mut bytes);
        }
        redator.perda(0, 0, &mut bytes);
        let mut rastros = Rastros::default();
        rastros.arquivo(&bytes).expect("a trace");
        let grafo = montar(rastros);
        let faltas = diagnosticar(&grafo, SemRastro::PodemAdiantar);
        let faltas: Vec<_> =
            faltas.into_iter().filter(|uma| uma.regra == RegraQuebrada::Falta).collect();
        assert_eq!(faltas.len(), 1, "{:?}", frases(&grafo, &faltas));
        assert_eq!(grafo.nos()[faltas[0].no].evento.antes, depois(tirado));
    }
}
