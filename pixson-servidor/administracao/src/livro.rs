//! The audit of the ledger.

use std::io::ErrorKind;
use std::path::Path;

use pixson_core::Rg;
use pixson_core::banco::{Auditoria, Balanco, Dano, Divergencia, Inicio, auditar_com};
use pixson_linha::quantia::Reais;
use serde::Serialize;

use super::nao_feito::NaoFeito;
use super::processadores::Processadores;
use super::progresso::{DiscoContado, Progresso};
use super::saida::SaidaPadrao;
use crate::frases;

/// A divergence, for JSON.
#[derive(Debug, Default, Serialize)]
pub(super) struct LinhaDeDivergencia<'a> {
    pub(super) divergencia: &'static str,
    pub(super) rg: Option<&'a str>,
    pub(super) seq: Option<u64>,
    /// Stamp and epoch, which name an entry of a bank on PostgreSQL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) carimbo: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) epoca: Option<i64>,
    pub(super) livro_centavos: Option<i64>,
    pub(super) encontrado_centavos: Option<i64>,
    pub(super) frase: String,
}

/// What an audit found, for JSON.
#[derive(Debug, Default, Serialize)]
pub(super) struct LinhaDeAuditoria {
    pub(super) lancamentos: u64,
    pub(super) contas: u64,
    pub(super) centavos: u128,
    pub(super) inicial_centavos: u128,
    pub(super) aberturas_centavos: u128,
    pub(super) ajustes_centavos: i128,
    pub(super) depositos_centavos: u128,
    pub(super) saques_centavos: u128,
    pub(super) divergencias: usize,
    pub(super) danos: usize,
    /// How many records the bank has made in its life; the fields that follow are the first one in
    /// the ledger.
    pub(super) feitos: u64,
    pub(super) desde_seq: Option<u64>,
    pub(super) desde_epoca: Option<u64>,
    pub(super) desde_carimbo: Option<u64>,
    /// Whether the database has found the same by itself, which only one on PostgreSQL does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sql_confere: Option<bool>,
}

impl LinhaDeAuditoria {
    /// With the sums of a balance.
    pub(super) fn do_balanco(balanco: &Balanco) -> Self {
        let Balanco { inicial, aberturas, ajustes, depositos, saques } = *balanco;
        Self {
            inicial_centavos: inicial,
            aberturas_centavos: aberturas,
            ajustes_centavos: ajustes,
            depositos_centavos: depositos,
            saques_centavos: saques,
            ..Self::default()
        }
    }
}

/// A part of the ledger that cannot be read, for JSON.
#[derive(Serialize)]
struct LinhaDeDano<'a> {
    dano: &'static str,
    arquivo: Option<&'a str>,
    posicao: Option<usize>,
    de: Option<u64>,
    ate: Option<u64>,
    frase: String,
}

/// Where a ledger begins.
pub(super) fn comeco(&Inicio { seq, epoca, carimbo }: &Inicio) -> String {
    let antes = match seq - 1 {
        0 => String::new(),
        1 => "; o lançamento anterior do banco não está mais nele".into(),
        antes => format!("; os {antes} lançamentos anteriores do banco não estão mais nele"),
    };
    format!("O livro começa na época {epoca}, carimbo {carimbo}{antes}.")
}

/// Recomputes every balance, and reports what does not add up.
pub(super) fn auditoria(contas: &Path, json: bool) -> Result<(), NaoFeito> {
    let progresso = Progresso::novo();
    progresso.comecar_leitura("Auditando", contas);
    let disco = DiscoContado::abrir(contas, &progresso)?;
    let auditada = auditar_com(&disco, &Processadores);
    progresso.terminar();
    let auditoria = auditada?;
    let confere = auditoria.divergencias.is_empty() && auditoria.alcance.danos.is_empty();
    concluir(mostrar(&auditoria, json), confere)
}

/// If the reader has gone away, the exit code still reports what was found.
pub(super) fn concluir(relatada: Result<(), NaoFeito>, confere: bool) -> Result<(), NaoFeito> {
    match relatada {
        Err(NaoFeito::SaidaPadrao(erro)) if erro.kind() == ErrorKind::BrokenPipe => {}
        relatada => relatada?,
    }
    if confere { Ok(()) } else { Err(NaoFeito::Recusada(vec![])) }
}

fn mostrar(auditoria: &Auditoria, json: bool) -> Result<(), NaoFeito> {
    let mut saida = SaidaPadrao::nova();
    if json {
        for dano in &auditoria.alcance.danos {
            saida.json(&danificado(dano))?;
        }
        let divergencias = auditoria.divergencias.iter().map(divergente);
        em_json(divergencias, &totais(auditoria), &mut saida)?;
    } else {
        relatar(auditoria, &mut saida)?;
    }
    saida.fechar()
}

/// What does not add up, line by line, and then the totals.
pub(super) fn em_json<'d>(
    mut divergencias: impl Iterator<Item = LinhaDeDivergencia<'d>>,
    totais: &LinhaDeAuditoria,
    saida: &mut SaidaPadrao,
) -> Result<(), NaoFeito> {
    divergencias.try_for_each(|divergencia| saida.json(&divergencia))?;
    saida.json(totais)
}

fn relatar(auditoria: &Auditoria, saida: &mut SaidaPadrao) -> Result<(), NaoFeito> {
    let Auditoria { lancamentos, contas, total_em_centavos, balanco, divergencias, .. } = auditoria;
    let Auditoria { feitos, alcance, .. } = auditoria;
    saida.linha(&format!("Lançamentos: {lancamentos}"))?;
    match alcance.desde {
        Some(desde) if desde.seq > 1 => saida.linha(&comeco(&desde))?,
        None if *feitos > 0 => saida.linha(&format!(
            "O livro está vazio: os {feitos} lançamentos já feitos não estão mais nele."
        ))?,
        _ => {}
    }
    relatar_contas(*contas, *total_em_centavos, balanco, saida)?;
    for frase in alcance.danos.iter().map(frases::de_dano) {
        saida.linha(&frase)?;
    }
    if !alcance.danos.is_empty() {
        saida.linha("O que está acima é do que pôde ser lido.")?;
    }
    for divergencia in divergencias {
        saida.linha(&divergencia.to_string())?;
    }
    saida.linha(&match divergencias.len() {
        0 if !alcance.danos.is_empty() => "Nenhuma divergência no que pôde ser lido.".into(),
        quantas => contagem(quantas),
    })
}

/// How many accounts there are, what they hold, and where that comes from.
pub(super) fn relatar_contas(
    contas: u64,
    total_em_centavos: u128,
    balanco: &Balanco,
    saida: &mut SaidaPadrao,
) -> Result<(), NaoFeito> {
    saida.linha(&format!("Contas: {contas}"))?;
    saida.linha(&format!("Total: {}", Reais::from(total_em_centavos)))?;
    let Balanco { inicial, aberturas, ajustes, depositos, saques } = *balanco;
    saida.linha(&format!(
        "Balanço: {} no início, +{} em aberturas, {}{} em ajustes, +{} em depósitos, -{} em saques",
        Reais::from(inicial),
        Reais::from(aberturas),
        if ajustes < 0 { '-' } else { '+' },
        Reais::from(ajustes.unsigned_abs()),
        Reais::from(depositos),
        Reais::from(saques)
    ))
}

/// How many divergences there are.
pub(super) fn contagem(divergencias: usize) -> String {
    match divergencias {
        0 => "Nenhuma divergência.".into(),
        1 => "1 divergência.".into(),
        quantas => format!("{quantas} divergências."),
    }
}

fn divergente(divergencia: &Divergencia) -> LinhaDeDivergencia<'_> {
    let (nome, rg, seq, livro, encontrado) = match divergencia {
        Divergencia::ContaErrada { seq } => ("conta_errada", None, Some(*seq), None, None),
        Divergencia::Ajuste { rg, seq, livro, encontrado } => {
            ("alterada_por_fora", Some(rg), Some(*seq), Some(livro), Some(encontrado))
        }
        Divergencia::Reaberta { rg, seq, livro } => {
            ("reaberta", Some(rg), Some(*seq), Some(livro), None)
        }
        Divergencia::ArquivoDiferente { rg, livro, arquivo } => {
            ("arquivo_diferente", Some(rg), None, Some(livro), Some(arquivo))
        }
        Divergencia::ArquivoIlegivel { rg } => ("arquivo_ilegivel", Some(rg), None, None, None),
        Divergencia::IndiceErrado { .. } => ("indice_errado", None, None, None, None),
        _ => ("outra", None, None, None, None),
    };
    LinhaDeDivergencia {
        divergencia: nome,
        rg: rg.map(Rg::as_str),
        seq,
        livro_centavos: livro.map(|saldo| saldo.centavos().cast_signed()),
        encontrado_centavos: encontrado.map(|saldo| saldo.centavos().cast_signed()),
        frase: divergencia.to_string(),
        ..LinhaDeDivergencia::default()
    }
}

fn danificado(dano: &Dano) -> LinhaDeDano<'_> {
    let frase = frases::de_dano(dano);
    let linha =
        LinhaDeDano { dano: "outro", arquivo: None, posicao: None, de: None, ate: None, frase };
    match dano {
        Dano::Trecho { arquivo, posicao } => {
            LinhaDeDano { dano: "trecho", arquivo: Some(arquivo), posicao: Some(*posicao), ..linha }
        }
        Dano::Falta { de, ate } => {
            LinhaDeDano { dano: "falta", de: Some(*de), ate: Some(*ate), ..linha }
        }
        Dano::Segmento { arquivo } => {
            LinhaDeDano { dano: "segmento", arquivo: Some(arquivo), ..linha }
        }
        Dano::Arquivo { arquivo, .. } => {
            LinhaDeDano { dano: "arquivo", arquivo: Some(arquivo), ..linha }
        }
        _ => linha,
    }
}

fn totais(auditoria: &Auditoria) -> LinhaDeAuditoria {
    let desde = auditoria.alcance.desde;
    LinhaDeAuditoria {
        lancamentos: auditoria.lancamentos,
        contas: auditoria.contas,
        centavos: auditoria.total_em_centavos,
        divergencias: auditoria.divergencias.len(),
        danos: auditoria.alcance.danos.len(),
        feitos: auditoria.feitos,
        desde_seq: desde.map(|desde| desde.seq),
        desde_epoca: desde.map(|desde| desde.epoca),
        desde_carimbo: desde.map(|desde| desde.carimbo.valor()),
        ..LinhaDeAuditoria::do_balanco(&auditoria.balanco)
    }
}
