//! The bank on PostgreSQL (docs/distribuido.md), on private clusters or on a database that is named.

mod comum;
#[path = "postgres/falhas.rs"]
mod falhas;
#[path = "comum/injetadas.rs"]
mod injetadas;
#[path = "postgres/memoria.rs"]
mod memoria;
#[path = "postgres/quedas.rs"]
mod quedas;
#[path = "postgres/recusas.rs"]
mod recusas;
#[path = "postgres/servidores.rs"]
mod servidores;
#[path = "comum/tabelas.rs"]
mod tabelas;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pixson_aglomerado::{Motor, MotorComum};
use pixson_core::banco::{BancoPostgres, ConfiguracaoPostgres, Preparo, preparar};
use pixson_core::{Rg, Saldo};
use pixson_oraculos::conformidade;

/// How long a bank is to wait that waits in vain: time enough to log in with a password, which costs a program
/// without optimisation a tenth of a second.
const EM_VAO: Duration = Duration::from_secs(1);

/// The database of the tests that do it no harm.
fn motor() -> Option<&'static MotorComum> {
    static UM: OnceLock<Option<MotorComum>> = OnceLock::new();
    let preparar = |url: &str| {
        let configuracao = url.parse().expect("a URL");
        for preparo in [Preparo::Criado, Preparo::JaEstava] {
            assert_eq!(preparar(&configuracao).expect("the tables are made"), preparo);
        }
    };
    UM.get_or_init(|| MotorComum::novo(preparar)).as_ref()
}

fn configuracao(motor: &dyn Motor, banco: &str) -> ConfiguracaoPostgres {
    motor.url(banco).parse().expect("a URL")
}

/// Makes a database with the tables of a bank and these accounts.
fn preparado(motor: &dyn Motor, nome: &str, contas: &BTreeMap<Rg, Saldo>) {
    motor.sql("postgres", &format!("CREATE DATABASE {nome}"));
    preparar(&configuracao(motor, nome)).expect("the tables are made");
    inserir(motor, nome, contas);
}

fn inserir(motor: &dyn Motor, banco: &str, contas: &BTreeMap<Rg, Saldo>) {
    let linha = |(rg, saldo): (&Rg, &Saldo)| format!("('{rg}', 'x', {})", saldo.centavos());
    let linhas: Vec<String> = contas.iter().map(linha).collect();
    if !linhas.is_empty() {
        let valores = linhas.join(",");
        let inserir = format!("INSERT INTO pixson.contas (rg, nome, saldo) VALUES {valores}");
        motor.sql(banco, &inserir);
    }
}

/// A new database with these accounts, and its name.
fn banco_com(motor: &MotorComum, contas: &BTreeMap<Rg, Saldo>) -> String {
    let nome = motor.banco_novo();
    inserir(motor, &nome, contas);
    nome
}

fn abrir(motor: &dyn Motor, banco: &str) -> BancoPostgres {
    BancoPostgres::abrir(configuracao(motor, banco)).expect("the bank opens")
}

#[test]
fn it_keeps_the_laws_of_every_bank() {
    let Some(motor) = motor() else { return };
    // One is open at a time: they take turns, since making a database takes a tenth of a second.
    let bancos = [(); 2].map(|()| banco_com(motor, &BTreeMap::new()));
    let vez = AtomicUsize::new(0);
    conformidade::conferir(|contas| {
        let banco = &bancos[vez.fetch_add(1, Ordering::Relaxed) % bancos.len()];
        motor.sql(banco, "TRUNCATE pixson.contas, pixson.livro, pixson.vias");
        inserir(motor, banco, contas);
        abrir(motor, banco)
    });
}
