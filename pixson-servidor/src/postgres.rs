//! The bank on PostgreSQL as a server has it: whether its database is there, and its numbers.

use std::net::SocketAddr;

use pixson_core::banco::{BancoPostgres, EstadoDoPostgres};
use pixson_metricas::{InstantaneoDoBanco, NumeroNomeado};
use pixson_observacao::Observacao;

use crate::queda::Queda;
use crate::servida::BancoServido;

impl BancoServido for BancoPostgres {
    /// How the database was when the log has last told of it.
    type Cuidado = EstadoDoPostgres;

    fn iniciar(&self) -> Result<(), Queda> {
        Ok(())
    }

    fn anunciar(&self, endereco: SocketAddr, lacos: usize) {
        let (epoca, banco) = (self.epoca(), self.configuracao());
        tracing::info!(%endereco, epoca, lacos, %banco, "servidor iniciado");
    }

    fn cuidar(&self, contado: &mut EstadoDoPostgres, _: &Observacao) {
        self.vigiar();
        let estado = self.estado();
        if estado == *contado {
            return;
        }
        match &estado {
            EstadoDoPostgres::Fora(frase) => {
                tracing::warn!("sem o PostgreSQL: {frase}");
            }
            EstadoDoPostgres::Ligado if matches!(contado, EstadoDoPostgres::Fora(_)) => {
                tracing::warn!(epoca = self.epoca(), "o PostgreSQL está de volta");
            }
            EstadoDoPostgres::Ligado | EstadoDoPostgres::NaoPerguntado => {}
        }
        *contado = estado;
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

    fn queixas(&self) -> Vec<String> {
        Vec::new()
    }

    fn saudavel(&self) -> bool {
        !matches!(self.estado(), EstadoDoPostgres::Fora(_))
    }
}
