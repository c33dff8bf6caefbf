//! What each actor may do next, as far as the text alone decides it.

use pixson_core::rastro::NomeDeProcesso;

use crate::cena::AtoDaCena;
use crate::erro::MotivoDaCena;

/// The name of the other side.
pub(crate) const SERVIDOR: &str = "servidor";

/// Names that no actor may have: words that begin a line, and the server.
const RESERVADOS: [&str; 6] = ["cena", "ator", "barreira", "diagnóstico", "diagnostico", SERVIDOR];

/// How far each actor is.
#[derive(Debug, Default)]
pub(crate) struct Roteiro {
    situacoes: Vec<SituacaoDoAtor>,
    comecou: bool,
}

#[derive(Debug)]
struct SituacaoDoAtor {
    nome: String,
    conectado: bool,
    /// Requests that were stamped, and have not reached the server.
    atrasados: usize,
    /// Requests that have reached it, whose replies were not received.
    a_receber: usize,
    recebeu: bool,
}

impl Roteiro {
    pub(crate) fn entrar(&mut self, nome: &NomeDeProcesso) -> Result<(), MotivoDaCena> {
        if self.comecou {
            return Err(MotivoDaCena::AtorAtrasado);
        }
        let nome = nome.to_string();
        let em_uso = self.situacoes.iter().any(|situacao| situacao.nome == nome);
        if em_uso || RESERVADOS.contains(&&*nome) {
            return Err(MotivoDaCena::NomeEmUso(nome));
        }
        self.situacoes.push(SituacaoDoAtor {
            nome,
            conectado: false,
            atrasados: 0,
            a_receber: 0,
            recebeu: false,
        });
        Ok(())
    }

    /// At a barrier nothing is on its way.
    pub(crate) fn barreira(&self) -> Result<(), MotivoDaCena> {
        let a_caminho = |ator: &&SituacaoDoAtor| ator.atrasados + ator.a_receber > 0;
        match self.situacoes.iter().find(a_caminho) {
            Some(ator) => Err(MotivoDaCena::ACaminho(ator.nome.clone())),
            None => Ok(()),
        }
    }

    pub(crate) fn passo(&mut self, ator: usize, ato: &AtoDaCena) -> Result<(), MotivoDaCena> {
        self.comecou = true;
        let ator = &mut self.situacoes[ator];
        let nome = || ator.nome.clone();
        match ato {
            AtoDaCena::Envia { atrasado: true, .. } => {
                ator.conectado = true;
                ator.atrasados += 1;
            }
            AtoDaCena::Envia { .. } if ator.atrasados > 0 => {
                return Err(MotivoDaCena::PedidoAtrasado(nome()));
            }
            AtoDaCena::Envia { .. } => {
                ator.conectado = true;
                ator.a_receber += 1;
            }
            AtoDaCena::Entrega if ator.atrasados == 0 => {
                return Err(MotivoDaCena::NadaParaEntregar(nome()));
            }
            AtoDaCena::Entrega => ator.a_receber += std::mem::take(&mut ator.atrasados),
            AtoDaCena::Recebe if ator.a_receber == 0 => {
                return Err(MotivoDaCena::NadaParaReceber(nome()));
            }
            AtoDaCena::Recebe => {
                ator.a_receber -= 1;
                ator.recebeu = true;
            }
            AtoDaCena::EsperaTexto(_) if !ator.recebeu => {
                return Err(MotivoDaCena::NadaRecebido(nome()));
            }
            AtoDaCena::Corta if !ator.conectado => return Err(MotivoDaCena::SemConexao(nome())),
            AtoDaCena::Corta => {
                ator.conectado = false;
                (ator.atrasados, ator.a_receber) = (0, 0);
            }
            AtoDaCena::EsperaTexto(_) | AtoDaCena::EsperaRelogio(_) | AtoDaCena::PoeRelogio(_) => {}
        }
        Ok(())
    }
}
