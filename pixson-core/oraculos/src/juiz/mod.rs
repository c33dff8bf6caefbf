//! The judge: it decides from the replies that clients got, and from the ledger, whether a bank was
//! right.
//!
//! It needs the feature `json`, also for a bank that keeps nothing in files: its
//! histories may hold what an administration did, and the types of that come with the bank in files.
//!
//! It trusts nothing but the stamps. Every acknowledged operation must be in the ledger, the ledger
//! must hold nothing that was not asked for, and all of it, sorted by (epoch, stamp), must be what
//! the model does.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use pixson_core::banco::BancoMemoria;
//! use pixson_oraculos::fazer;
//! use pixson_oraculos::juiz::{Ouvida, julgar_respostas};
//! use pixson_core::{Operacao, Relogio, Rg, Saldo, Sucesso};
//!
//! let rg: Rg = "1".parse()?;
//! let iniciais = BTreeMap::from([(rg, Saldo::de_centavos(1000)?)]);
//! // Or a bank of one's own.
//! let (banco, relogio) = (BancoMemoria::com_contas(iniciais.clone()), Relogio::novo());
//! let mut ouvidas = Vec::new();
//! for operacao in [Operacao::Saque { rg, valor: "2.5".parse()? }, Operacao::Saldo { rg }] {
//!     let (carimbo, desfecho) = fazer(&banco, &relogio, operacao);
//!     ouvidas.push(Ouvida { epoca: 1, carimbo, operacao, desfecho, confirmada: true });
//! }
//! assert_eq!(julgar_respostas(&iniciais, &ouvidas)?[&rg].to_string(), "7.5");
//!
//! // A bank that had forgotten the withdrawal would be found.
//! ouvidas[1].desfecho = Ok(Sucesso::Saldo(iniciais[&rg]));
//! assert!(julgar_respostas(&iniciais, &ouvidas).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cena;
mod copia;
mod extrato;
mod historia;

use std::collections::BTreeMap;

pub use self::cena::{PassoDaCena, encenar};
pub use self::copia::{Copia, julgar_copia};
pub use self::extrato::julgar_extratos;
pub use self::historia::{Gerida, Historia, Ouvida, Pergunta};
use super::disco::DiscoModelo;
use super::fazer;
use pixson_core::banco::{
    BancoJson, BancoMemoria, ConfiguracaoJson, Feito, Lancamento, auditar, ler_livro,
};
use pixson_core::relogio::{Carimbo, Relogio};
use pixson_core::tipos::{Desfecho, Operacao, Recusa, Rg, Saldo, Sucesso};

/// Small, so that a short scenario turns segments, drops accounts and takes space often.
pub const PEQUENA: ConfiguracaoJson = ConfiguracaoJson {
    contas_em_memoria: 16,
    segmento_bytes: 600,
    reserva_bytes: 256,
    arquivos_por_vez: 2,
    segmentos_retidos: None,
    indexar_depois_de: 1,
};

/// The judgement: `Ok`, or a sentence about what is wrong.
pub type Sentenca = Result<(), String>;

type Chave = (u64, Carimbo);

/// The act of each stamp.
type Atos = BTreeMap<Chave, Ato>;

enum Ato {
    /// An operation, and its reply if the client got one.
    Operacao(Operacao, Option<Desfecho>),
    /// An act of the administration.
    Gestao(Feito),
}

/// Judges a bank that is at rest and whose ledger can be read. Returns the balances that the
/// history leads to.
///
/// # Errors
///
/// A sentence for a person about what is wrong.
pub fn julgar_historia(
    iniciais: &BTreeMap<Rg, Saldo>,
    ouvidas: &[Ouvida],
    livro: &[Lancamento],
) -> Result<BTreeMap<Rg, Saldo>, String> {
    julgar_com_perguntas(iniciais, ouvidas, &[], livro)
}

/// The same where some operations were never answered.
///
/// # Errors
///
/// As for [`julgar_historia`].
pub fn julgar_com_perguntas(
    iniciais: &BTreeMap<Rg, Saldo>,
    ouvidas: &[Ouvida],
    perguntas: &[Pergunta],
    livro: &[Lancamento],
) -> Result<BTreeMap<Rg, Saldo>, String> {
    let (ouvidas, perguntas) = (ouvidas.to_vec(), perguntas.to_vec());
    julgar_livro(iniciais, &Historia { ouvidas, perguntas, ..Historia::default() }, livro)
}

/// The same where there was an administration, too.
///
/// # Errors
///
/// As for [`julgar_historia`].
pub fn julgar_livro(
    iniciais: &BTreeMap<Rg, Saldo>,
    historia: &Historia,
    livro: &[Lancamento],
) -> Result<BTreeMap<Rg, Saldo>, String> {
    let mut perguntas = historia.perguntas.clone();
    let por_chave = por_chave(&historia.ouvidas)?;
    let mut eventos = Atos::new();
    for lancamento in livro {
        let chave = (lancamento.epoca, lancamento.carimbo);
        let evento = if let Some(operacao) = lancamento.feito.operacao() {
            conferir_pergunta(chave, operacao, por_chave.get(&chave), &mut perguntas)?;
            Ato::Operacao(operacao, None)
        } else {
            let mut geridas = historia.geridas.iter();
            let pedida = |gerida: &Gerida| {
                (gerida.epoca, gerida.carimbo) == chave && gerida.feito == lancamento.feito
            };
            if !geridas.any(pedida) {
                return Err(format!("nobody asked for {lancamento:?}"));
            }
            Ato::Gestao(lancamento.feito.clone())
        };
        if eventos.insert(chave, evento).is_some() {
            return Err(format!("twice in the ledger: {lancamento:?}"));
        }
    }
    for gerida in historia.geridas.iter().filter(|gerida| gerida.confirmada) {
        if !eventos.contains_key(&(gerida.epoca, gerida.carimbo)) {
            return Err(format!("acknowledged and not in the ledger: {gerida:?}"));
        }
    }
    for (chave, ouvida) in por_chave.into_iter().filter(|(_, ouvida)| ouvida.confirmada) {
        let muda = muda_algo(&ouvida);
        if muda != eventos.contains_key(&chave) {
            return Err(format!("acknowledged and not in the ledger as it should be: {ouvida:?}"));
        }
        eventos.insert(chave, Ato::Operacao(ouvida.operacao, Some(ouvida.desfecho)));
    }
    repetir(iniciais, eventos)
}

/// Checks that an operation of the ledger was asked for.
fn conferir_pergunta(
    chave: Chave,
    operacao: Operacao,
    ouvida: Option<&Ouvida>,
    perguntas: &mut Vec<Pergunta>,
) -> Sentenca {
    match ouvida {
        Some(ouvida) if ouvida.operacao == operacao => {}
        Some(outra) => return Err(format!("{operacao:?} at {chave:?} was answered {outra:?}")),
        None => {
            let pergunta = (chave.0, operacao);
            let Some(indice) = perguntas.iter().position(|&feita| feita == pergunta) else {
                return Err(format!("nobody asked for {operacao:?} at {chave:?}"));
            };
            perguntas.swap_remove(indice);
        }
    }
    Ok(())
}

/// Judges a bank that has no ledger, and none of whose replies was lost.
///
/// # Errors
///
/// As for [`julgar_historia`].
pub fn julgar_respostas(
    iniciais: &BTreeMap<Rg, Saldo>,
    ouvidas: &[Ouvida],
) -> Result<BTreeMap<Rg, Saldo>, String> {
    let evento = |ouvida: Ouvida| Ato::Operacao(ouvida.operacao, Some(ouvida.desfecho));
    let por_chave = por_chave(ouvidas)?.into_iter();
    repetir(iniciais, por_chave.map(|(chave, ouvida)| (chave, evento(ouvida))).collect())
}

fn por_chave(ouvidas: &[Ouvida]) -> Result<BTreeMap<Chave, Ouvida>, String> {
    let mut por_chave = BTreeMap::new();
    for ouvida in ouvidas {
        if por_chave.insert((ouvida.epoca, ouvida.carimbo), *ouvida).is_some() {
            return Err(format!("two replies with one stamp: {ouvida:?}"));
        }
    }
    Ok(por_chave)
}

/// Repeats on the model what the bank did, in the order of the stamps.
fn repetir(iniciais: &BTreeMap<Rg, Saldo>, eventos: Atos) -> Result<BTreeMap<Rg, Saldo>, String> {
    let mut modelo = BancoMemoria::com_contas(iniciais.clone());
    for (chave, evento) in eventos {
        match evento {
            Ato::Operacao(operacao, desfecho) => {
                let (_, esperado) = fazer(&modelo, &Relogio::novo(), operacao);
                let certo = desfecho.map_or(esperado.is_ok(), |desfecho| desfecho == esperado);
                if !certo {
                    return Err(format!(
                        "at {chave:?} {operacao:?}: {desfecho:?}, the model: {esperado:?}"
                    ));
                }
            }
            Ato::Gestao(feito) => {
                let mut saldos = modelo.saldos();
                for efeito in feito.efeitos() {
                    if saldos.insert(efeito.rg(), efeito.depois()) != efeito.antes() {
                        return Err(format!("at {chave:?} {feito:?}: it was otherwise before"));
                    }
                }
                modelo = BancoMemoria::com_contas(saldos);
            }
        }
    }
    Ok(modelo.saldos())
}

fn muda_algo(ouvida: &Ouvida) -> bool {
    matches!(ouvida.desfecho, Ok(Sucesso::Saque | Sucesso::Deposito | Sucesso::Transferencia))
}

/// Opens the bank on a disk as a crash left it, and judges everything about it.
///
/// # Errors
///
/// As for [`julgar_historia`].
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
/// As for [`julgar_historia`].
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
/// As for [`julgar_historia`].
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
