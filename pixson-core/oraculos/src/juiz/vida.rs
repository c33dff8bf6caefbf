//! The judgement of a bank in files, with all that is on its disk.

use std::collections::BTreeMap;

use super::super::disco::DiscoModelo;
use super::super::fazer;
use super::extrato::julgar_extratos;
use super::historia::{Historia, Ouvida, Pergunta};
use super::{PEQUENA, Sentenca, julgar_livro};
use pixson_core::banco::{BancoJson, auditar, ler_livro};
use pixson_core::relogio::Relogio;
use pixson_core::tipos::{Operacao, Recusa, Rg, Saldo, Sucesso};

/// Opens the bank on a disk as a crash left it, and judges everything about it.
///
/// # Errors
///
/// As for [`julgar_historia`](super::julgar_historia).
pub fn julgar_disco(
    disco: &DiscoModelo,
    iniciais: &BTreeMap<Rg, Saldo>,
    ouvidas: &[Ouvida],
) -> Sentenca {
    julgar_disco_com_perguntas(disco, iniciais, ouvidas, &[])
}

/// The same where some operations were never answered.
///
/// # Errors
///
/// As for [`julgar_historia`](super::julgar_historia).
pub fn julgar_disco_com_perguntas(
    disco: &DiscoModelo,
    iniciais: &BTreeMap<Rg, Saldo>,
    ouvidas: &[Ouvida],
    perguntas: &[Pergunta],
) -> Sentenca {
    let (ouvidas, perguntas) = (ouvidas.to_vec(), perguntas.to_vec());
    julgar_vida(disco, iniciais, &Historia { ouvidas, perguntas, ..Historia::default() })
}

/// The same where there was an administration, too.
///
/// # Errors
///
/// As for [`julgar_historia`](super::julgar_historia).
pub fn julgar_vida(
    disco: &DiscoModelo,
    iniciais: &BTreeMap<Rg, Saldo>,
    historia: &Historia,
) -> Sentenca {
    let abertas = historia.geridas.iter().flat_map(|gerida| gerida.feito.efeitos());
    let abertas: Vec<Rg> = abertas.map(|efeito| efeito.rg()).collect();
    let contas = || iniciais.keys().chain(&abertas).copied();
    // A ledger that cannot be read at all is for the audit to name.
    let extratos = julgar_extratos(disco, contas());
    let antes = auditar(disco).map_err(|erro| format!("the audit after the crash: {erro}"));
    // A bank that was never started has no ledger to audit.
    let sem_diario = disco.nomes().iter().all(|nome| !nome.starts_with("diario/00"));
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA)
        .map_err(|erro| format!("the bank does not open: {erro}"))?;
    if !sem_diario {
        extratos?;
        let divergencias = antes?.divergencias;
        if !divergencias.is_empty() {
            return Err(format!("the audit after the crash: {divergencias:?}"));
        }
    }
    let mut saldos = BTreeMap::new();
    for rg in contas() {
        match fazer(&banco, &Relogio::novo(), Operacao::Saldo { rg }).1 {
            Ok(Sucesso::Saldo(saldo)) => drop(saldos.insert(rg, saldo)),
            Err(Recusa::ClienteNaoEncontrado) if !iniciais.contains_key(&rg) => {}
            outro => return Err(format!("account {rg} after recovery: {outro:?}")),
        }
    }
    banco.fechar().map_err(|erro| format!("the bank does not close: {erro}"))?;
    drop(banco);

    let mut livro = Vec::new();
    let alcance = ler_livro(disco, |lancamento| livro.push(lancamento))
        .map_err(|erro| format!("the ledger: {erro}"))?;
    if !alcance.danos.is_empty() {
        return Err(format!("the ledger: {:?}", alcance.danos));
    }
    let esperados = julgar_livro(iniciais, historia, &livro)?;
    if saldos != esperados {
        return Err(format!("balances {saldos:?}, the history says {esperados:?}"));
    }
    let depois = auditar(disco).map_err(|erro| format!("the audit: {erro}"))?;
    if !depois.divergencias.is_empty() {
        return Err(format!("the audit: {:?}", depois.divergencias));
    }
    let total: u128 = saldos.values().map(|saldo| u128::from(saldo.centavos())).sum();
    if depois.total_em_centavos != total {
        return Err(format!("the files sum up to {}, not {total}", depois.total_em_centavos));
    }
    if u128::try_from(depois.balanco.total()) != Ok(total) {
        return Err(format!("{:?} is not {total}", depois.balanco));
    }
    match disco.nomes().iter().find(|nome| nome.contains(".tmp-") || nome.contains(".copia-")) {
        Some(resto) => Err(format!("{resto} was left behind")),
        None => Ok(()),
    }
}
