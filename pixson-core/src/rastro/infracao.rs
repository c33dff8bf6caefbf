//! A rule that was broken: where, and in which words.

use std::fmt::Write as _;

use super::evento::{EventoDoRelogio, Fato};
use super::grafo::Grafo;
use super::regras::RegraQuebrada;
use crate::relogio::Carimbo;

/// What is known of clients that have no trace of their own.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SemRastro {
    /// They may send requests before earlier replies have come.
    #[default]
    PodemAdiantar,
    /// They wait for each reply before the next request.
    UmPorVez,
}

/// A rule that a process has broken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Infracao {
    /// The process.
    pub processo: usize,
    /// The event where it shows.
    pub no: usize,
    /// The rule.
    pub regra: RegraQuebrada,
    /// The value that the clock should have had. Of a client without a trace, and of a value that goes
    /// back or is repeated, it is the least that it could have been.
    pub devia: Carimbo,
    /// Where the clock, or the last stamp, had been.
    pub estava: Carimbo,
    /// How many more events break the same rule in the same way, and are not told of one by one.
    pub outras: usize,
    /// It is one only if the client waits for each reply before its next request.
    pub condicional: bool,
}

/// The first of these, with how many more there are.
pub(super) fn primeira_e_quantas(
    mut infracoes: impl Iterator<Item = Infracao>,
) -> Option<Infracao> {
    let primeira = infracoes.next()?;
    Some(Infracao { outras: infracoes.count(), ..primeira })
}

impl Infracao {
    /// The complaint for a person: where, what was seen, and what should have been.
    pub fn frase(&self, grafo: &Grafo) -> String {
        let Self { no, regra, devia, estava, outras, condicional, .. } = *self;
        let evento = &grafo.nos()[no].evento;
        let (antes, depois) = (evento.antes, evento.depois);
        let foi = format!("o relógio foi de {antes} a {depois}, e devia ir a {devia}");
        let sem_rastro = grafo.processos()[self.processo].inferido.is_some();
        let que_veio = evento.recebido().unwrap_or_default();
        let mut frase = match regra {
            _ if sem_rastro => de_fora(self, depois),
            RegraQuebrada::NaoFunde => {
                format!("não funde o carimbo recebido, {que_veio}: {foi}")
            }
            RegraQuebrada::EsqueceMaisUm => format!("esquece o + 1 do recebimento: {foi}"),
            RegraQuebrada::FundeDemais => {
                format!("funde um carimbo adiantado demais, {que_veio}: {foi}")
            }
            RegraQuebrada::NaoContaEnvio => format!("não conta o envio: {foi}"),
            RegraQuebrada::OutroCarimbo => {
                let levado = evento.enviado().unwrap_or_default();
                format!("a mensagem leva o carimbo {levado}, e devia levar {devia}")
            }
            RegraQuebrada::Volta if antes > depois => format!("o relógio volta: {foi}"),
            RegraQuebrada::Volta => format!(
                "o relógio volta: estava em {estava}, e este evento o leva de {antes} a {depois}"
            ),
            RegraQuebrada::Repete => format!(
                "repete um valor do relógio: vai de {antes} a {depois}, e devia começar em {devia} ou \
                 depois"
            ),
            RegraQuebrada::Salta => format!("o relógio salta: {foi}"),
            RegraQuebrada::Falta if antes < estava => {
                format!("o relógio começou em {estava}, e este evento o encontra em {antes}")
            }
            RegraQuebrada::Falta => format!(
                "falta um evento: o relógio estava em {antes}, e nenhum evento o levou de {estava} até lá"
            ),
        };
        if outras > 0 {
            // Writing to a `String` is infallible.
            let _ = write!(frase, " (e em mais {outras} {})", eventos(outras));
        }
        let fim = if condicional {
            ". Está errado se o cliente espera cada resposta antes do próximo pedido; se envia \
             pedidos adiantados, pode estar certo"
        } else {
            ""
        };
        format!("{}{}: {frase}{fim}.", grafo.onde(no), papel(evento))
    }
}

fn de_fora(infracao: &Infracao, carimbo: Carimbo) -> String {
    let Infracao { regra, devia, estava, .. } = infracao;
    let leva = format!("o pedido leva o carimbo {carimbo}");
    match regra {
        RegraQuebrada::Repete => {
            format!("{leva}, que um pedido anterior já levou: devia ser {devia} ou mais")
        }
        RegraQuebrada::Volta => {
            format!("{leva}, menor que o anterior, {estava}: devia ser {devia} ou mais")
        }
        RegraQuebrada::EsqueceMaisUm => format!(
            "{leva} depois da resposta {estava}: falta um + 1, o do recebimento ou o do envio, e devia ser {devia} ou mais"
        ),
        _ => format!(
            "{leva} depois da resposta {estava}: não funde o carimbo recebido, e devia ser {devia} ou mais"
        ),
    }
}

fn eventos(quantos: usize) -> &'static str {
    if quantos == 1 { "evento" } else { "eventos" }
}

fn papel(evento: &EventoDoRelogio) -> &'static str {
    match evento.fato {
        Fato::Envio(_) => ", envio",
        Fato::Recebimento(_) => ", recebimento",
        Fato::Execucao { .. } => ", execução",
    }
}
