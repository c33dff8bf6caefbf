//! The bank on PostgreSQL as a server has it: whether its database is there, and its numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pixson_core::banco::{BancoPostgres, EstadoDoPostgres, Testemunha};
use pixson_core::relogio::Avanco;
use pixson_core::{Rg, Saldo};
use pixson_gravador::CarimbosDoBanco;
use pixson_metricas::{InstantaneoDoBanco, NumeroNomeado};
use pixson_observacao::{Observacao, Queixa, Rastreio};

use crate::queda::Queda;
use crate::servida::BancoServido;

/// How often, at most, the log tells of what the database refuses: every 10 s.
const RECUSA: Duration = Duration::from_secs(10);

/// What the log has told of last.
#[derive(Debug)]
pub(crate) struct ContadoDoPostgres {
    estado: EstadoDoPostgres,
    desligadas: Option<String>,
    recusa: Queixa,
}

impl Default for ContadoDoPostgres {
    fn default() -> Self {
        let recusa = Queixa::a_cada(RECUSA);
        Self { estado: EstadoDoPostgres::Ligado, desligadas: None, recusa }
    }
}

/// The stamps of this bank, on their way to the trace.
#[derive(Debug)]
struct CarimbosDoPostgres(Arc<CarimbosDoBanco>);

impl Testemunha for CarimbosDoPostgres {
    fn carimbou(&self, avancos: &[Avanco]) {
        self.0.carimbou(avancos);
    }

    fn carimbou_em_vao(&self, avancos: &[Avanco]) {
        self.0.carimbou_em_vao(avancos);
    }
}

impl BancoServido for BancoPostgres {
    type Cuidado = ContadoDoPostgres;

    fn rastreado(self, rastreio: &mut Rastreio) -> Self {
        self.com_testemunha(Arc::new(CarimbosDoPostgres(rastreio.carimbos_do_banco())))
    }

    fn iniciar(&self) -> Result<(), Queda> {
        Ok(())
    }

    fn anunciar(&self, endereco: SocketAddr, lacos: usize) {
        let (epoca, banco) = (self.epoca(), self.configuracao());
        tracing::info!(%endereco, epoca, lacos, %banco, "servidor iniciado");
    }

    fn cuidar(&self, contado: &mut ContadoDoPostgres, _: &Observacao) {
        self.vigiar();
        if let Some(frase) = self.tirar_queixa()
            && contado.recusa.cabe()
        {
            tracing::warn!("pedidos recusados: {frase}");
        }
        let desligadas = self.desligadas();
        if let Some(nomes) = desligadas.as_ref().filter(|_| desligadas != contado.desligadas) {
            tracing::warn!(
                "o PostgreSQL está com {nomes} desligado: se faltar energia, perde o que já foi \
                 confirmado; ligue em postgresql.conf"
            );
        }
        contado.desligadas = desligadas;
        let estado = self.estado();
        if estado == contado.estado {
            return;
        }
        match &estado {
            EstadoDoPostgres::Fora(frase) => tracing::warn!("sem o PostgreSQL: {frase}"),
            EstadoDoPostgres::Ligado => {
                tracing::warn!(epoca = self.epoca(), "o PostgreSQL está de volta");
            }
        }
        contado.estado = estado;
    }

    fn fechar(&self) -> Result<(), Queda> {
        Ok(())
    }

    fn conferir_fim(&self) -> Result<(), Queda> {
        Ok(())
    }

    fn epoca(&self) -> u64 {
        Self::epoca(self)
    }

    fn instantaneo(&self) -> InstantaneoDoBanco {
        let medidas = self.medidas();
        let total = |nome, ajuda, valor| NumeroNomeado { nome, ajuda, valor, cresce: true };
        let micros = u64::try_from(medidas.tempo.as_micros()).unwrap_or(u64::MAX);
        let ligado = NumeroNomeado {
            nome: "postgres_ligado",
            ajuda: "1 se o PostgreSQL responde, e 0 se não.",
            valor: u64::from(self.saudavel()),
            cresce: false,
        };
        InstantaneoDoBanco::Outro(vec![
            ligado,
            total("postgres_lotes", "Transações confirmadas.", medidas.lotes),
            total("postgres_operacoes", "Operações nessas transações.", medidas.operacoes),
            total(
                "postgres_de_memoria",
                "Dessas transações, as que não precisaram ler suas contas antes.",
                medidas.de_memoria,
            ),
            total(
                "postgres_enganos",
                "Lotes cujas contas não estavam como lembradas, e que foram refeitos com travas.",
                medidas.enganos,
            ),
            total("postgres_microssegundos", "Tempo dessas transações, em microssegundos.", micros),
            total(
                "postgres_repeticoes",
                "Transações que perderam para outra e foram refeitas.",
                medidas.repeticoes,
            ),
            total("postgres_ligacoes", "Conexões feitas com o PostgreSQL.", medidas.ligacoes),
            total(
                "postgres_quedas",
                "Conexões com o PostgreSQL que se perderam ou não puderam ser feitas.",
                medidas.quedas,
            ),
            total(
                "postgres_duvidas",
                "Transações cuja confirmação se perdeu, e que foram perguntadas depois.",
                medidas.duvidas,
            ),
            total(
                "postgres_sem_espaco",
                "Transações para as quais faltou espaço em disco.",
                medidas.sem_espaco,
            ),
            total("postgres_erros", "Outras falhas do PostgreSQL.", medidas.erros),
        ])
    }

    fn saldos(&self, contas: &BTreeSet<Rg>) -> BTreeMap<Rg, Saldo> {
        self.saldos_sem_esperar(contas.iter().copied())
    }

    fn queixas(&self) -> Vec<String> {
        Vec::new()
    }

    fn saudavel(&self) -> bool {
        !matches!(self.estado(), EstadoDoPostgres::Fora(_))
    }
}
