//! The audit of a bank on PostgreSQL.

use pixson_core::Rg;
use pixson_core::banco::{AdministracaoPostgres, AuditoriaPostgres, DivergenciaPostgres};

use super::super::livro::{
    LinhaDeAuditoria, LinhaDeDivergencia, concluir, contagem, em_json, relatar_contas,
};
use super::super::nao_feito::NaoFeito;
use super::super::saida::SaidaPadrao;

/// Recomputes every balance, and reports what does not add up.
pub(super) fn auditoria(banco: &mut AdministracaoPostgres, json: bool) -> Result<(), NaoFeito> {
    let auditoria = banco.auditar()?;
    concluir(mostrar(&auditoria, json), auditoria.divergencias.is_empty())
}

fn mostrar(auditoria: &AuditoriaPostgres, json: bool) -> Result<(), NaoFeito> {
    let mut saida = SaidaPadrao::nova();
    if json {
        let divergencias = auditoria.divergencias.iter().map(divergente);
        em_json(divergencias, &totais(auditoria), &mut saida)?;
    } else {
        relatar(auditoria, &mut saida)?;
    }
    saida.fechar()
}

fn relatar(auditoria: &AuditoriaPostgres, saida: &mut SaidaPadrao) -> Result<(), NaoFeito> {
    let AuditoriaPostgres { contas, total_em_centavos, balanco, divergencias, .. } = auditoria;
    saida.linha(&format!("Lançamentos: {}", auditoria.lancamentos))?;
    relatar_contas(*contas, *total_em_centavos, balanco, saida)?;
    if auditoria.sql_confere {
        saida.linha("O PostgreSQL chegou ao mesmo em uma consulta só.")?;
    }
    for divergencia in divergencias {
        saida.linha(&divergencia.to_string())?;
    }
    saida.linha(&contagem(divergencias.len()))
}

fn divergente(divergencia: &DivergenciaPostgres) -> LinhaDeDivergencia<'_> {
    let (nome, rg, onde, livro, encontrado) = match divergencia {
        DivergenciaPostgres::ContaErrada { carimbo, epoca } => {
            ("conta_errada", None, Some((carimbo, epoca)), None, None)
        }
        DivergenciaPostgres::Alterada { rg, carimbo, epoca, livro, encontrado } => {
            let onde = Some((carimbo, epoca));
            ("alterada_por_fora", Some(rg), onde, Some(livro), Some(encontrado))
        }
        DivergenciaPostgres::Reaberta { rg, carimbo, epoca, livro } => {
            ("reaberta", Some(rg), Some((carimbo, epoca)), Some(livro), None)
        }
        DivergenciaPostgres::SaldoDiferente { rg, livro, conta } => {
            ("saldo_diferente", Some(rg), None, Some(livro), Some(conta))
        }
        DivergenciaPostgres::Ausente { rg, livro } => {
            ("conta_ausente", Some(rg), None, Some(livro), None)
        }
        DivergenciaPostgres::CarimboAtrasado { rg, .. } => {
            ("carimbo_atrasado", Some(rg), None, None, None)
        }
        DivergenciaPostgres::Discordam { .. } => ("sql_discorda", None, None, None, None),
        _ => ("outra", None, None, None, None),
    };
    LinhaDeDivergencia {
        divergencia: nome,
        rg: rg.map(Rg::as_str),
        seq: None,
        carimbo: onde.map(|(carimbo, _)| *carimbo),
        epoca: onde.map(|(_, epoca)| *epoca),
        livro_centavos: livro.copied(),
        encontrado_centavos: encontrado.copied(),
        frase: divergencia.to_string(),
    }
}

fn totais(auditoria: &AuditoriaPostgres) -> LinhaDeAuditoria {
    let desde = |valor: i64| u64::try_from(valor).unwrap_or(0);
    LinhaDeAuditoria {
        lancamentos: auditoria.lancamentos,
        contas: auditoria.contas,
        centavos: auditoria.total_em_centavos,
        divergencias: auditoria.divergencias.len(),
        feitos: auditoria.lancamentos,
        desde_epoca: auditoria.desde.map(|(_, epoca)| desde(epoca)),
        desde_carimbo: auditoria.desde.map(|(carimbo, _)| desde(carimbo)),
        sql_confere: Some(auditoria.sql_confere),
        ..LinhaDeAuditoria::do_balanco(&auditoria.balanco)
    }
}
