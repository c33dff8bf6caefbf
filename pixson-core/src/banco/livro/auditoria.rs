//! The audit: every balance recomputed from the ledger, and compared with the files.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::io;

use super::{Lancamento, percorrer, trancar};
use crate::banco::diario::{Ponto, segmentos};
use crate::banco::disco::Disco;
use crate::banco::json::{ContaArquivo, ErroAbrir};
use crate::banco::{Feito, Movimento};
use crate::tipos::{Rg, Saldo};

/// What an audit found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Auditoria {
    /// How many operations the ledger holds.
    pub lancamentos: u64,
    /// How many accounts there are: files, and those that recovery will write.
    pub contas: u64,
    /// The sum of all readable balances, in centavos.
    pub total_em_centavos: u128,
    /// What the ledger makes of that sum.
    pub balanco: Balanco,
    /// Everything that does not add up, in the order in which it was found.
    pub divergencias: Vec<Divergencia>,
}

/// Where the money comes from, in centavos. If nothing diverges, [`Balanco::total`] is the sum of all
/// balances.
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
            Feito::Saque { valor, .. } => self.saques += u128::from(valor.centavos()),
            Feito::Deposito { valor, .. } => self.depositos += u128::from(valor.centavos()),
            Feito::Transferencia { .. } => {}
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
    /// An account of the ledger was opened again: somebody had removed its file while the bank was
    /// stopped.
    Reaberta {
        /// The account.
        rg: Rg,
        /// The record that opened it again.
        seq: u64,
        /// The balance that the ledger had.
        livro: Saldo,
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
            Self::Reaberta { rg, seq, livro } => write!(
                f,
                "Conta {rg}: o arquivo, com {livro}, foi removido por fora antes do lançamento \
                 {seq}, que abriu a conta de novo."
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
    /// It may have no file yet, for the same reason.
    sem_arquivo: bool,
}

/// The accounts of the ledger.
type Escrituradas = BTreeMap<Rg, Escriturada>;

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
    let mut escrituradas = Escrituradas::new();
    percorrer(disco, &mut |lancamento| {
        ultimo = lancamento.seq;
        auditoria.escriturar(&lancamento, lancamento.seq > ponto.seq, &mut escrituradas);
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
    /// Recomputes what a record says. One is `pendente` that files need not hold yet.
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
            let conta = match escrituradas.entry(rg) {
                Entry::Vacant(nova) => {
                    self.balanco.inicial += antes.map_or(0, em_centavos);
                    let saldo = antes.unwrap_or(depois);
                    nova.insert(Escriturada {
                        saldo,
                        pendentes: HashSet::new(),
                        sem_arquivo: antes.is_none() && pendente,
                    })
                }
                Entry::Occupied(conhecida) => {
                    let conta = conhecida.into_mut();
                    let livro = conta.saldo;
                    match antes {
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
        }
    }

    fn conferir_arquivos(
        &mut self,
        disco: &impl Disco,
        mut escrituradas: Escrituradas,
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
            if livro.is_none() {
                self.balanco.inicial += em_centavos(arquivo);
            }
            // A file that recovery will overwrite counts with what it will hold.
            let vale = match livro {
                Some(livro) if livro.pendentes.contains(&arquivo) => livro.saldo,
                Some(Escriturada { saldo: livro, .. }) if livro != arquivo => {
                    self.divergencias.push(Divergencia::ArquivoDiferente { rg, livro, arquivo });
                    arquivo
                }
                _ => arquivo,
            };
            self.total_em_centavos += em_centavos(vale);
        }
        for (rg, Escriturada { saldo, sem_arquivo, .. }) in escrituradas {
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
