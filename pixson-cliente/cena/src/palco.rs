//! Plays a scene against a server, one step after the other.

use std::time::Instant;

use pixson_conexao::{Interrupcao, ServidorDistante};
use pixson_core::rastro::{
    CabecalhoDoRastro, ConexaoNumerada, Rastros, RedatorDoRastro, SemRastro, diagnosticar, montar,
};

use crate::canal::CanalDoAtor;
use crate::cena::{AtoDaCena, Cena, PassoDoAtor, Posicao};
use crate::em_cena::EmCena;
use crate::falha::{FalhaDaCena, MotivoDaFalha};
use crate::inferido::ServidorInferido;
use crate::roteiro::SERVIDOR;

/// What came of a scene.
#[derive(Debug)]
pub struct Encenacao {
    /// The traces of all actors, in the order of the text, as far as the scene was played.
    pub atores: Vec<u8>,
    /// That of the server, as far as its replies tell; `None` if somebody else has used it meanwhile.
    pub servidor: Option<Vec<u8>>,
    /// Whether the scene went as it says.
    pub fim: Result<(), FalhaDaCena>,
}

/// Plays a scene: the steps strictly in their order, each request after the reply to the one before has
/// come, whoever sent it. An actor receives a reply only where the scene says so. Therefore a scene has the
/// same events, stamps and replies each time that it is played against a server on which nothing was done
/// yet, with the same accounts.
pub fn encenar(cena: &Cena, servidor: &ServidorDistante, interrupcao: &Interrupcao) -> Encenacao {
    let mut palco = Palco {
        servidor,
        interrupcao,
        inicio: Instant::now(),
        elenco: cena.atores().iter().map(EmCena::novo).collect(),
        inferido: ServidorInferido::default(),
        abertas: 0,
    };
    let fim = cena.passos().iter().try_for_each(|passo| {
        palco.passo(passo).map_err(|motivo| FalhaDaCena { posicao: passo.posicao, motivo })
    });
    let us = us_desde(palco.inicio);
    let servidor = palco.rastro_do_servidor(us);
    let atores: Vec<u8> = palco.elenco.into_iter().flat_map(|ator| ator.fechar(us)).collect();
    let fim = fim.and_then(|()| conferir_diagnostico(cena, &atores));
    Encenacao { atores, servidor, fim }
}

struct Palco<'c, 'i> {
    servidor: &'i ServidorDistante,
    interrupcao: &'i Interrupcao,
    inicio: Instant,
    elenco: Vec<EmCena<'c, 'i>>,
    inferido: ServidorInferido,
    /// How many connections were opened.
    abertas: u64,
}

impl Palco<'_, '_> {
    fn passo(&mut self, passo: &PassoDoAtor) -> Result<(), MotivoDaFalha> {
        let us = us_desde(self.inicio);
        let ator = &mut self.elenco[passo.ator];
        match &passo.ato {
            AtoDaCena::Envia { operacao, carimbo, atrasado } => {
                if ator.conexao.is_none() {
                    self.abertas += 1;
                    let canal = CanalDoAtor::abrir(self.servidor, self.interrupcao)?;
                    ator.conectar(canal, self.abertas);
                }
                ator.carimbar(us, *operacao, *carimbo)?;
                if *atrasado { Ok(()) } else { self.entregar(passo.ator) }
            }
            AtoDaCena::Entrega => self.entregar(passo.ator),
            AtoDaCena::Recebe => {
                ator.receber(us);
                Ok(())
            }
            AtoDaCena::EsperaTexto(esperado) => ator.esperar_texto(esperado),
            AtoDaCena::EsperaRelogio(esperado) => ator.esperar_relogio(*esperado),
            AtoDaCena::PoeRelogio(relogio) => {
                ator.por_relogio(*relogio);
                Ok(())
            }
            AtoDaCena::Corta => {
                ator.conexao = None;
                Ok(())
            }
        }
    }

    /// Brings to the server what is on its way from an actor, one request after the other, each when the
    /// one before is answered. The replies stay on their way.
    fn entregar(&mut self, ator: usize) -> Result<(), MotivoDaFalha> {
        let Some(conexao) = &mut self.elenco[ator].conexao else { return Ok(()) };
        for pedido in std::mem::take(&mut conexao.atrasados) {
            let mut bytes = Vec::new();
            pedido.codificar(&mut bytes);
            bytes.push(b'\n');
            conexao.canal.enviar(&bytes)?;
            let resposta = conexao.canal.esperar(&pedido.operacao)?;
            let numerada =
                ConexaoNumerada { numero: conexao.no_servidor, porta: conexao.canal.porta };
            let us = us_desde(self.inicio);
            self.inferido.atender(us, numerada, &pedido, &resposta);
            conexao.chegadas.push_back((pedido, resposta));
        }
        Ok(())
    }

    fn rastro_do_servidor(&self, us: u64) -> Option<Vec<u8>> {
        let (relogio, eventos) = self.inferido.eventos()?;
        let nome = SERVIDOR.parse().expect("a short text without control");
        let cabecalho = CabecalhoDoRastro::novo(nome)
            .com_relogio(relogio)
            .com_comando("inferido das respostas por pixson-cliente cena");
        let mut bytes = Vec::new();
        let mut redator = RedatorDoRastro::novo(&cabecalho, &mut bytes);
        for evento in eventos {
            redator.evento(evento, &mut bytes);
        }
        redator.perda(us, 0, &mut bytes);
        Some(bytes)
    }
}

fn us_desde(inicio: Instant) -> u64 {
    u64::try_from(inicio.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Holds the clocks of the actors against the rules, and the outcome against what the scene expects.
fn conferir_diagnostico(cena: &Cena, atores: &[u8]) -> Result<(), FalhaDaCena> {
    let mut rastros = Rastros::default();
    // What was written here is a trace: `Rastros` refuses it only beyond its limits.
    let _ = rastros.arquivo(atores);
    let grafo = montar(rastros);
    let infracoes = diagnosticar(&grafo, SemRastro::default());
    let mut achadas = infracoes.iter().map(|infracao| infracao.frase(&grafo));
    for esperado in cena.diagnostico() {
        let achado = achadas.next();
        if achado.as_ref() != Some(&esperado.frase) {
            let achado = achado.unwrap_or_else(|| "nada".into());
            let motivo = MotivoDaFalha::SemDiagnostico { achado };
            return Err(FalhaDaCena { posicao: esperado.posicao, motivo });
        }
    }
    let Some(achado) = achadas.next() else { return Ok(()) };
    let ultima = cena.diagnostico().last().map(|esperado| esperado.posicao);
    let ultima = ultima.or_else(|| cena.passos().last().map(|passo| passo.posicao));
    let posicao = ultima.unwrap_or(Posicao { linha: 1, coluna: 1 });
    Err(FalhaDaCena { posicao, motivo: MotivoDaFalha::OutroDiagnostico { achado } })
}
