//! The audit on PostgreSQL: every balance recomputed from the ledger, here and once more in SQL.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;
use tokio_postgres::Row;

use super::ErroPostgres;
use super::comandos_de_gestao::{AUDITORIA, CONTAS_POR_CONFERIR, LIVRO};
use super::consulta::{LeituraPostgres, ler};
use super::divergente::DivergenciaPostgres;
use super::escritura::{AtoNoLivro, LancamentoPostgres, LinhaDoLivro, Passagem};
use super::falha::FalhaDoBanco;
use super::gestao::AdministracaoPostgres;
use super::somas::{Discordancia, Soma, Somas};
use crate::banco::livro::Balanco;
use crate::banco::regras::{Movimentacao, Movimento};
use crate::tipos::{Rg, Saldo};

/// What an audit of a bank on PostgreSQL found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AuditoriaPostgres {
    /// How many entries the ledger has.
    pub lancamentos: u64,
    /// The stamp and the epoch of the first of them.
    pub desde: Option<(i64, i64)>,
    /// How many accounts there are.
    pub contas: u64,
    /// The sum of all balances, in centavos.
    pub total_em_centavos: u128,
    /// Where that sum comes from, by the ledger.
    pub balanco: Balanco,
    /// Everything that does not add up: by the ledger, in its order, then accounts, then what Rust and SQL
    /// do not agree about.
    pub divergencias: Vec<DivergenciaPostgres>,
    /// Whether the database has found the same in one query of its own.
    pub sql_confere: bool,
}

/// What the ledger has of an account, as of its last entry.
#[derive(Clone, Copy, Debug)]
struct NoLivro {
    saldo: i64,
    carimbo: i64,
}

/// What was seen so far.
#[derive(Debug, Default)]
struct Conferencia {
    somas: Somas,
    desde: Option<(i64, i64)>,
    contas: FxHashMap<Rg, NoLivro>,
    divergencias: Vec<DivergenciaPostgres>,
}

impl AdministracaoPostgres {
    /// Recomputes every balance from the ledger, as all is at one moment, and has the database do the same
    /// in one query. An account that was never opened by an act began with what its first entry says it
    /// held.
    ///
    /// A few dozen bytes for each account are in memory, and a few thousand entries.
    ///
    /// # Errors
    ///
    /// The database does not answer or refuses, or has an account that is none.
    pub fn auditar(&mut self) -> Result<AuditoriaPostgres, ErroPostgres> {
        let Self { configuracao, runtime, ligada } = self;
        runtime.block_on(ler(ligada, configuracao, async |leitura: &LeituraPostgres<'_>| {
            let mut conferencia = Conferencia::default();
            let lancar = |linha: &Row| -> Result<(), ErroPostgres> {
                let linha = LinhaDoLivro::de(linha).map_err(|erro| leitura.recusado(erro))?;
                conferencia.lancar(&linha);
                Ok(())
            };
            leitura.percorrer(LIVRO, &[], lancar).await?;
            let conferir = |linha: &Row| {
                let conferida = conferencia.conferir(linha);
                conferida.map_err(|falha| leitura.recusado(falha))
            };
            leitura.percorrer(CONTAS_POR_CONFERIR, &[], conferir).await?;
            conferencia.faltam();
            let em_sql = leitura.transacao.query_one(AUDITORIA, &[]).await;
            let numeros = em_sql.and_then(|linha| linha.try_get(0));
            let numeros: Vec<String> = numeros.map_err(|erro| leitura.recusado(erro))?;
            let em_sql = Somas::ler(&numeros);
            Ok(conferencia.concluir(&em_sql.unwrap_or_default()))
        }))
    }
}

impl Conferencia {
    fn lancar(&mut self, linha: &LinhaDoLivro<'_>) {
        let LancamentoPostgres { carimbo, epoca, ato } = linha.lancamento();
        self.desde.get_or_insert((carimbo, epoca));
        self.somas.somar(Soma::Lancamentos, 1);
        if let Some(ato) = ato.filter(AtoNoLivro::confere) {
            self.somar(&ato);
        } else {
            self.somas.somar(Soma::Erradas, 1);
            self.divergencias.push(DivergenciaPostgres::ContaErrada { carimbo, epoca });
        }
        for passagem in linha.passagens() {
            self.passar(passagem, carimbo, epoca);
        }
    }

    fn somar(&mut self, ato: &AtoNoLivro) {
        let centavos = |saldo: Saldo| saldo.centavos();
        match *ato {
            AtoNoLivro::Movimentacao(Movimentacao::Saque { valor, .. }) => {
                self.somas.somar(Soma::Saques, valor.centavos());
            }
            AtoNoLivro::Movimentacao(Movimentacao::Deposito { valor, .. }) => {
                self.somas.somar(Soma::Depositos, valor.centavos());
            }
            AtoNoLivro::Movimentacao(Movimentacao::Transferencia { .. }) => {}
            AtoNoLivro::Abertura { saldo, .. } => {
                self.somas.somar(Soma::Aberturas, centavos(saldo));
            }
            AtoNoLivro::Ajuste(Movimento { antes, depois, .. }) => {
                let diferenca = i128::from(centavos(depois)) - i128::from(centavos(antes));
                self.somas.somar(Soma::Ajustes, diferenca);
            }
        }
    }

    fn passar(&mut self, passagem: Passagem, carimbo: i64, epoca: i64) {
        let Passagem { rg, antes, depois } = passagem;
        let nova = NoLivro { saldo: depois, carimbo };
        let livro = match self.contas.entry(rg) {
            Entry::Vacant(lugar) => {
                lugar.insert(nova);
                self.somas.somar(Soma::Inicial, antes.unwrap_or(0));
                return;
            }
            Entry::Occupied(mut conhecida) => conhecida.insert(nova).saldo,
        };
        match antes {
            None => {
                self.somas.somar(Soma::Reabertas, 1);
                self.divergencias.push(DivergenciaPostgres::Reaberta { rg, carimbo, epoca, livro });
            }
            Some(encontrado) if encontrado != livro => {
                self.somas.somar(Soma::Alteradas, 1);
                self.divergencias.push(DivergenciaPostgres::Alterada {
                    rg,
                    carimbo,
                    epoca,
                    livro,
                    encontrado,
                });
            }
            Some(_) => {}
        }
    }

    /// Holds an account against the ledger.
    fn conferir(&mut self, linha: &Row) -> Result<(), FalhaDoBanco> {
        let (rg, conta, carimbo): (&str, i64, i64) =
            (linha.try_get(0)?, linha.try_get(1)?, linha.try_get(2)?);
        let rg: Rg = rg.parse().map_err(|_| FalhaDoBanco::linha_ilegal())?;
        self.somas.somar(Soma::Contas, 1);
        self.somas.somar(Soma::Total, conta);
        let Some(livro) = self.contas.remove(&rg) else {
            self.somas.somar(Soma::Inicial, conta);
            return Ok(());
        };
        if livro.saldo != conta {
            self.somas.somar(Soma::Diferentes, 1);
            let livro = livro.saldo;
            self.divergencias.push(DivergenciaPostgres::SaldoDiferente { rg, livro, conta });
        }
        if carimbo < livro.carimbo {
            self.somas.somar(Soma::Atrasadas, 1);
            let (livro, conta) = (livro.carimbo, carimbo);
            self.divergencias.push(DivergenciaPostgres::CarimboAtrasado { rg, livro, conta });
        }
        Ok(())
    }

    /// The accounts of the ledger that are not there.
    fn faltam(&mut self) {
        let mut ausentes: Vec<(Rg, NoLivro)> = self.contas.drain().collect();
        ausentes.sort_unstable_by_key(|(rg, _)| *rg);
        for (rg, NoLivro { saldo: livro, .. }) in ausentes {
            self.somas.somar(Soma::Ausentes, 1);
            self.divergencias.push(DivergenciaPostgres::Ausente { rg, livro });
        }
    }

    fn concluir(self, em_sql: &Somas) -> AuditoriaPostgres {
        let Self { somas, desde, mut divergencias, .. } = self;
        let antes = divergencias.len();
        divergencias.extend(somas.discordancias(em_sql).map(|discordancia| {
            let Discordancia { oque, em_rust, em_sql } = discordancia;
            DivergenciaPostgres::Discordam { oque, em_rust, em_sql }
        }));
        AuditoriaPostgres {
            lancamentos: somas.contagem(Soma::Lancamentos),
            desde,
            contas: somas.contagem(Soma::Contas),
            total_em_centavos: somas.positiva(Soma::Total),
            balanco: somas.balanco(),
            sql_confere: divergencias.len() == antes,
            divergencias,
        }
    }
}
