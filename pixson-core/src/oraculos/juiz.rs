//! The judge: from what clients heard and what the ledger holds, was this bank right?
//!
//! It trusts the stamps and nothing else. Whatever was acknowledged must be in the ledger; the
//! ledger holds nothing that nobody asked for; and all of it, sorted by (epoch, stamp), must be
//! what the model does.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use pixson_core::banco::BancoMemoria;
//! use pixson_core::oraculos::fazer;
//! use pixson_core::oraculos::juiz::{Ouvida, julgar_respostas};
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

use std::collections::BTreeMap;

use super::disco::DiscoModelo;
use super::fazer;
use crate::banco::disco::Disco;
use crate::banco::{
    Banco, BancoJson, BancoMemoria, ConfiguracaoJson, Lancamento, auditar, ler_livro,
};
use crate::relogio::{Carimbo, Relogio};
use crate::tipos::{Operacao, Recusa, Rg, Saldo, Sucesso};

/// Small, so that a short scenario turns segments, drops accounts and takes space often.
pub const PEQUENA: ConfiguracaoJson = ConfiguracaoJson {
    contas_em_memoria: 16,
    segmento_bytes: 600,
    reserva_bytes: 256,
    arquivos_por_vez: 2,
    segmentos_retidos: None,
};

/// One operation, as the client that asked for it knows it.
#[derive(Clone, Copy, Debug)]
pub struct Ouvida {
    /// The run of the bank.
    pub epoca: u64,
    /// The stamp of the reply.
    pub carimbo: Carimbo,
    /// What was asked for.
    pub operacao: Operacao,
    /// What the reply says.
    pub desfecho: Result<Sucesso, Recusa>,
    /// The reply was sent.
    pub confirmada: bool,
}

/// What is wrong, or `Ok`.
pub type Veredito = Result<(), String>;

type Chave = (u64, Carimbo);

/// What was done at each stamp, and what the client heard of it.
type Eventos = BTreeMap<Chave, (Operacao, Option<Result<Sucesso, Recusa>>)>;

/// An operation that was asked for in an epoch, and never answered: not even its stamp is known.
pub type Pergunta = (u64, Operacao);

/// Judges a bank in which nobody is at work, and whose ledger can be read. Returns the balances
/// that the history leads to.
///
/// # Errors
///
/// What is wrong, for a person.
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
    let mut perguntas = perguntas.to_vec();
    let por_chave = por_chave(ouvidas)?;
    let mut eventos = Eventos::new();
    for lancamento in livro {
        let chave = (lancamento.epoca, lancamento.carimbo);
        let Some(operacao) = lancamento.feito.operacao() else {
            return Err(format!("nobody asked for {lancamento:?}"));
        };
        match por_chave.get(&chave) {
            Some(ouvida) if ouvida.operacao == operacao => {}
            Some(outra) => return Err(format!("{lancamento:?} was answered {outra:?}")),
            None => {
                let pergunta = (lancamento.epoca, operacao);
                let Some(indice) = perguntas.iter().position(|&feita| feita == pergunta) else {
                    return Err(format!("nobody asked for {lancamento:?}"));
                };
                perguntas.swap_remove(indice);
            }
        }
        if eventos.insert(chave, (operacao, None)).is_some() {
            return Err(format!("twice in the ledger: {lancamento:?}"));
        }
    }
    for (chave, ouvida) in por_chave.into_iter().filter(|(_, ouvida)| ouvida.confirmada) {
        let muda = muda_algo(&ouvida);
        if muda != eventos.contains_key(&chave) {
            return Err(format!("acknowledged and not in the ledger as it should be: {ouvida:?}"));
        }
        eventos.insert(chave, (ouvida.operacao, Some(ouvida.desfecho)));
    }
    repetir(iniciais, eventos)
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
    let evento = |ouvida: Ouvida| (ouvida.operacao, Some(ouvida.desfecho));
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

/// Does on the model what the bank did, in the order of the stamps.
fn repetir(
    iniciais: &BTreeMap<Rg, Saldo>,
    eventos: Eventos,
) -> Result<BTreeMap<Rg, Saldo>, String> {
    let modelo = BancoMemoria::com_contas(iniciais.clone());
    for (chave, (operacao, desfecho)) in eventos {
        let (_, esperado) = fazer(&modelo, &Relogio::novo(), operacao);
        let certo = desfecho.map_or(esperado.is_ok(), |desfecho| desfecho == esperado);
        if !certo {
            return Err(format!(
                "at {chave:?} {operacao:?}: {desfecho:?}, the model: {esperado:?}"
            ));
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
) -> Veredito {
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
) -> Veredito {
    let antes = auditar(disco).map_err(|erro| format!("the audit after the crash: {erro}"));
    // Before the first start there is no ledger to audit.
    let sem_diario = disco.nomes().iter().all(|nome| !nome.starts_with("diario/00"));
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA)
        .map_err(|erro| format!("the bank does not open: {erro}"))?;
    if !sem_diario {
        let divergencias = antes?.divergencias;
        if !divergencias.is_empty() {
            return Err(format!("the audit after the crash: {divergencias:?}"));
        }
    }
    let mut saldos = BTreeMap::new();
    for &rg in iniciais.keys() {
        match fazer(&banco, &Relogio::novo(), Operacao::Saldo { rg }).1 {
            Ok(Sucesso::Saldo(saldo)) => saldos.insert(rg, saldo),
            outro => return Err(format!("account {rg} after recovery: {outro:?}")),
        };
    }
    banco.fechar().map_err(|erro| format!("the bank does not close: {erro}"))?;
    drop(banco);

    let mut livro = Vec::new();
    ler_livro(disco, |lancamento| livro.push(lancamento))
        .map_err(|erro| format!("the ledger: {erro}"))?;
    let esperados = julgar_com_perguntas(iniciais, ouvidas, perguntas, &livro)?;
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
    match disco.nomes().iter().find(|nome| nome.contains(".tmp-") || nome.contains(".copia-")) {
        Some(resto) => Err(format!("{resto} was left behind")),
        None => Ok(()),
    }
}

/// A step of a scenario.
#[derive(Clone, Copy, Debug)]
pub enum Passo {
    /// Do this.
    Fazer(Operacao),
    /// Wait for everything done so far, as a batch.
    Confirmar,
    /// Make a checkpoint.
    Publicar,
    /// End in order.
    Fechar,
}

/// Runs steps on an open bank. What it cannot do any more it leaves.
pub fn encenar<D: Disco>(banco: &BancoJson<D>, passos: &[Passo], ouvidas: &mut Vec<Ouvida>) {
    let relogio = Relogio::novo();
    let mut pendentes = Vec::new();
    let epoca = banco.epoca();
    for passo in passos {
        match *passo {
            Passo::Fazer(operacao) => {
                let Ok(execucao) = banco.executar(operacao, &relogio) else { continue };
                // An outcome that is unknown tells nothing, nor does a file that a broken disk
                // could not read.
                let calada = [Err(Recusa::ServidorIndisponivel), Err(Recusa::ContaIlegivel)];
                if !calada.contains(&execucao.desfecho) {
                    let (carimbo, desfecho) = (execucao.carimbo, execucao.desfecho);
                    pendentes.push((ouvidas.len(), execucao.recibo));
                    ouvidas.push(Ouvida { epoca, carimbo, operacao, desfecho, confirmada: false });
                }
            }
            Passo::Confirmar => {
                let ultimo = pendentes.iter().map(|(_, recibo)| *recibo).max();
                if ultimo.is_some_and(|recibo| banco.confirmar(recibo).is_ok()) {
                    for (indice, _) in pendentes.drain(..) {
                        ouvidas[indice].confirmada = true;
                    }
                }
            }
            Passo::Publicar => {
                let _ = banco.publicar();
            }
            Passo::Fechar => {
                let _ = banco.fechar();
            }
        }
    }
}
