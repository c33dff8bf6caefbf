//! The administration of a bank on PostgreSQL: accounts that are opened and set while servers stand on the
//! bank, statements, and the audit.
#![allow(clippy::disallowed_types, reason = "a wire that is cut is a socket")]
#![allow(clippy::disallowed_methods, reason = "and it carries bytes by itself")]

#[path = "postgres_gestao/aberturas.rs"]
mod aberturas;
#[path = "postgres_gestao/auditoria.rs"]
mod auditoria;
#[path = "postgres_gestao/disputas.rs"]
mod disputas;
#[path = "postgres_gestao/duvidas.rs"]
mod duvidas;
#[path = "comum/injetadas.rs"]
mod injetadas;
#[path = "postgres_gestao/leituras.rs"]
mod leituras;
#[path = "comum/tamanho.rs"]
mod tamanho;

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use pixson_aglomerado::{CorteDaRede, Motor, MotorComum};
use pixson_core::banco::regras::Movimentacao;
use pixson_core::banco::{
    Abertura, AdministracaoPostgres, AtoNoLivro, AuditoriaPostgres, Balanco, Banco, BancoPostgres,
    ConfiguracaoPostgres, Conta, DivergenciaPostgres, ErroDeGestao, ErroPostgres,
    LancamentoPostgres, preparar,
};
use pixson_core::{Carimbo, Operacao, Recusa, Relogio, Rg, Saldo, Sucesso};

/// The database of all tests here.
fn motor() -> Option<&'static MotorComum> {
    static UM: OnceLock<Option<MotorComum>> = OnceLock::new();
    let preparar = |url: &str| {
        preparar(&url.parse().expect("a URL")).expect("the tables are made");
    };
    UM.get_or_init(|| MotorComum::novo(preparar)).as_ref()
}

/// A bank of its own for a test.
struct Bancada {
    motor: &'static MotorComum,
    nome: String,
}

impl Bancada {
    fn nova() -> Option<Self> {
        let motor = motor()?;
        Some(Self { motor, nome: motor.banco_novo() })
    }

    fn configuracao(&self) -> ConfiguracaoPostgres {
        self.motor.url(&self.nome).parse().expect("a URL")
    }

    fn administracao(&self) -> AdministracaoPostgres {
        AdministracaoPostgres::abrir(self.configuracao()).expect("the bank is there")
    }

    fn servidor(&self) -> BancoPostgres {
        BancoPostgres::abrir(self.configuracao()).expect("the bank opens")
    }

    fn sql(&self, texto: &str) -> String {
        self.motor.sql(&self.nome, texto)
    }

    /// Waits until somebody has that lock of a table, or waits for it.
    fn esperar(&self, tabela: &str, tranca: &str, dada: bool) {
        let trancas = format!(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database \
             WHERE datname = current_database() AND mode = '{tranca}' AND granted = {dada} \
             AND relation = 'pixson.{tabela}'::regclass"
        );
        while self.sql(&trancas) == "0" {
            thread::yield_now();
        }
    }

    fn auditar(&self) -> AuditoriaPostgres {
        self.administracao().auditar().expect("the tables can be read")
    }
}

fn rg(texto: &str) -> Rg {
    texto.parse().expect("a legal RG")
}

fn saldo(centavos: u64) -> Saldo {
    Saldo::de_centavos(centavos).expect("in range")
}

fn conta(numero: &str, centavos: u64) -> Conta {
    Conta { rg: rg(numero), nome: "Ana".parse().expect("a legal name"), saldo: saldo(centavos) }
}

/// So many accounts that they are written before servers have to wait.
fn muitas() -> Abertura {
    let contas = (0..5000).map(|numero: u64| conta(&numero.to_string(), numero));
    Abertura::nova(contas.collect()).expect("each once")
}

fn abertura(contas: &[(&str, u64)]) -> Abertura {
    let contas = contas.iter().map(|(numero, centavos)| conta(numero, *centavos)).collect();
    Abertura::nova(contas).expect("some accounts, each once")
}

/// Does an operation, which is durable when this returns.
fn fazer(banco: &BancoPostgres, relogio: &Relogio, operacao: Operacao) -> (u64, Option<Sucesso>) {
    let execucao = banco.executar(operacao, relogio).expect("stamps are left");
    banco.confirmar(execucao.recibo).expect("the database is there");
    (execucao.carimbo.valor(), execucao.desfecho.ok())
}

fn transferencia(de: &str, para: &str, centavos: u64) -> Operacao {
    let valor = pixson_core::Valor::de_centavos(centavos).expect("in range");
    Operacao::Transferencia { rg_origem: rg(de), rg_destino: rg(para), valor }
}

fn todas(administracao: &mut AdministracaoPostgres) -> Vec<(String, String, u64)> {
    let mut todas = Vec::new();
    let lidas: Result<(), ErroPostgres> = administracao.contas(|Conta { rg, nome, saldo }| {
        todas.push((rg.to_string(), nome.clone(), saldo.centavos()));
        Ok(())
    });
    lidas.expect("the tables can be read");
    todas
}

fn extrato(administracao: &mut AdministracaoPostgres, numero: &str) -> Vec<LancamentoPostgres> {
    let mut lancamentos = Vec::new();
    let lido: Result<(), ErroPostgres> = administracao.extrato(rg(numero), |lancamento| {
        lancamentos.push(lancamento);
        Ok(())
    });
    lido.expect("the tables can be read");
    lancamentos
}
