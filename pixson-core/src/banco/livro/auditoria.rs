//! The audit: every balance recomputed from the ledger, and compared with the files.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::io;

use super::{Alcance, Divergencia, Lancamento, Percurso, percorrer};
use crate::banco::arquivo::ContaArquivo;
use crate::banco::diario::{ler_ponto, travar};
use crate::banco::disco::Disco;
use crate::banco::regras::{Movimentacao, Movimento};
use crate::banco::{ErroAbrir, Feito};
use crate::tipos::{Rg, Saldo};

/// What an audit found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Auditoria {
    /// How many operations the ledger holds, as far as it could be read.
    pub lancamentos: u64,
    /// How many records the bank has made in its life. There are fewer in the ledger if segments were
    /// removed.
    pub feitos: u64,
    /// From where on, and how well, the ledger could be read.
    pub alcance: Alcance,
    /// How many accounts there are: files, and those that recovery will write.
    pub contas: u64,
    /// The sum of all readable balances, in centavos.
    pub total_em_centavos: u128,
    /// Where that sum comes from, by the ledger.
    pub balanco: Balanco,
    /// Everything that does not add up, in the order in which it was found.
    pub divergencias: Vec<Divergencia>,
}

/// Where the money comes from, in centavos. If nothing diverges and the ledger is not damaged,
/// [`Balanco::total`] is the sum of all balances.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Balanco {
    /// What accounts held before their first record, or hold if they have none.
    pub inicial: u128,
    /// What accounts were opened with.
    pub aberturas: u128,
    /// What adjustments added, or took away.
    pub ajustes: i128,
    /// What was deposited.
    pub depositos: u128,
    /// What was withdrawn.
    pub saques: u128,
}

impl Balanco {
    /// What all accounts should hold together.
    ///
    /// ```
    /// use pixson_core::banco::Balanco;
    ///
    /// let balanco = Balanco { aberturas: 1000, ajustes: -100, saques: 50, ..Balanco::default() };
    /// assert_eq!(balanco.total(), 850);
    /// ```
    pub fn total(&self) -> i128 {
        let Self { inicial, aberturas, ajustes, depositos, saques } = *self;
        let inteiro = |soma: u128| i128::try_from(soma).unwrap_or(i128::MAX);
        let entrou = [inicial, aberturas, depositos].map(inteiro).into_iter();
        let entrou = entrou.fold(ajustes, i128::saturating_add);
        entrou.saturating_sub(inteiro(saques))
    }

    fn lancar(&mut self, feito: &Feito) {
        match feito {
            Feito::Movimentacao(Movimentacao::Saque { valor, .. }) => {
                self.saques += u128::from(valor.centavos());
            }
            Feito::Movimentacao(Movimentacao::Deposito { valor, .. }) => {
                self.depositos += u128::from(valor.centavos());
            }
            Feito::Movimentacao(Movimentacao::Transferencia { .. }) => {}
            Feito::Abertura(abertura) => {
                let saldos = abertura.contas().iter().map(|conta| em_centavos(conta.saldo));
                self.aberturas += saldos.sum::<u128>();
            }
            Feito::Ajuste(Movimento { antes, depois, .. }) => {
                self.ajustes += i128::from(depois.centavos()) - i128::from(antes.centavos());
            }
        }
    }
}

/// What the audit knows of an account from the ledger.
struct Escriturada {
    saldo: Saldo,
    /// Balances that its file may still hold, since recovery has not run yet.
    pendentes: HashSet<Saldo>,
    /// It may have no file yet, for the same reason.
    sem_arquivo: bool,
    /// Its last record.
    seq: u64,
}

/// The accounts of the ledger.
#[derive(Default)]
struct Escrituradas {
    contas: BTreeMap<Rg, Escriturada>,
    /// The first record behind the last gap: what happened to an account in a gap is unknown.
    lacuna: u64,
}

/// Recomputes every balance of a bank that no process has open, from its ledger and its files.
///
/// After a crash, files that recovery will bring up to date are no divergence. Where the ledger is
/// damaged, the audit goes on with what is whole; [`Auditoria::alcance`] names the damage. A
/// balance that differs before and behind a gap in the ledger is no divergence, either.
///
/// # Errors
///
/// [`ErroAbrir`]: a process has the bank open, or it cannot be read at all.
pub fn auditar<D: Disco>(disco: &D) -> Result<Auditoria, ErroAbrir> {
    let _trava = travar(disco)?;
    let ponto = ler_ponto(disco)?.ponto;
    let mut auditoria = Auditoria { feitos: ponto.seq, ..Auditoria::default() };
    let mut escrituradas = Escrituradas::default();
    let Percurso { alcance, sem_fim } =
        percorrer(disco, ponto, &mut |lancamento, depois_de_falta| {
            if depois_de_falta {
                escrituradas.lacuna = lancamento.seq;
            }
            auditoria.feitos = auditoria.feitos.max(lancamento.seq);
            auditoria.escriturar(&lancamento, lancamento.seq > ponto.seq, &mut escrituradas);
        })?;
    if sem_fim {
        escrituradas.lacuna = ponto.seq + 1;
    }
    auditoria.alcance = alcance;
    auditoria.conferir_arquivos(disco, escrituradas)?;
    Ok(auditoria)
}

impl Auditoria {
    /// Recomputes what a record says. It is `pendente` if account files need not hold it yet.
    fn escriturar(
        &mut self,
        lancamento: &Lancamento,
        pendente: bool,
        escrituradas: &mut Escrituradas,
    ) {
        self.lancamentos += 1;
        let seq = lancamento.seq;
        if !lancamento.confere() {
            self.divergencias.push(Divergencia::ContaErrada { seq });
        }
        self.balanco.lancar(&lancamento.feito);
        for efeito in lancamento.feito.efeitos() {
            let (rg, antes, depois) = (efeito.rg(), efeito.antes(), efeito.depois());
            let lacuna = escrituradas.lacuna;
            let conta = match escrituradas.contas.entry(rg) {
                Entry::Vacant(nova) => {
                    self.balanco.inicial += antes.map_or(0, em_centavos);
                    let saldo = antes.unwrap_or(depois);
                    nova.insert(Escriturada {
                        saldo,
                        pendentes: HashSet::new(),
                        sem_arquivo: antes.is_none() && pendente,
                        seq,
                    })
                }
                Entry::Occupied(conhecida) => {
                    let conta = conhecida.into_mut();
                    let livro = conta.saldo;
                    match antes {
                        // What happened to the account in the gap is unknown.
                        _ if conta.seq < lacuna => {}
                        None => {
                            self.divergencias.push(Divergencia::Reaberta { rg, seq, livro });
                            conta.sem_arquivo = pendente;
                        }
                        Some(encontrado) if encontrado != livro => {
                            let ajuste = Divergencia::Ajuste { rg, seq, livro, encontrado };
                            self.divergencias.push(ajuste);
                        }
                        Some(_) => {}
                    }
                    conta
                }
            };
            if pendente {
                conta.pendentes.extend(antes.into_iter().chain([depois]));
            }
            conta.saldo = depois;
            conta.seq = seq;
        }
    }

    fn conferir_arquivos(
        &mut self,
        disco: &impl Disco,
        mut escrituradas: Escrituradas,
    ) -> io::Result<()> {
        let mut rgs = ContaArquivo::listar(disco)?;
        rgs.sort_unstable();
        self.contas = rgs.len() as u64;
        for rg in rgs {
            let livro = escrituradas.contas.remove(&rg);
            let Ok(Some((conta, _))) = ContaArquivo::abrir(disco, rg) else {
                self.divergencias.push(Divergencia::ArquivoIlegivel { rg });
                continue;
            };
            let arquivo = conta.saldo;
            if livro.is_none() {
                self.balanco.inicial += em_centavos(arquivo);
            }
            // A file that recovery will overwrite counts with the balance that it will get.
            let vale = match livro {
                Some(livro) if livro.pendentes.contains(&arquivo) => livro.saldo,
                Some(Escriturada { seq, .. }) if seq < escrituradas.lacuna => arquivo,
                Some(Escriturada { saldo: livro, .. }) if livro != arquivo => {
                    self.divergencias.push(Divergencia::ArquivoDiferente { rg, livro, arquivo });
                    arquivo
                }
                _ => arquivo,
            };
            self.total_em_centavos += em_centavos(vale);
        }
        for (rg, Escriturada { saldo, sem_arquivo, .. }) in escrituradas.contas {
            if sem_arquivo {
                self.contas += 1;
                self.total_em_centavos += em_centavos(saldo);
            } else {
                self.divergencias.push(Divergencia::ArquivoIlegivel { rg });
            }
        }
        Ok(())
    }
}

fn em_centavos(saldo: Saldo) -> u128 {
    u128::from(saldo.centavos())
}
