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
mod vida;

use std::collections::BTreeMap;

pub use self::cena::{PassoDaCena, encenar};
pub use self::copia::{Copia, julgar_copia};
pub use self::extrato::julgar_extratos;
pub use self::historia::{Gerida, Historia, Ouvida, Pergunta};
pub use self::vida::{julgar_disco, julgar_disco_com_perguntas, julgar_vida};
use super::fazer;
use pixson_core::banco::{BancoMemoria, ConfiguracaoJson, Feito, Lancamento};
use pixson_core::relogio::{Carimbo, Relogio};
use pixson_core::tipos::{Desfecho, Operacao, Rg, Saldo, Sucesso};

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

/// What acts are sorted by.
type Chave = (u64, u64);

/// The key of an epoch and a stamp.
type Ordem = fn(u64, Carimbo) -> Chave;

/// The runs of one server: one ends before the next begins.
const POR_EPOCA: Ordem = |epoca, carimbo| (epoca, carimbo.valor());

/// Several servers on one bank: docs/distribuido.md, section 3.
const POR_CARIMBO: Ordem = |epoca, carimbo| (carimbo.valor(), epoca);

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
    julgar_em_ordem(iniciais, historia, livro, POR_EPOCA)
}

/// Judges a bank on which several servers stand, from the replies of all of them and its one ledger: sorted
/// by (stamp, epoch), all of it must be what the model does. `epoca` of a reply is that of the server that
/// gave it.
///
/// # Errors
///
/// As for [`julgar_historia`].
pub fn julgar_servidores(
    iniciais: &BTreeMap<Rg, Saldo>,
    historia: &Historia,
    livro: &[Lancamento],
) -> Result<BTreeMap<Rg, Saldo>, String> {
    julgar_em_ordem(iniciais, historia, livro, POR_CARIMBO)
}

fn julgar_em_ordem(
    iniciais: &BTreeMap<Rg, Saldo>,
    historia: &Historia,
    livro: &[Lancamento],
    ordem: Ordem,
) -> Result<BTreeMap<Rg, Saldo>, String> {
    let mut perguntas = historia.perguntas.clone();
    let por_chave = por_chave(&historia.ouvidas, ordem)?;
    let mut eventos = Atos::new();
    for lancamento in livro {
        let epoca = lancamento.epoca;
        let chave = ordem(epoca, lancamento.carimbo);
        let evento = if let Some(operacao) = lancamento.feito.operacao() {
            let pergunta = (epoca, operacao);
            conferir_pergunta(chave, pergunta, por_chave.get(&chave), &mut perguntas)?;
            Ato::Operacao(operacao, None)
        } else {
            let mut geridas = historia.geridas.iter();
            let pedida = |gerida: &Gerida| {
                ordem(gerida.epoca, gerida.carimbo) == chave && gerida.feito == lancamento.feito
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
        if !eventos.contains_key(&ordem(gerida.epoca, gerida.carimbo)) {
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
    pergunta: Pergunta,
    ouvida: Option<&Ouvida>,
    perguntas: &mut Vec<Pergunta>,
) -> Sentenca {
    let operacao = pergunta.1;
    match ouvida {
        Some(ouvida) if ouvida.operacao == operacao => {}
        Some(outra) => return Err(format!("{operacao:?} at {chave:?} was answered {outra:?}")),
        None => {
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
    let por_chave = por_chave(ouvidas, POR_EPOCA)?.into_iter();
    repetir(iniciais, por_chave.map(|(chave, ouvida)| (chave, evento(ouvida))).collect())
}

fn por_chave(ouvidas: &[Ouvida], ordem: Ordem) -> Result<BTreeMap<Chave, Ouvida>, String> {
    let mut por_chave = BTreeMap::new();
    for ouvida in ouvidas {
        if por_chave.insert(ordem(ouvida.epoca, ouvida.carimbo), *ouvida).is_some() {
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
