//! The journal read as a ledger: each account's statement, and the audit of the whole bank.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::io;

use super::diario::{Cauda, Ponto, Registro, TRAVA, ler_segmento, segmentos};
use super::disco::Disco;
use super::json::{ContaArquivo, ErroAbrir};
use super::regras::decidir;
use super::{Efeito, Feito, Movimento};
use crate::relogio::Carimbo;
use crate::tipos::{Rg, Saldo};

/// One thing that was done in the bank's life, as the journal kept it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lancamento {
    /// Its number, from 1 and without gaps.
    pub seq: u64,
    /// The run of the bank in which it was done, from 1.
    pub epoca: u64,
    /// The stamp of its reply; (`epoca`, `carimbo`) orders the bank's whole life.
    pub carimbo: Carimbo,
    /// What was done.
    pub feito: Feito,
}

impl Lancamento {
    fn de_registro(registro: Registro) -> Self {
        let Registro { seq, epoca, carimbo, feito, .. } = registro;
        Self { seq, epoca, carimbo, feito }
    }

    /// Whether the balances after are what the bank's rules make of those before. Of what the
    /// administration did, anything is.
    fn confere(&self) -> bool {
        let Some(operacao) = self.feito.operacao() else { return true };
        let efeitos = || self.feito.efeitos();
        let antes = |rg| Ok(efeitos().find(|efeito| efeito.rg() == rg).and_then(|e| e.antes()));
        decidir(operacao, antes).is_ok_and(|decisao| {
            let depois = decisao.mudancas.into_iter().flatten();
            depois.eq(efeitos().map(|efeito| (efeito.rg(), efeito.depois())))
        })
    }
}

/// Reads the ledger of a bank that nobody has open, from its first operation to its last.
///
/// # Errors
///
/// [`ErroAbrir`], also if a segment is damaged.
pub fn ler_livro<D: Disco>(
    disco: &D,
    mut visitar: impl FnMut(Lancamento),
) -> Result<(), ErroAbrir> {
    let _trava = trancar(disco)?;
    percorrer(disco, &mut visitar)
}

/// Keeps everybody else out of the bank. One that was never opened has nothing to lock.
fn trancar<D: Disco>(disco: &D) -> Result<Option<D::Arquivo>, ErroAbrir> {
    disco.listar("")?;
    match disco.travar(TRAVA) {
        Ok(trava) => Ok(Some(trava)),
        Err(erro) if erro.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(erro) => Err(erro.into()),
    }
}

fn percorrer<D: Disco>(disco: &D, visitar: &mut impl FnMut(Lancamento)) -> Result<(), ErroAbrir> {
    let mut numeros = segmentos(disco)?;
    if let Some(&ultimo) = numeros.last() {
        let segmento = ler_segmento(disco, ultimo)?;
        // It was just being begun when the bank was killed.
        if segmento.cabecalho.is_none() && !matches!(segmento.cauda, Cauda::Ruim { sinc: Some(_) })
        {
            numeros.pop();
        }
    }
    let mut esperado = None;
    for (indice, &numero) in numeros.iter().enumerate() {
        let ultimo = indice + 1 == numeros.len();
        let segmento = ler_segmento(disco, numero)?;
        let corrompido =
            |posicao| ErroAbrir::Corrompido { arquivo: segmento.nome.clone(), posicao };
        let Some(cabecalho) = segmento.cabecalho else { return Err(corrompido(0)) };
        if esperado.is_some_and(|seq| seq != cabecalho.seq) {
            return Err(corrompido(0));
        }
        let proximo = cabecalho.seq + segmento.registros.len() as u64;
        // A torn tail is for recovery to cut; damage is not.
        let falta = match segmento.cauda {
            Cauda::Ruim { sinc } if !ultimo || sinc.is_some_and(|sinc| sinc >= proximo) => {
                Some(corrompido(segmento.validos))
            }
            _ => None,
        };
        for registro in segmento.registros {
            visitar(Lancamento::de_registro(registro));
        }
        if let Some(erro) = falta {
            return Err(erro);
        }
        esperado = Some(proximo);
    }
    Ok(())
}

/// What an audit found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Auditoria {
    /// How many operations the ledger holds.
    pub lancamentos: u64,
    /// How many account files there are.
    pub contas: u64,
    /// The sum of all readable balances, in centavos.
    pub total_em_centavos: u128,
    /// Everything that does not add up, in the order in which it was found.
    pub divergencias: Vec<Divergencia>,
}

/// Something that does not add up. `Display` is a sentence for a person.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Divergencia {
    /// The balances of a record are not what its operation makes.
    ContaErrada {
        /// The record.
        seq: u64,
    },
    /// An account's balance changed between two records: somebody edited its file while the bank
    /// was stopped.
    Ajuste {
        /// The account.
        rg: Rg,
        /// The first record after the change.
        seq: u64,
        /// The balance that the ledger had.
        livro: Saldo,
        /// The balance that the bank found.
        encontrado: Saldo,
    },
    /// The file of an account does not hold the balance that the ledger has.
    ArquivoDiferente {
        /// The account.
        rg: Rg,
        /// The balance of the ledger.
        livro: Saldo,
        /// The balance in the file.
        arquivo: Saldo,
    },
    /// The file of an account cannot be understood, or is missing although the ledger has it.
    ArquivoIlegivel {
        /// The account.
        rg: Rg,
    },
}

impl fmt::Display for Divergencia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ContaErrada { seq } => {
                write!(f, "Lançamento {seq}: os saldos não correspondem à operação.")
            }
            Self::Ajuste { rg, seq, livro, encontrado } => write!(
                f,
                "Conta {rg}: saldo alterado por fora de {livro} para {encontrado} \
                 antes do lançamento {seq}."
            ),
            Self::ArquivoDiferente { rg, livro, arquivo } => {
                write!(f, "Conta {rg}: o arquivo tem {arquivo} e o livro tem {livro}.")
            }
            Self::ArquivoIlegivel { rg } => {
                write!(f, "Conta {rg}: o arquivo não pode ser lido.")
            }
        }
    }
}

/// What the audit knows of an account from the ledger.
struct Escriturada {
    saldo: Saldo,
    /// Balances that its file may still hold, since recovery has not run yet.
    pendentes: HashSet<Saldo>,
}

/// Recomputes every balance of a bank that nobody has open, from its ledger and its files.
///
/// After a crash, files that recovery will bring up to date are not held against the bank.
///
/// # Errors
///
/// [`ErroAbrir`], also if a segment is damaged.
pub fn auditar<D: Disco>(disco: &D) -> Result<Auditoria, ErroAbrir> {
    let _trava = trancar(disco)?;
    let corrompido = || ErroAbrir::Corrompido { arquivo: Ponto::NOME.to_owned(), posicao: 0 };
    let ponto = Ponto::ler(disco).map_err(|_| corrompido())?.unwrap_or_default();
    let mut ultimo = 0;
    let mut auditoria = Auditoria::default();
    let mut escrituradas: BTreeMap<Rg, Escriturada> = BTreeMap::new();
    percorrer(disco, &mut |lancamento| {
        auditoria.lancamentos += 1;
        let seq = lancamento.seq;
        ultimo = seq;
        if !lancamento.confere() {
            auditoria.divergencias.push(Divergencia::ContaErrada { seq });
        }
        for efeito in lancamento.feito.efeitos() {
            let Efeito::Mudou(Movimento { rg, antes, depois }) = efeito else { continue };
            let pendentes = HashSet::new();
            let conta = escrituradas.entry(rg).or_insert(Escriturada { saldo: antes, pendentes });
            if conta.saldo != antes {
                let (livro, encontrado) = (conta.saldo, antes);
                auditoria.divergencias.push(Divergencia::Ajuste { rg, seq, livro, encontrado });
            }
            if seq > ponto.seq {
                conta.pendentes.extend([antes, depois]);
            }
            conta.saldo = depois;
        }
    })?;
    // A checkpoint that speaks of what is not there: the end of the ledger is missing.
    let ultimo_segmento = segmentos(disco)?.last().copied().unwrap_or(0);
    let falta_o_fim = auditoria.lancamentos > 0 && ultimo < ponto.seq;
    if falta_o_fim || ultimo_segmento < ponto.segmento {
        return Err(corrompido());
    }
    auditoria.conferir_arquivos(disco, escrituradas)?;
    Ok(auditoria)
}

impl Auditoria {
    fn conferir_arquivos(
        &mut self,
        disco: &impl Disco,
        mut escrituradas: BTreeMap<Rg, Escriturada>,
    ) -> io::Result<()> {
        let mut rgs: Vec<Rg> = disco
            .listar("")?
            .iter()
            .filter_map(|nome| nome.strip_suffix(".json")?.parse().ok())
            .collect();
        rgs.sort_unstable();
        self.contas = rgs.len() as u64;
        for rg in rgs {
            let livro = escrituradas.remove(&rg);
            let Ok(Some((conta, _))) = ContaArquivo::abrir(disco, rg) else {
                self.divergencias.push(Divergencia::ArquivoIlegivel { rg });
                continue;
            };
            let arquivo = conta.saldo;
            // A file that recovery will overwrite counts with what it will hold.
            let vale = match livro {
                Some(livro) if livro.pendentes.contains(&arquivo) => livro.saldo,
                Some(Escriturada { saldo: livro, .. }) if livro != arquivo => {
                    self.divergencias.push(Divergencia::ArquivoDiferente { rg, livro, arquivo });
                    arquivo
                }
                _ => arquivo,
            };
            self.total_em_centavos += u128::from(vale.centavos());
        }
        let ausentes = escrituradas.into_keys();
        self.divergencias.extend(ausentes.map(|rg| Divergencia::ArquivoIlegivel { rg }));
        Ok(())
    }
}
