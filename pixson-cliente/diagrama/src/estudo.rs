//! A run that was read: who broke the rules, and how it is drawn.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pixson_core::rastro::{
    Causalidade, DesenhoGrande, Filtro, Grafo, GrafoGrande, Infracao, Recorte, html, json, mermaid,
    perguntar, shiviz, svg,
};
use thiserror::Error;

use crate::formato::FormatoDoDiagrama;

/// How many complaints about one process and one rule are told one by one.
const QUEIXAS_MAX: usize = 3;

/// A run, and what was found in it.
#[derive(Debug)]
pub struct Estudo {
    grafo: Grafo,
    infracoes: Vec<Infracao>,
}

/// Why a run is not drawn.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ErroDeDesenho {
    /// Too much for vector times.
    #[error(transparent)]
    Grafo(#[from] GrafoGrande),
    /// Too much for one picture.
    #[error(transparent)]
    Desenho(#[from] DesenhoGrande),
}

impl Estudo {
    pub(crate) fn novo(grafo: Grafo, infracoes: Vec<Infracao>) -> Self {
        Self { grafo, infracoes }
    }

    /// The sentences about processes that certainly broke a rule. Of many about the same process and
    /// rule a few are told, and how many more there are.
    pub fn acusacoes(&self) -> Vec<String> {
        self.frases(|infracao| !infracao.condicional)
    }

    /// The sentences about clients that broke a rule if they wait for each reply.
    pub fn suspeitas(&self) -> Vec<String> {
        self.frases(|infracao| infracao.condicional)
    }

    /// What a reader should know of the traces besides.
    pub fn avisos(&self) -> Vec<String> {
        self.grafo.avisos().iter().map(|aviso| aviso.frase(&self.grafo)).collect()
    }

    fn frases(&self, quais: impl Fn(&Infracao) -> bool) -> Vec<String> {
        let mut quantas: BTreeMap<_, usize> = BTreeMap::new();
        let mut frases = Vec::new();
        for infracao in self.infracoes.iter().filter(|infracao| quais(infracao)) {
            let destas = quantas.entry((infracao.processo, infracao.regra)).or_default();
            *destas += 1;
            if *destas <= QUEIXAS_MAX {
                frases.push(infracao.frase(&self.grafo));
            }
        }
        for ((processo, _), destas) in quantas {
            if destas > QUEIXAS_MAX {
                let (nome, mais) = (self.grafo.nome(processo), destas - QUEIXAS_MAX);
                frases.push(format!("{nome}: o mesmo em mais {mais} eventos."));
            }
        }
        frases
    }

    /// Questions about the run, numbered, and below each its answer if the key is wanted: always the same
    /// for the same run and seed. There are fewer than `quantas` if there is no more to ask.
    ///
    /// # Errors
    ///
    /// [`ErroDeDesenho::Grafo`] if it is too much for vector times.
    pub fn perguntar(
        self,
        quantas: usize,
        semente: u64,
        gabarito: bool,
    ) -> Result<String, ErroDeDesenho> {
        let causalidade = Causalidade::de(self.grafo)?;
        let mut prova = String::new();
        for (numero, pergunta) in (1..).zip(perguntar(&causalidade, quantas, semente)) {
            let enunciado = pergunta.enunciado(&causalidade);
            // Writing to a `String` is infallible.
            let _ = writeln!(prova, "{numero}. {enunciado}");
            if gabarito {
                let _ = writeln!(prova, "   {}", pergunta.resposta(&causalidade));
            }
        }
        Ok(prova)
    }

    /// The part of the run that `filtro` keeps, in a format.
    ///
    /// # Errors
    ///
    /// [`ErroDeDesenho`] if it is too much for the format.
    pub fn desenhar(
        self,
        formato: FormatoDoDiagrama,
        filtro: &Filtro,
    ) -> Result<String, ErroDeDesenho> {
        let recorte = Recorte::de(&self.grafo, filtro);
        let causalidade = Causalidade::de(self.grafo)?;
        Ok(match formato {
            FormatoDoDiagrama::Html => html(&causalidade, &recorte, &self.infracoes),
            FormatoDoDiagrama::Json => json(&causalidade, &recorte, &self.infracoes) + "\n",
            FormatoDoDiagrama::Shiviz => shiviz(&causalidade, &recorte),
            FormatoDoDiagrama::Mermaid => mermaid(&causalidade, &recorte)?,
            FormatoDoDiagrama::Svg => svg(&causalidade, &recorte)?,
        })
    }
}
