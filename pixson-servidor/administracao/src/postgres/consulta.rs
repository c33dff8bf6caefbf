//! The commands that show accounts on PostgreSQL, and their statements.

use std::path::Path;

use pixson_core::banco::{AdministracaoPostgres, AtoNoLivro, LancamentoPostgres};
use pixson_core::{Rg, Saldo};

use super::super::consulta::{Visita, VisitanteDeContas, dizer_conta, exportar_de, listar_de};
use super::super::extrato::{EspecieDePasso, ExtratoMostrado, PassoDoExtrato};
use super::super::nao_feito::NaoFeito;

/// How many entries that cannot be understood are named.
const NOMEADOS_MAX: usize = 1000;

/// Shows every account.
pub(super) fn listar(banco: &mut AdministracaoPostgres, json: bool) -> Result<(), NaoFeito> {
    let onde = banco.configuracao().to_string();
    listar_de(|visitar| percorrer(banco, visitar), &onde, json)
}

/// Shows one account.
pub(super) fn mostrar(
    banco: &mut AdministracaoPostgres,
    rg: Rg,
    json: bool,
) -> Result<(), NaoFeito> {
    dizer_conta(rg, banco.conta(rg)?.as_ref(), json)
}

/// Writes every account in a line that can be imported.
pub(super) fn exportar(banco: &mut AdministracaoPostgres, arquivo: &Path) -> Result<(), NaoFeito> {
    exportar_de(|visitar| percorrer(banco, visitar), arquivo)
}

fn percorrer(
    banco: &mut AdministracaoPostgres,
    visitar: &mut VisitanteDeContas<'_>,
) -> Result<Vec<String>, NaoFeito> {
    visitar(Visita::Comeco)?;
    banco.contas(|conta| visitar(Visita::Conta(conta)))?;
    Ok(Vec::new())
}

/// Shows an account's statement.
pub(super) fn extrato(
    banco: &mut AdministracaoPostgres,
    rg: Rg,
    json: bool,
) -> Result<(), NaoFeito> {
    let mut mostrado = ExtratoMostrado::novo(json);
    let mut ilegiveis = Vec::new();
    banco.extrato(rg, |lancamento| {
        if let Some(passo) = passo(rg, &lancamento) {
            return mostrado.passo(&passo);
        }
        let LancamentoPostgres { carimbo, epoca, .. } = lancamento;
        if ilegiveis.len() < NOMEADOS_MAX {
            ilegiveis.push(format!(
                "O lançamento de carimbo {carimbo}, época {epoca}, não é de uma operação."
            ));
        }
        Ok(())
    })?;
    if mostrado.vazio() && ilegiveis.is_empty() && banco.conta(rg)?.is_none() {
        return Err(NaoFeito::recusada(format!("A conta {rg} não existe.")));
    }
    mostrado.fechar()?;
    if ilegiveis.is_empty() { Ok(()) } else { Err(NaoFeito::Recusada(ilegiveis)) }
}

/// What an entry did to an account.
fn passo(rg: Rg, lancamento: &LancamentoPostgres) -> Option<PassoDoExtrato> {
    let (especie, antes, depois) = match lancamento.ato? {
        AtoNoLivro::Movimentacao(movimentacao) => {
            let movimento = movimentacao.movimentos().find(|movimento| movimento.rg == rg)?;
            let especie = EspecieDePasso::Movimentacao(movimentacao);
            (especie, movimento.antes, movimento.depois)
        }
        AtoNoLivro::Abertura { saldo, .. } => (EspecieDePasso::Abertura, Saldo::ZERO, saldo),
        AtoNoLivro::Ajuste(movimento) => {
            (EspecieDePasso::Ajuste, movimento.antes, movimento.depois)
        }
    };
    let LancamentoPostgres { carimbo, epoca, .. } = *lancamento;
    // An act has a legal stamp and a legal epoch.
    let (epoca, carimbo) = (u64::try_from(epoca).ok()?, u64::try_from(carimbo).ok()?);
    Some(PassoDoExtrato { seq: None, epoca, carimbo, especie, antes, depois })
}
