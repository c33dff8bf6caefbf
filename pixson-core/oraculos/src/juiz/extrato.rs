//! The judgement of statements: an index may only spare a reading.

use super::Sentenca;
use crate::disco::DiscoModelo;
use pixson_core::banco::{Lancamento, Sozinho, auditar, ler_extrato, ler_livro};
use pixson_core::tipos::Rg;

/// Judges the indices of a bank that is at rest, as they are: the statement of each of these accounts
/// is what the whole ledger says of it, and the audit finds no index that says something else than
/// its segment.
///
/// # Errors
///
/// A sentence for a person about what is wrong.
pub fn julgar_extratos(disco: &DiscoModelo, rgs: impl IntoIterator<Item = Rg>) -> Sentenca {
    let mut livro = Vec::new();
    let inteiro = ler_livro(disco, |lancamento| livro.push(lancamento))
        .map_err(|erro| format!("the ledger: {erro}"))?;
    for rg in rgs {
        let mut extrato = Vec::new();
        let alcance = ler_extrato(disco, rg, &Sozinho, |lancamento| extrato.push(lancamento))
            .map_err(|erro| format!("the statement of {rg}: {erro}"))?;
        let dele = |um: &&Lancamento| um.feito.efeitos().any(|efeito| efeito.rg() == rg);
        let esperado: Vec<Lancamento> = livro.iter().filter(dele).cloned().collect();
        if (&extrato, &alcance) != (&esperado, &inteiro) {
            return Err(format!(
                "the statement of {rg} is {extrato:?}, {alcance:?}, and not {esperado:?}, {inteiro:?}"
            ));
        }
    }
    let divergencias = auditar(disco).map_err(|erro| format!("the audit: {erro}"))?.divergencias;
    let errado = divergencias.iter().find(|uma| uma.to_string().starts_with("O índice"));
    errado.map_or(Ok(()), |uma| Err(format!("{uma}")))
}
