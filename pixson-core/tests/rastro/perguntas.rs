//! Questions about runs: their answers against a search through the run that was made up.

use std::collections::HashSet;

use pixson_core::Carimbo;
use pixson_core::rastro::{Causalidade, Fato, PerguntaDoRastro, Rastros, montar, perguntar};
use pixson_oraculos::Sorteio;

use super::causas::com_todos;
use super::corrida::{Corrida, Modelo};
use crate::comum::sementes::sementes;
use crate::comum::tamanho::tamanho;

/// The answer, from what reaches what in the run, and from the rules as the page states them.
struct Forca<'c> {
    causalidade: &'c Causalidade,
    alcances: Vec<Vec<bool>>,
    quais: Vec<usize>,
}

impl Forca<'_> {
    fn antes(&self, um: usize, outro: usize) -> bool {
        um != outro && self.alcances[self.quais[um]][self.quais[outro]]
    }

    fn de(&self, processo: usize) -> impl Iterator<Item = usize> {
        self.causalidade.grafo().processos()[processo].nos.clone()
    }

    fn conferir(&self, pergunta: PerguntaDoRastro) {
        let (grafo, resposta) = (self.causalidade.grafo(), pergunta.resposta(self.causalidade));
        let depois = |no: usize| grafo.nos()[no].evento.depois.valor();
        match pergunta {
            PerguntaDoRastro::Influencia { um, outro } => {
                let (ida, volta) = (self.antes(um, outro), self.antes(outro, um));
                assert_eq!(resposta.starts_with("Sim: por "), ida, "{resposta}");
                let ao_contrario = "Não: o segundo aconteceu antes do primeiro, por ";
                assert_eq!(resposta.starts_with(ao_contrario), volta, "{resposta}");
                assert_eq!(resposta == "Não: são concorrentes.", !ida && !volta, "{resposta}");
            }
            PerguntaDoRastro::Concorrentes { no, processo } => {
                let separado = |&outro: &usize| !self.antes(no, outro) && !self.antes(outro, no);
                let onde: Vec<_> =
                    self.de(processo).filter(separado).map(|um| grafo.onde(um)).collect();
                let esperada = if onde.is_empty() { "Nenhum".into() } else { onde.join("; ") };
                assert_eq!(resposta, esperada + ".");
            }
            PerguntaDoRastro::ProximoValor { no } => {
                let evento = &grafo.nos()[no].evento;
                let estava = evento.antes.valor();
                let devia = match &evento.fato {
                    Fato::Envio(_) => estava + 1,
                    Fato::Recebimento(visto) if visto.carimbo.valor() > estava + (1 << 32) => {
                        estava
                    }
                    Fato::Recebimento(visto) => visto.carimbo.valor().max(estava) + 1,
                    Fato::Execucao { linhas, .. } => {
                        linhas.map_or(0, Carimbo::valor).max(estava) + 1
                    }
                };
                assert_eq!(devia, depois(no), "the run is a right one");
                assert!(resposta.starts_with(&format!("{devia}: ")), "{resposta}");
                assert!(!resposta.contains("errou"), "{resposta}");
            }
            PerguntaDoRastro::MenorValor { um, outro } => {
                assert!(depois(um) < depois(outro));
                assert!(!self.antes(outro, um), "the clock condition");
                assert_eq!(resposta.starts_with("Sim: por "), self.antes(um, outro), "{resposta}");
            }
            PerguntaDoRastro::Vetor { no } => {
                let contados = (0..grafo.processos().len()).map(|processo| {
                    let passados = self.de(processo).filter(|&um| um == no || self.antes(um, no));
                    passados.count().to_string()
                });
                assert_eq!(resposta, format!("({}).", contados.collect::<Vec<_>>().join("; ")));
            }
        }
    }
}

#[test]
fn every_answer_is_what_a_search_through_the_run_finds() {
    let mut tipos = HashSet::new();
    for semente in sementes(tamanho(60, 400)) {
        let mut sorteio = Sorteio::novo(semente);
        let modelo = Modelo::sorteado(&mut sorteio, 120);
        let corrida = Corrida::nova(modelo, &mut sorteio);
        let (causalidade, quais) = com_todos(&corrida, &mut sorteio);
        let forca = Forca { causalidade: &causalidade, alcances: corrida.alcances(), quais };
        let perguntas = perguntar(&causalidade, 40, semente);
        let diferentes: HashSet<_> = perguntas.iter().collect();
        assert_eq!(diferentes.len(), perguntas.len(), "nothing is asked twice");
        for pergunta in perguntas {
            assert!(pergunta.enunciado(&causalidade).ends_with('?'));
            tipos.insert(std::mem::discriminant(&pergunta));
            forca.conferir(pergunta);
        }
    }
    if !crate::comum::sementes::so_uma() {
        assert_eq!(tipos.len(), 5, "every kind is asked");
    }
}

#[test]
fn a_seed_repeats_its_questions_and_another_one_asks_others() {
    let mut rastros = Rastros::default();
    let rastro = include_bytes!("dados/ultimo-dinheiro.jsonl");
    rastros.arquivo(rastro).expect("a trace");
    let causalidade = Causalidade::de(montar(rastros)).expect("small");
    let de = |quantas, semente| {
        let perguntas = perguntar(&causalidade, quantas, semente);
        perguntas.iter().map(|pergunta| pergunta.enunciado(&causalidade)).collect::<Vec<_>>()
    };
    assert_eq!(de(8, 7), de(8, 7));
    assert_ne!(de(8, 7), de(8, 8));
    assert_eq!(de(8, 7)[..3], de(3, 7), "fewer are the first of more");
    assert!(de(100_000, 7).len() < 1000, "a small run has few");
    assert_eq!(de(0, 7).len(), 0);
    assert!(!de(50, 7).iter().any(|dita| dita.contains("inferido")));
}
