//! A row of the ledger as a value.

use tokio_postgres::{Error, Row};

use super::valores::{carimbo_de, saldo_de, valor_de};
use crate::banco::regras::{Movimentacao, Movimento, decidir};
use crate::tipos::{Rg, Saldo, TipoDeOperacao};

/// One thing that was done in the life of a bank on PostgreSQL.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LancamentoPostgres {
    /// The stamp of its reply.
    pub carimbo: i64,
    /// The lane that did it; (`carimbo`, `epoca`) orders the bank's whole life.
    pub epoca: i64,
    /// What was done, or `None` if somebody has written into the row what no operation does.
    pub ato: Option<AtoNoLivro>,
}

/// What an entry of the ledger says was done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AtoNoLivro {
    /// A client's operation moved money.
    Movimentacao(Movimentacao),
    /// The administration opened this account.
    Abertura {
        /// The account.
        rg: Rg,
        /// What it was opened with.
        saldo: Saldo,
    },
    /// The administration set a balance.
    Ajuste(Movimento),
}

impl AtoNoLivro {
    /// Whether the bank's rules lead from the balances before to those after. An act of the
    /// administration may set any balance.
    pub(super) fn confere(&self) -> bool {
        let Self::Movimentacao(movimentacao) = self else { return true };
        let movimentos = || movimentacao.movimentos();
        let antes = |rg| {
            let dela = movimentos().find(|movimento| movimento.rg == rg);
            Ok(dela.map(|movimento| movimento.antes))
        };
        decidir(movimentacao.operacao(), antes)
            .is_ok_and(|decisao| decisao.movimentos().eq(movimentos()))
    }
}

/// A row of the ledger, as it stands there.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinhaDoLivro<'r> {
    pub(super) carimbo: i64,
    pub(super) epoca: i64,
    op: &'r str,
    valor: Option<i64>,
    titular: Lado<'r>,
    destino: Option<Lado<'r>>,
    /// There are balances of a second account that is not named.
    destino_sem_nome: bool,
}

/// What a row says of one of its accounts.
#[derive(Clone, Copy, Debug)]
struct Lado<'r> {
    rg: &'r str,
    antes: Option<i64>,
    depois: Option<i64>,
}

/// What a row does to an account, whatever else is wrong with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Passagem {
    pub(super) rg: Rg,
    pub(super) antes: Option<i64>,
    pub(super) depois: i64,
}

impl Lado<'_> {
    fn passagem(&self) -> Option<Passagem> {
        let Self { rg, antes, depois } = *self;
        Some(Passagem { rg: rg.parse().ok()?, antes, depois: depois? })
    }

    fn movimento(&self) -> Option<Movimento> {
        let Self { rg, antes, depois } = *self;
        let (antes, depois) = (saldo_de(antes?)?, saldo_de(depois?)?);
        Some(Movimento { rg: rg.parse().ok()?, antes, depois })
    }
}

impl<'r> LinhaDoLivro<'r> {
    /// From the columns of the queries that read the ledger, in their order.
    ///
    /// # Errors
    ///
    /// The columns are not those of this program.
    pub(super) fn de(linha: &'r Row) -> Result<Self, Error> {
        let destino: Option<&str> = linha.try_get(7)?;
        let (antes, depois): (Option<i64>, Option<i64>) = (linha.try_get(8)?, linha.try_get(9)?);
        let (rg, depois_do_titular) = (linha.try_get(4)?, Some(linha.try_get(6)?));
        Ok(Self {
            carimbo: linha.try_get(0)?,
            epoca: linha.try_get(1)?,
            op: linha.try_get(2)?,
            valor: linha.try_get(3)?,
            titular: Lado { rg, antes: linha.try_get(5)?, depois: depois_do_titular },
            destino: destino.map(|rg| Lado { rg, antes, depois }),
            destino_sem_nome: destino.is_none() && (antes.is_some() || depois.is_some()),
        })
    }

    pub(super) fn lancamento(&self) -> LancamentoPostgres {
        let Self { carimbo, epoca, .. } = *self;
        LancamentoPostgres { carimbo, epoca, ato: self.ato() }
    }

    /// What it does to its accounts, as far as these can be accounts.
    pub(super) fn passagens(&self) -> impl Iterator<Item = Passagem> + use<> {
        let destino = self.destino.as_ref().and_then(Lado::passagem);
        [self.titular.passagem(), destino].into_iter().flatten()
    }

    /// What was done, if the row has just what it takes.
    fn ato(&self) -> Option<AtoNoLivro> {
        let Self { titular, destino, valor, op, .. } = self;
        if carimbo_de(self.carimbo).is_none() || self.epoca < 0 || self.destino_sem_nome {
            return None;
        }
        let so_titular = || if destino.is_some() { None } else { titular.movimento() };
        if *op == "ajuste" {
            return so_titular().filter(|_| valor.is_none()).map(AtoNoLivro::Ajuste);
        }
        if *op == "abertura" {
            let livre = valor.is_none() && titular.antes.is_none() && destino.is_none();
            let saldo = titular.depois.and_then(saldo_de).filter(|_| livre)?;
            return Some(AtoNoLivro::Abertura { rg: titular.rg.parse().ok()?, saldo });
        }
        let valor = valor_de((*valor)?)?;
        let movimentacao = match TipoDeOperacao::de_palavra(op)? {
            TipoDeOperacao::Saque => Movimentacao::Saque { valor, titular: so_titular()? },
            TipoDeOperacao::Deposito => Movimentacao::Deposito { valor, titular: so_titular()? },
            TipoDeOperacao::Transferencia => {
                let (origem, destino) = (titular.movimento()?, destino.as_ref()?.movimento()?);
                Movimentacao::Transferencia { valor, origem, destino }
            }
            TipoDeOperacao::Login | TipoDeOperacao::Saldo => return None,
        };
        Some(AtoNoLivro::Movimentacao(movimentacao))
    }
}
