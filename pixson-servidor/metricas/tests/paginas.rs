//! Both pages, to the byte, of a server whose every number is known.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use pixson_core::banco::disco::Causa;
use pixson_core::banco::{MedidasDoDiario, Presa};
use pixson_core::relogio::Recebimento;
use pixson_core::servico::Evento;
use pixson_core::{Carimbo, Operacao, Recusa};
use pixson_metricas::{
    Instantaneo, InstantaneoDeArquivos, InstantaneoDoBanco, Metricas, Observado, Painel,
};

/// A server that has done what the kept page says.
struct Conhecido {
    metricas: Metricas,
    presas: u64,
}

impl Observado for Conhecido {
    fn metricas(&self) -> &Metricas {
        &self.metricas
    }

    fn instantaneo(&self) -> Instantaneo {
        let mut grupos = [0; 16];
        (grupos[0], grupos[3]) = (7, 1);
        let causa = Causa::de(&io::Error::other("é \"outro\""));
        let presa = |numero: u64| Presa {
            rg: numero.to_string().parse().expect("an RG"),
            arquivo: format!(".tmp-{numero}.json"),
            causa: causa.clone(),
        };
        Instantaneo {
            abertas: 2,
            relogio: Carimbo::MAX,
            epoca: 4,
            banco: InstantaneoDoBanco::Arquivos(InstantaneoDeArquivos {
                diario: MedidasDoDiario { registros: 15, bytes: 1234, grupos },
                atrasados: 3,
                por_recuperar: 7,
                presas: (0..self.presas).map(presa).collect(),
                falhas: 1,
            }),
        }
    }

    fn saudavel(&self) -> bool {
        true
    }

    fn presas(&self) -> Vec<String> {
        (0..self.presas).map(|numero| format!("a conta {numero} está presa")).collect()
    }
}

fn conhecido(presas: u64) -> Conhecido {
    let metricas = Metricas::novas();
    for resultado in ["recusada", "aceita", "aceita"] {
        metricas.conexao(resultado);
    }
    let operacao = Operacao::Login { rg: "1".parse().expect("an RG") };
    let desfecho = Err(Recusa::ServidorIndisponivel);
    let (carimbo, recusa) = (Carimbo::ZERO, Recusa::MensagemInvalida);
    metricas.evento(Evento::Executada { operacao, desfecho });
    metricas.evento(Evento::Recusada(recusa));
    let recebimento = Recebimento { carimbo, antes: carimbo, depois: carimbo };
    metricas.evento(Evento::Recebida { recebimento, pedido: Some(operacao) });
    metricas.atendimento(Duration::from_micros(500));
    Conhecido { metricas, presas }
}

/// The text of a page, asked for so many times on connections of their own.
fn pedir(servidor: &Conhecido, caminho: &str, vezes: usize) -> Vec<String> {
    let painel = Painel::abrir("127.0.0.1:0").expect("a free port");
    let um = |_| {
        let mut visita = TcpStream::connect(painel.endereco()).expect("it listens");
        write!(visita, "GET {caminho} HTTP/1.1\r\n\r\n").expect("it reads");
        let mut resposta = String::new();
        visita.read_to_string(&mut resposta).expect("it answers");
        let (_, corpo) = resposta.split_once("\r\n\r\n").expect("a head");
        corpo.to_owned()
    };
    thread::scope(|escopo| {
        escopo.spawn(|| painel.servir(servidor));
        let vistas = (0..vezes).map(um).collect();
        painel.encerrar();
        vistas
    })
}

#[test]
fn the_counters_are_shown_as_they_always_were_however_often_somebody_looks() {
    for vista in pedir(&conhecido(2), "/metrics", 3) {
        let esta = format!("version=\"{}\"", env!("CARGO_PKG_VERSION"));
        assert_eq!(vista.replace(&esta, "version=\"1.2.3\""), include_str!("dados/metricas.txt"));
    }
}

#[test]
fn files_that_cannot_be_replaced_are_all_counted_and_some_are_named() {
    let muitos = conhecido(100);
    let vista = &pedir(&muitos, "/metrics", 1)[0];
    assert_eq!(vista.matches("\npixson_arquivo_preso{").count(), 64);
    assert!(vista.contains("\npixson_arquivos_presos 100\n"), "{vista}");
    let saude = &pedir(&muitos, "/saude", 1)[0];
    assert!(
        saude
            .starts_with("ok\natenção: arquivo que não pode ser regravado, a conta 0 está presa\n")
    );
    assert_eq!(saude.lines().count(), 1 + 16);
    // What nobody is the matter with has no line, and no heading either.
    assert!(!pedir(&conhecido(0), "/metrics", 1)[0].contains("arquivo_preso"));
}

#[test]
fn a_panel_that_was_ended_before_it_began_serves_nobody() {
    let painel = Painel::abrir("127.0.0.1:0").expect("a free port");
    painel.encerrar();
    painel.servir(&conhecido(0));
}
