//! The report of a load, for people and as an object of JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use pixson_linha::visivel::visivel;
use serde::Serialize;

use crate::Plano;
use crate::Tipo;
use crate::agenda::agendadas;
use crate::conferencia::Dinheiro;
use crate::medida::{Colheita, Latencia, Textos};
use crate::sorteio::Especie;

/// The report of a load. The names and types of the fields are those of the JSON object: later
/// versions may add fields, but none may be removed or change its meaning.
#[derive(Debug, Serialize)]
pub struct Relatorio {
    servidor: String,
    operacao: &'static str,
    conexoes: u32,
    pipeline: u32,
    lacos: usize,
    contas: usize,
    contas_quentes: Option<u32>,
    semente: u64,
    eco: bool,
    taxa: Option<u64>,
    /// With a rate, how many requests were due, and how many of them were never sent.
    agendadas: Option<u64>,
    nao_enviadas: Option<u64>,
    /// Whether the load was ended before its time.
    interrompida: bool,
    /// From the start to the last reply.
    duracao_ms: u128,
    operacoes: u64,
    operacoes_por_segundo: u128,
    latencia_ns: Option<Latencia>,
    /// The same for each kind of operation of a mixed load.
    por_operacao: Option<BTreeMap<&'static str, ParteDoRelatorio>>,
    recusas: BTreeMap<String, u64>,
    conexoes_perdidas: BTreeMap<String, u64>,
    desconhecidas: usize,
    /// `None` for an echo.
    dinheiro: Option<Dinheiro>,
}

/// One kind of operation among others.
#[derive(Debug, Serialize)]
struct ParteDoRelatorio {
    operacoes: u64,
    latencia_ns: Option<Latencia>,
}

impl Relatorio {
    pub(crate) fn novo(plano: &Plano, colheita: &Colheita, dinheiro: Option<Dinheiro>) -> Self {
        let Colheita { medida, duracao, interrompida_em, perdas } = colheita;
        let mut perdidas = Textos::default();
        for perda in perdas {
            perdidas.contar(&perda.to_string());
        }
        let agendadas =
            plano.taxa.map(|taxa| agendadas(taxa, interrompida_em.unwrap_or(plano.duracao)));
        Self {
            servidor: visivel(&plano.servidor.to_string()).into_owned(),
            operacao: plano.operacao.palavra(),
            conexoes: plano.conexoes,
            pipeline: plano.pipeline,
            lacos: plano.lacos,
            contas: plano.usadas.len(),
            contas_quentes: plano.quentes,
            semente: plano.semente,
            eco: plano.eco,
            taxa: plano.taxa,
            agendadas,
            nao_enviadas: agendadas.map(|agendadas| agendadas.saturating_sub(medida.enviadas)),
            interrompida: interrompida_em.is_some(),
            duracao_ms: duracao.as_millis(),
            operacoes: medida.feitas(),
            operacoes_por_segundo: por_segundo(medida.feitas(), *duracao),
            latencia_ns: medida.latencia(),
            por_operacao: (plano.operacao == Tipo::Misto).then(|| {
                let partes = Especie::TODAS.map(|especie| {
                    let (operacoes, latencia_ns) = medida.de(especie);
                    (especie.palavra(), ParteDoRelatorio { operacoes, latencia_ns })
                });
                BTreeMap::from(partes)
            }),
            desconhecidas: medida.desconhecidas.len(),
            recusas: medida.recusas.clone().em_mapa(),
            conexoes_perdidas: perdidas.em_mapa(),
            dinheiro,
        }
    }
}

impl fmt::Display for Relatorio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Servidor: {}", self.servidor)?;
        let lacos = match self.lacos {
            0 => String::new(),
            lacos => format!(", laços: {lacos}"),
        };
        writeln!(
            f,
            "Carga: {}{}, conexões: {}, pipeline: {}{lacos}, contas: {}, semente: {}",
            self.operacao,
            if self.eco { " em eco" } else { "" },
            self.conexoes,
            self.pipeline,
            self.contas,
            self.semente
        )?;
        if let Some(quentes) = self.contas_quentes {
            writeln!(f, "Contas quentes: {quentes}")?;
        }
        if let (Some(taxa), Some(agendadas), Some(nao_enviadas)) =
            (self.taxa, self.agendadas, self.nao_enviadas)
        {
            writeln!(
                f,
                "Taxa: {taxa} por segundo, agendadas: {agendadas}, não enviadas: {nao_enviadas}"
            )?;
            if nao_enviadas > 0 {
                writeln!(f, "  As que não foram enviadas não entram nas latências.")?;
            }
        }
        let interrompida = if self.interrompida { ", interrompida" } else { "" };
        writeln!(f, "Duração: {}{interrompida}", segundos(self.duracao_ms))?;
        writeln!(f, "Operações: {} ({} por segundo)", self.operacoes, self.operacoes_por_segundo)?;
        if let Some(latencia) = &self.latencia_ns {
            writeln!(f, "Latência (ms): {latencia}")?;
        }
        for (palavra, ParteDoRelatorio { operacoes, latencia_ns }) in
            self.por_operacao.iter().flatten()
        {
            write!(f, "  {palavra}: {operacoes}")?;
            latencia_ns.iter().try_for_each(|latencia| write!(f, ", {latencia}"))?;
            writeln!(f)?;
        }
        textos(f, "Recusas", &self.recusas)?;
        textos(f, "Conexões perdidas", &self.conexoes_perdidas)?;
        write!(f, "Resultados desconhecidos: {}", self.desconhecidas)?;
        self.dinheiro.iter().try_for_each(|dinheiro| write!(f, "\n{dinheiro}"))
    }
}

impl fmt::Display for Latencia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { p50, p99, p999, maxima } = *self;
        let [p50, p99, p999, maxima] = [p50, p99, p999, maxima].map(milissegundos);
        write!(f, "p50 {p50}, p99 {p99}, p99.9 {p999}, máxima {maxima}")
    }
}

fn textos(f: &mut fmt::Formatter<'_>, nome: &str, contados: &BTreeMap<String, u64>) -> fmt::Result {
    writeln!(f, "{nome}: {}", contados.values().sum::<u64>())?;
    contados.iter().try_for_each(|(texto, vezes)| writeln!(f, "  {texto}: {vezes}"))
}

fn por_segundo(operacoes: u64, duracao: Duration) -> u128 {
    u128::from(operacoes) * 1_000_000_000 / duracao.as_nanos().max(1)
}

fn segundos(ms: u128) -> String {
    format!("{}.{:03} s", ms / 1000, ms % 1000)
}

/// Milliseconds with three decimal places, that is, to the microsecond.
fn milissegundos(ns: u64) -> String {
    let us = ns.div_ceil(1000);
    format!("{}.{:03}", us / 1000, us % 1000)
}
