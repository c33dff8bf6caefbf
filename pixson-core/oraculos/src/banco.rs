//! The oracle of several runs of a bank on a disk that fails and forgets.

use arbitrary::{Result, Unstructured};

use super::contas::Elenco;
use super::disco::{Corte, DiscoModelo, FalhaDoDisco, ModoDeFalhar};
use super::gestao::gestao;
use super::juiz::{Historia, PEQUENA, PassoDaCena, encenar, julgar_vida};
use super::sorteio::Sorteio;
use pixson_core::banco::BancoJson;

/// How often the bank is started at most.
const PARTIDAS_MAX: usize = 5;

/// The most steps between two starts.
const PASSOS_MAX: usize = 32;

/// The last call to the disk that a fault may hit: the steps make about as many calls.
const CHAMADAS_MAX: usize = 160;

/// A bank in files, on a disk that fails and forgets, does what the bank in memory does. Needs the
/// feature `json`.
///
/// `dados` says what is done in each run of the bank, which call to the disk fails and how, and
/// what a power cut then leaves of what was not synced. Recovery may be cut short as well. The rest
/// of `dados` describes a second bank, which has an administration, too; and the rest of that a
/// third one, whose accounts have names and balances of any length.
///
/// * The judge ([`juiz`](super::juiz)) finds nothing wrong: the ledger has all that was
///   acknowledged and nothing that was not asked for, and in the order of the stamps it is what the
///   model does. Balances, files and audit agree, and no temporary file or copy is left.
///
/// # Panics
///
/// If the law is broken.
pub fn banco(dados: &[u8]) {
    let mut dados = Unstructured::new(dados);
    let _ = viver(&mut dados, &Elenco::curto(), passo);
    if !dados.is_empty() {
        let _ = viver(&mut dados, &Elenco::curto(), passo_ou_gestao);
    }
    if !dados.is_empty() {
        let semente: u16 = dados.arbitrary().unwrap_or_default();
        let _ = viver(&mut dados, &Elenco::sorteado(semente.into()), passo_ou_gestao);
    }
}

/// Draws a step.
type Sortear = fn(&Elenco, &mut Unstructured<'_>) -> Result<PassoDaCena>;

fn viver(dados: &mut Unstructured<'_>, elenco: &Elenco, sortear: Sortear) -> Result<()> {
    let iniciais = elenco.iniciais();
    let mut disco = DiscoModelo::com_contas(&iniciais);
    let mut historia = Historia::default();
    for _ in 0..dados.int_in_range(1..=PARTIDAS_MAX)? {
        disco.programar(falha(dados)?);
        let passos = (0..dados.int_in_range(0..=PASSOS_MAX)?).map(|_| sortear(elenco, dados));
        let passos = passos.collect::<Result<Vec<_>>>()?;
        if let Ok((banco, _)) = BancoJson::abrir_em(disco.clone(), PEQUENA) {
            encenar(&banco, &passos, &mut historia);
        }
        let mut corte = corte(dados, &disco)?;
        disco = disco.depois_de(&mut corte);
    }
    assert_eq!(julgar_vida(&disco, &iniciais, &historia), Ok(()));
    Ok(())
}

fn falha(dados: &mut Unstructured<'_>) -> Result<Option<FalhaDoDisco>> {
    if dados.ratio(1, 4)? {
        return Ok(None);
    }
    let especie =
        *dados.choose(&[ModoDeFalhar::Eio, ModoDeFalhar::SemEspaco, ModoDeFalhar::EscritaCurta])?;
    let (chamada, para_sempre) = (dados.int_in_range(0..=CHAMADAS_MAX)?, dados.arbitrary()?);
    Ok(Some(FalhaDoDisco { chamada, especie, para_sempre }))
}

fn passo(elenco: &Elenco, dados: &mut Unstructured<'_>) -> Result<PassoDaCena> {
    Ok(match dados.int_in_range(0..=11)? {
        0..=2 => PassoDaCena::Confirmar,
        3 => PassoDaCena::Publicar,
        4 if dados.ratio(1, 4)? => PassoDaCena::Fechar,
        _ => PassoDaCena::Fazer(elenco.operacao(dados)?),
    })
}

fn passo_ou_gestao(elenco: &Elenco, dados: &mut Unstructured<'_>) -> Result<PassoDaCena> {
    if dados.ratio(1, 3)? { gestao(elenco, dados) } else { passo(elenco, dados) }
}

fn corte(dados: &mut Unstructured<'_>, disco: &DiscoModelo) -> Result<Corte> {
    Ok(match dados.int_in_range(0..=3)? {
        0 => Corte::Tudo,
        1 => Corte::Nada,
        2 => Corte::Bytes(dados.int_in_range(0..=disco.bytes_pendentes())?),
        _ => Corte::Sorteado(Sorteio::novo(dados.arbitrary()?)),
    })
}
